"""Emergency look and audit in a real browser: begun, told, reported, reviewed, found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched

SignIn = Callable[[Page, str], None]
LONG = 60_000
WORDS = "山洪冲毁道路，核对受困住户的联系方式"


def pages(watched: Watched, sign_in: SignIn, *users: str) -> list[Page]:
    """A page of its own for each user."""
    made = []
    for user in users:
        page = watched.context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(LONG)
        sign_in(page, user)
        made.append(page)
    return made


def api(page: Page, path: str, body: Any = None) -> Any:
    request, url = page.context.request, f"/api/v1{path}"
    answer = request.get(url) if body is None else request.post(url, data=body)
    assert answer.ok, f"{path}: {answer.status} {answer.text()[:200]}"
    return answer.json()


def foreign(boss: Page, looker: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    """A micro-grid or village outside the looker's scope with somebody who lives there."""
    home = api(looker, "/me")["home_grid"]["id"]
    for grid in api(looker, "/emergencies/grids?q=村"):
        if home in [one["id"] for one in grid["chain"]]:
            continue
        found = api(boss, "/people/search", {"place": {"grid": grid["id"]}, "size": 1})["items"]
        if found:
            return grid, found[0]
    raise AssertionError("the demo has nobody outside")


def begin(page: Page, grid: dict[str, Any]) -> None:
    """Fill in the form as a user does, first without what it needs."""
    page.locator(".me").click()
    page.locator("#user").get_by_text("紧急查看").click()
    box = page.locator("#emergency")
    expect(box).to_be_visible()
    expect(box).to_contain_text("您的上级会立即收到通知")
    begin = box.get_by_role("button", name="开始紧急查看")
    begin.click()
    expect(box.get_by_role("alert")).to_have_text("请选择一个网格")
    box.locator("#emergency-grid").fill(grid["name"])
    where = " › ".join(one["name"] for one in grid["chain"][:-1])
    box.locator(".found button").filter(has_text=where).first.click()
    box.get_by_role("button", name="抢险救援").click()
    box.locator("#emergency-words").fill("太短")
    begin.click()
    expect(box.get_by_role("alert")).to_contain_text("至少 10 个字")
    box.locator("#emergency-words").fill(WORDS)
    begin.click()


def test_an_emergency_look_from_its_beginning_to_its_review(
    watched: Watched, sign_in: SignIn
) -> None:
    looker, boss = pages(watched, sign_in, "village", "township")
    grid, person = foreign(boss, looker)
    boss.goto("/desk/")
    boss.wait_for_selector("#shown")
    expect(boss.locator("#live")).to_have_attribute("data-state", "open", timeout=LONG)
    looker.goto("/desk/")
    looker.wait_for_selector("#shown")
    assert looker.context.request.get(f"/api/v1/people/{person['id']}").status == 404
    begin(looker, grid)
    chip = looker.locator("#emergency-chip")
    expect(chip).to_contain_text(f"紧急查看 {grid['name']}", timeout=LONG)
    expect(chip).to_contain_text(re.compile("还剩 (30|29|28) 分钟"))
    # The superior's bell rings on the open page.
    expect(boss.locator("#bell-count")).to_have_text("1", timeout=LONG)
    looker.goto(f"/desk/?grid={grid['id']}&tab=people&id={person['id']}")
    card = looker.locator("#card")
    expect(card).to_contain_text(person["name"], timeout=LONG)
    expect(card.locator("#printout")).to_have_count(0)
    expect(looker.locator("#export")).to_have_count(0)
    expect(chip).to_be_visible()
    chip.get_by_role("button", name="结束").click()
    expect(chip).to_have_count(0, timeout=LONG)
    looker.wait_for_selector("#shown")
    assert looker.context.request.get(f"/api/v1/people/{person['id']}").status == 404
    # From the bell to the report, which lists the card; and its review.
    boss.locator("#bell").click()
    boss.locator("#notices a.unread").click()
    expect(boss.locator(".report")).to_contain_text(WORDS, timeout=LONG)
    expect(boss.locator(f"[data-person='{person['id']}']")).to_be_visible()
    boss.get_by_role("button", name="属实、得当").click()
    expect(boss.locator(".review .problem")).to_have_text("请写评定意见")
    boss.locator(".review textarea").fill("已核实，确系抢险需要")
    boss.get_by_role("button", name="属实、得当").click()
    expect(boss.locator(".verdict")).to_contain_text("已核实，确系抢险需要", timeout=LONG)
    looker.locator("#bell").click()
    expect(looker.locator("#notices a.unread")).to_contain_text("已由上级评定", timeout=LONG)


def test_the_audit_answers_its_two_questions(watched: Watched, sign_in: SignIn) -> None:
    (boss, village) = pages(watched, sign_in, "county", "village")
    person = api(village, "/people/search", {"size": 1})["items"][0]
    me = api(village, "/me")["user"]
    api(village, f"/people/{person['id']}")
    # From the person's card to all looks at that person.
    boss.goto(f"/desk/?tab=people&id={person['id']}")
    boss.locator("#card").get_by_text("全部查看记录").click()
    boss.wait_for_url(f"**/admin/audit/person/{person['id']}")
    looks = boss.locator("tr[data-action='look']")
    expect(looks.filter(has_text="village").first).to_be_visible(timeout=LONG)
    expect(boss.locator(".question")).to_contain_text(f"谁看过人员 #{person['id']}")
    told = api(boss, "/audit/search", {"filters": {
        "entity": "person", "entity_id": person["id"], "group": "looks"}})  # fmt: skip
    expect(boss.locator("tr[data-id]")).to_have_count(told["total"])
    # What did this user do, by the name that people know.
    boss.goto("/admin/audit")
    boss.locator(".ask-user input").fill(me["name"])
    boss.locator(".ask-user button").click()
    boss.wait_for_url(f"**/admin/audit/user/{me['id']}")
    expect(boss.locator(".question")).to_contain_text(f"{me['name']} 做过什么", timeout=LONG)
    expect(boss.locator("tr[data-action='sign-in']").first).to_contain_text("登录")
    expect(boss.locator("tr[data-action='look'] a.lnk").first).to_be_visible()
    boss.locator("select[name=group]").select_option("exports")
    boss.get_by_role("button", name="查询").last.click()
    expect(boss.locator(".rows .none")).to_have_text("没有符合条件的记录", timeout=LONG)


def test_who_may_not_read_the_audit_is_told(watched: Watched, sign_in: SignIn) -> None:
    (village,) = pages(watched, sign_in, "village")
    village.goto("/admin/audit")
    expect(village.locator(".notice")).to_contain_text("您的岗位没有这一页的权限", timeout=LONG)
    village.goto("/admin/emergencies")
    expect(village.locator(".v-emergencies > .card")).to_be_visible(timeout=LONG)
    expect(village.locator(".nav a.on")).to_have_text("紧急查看")
