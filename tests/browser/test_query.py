"""D7 on the desk: conditions, click-to-filter, column filters and saved views ask the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_desk import api, open_desk, search, total

SignIn = Callable[[Page, str], None]
CELL = '#table .ag-row .ag-cell[col-id="{}"]'


def home(page: Page) -> dict[str, Any]:
    return {"grid": api(page, "/me")["home_grid"]["id"]}


def only(page: Page, column: str, words: str) -> None:
    """The menu of the first cell of a column."""
    cell = page.locator(CELL.format(column)).first
    cell.click(button="right")
    page.locator(".ask-menu button").filter(has_text=re.compile(words)).first.click()


def test_d7_conditions_clicks_and_views(page: Page, sign_in: SignIn) -> None:
    """From a cell to a group of conditions, kept under a name, opened again; each number is that
    of the API for the same question, over all pages."""
    open_desk(page, sign_in, "township")
    place = home(page)
    expect(page.locator("#conditions")).to_be_empty()

    # A click on a cell.
    sex = page.locator(CELL.format("sex")).first.inner_text()
    code = {"男": "m", "女": "f"}[sex]
    only(page, "sex", "只看")
    tree: dict[str, Any] = {"and": [{"column": "sex", "op": "in", "values": [code]}]}
    total(page, search(page, "people", place=place, conditions=tree)["total"])
    expect(page.locator("#conditions .fc")).to_have_text(re.compile(f"性别 ＝ {sex}"))

    # The filter of a column, from its heading by mouse.
    page.locator('#table .ag-header-cell[col-id="age"]').hover()
    page.locator(".knob").click()
    page.locator(".ask-column input").nth(0).fill("30")
    page.locator(".ask-column input").nth(1).fill("59")
    page.keyboard.press("Enter")
    tree["and"].append({"column": "age", "op": "between", "since": 30, "until": 59})
    total(page, search(page, "people", place=place, conditions=tree)["total"])

    # A group in the builder: neither registered nor an only child's parent living elsewhere.
    page.locator(".asks .ask").first.click()
    page.locator('[data-add="group"]').click()
    group = page.locator("#builder .inner")
    group.locator(".how").select_option("none")
    group.locator("select").nth(1).select_option("class")
    group.get_by_text("户籍", exact=True).click()
    page.locator("#builder .btn.p").click()
    tree["and"].append({"not": {"or": [{"column": "class", "op": "in", "values": ["registered"]}]}})
    found = search(page, "people", place=place, conditions=tree)
    assert found["total"] > 0 and "registered" not in found["totals"]["class"]
    total(page, found["total"])
    expect(page.locator("#conditions .fc")).to_have_count(3)

    # An unfinished condition is told and not asked.
    page.locator("#conditions .open").first.click()
    page.locator('#builder > form > .group > .more [data-add="row"]').click()
    page.locator("#builder .btn.p").click()
    expect(page.locator("#builder .problem")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("#builder")).to_have_count(0)

    # Kept, cleared, opened again; sorted as it was.
    page.locator('#table .ag-header-cell[col-id="age"] .ag-header-cell-text').click()
    page.wait_for_function("() => deskState.asked.sort === '-birth_year'")
    page.locator(".asks .ask").nth(1).click()
    page.locator("#views .keep").click()
    page.fill("#keeper input[name=name]", "青壮年")
    page.locator("#keeper input[name=shared]").check()
    page.locator("#keeper .btn.p").click()
    expect(page.locator("#said")).to_contain_text("青壮年")
    [kept] = api(page, "/views?register=people")
    assert kept["question"] == {"conditions": tree, "sort": "-birth_year"} and kept["shared"]
    page.locator("#conditions .lnk").click()
    total(page, search(page, "people", place=place)["total"])
    page.locator(".asks .ask").nth(1).click()
    page.locator("#views .view").click()
    total(page, found["total"])

    # A figure opens its own rows, whatever was asked before.
    page.locator('#panel [data-do*="households"]').first.click()
    page.locator('[data-tab="people"][role="tab"]').click()
    page.locator("#conditions .fc .x").first.click()
    expect(page.locator("#conditions .fc")).to_have_count(2)

    # Somebody below opens it: the own rows only.
    other = page.context.browser.new_context(  # type: ignore[union-attr]
        base_url=page.url.split("/desk")[0], viewport={"width": 1280, "height": 720}
    ).new_page()  # fmt: skip
    open_desk(other, sign_in, "village")
    other.locator(".asks .ask").nth(1).click()
    expect(other.locator("#views .view small")).to_contain_text("共享")
    other.locator("#views .view").click()
    mine = search(other, "people", place=home(other), conditions=tree)["total"]
    total(other, mine)
    assert 0 < mine < found["total"]
    other.context.close()

    # Renamed and deleted by its owner.
    page.locator(".asks .ask").nth(1).click()
    page.locator("#views .entry .ib").click()
    page.locator("#keeper .danger").click()
    page.locator("#keeper .danger").click()
    expect(page.locator("#keeper")).to_have_count(0)
    assert api(page, "/views?register=people") == []
