"""Import and claim as people do it: a file comes in at the county, a village claims its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.kit.idnumber import check_sign

SignIn = Callable[[Page, str], None]
HEADINGS = ["姓名", "身份证号", "人口类别", "联系电话", "住址", "村或社区"]


@pytest.fixture
def page(watched: Any) -> Page:
    made: Page = watched.context(viewport={"width": 1440, "height": 900}).new_page()
    return made


def number(n: int) -> str:
    """An id number of an area that never had a code, so it is nobody's."""
    first = f"29999919{70 + n % 20:02d}0315{300 + n:03d}"
    return first + check_sign(first)


def api(page: Page, path: str, body: Any = None) -> Any:
    url = f"/api/v1{path}"
    request = page.context.request
    answer = request.get(url) if body is None else request.post(url, data=body)
    assert answer.ok, f"{path}: {answer.status} {answer.text()[:300]}"
    return answer.json()


def sheet(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *rows])
    return out.getvalue().encode("utf-8-sig")


def test_d1_a_file_comes_in_and_its_rows_are_claimed(page: Page, sign_in: SignIn) -> None:
    """Twenty rows are claimed at once; the one that doubles an entry is settled side by side."""
    sign_in(page, "village")
    home = next(b for b in api(page, "/buildings/search", {"size": 200})["items"] if b["address"])
    known = {
        "class": "registered", "name": "认领甲", "id_number": number(20), "phone": "13100000001",
        "address": home["address"], "at": {"building_id": home["id"]},
    }  # fmt: skip
    entry = api(page, "/people", known)["id"]
    rows = [[f"认领{n}", number(n), "户籍", "", home["address"], "城中社区"] for n in range(20)]
    rows.append(["认领甲", number(20), "户籍", "13100000002", home["address"], "城中社区"])
    rows.append(["认领错", "299999197003153010", "户籍", "", home["address"], ""])

    sign_in(page, "county")
    page.goto("/claims/files")
    file = {"name": "名单.csv", "mimeType": "text/csv", "buffer": sheet(rows)}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form button[type=submit]").click()
    side = page.locator("#batch")
    expect(side).to_have_attribute("data-state", "checked", timeout=60_000)
    expect(side.locator("#problems")).to_contain_text("校验位不符")
    assert api(page, "/held-people/search", {"filters": {"name": "认领"}})["total"] == 0

    page.locator("input[type=file]").set_input_files(file)
    page.locator("input[name=dry_run]").uncheck()
    page.locator("input[name=skip_bad]").check()
    page.locator("form button[type=submit]").click()
    expect(side).to_have_attribute("data-state", "loaded", timeout=60_000)

    sign_in(page, "village")
    page.goto("/claims/people")
    page.locator(".bar input[type=search]").fill("认领")
    expect(page.locator("#total")).to_have_attribute("data-total", "21")
    page.locator("thead input[type=checkbox]").check()
    page.get_by_role("button", name="认领所选 21 条").click()
    expect(page.locator("#said")).to_contain_text("认领 20 条", timeout=60_000)
    expect(page.locator("#said")).to_contain_text("疑似重复 1 条")
    expect(page.locator("#total")).to_have_attribute("data-total", "1")

    page.locator("tr[data-row] a").click()
    page.locator("#row").get_by_role("button", name="认领").click()
    differs = page.locator("#row .compare .differs")
    expect(differs).to_have_count(1)
    expect(differs).to_have_attribute("data-field", "phone")
    differs.locator("input").check()
    page.locator("#row").get_by_role("button", name="是同一个", exact=True).click()
    expect(page.locator("#row")).to_contain_text("已与在册登记并为一条")
    expect(page.locator("#total")).to_have_attribute("data-total", "0")
    found = api(page, "/people/search", {"filters": {"name": "认领"}})
    assert found["total"] == 21
    assert (
        api(page, "/people/search", {"filters": {"phone": "13100000002"}})["items"][0]["id"]
        == entry
    )


def test_d1_who_may_not_is_told_so(page: Page, sign_in: SignIn, watched: Any) -> None:
    """Patrol officers have nothing to claim here; a department sees its files only."""
    sign_in(page, "patrol")
    assert page.context.request.get("/claims").status == 403
    sign_in(page, "department")
    page.goto("/claims")
    expect(page.locator("h1")).to_have_text("导入批次")
    expect(page.locator(".nav a[href='/claims/people']")).to_have_count(0)


def test_d2_a_file_is_taken_back(page: Page, sign_in: SignIn) -> None:
    """What nobody has claimed is gone after a second press; the page says how much."""
    sign_in(page, "county")
    page.goto("/claims/files")
    rows = [[f"撤回{n}", number(40 + n), "户籍", "", "", ""] for n in range(3)]
    file = {"name": "撤回.csv", "mimeType": "text/csv", "buffer": sheet(rows)}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("input[name=dry_run]").uncheck()
    page.locator("form button[type=submit]").click()
    side = page.locator("#batch")
    expect(side).to_have_attribute("data-state", "loaded", timeout=60_000)
    undo = side.locator("button.danger")
    undo.click()
    undo.click()
    expect(page.locator("#said")).to_contain_text("撤回 3 行，注销 0 条，保留 0 条")
    expect(side).to_have_attribute("data-state", "undone")
