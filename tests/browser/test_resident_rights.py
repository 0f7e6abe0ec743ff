"""The residents' side at the desk: the printout of what is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

SignIn = Callable[[Page, str], None]


def search(page: Page, register: str, **body: Any) -> Any:
    answer = page.context.request.post(f"/api/v1/{register}/search", data=body)
    assert answer.status == 200, answer.text()
    return answer.json()


def somebody(page: Page) -> int:
    found = search(page, "people", filters={"class": ["registered"]}, size=1)
    return int(found["items"][0]["id"])


def open_card(page: Page, person: int) -> None:
    page.goto(f"/desk/?tab=people&id={person}")
    expect(page.locator("#card h2").first).to_be_visible()


def test_the_printout_opens_with_a_reason_and_shows_who_looked(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "township")
    person = somebody(page)
    open_card(page, person)
    with page.context.expect_page() as opened:
        page.locator("#printout").click()
    sheet = opened.value
    expect(sheet).to_have_url(f"{page.url.split('/desk')[0]}/print/person/{person}")
    words = sheet.locator("#words")
    expect(words).to_be_visible()
    words.fill("本人持身份证到服务站申请")
    sheet.locator("button[type=submit]").click()
    expect(sheet.locator("h1")).to_have_text("本人信息打印件")
    looks = sheet.locator("section.looks")
    expect(looks).to_contain_text("乡镇网格长")
    expect(looks).to_contain_text("本人申请")
    expect(looks).to_contain_text("打开卡片")
    sheet.evaluate("window.print = () => { document.title = 'printed' }")
    sheet.locator("[data-print]").click()
    assert sheet.title() == "printed"
    sheet.emulate_media(media="print")
    expect(sheet.locator("[data-print]")).to_be_hidden()
    sheet.emulate_media(media="screen")
    sheet.locator("a.lang").click()
    expect(sheet.locator("h1")).to_have_text("What is held about me")
    card = page.context.request.get(f"/api/v1/people/{person}").json()
    assert card["looks"][0]["action"] == "export person"


def test_a_correction_is_received_and_accepted_by_another(
    watched: Any, page: Page, sign_in: SignIn
) -> None:
    sign_in(page, "micro")
    person = somebody(page)
    open_card(page, person)
    with page.context.expect_page() as opened:
        page.locator("#corrections").click()
    form = opened.value
    form.locator("#field").select_option("phone")
    form.locator("#how").select_option("in_person")
    form.locator("#said").fill("129 0000 7788")
    form.locator("#new button").click()
    request = form.locator("article[data-state=open]").first
    expect(request).to_contain_text("129 0000 7788")
    expect(request).to_contain_text("须由另一人决定")
    expect(request.locator("form")).to_have_count(0)

    other = watched.context(viewport={"width": 1280, "height": 720}).new_page()
    sign_in(other, "village")
    other.goto("/desk/")
    other.locator("#to-corrections").click()
    row = other.locator(f"a[href^='/corrections/person/{person}?']").first
    expect(row).to_be_visible()
    row.click()
    request = other.locator("article[data-state=open]").first
    request.locator("textarea").fill("当面核对过手机")
    request.get_by_role("button", name="同意更正").click()
    done = other.locator("article[data-state=accepted]").first
    expect(done).to_contain_text("登记已更正")
    found = search(other, "people", filters={"phone": "12900007788"}, size=1)["items"]
    assert [item["id"] for item in found] == [person]
