"""D6: the pages of dictionaries and parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from services.config import Settings
from services.db.session import Database
from tests.browser.conftest import Watched
from tests.conftest import Server

SignIn = Callable[[Page, str], None]


@pytest.fixture
def office(browser: Browser, settings: Settings, few: Database) -> Iterator[Watched]:
    server = Server(settings, few)
    made = Watched(browser, server.url)
    yield made
    made.close()
    server.stop()
    assert made.foreign == []
    assert [e for e in made.errors if "the server responded with a status of" not in e] == []


def test_d6_an_administrator_keeps_a_dictionary(office: Watched, sign_in: SignIn) -> None:
    """Added, put first, renamed, switched off; the forms follow each step."""
    page = office.context(viewport={"width": 1280, "height": 720}).new_page()
    micro = office.context().new_page()
    sign_in(page, "admin")
    sign_in(micro, "micro")

    def offered() -> list[str]:
        answer = micro.request.get("/api/v1/houses/form").json()
        return [one["name"] for one in answer["rent_stop_reasons"]]

    page.goto("/admin/dictionaries/rent_stop_reason")
    rows = page.locator(".items tbody tr")
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="添加一项").click()
    page.locator("[data-field=name_zh] input").fill("空置")
    page.locator("[data-field=name_en] input").fill("Damaged")
    page.locator("[data-field=code] input").fill("damaged")
    page.locator(".form .btn.p").click()
    expect(page.locator("[data-field=name_zh] .problem")).to_contain_text("同名")
    page.locator("[data-field=name_zh] input").fill("房屋损坏")
    page.locator(".form .btn.p").click()
    expect(rows).to_have_count(6)
    before = offered()
    assert before[-1] == "房屋损坏"
    page.locator('[data-code="damaged"] [data-move="up"]').click()
    expect(rows.nth(4)).to_have_attribute("data-code", "damaged")
    assert offered()[4] == "房屋损坏"
    rows.nth(4).locator(".lnk").click()
    page.locator("[data-field=name_zh] input").fill("房屋受损")
    page.locator(".form .btn.p").click()
    expect(rows.nth(4)).to_contain_text("房屋受损")
    page.locator('[data-code="damaged"] .switch').click()
    expect(page.locator('[data-code="damaged"] .switch')).to_have_attribute("aria-checked", "false")
    assert offered() == before[:5]

    page.locator('.names a[href$="/label_stop_reason"]').click()
    expect(page.locator('[data-code="age"]')).to_contain_text("固定")
    expect(page.locator('[data-code="age"] .switch')).to_have_count(0)
    page.locator('.nav a[href="/admin/parameters"]').click()
    expect(page.locator('[data-parameter="retention_years"]')).to_have_text("5")

    micro.goto("/admin/dictionaries")
    expect(micro.locator(".notice")).to_contain_text("您的岗位没有这一页的权限")
