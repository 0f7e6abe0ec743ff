"""The forms of the desk as a village leader uses them: with the keyboard, the map, a bad line."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from services.errors import BadInput
from services.kit import idnumber

SignIn = Callable[[Page, str], None]
LONG = 60_000
VECTORS = Path(__file__).parents[1] / "data/gb11643/checkdigit_vectors.csv"


@pytest.fixture
def page(watched: Any) -> Page:
    """A desk of the usual size."""
    made: Page = watched.context(viewport={"width": 1440, "height": 900}).new_page()
    return made


def number(born: str, serial: str) -> str:
    """An id number of an area that never had a code, so it is nobody's."""
    first = f"299999{born}{serial}"
    return first + idnumber.check_sign(first)


def open_desk(page: Page, sign_in: SignIn, query: str = "", user: str = "village") -> None:
    sign_in(page, user)
    page.goto(f"/desk/{query}")
    page.wait_for_selector("#shown", timeout=LONG)


def api(page: Page, path: str, body: Any = None, method: str = "") -> Any:
    request = page.context.request
    url = f"/api/v1{path}"
    method = method or ("GET" if body is None else "POST")
    answer = request.fetch(url, method=method, data=body)
    assert answer.ok, f"{path}: {answer.status} {answer.text()[:300]}"
    return answer.json() if answer.body() else None


def houses(page: Page) -> list[dict[str, Any]]:
    """Two houses of two micro-grids of the leader's village."""
    found = api(page, "/houses/search", {"size": 500})["items"]
    first = found[0]
    return [first, next(h for h in found if h["grid_id"] != first["grid_id"])]


def field(page: Page, name: str) -> Locator:
    return page.locator(f'#drawer [data-field="{name}"]')


def choose_home(page: Page, words: str) -> None:
    """Find a house by its number and take the first that the list offers."""
    box = field(page, "at").locator(".placed input[type=search]")
    box.fill(words)
    expect(field(page, "at").locator(".found button").first).to_contain_text(words)
    box.press("Enter")
    expect(field(page, "at").locator(".pick")).to_contain_text(words)


def send(page: Page) -> None:
    """Send the form and wait until it is gone."""
    page.locator("#drawer button[type=submit]").click()
    expect(page.locator("#drawer")).to_have_count(0)


def act(page: Page, form: str) -> None:
    """Open a form from the menu of the card."""
    kind = form.split(".", maxsplit=1)[0]
    page.locator(f'#card [data-do*="do-{kind}"]').click()
    page.locator(f'#do-{kind} [data-do*="{form}"]').click()
    expect(page.locator("#drawer")).to_be_visible()


def enter(page: Page, name: str, id_number: str, home: str) -> int:
    """Enter somebody by the form; returns the id of the entry."""
    page.locator(".for-people").click()
    field(page, "class").get_by_text("户籍", exact=True).click()
    field(page, "name").locator("input").fill(name)
    field(page, "id_number").locator("input").fill(id_number)
    choose_home(page, home)
    send(page)
    expect(page.locator("#card h2")).to_have_text(name)
    return int(page.evaluate("deskState.cards[0].id"))


def test_p3_household_from_nothing_split_and_moved(page: Page, sign_in: SignIn) -> None:
    """Two people are entered, become a household, part, and one of them moves elsewhere."""
    open_desk(page, sign_in)
    home, elsewhere = houses(page)
    one = enter(page, "示例山", number("19790405", "231"), home["number"])
    two = enter(page, "示例水", number("19810607", "442"), home["number"])
    stored = api(page, f"/people/{two}")
    assert (stored["sex"], stored["birth_date"][:4]) == ("f", "1981"), "filled by the number"

    page.locator('[data-tab="households"]').click()
    page.locator(".for-households").click()
    field(page, "number").locator("input").fill("表单-1")
    for name in ("示例山", "示例水"):
        field(page, "members").locator("input").fill(name)
        expect(field(page, "members").locator(".found button")).to_contain_text(name)
        field(page, "members").locator("input").press("Enter")
    send(page)
    expect(page.locator("#card h2")).to_contain_text("表单-1")
    household = int(page.evaluate("deskState.cards[0].id"))
    card = api(page, f"/households/{household}")
    assert {(m["id"], m["head"]) for m in card["members"]} == {(one, True), (two, False)}

    act(page, "household.split")
    field(page, "members").get_by_text("示例水").click()
    field(page, "first").locator("select").select_option(label="示例水")
    field(page, "number").locator("input").fill("表单-2")
    send(page)
    expect(page.locator("#card h2")).to_contain_text("表单-2")
    expect(page.locator("#card")).to_contain_text("分户自")
    assert [m["id"] for m in api(page, f"/households/{household}")["members"]] == [one]

    page.locator("#card").get_by_text("示例水").first.click()
    expect(page.locator("#card h2")).to_have_text("示例水")
    act(page, "person.move")
    choose_home(page, elsewhere["number"])
    field(page, "at").locator(".cross input").check()  # it is another micro-grid
    send(page)
    expect(page.locator("#card h2")).to_have_text("示例水")
    moved = int(page.evaluate("deskState.cards[0].id"))
    assert moved != two
    assert api(page, f"/people/{moved}")["chain"][-1]["id"] == elsewhere["grid_id"]
    assert api(page, f"/people/{two}")["cancel_reason"] == "left"


def test_p4_family_from_a_person_moved_and_printed(page: Page, sign_in: SignIn) -> None:
    """A family is founded from a person's card, moves house, and its sheet is fetched."""
    open_desk(page, sign_in)
    home, elsewhere = houses(page)
    one = enter(page, "示例石", number("19830405", "233"), home["number"])
    page.locator('#card [data-do*="do-person"]').click()
    page.locator('#do-person [data-do*="family.found"]').click()
    field(page, "number").locator("input").fill("表单家")
    send(page)
    expect(page.locator("#card h2")).to_contain_text("表单家")
    family = int(page.evaluate("deskState.cards[0].id"))
    with page.expect_download() as kept:
        page.locator("#sheet").click()
    assert kept.value.suggested_filename == f"family-{family}.pdf"
    act(page, "family.move")
    choose_home(page, elsewhere["number"])
    field(page, "at").locator(".cross input").check()
    field(page, "address").locator("input").fill("示例路 1 号")
    send(page)
    expect(page.locator("#card")).to_contain_text("搬家")
    card = api(page, f"/families/{family}")
    assert card["house_id"] == elsewhere["id"]
    assert [m["head"] for m in card["members"]] == [True] and card["members"][0]["id"] != one


def test_problems_show_as_one_types(page: Page, sign_in: SignIn) -> None:
    """A wrong number is told beside its field before anything is sent, and nothing is sent."""
    open_desk(page, sign_in)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    page.locator(".for-people").click()
    good = number("19900229"[:4] + "0301", "017")
    told = field(page, "id_number").locator(".problem")
    field(page, "id_number").locator("input").fill(good[:-1] + ("0" if good[-1] != "0" else "1"))
    expect(told).to_contain_text("校验位不符")
    field(page, "id_number").locator("input").fill(good[:12])
    expect(told).to_contain_text("18 位，现在是 12 位")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in good)
    field(page, "id_number").locator("input").fill(wide)
    expect(told).to_have_text("")
    expect(field(page, "id_number")).to_contain_text("男，1990-03-01 出生")
    page.locator("#drawer button[type=submit]").click()
    expect(field(page, "class").locator(".problem")).to_have_text("这一项要填")
    expect(field(page, "at").locator(".problem")).to_contain_text("请选住处")
    assert not [url for url in sent if url.endswith("/api/v1/people")]


def test_draft_outlives_a_lost_line_and_a_reload(page: Page, sign_in: SignIn, watched: Any) -> None:
    """What was typed is there after a lost connection and after a reload, and saves at last."""
    open_desk(page, sign_in)
    home = houses(page)[0]["number"]
    page.locator(".for-people").click()
    field(page, "class").get_by_text("流动", exact=True).click()
    field(page, "name").locator("input").fill("示例云")
    field(page, "id_number").locator("input").fill(number("19930808", "019"))
    choose_home(page, home)
    page.context.set_offline(True)
    page.locator("#drawer button[type=submit]").click()
    expect(page.locator("#drawer .note.offline")).to_contain_text("网络断了")
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector("#shown", timeout=LONG)
    page.locator(".for-people").click()
    expect(page.locator("#drawer .note.draft")).to_be_visible()
    expect(field(page, "name").locator("input")).to_have_value("示例云")
    expect(field(page, "at").locator(".pick")).to_contain_text(home)
    send(page)
    expect(page.locator("#card h2")).to_have_text("示例云")
    page.locator(".for-people").click()
    expect(field(page, "name").locator("input")).to_have_value("")
    watched.errors[:] = [e for e in watched.errors if "ERR_INTERNET_DISCONNECTED" not in e]


def test_a_lost_update_is_shown_not_overwritten(page: Page, sign_in: SignIn, watched: Any) -> None:
    """Somebody else saved first: both versions stand side by side, and saving again keeps both."""
    open_desk(page, sign_in)
    person = api(page, "/people/search", {"size": 1, "filters": {"class": ["registered"]}})
    key = person["items"][0]["id"]
    page.goto(f"/desk/?id=people-{key}")
    page.wait_for_selector("#do-person", state="attached", timeout=LONG)
    act(page, "person.change")
    field(page, "address").locator("input").fill("示例路 9 号")
    now = api(page, f"/people/{key}")
    other = {"version": now["version"], "name": "示例新名"}
    api(page, f"/people/{key}", other, method="PATCH")
    page.locator("#drawer button[type=submit]").click()
    told = page.locator("#drawer .note.stale")
    expect(told.locator('[data-row="name"]')).to_contain_text("示例新名")
    expect(told.locator('[data-row="address"]')).to_contain_text("示例路 9 号")
    told.get_by_text("仍按我填的保存").click()
    expect(page.locator("#drawer")).to_have_count(0)
    after = api(page, f"/people/{key}")
    assert (after["name"], after["address"]) == ("示例新名", "示例路 9 号")
    watched.errors[:] = [e for e in watched.errors if "409" not in e]


# A building of the list in the left half of the map, where nothing else would take the click.
ON_SCREEN = """(ids) => {
    const el = document.getElementById('map'), box = el.getBoundingClientRect(), map = el.__map
    for (let x = 120; x < box.width / 2; x += 7) for (let y = 60; y < box.height - 60; y += 7) {
        const hits = map.queryRenderedFeatures([x, y])
        const id = hits.length && hits[0].layer.id.includes('building') ? Number(hits[0].id) : null
        const plain = document.elementFromPoint(box.x + x, box.y + y)?.tagName === 'CANVAS'
        if (plain && ids.includes(id)) return [id, box.x + x, box.y + y]
    }
    throw new Error('no building in sight')
}"""


def test_a_home_is_clicked_on_the_map(page: Page, sign_in: SignIn) -> None:
    """While the form is open, a click on a building of the map is the home."""
    open_desk(page, sign_in, user="micro")
    page.wait_for_selector("#map[data-ready]", timeout=LONG)
    page.locator(".for-people").click()
    expect(page.locator("#drawer")).to_be_visible()
    known = {b["id"]: b for b in api(page, "/buildings/search", {"size": 500})["items"]}
    key, x, y = page.evaluate(ON_SCREEN, list(known))
    page.mouse.click(x, y)
    expect(field(page, "at").locator(".pick")).to_contain_text(known[key]["name"])
    assert page.evaluate("deskState.cards.length") == 0, "no card opens over the form"


def test_confirmed_with_one_press(page: Page, sign_in: SignIn) -> None:
    """The age of an entry is renewed from its card."""
    open_desk(page, sign_in)
    rows = api(page, "/people/search", {"size": 1, "sort": "confirmed_on"})["items"]
    page.goto(f"/desk/?id=people-{rows[0]['id']}")
    page.locator("#card .beside").click(timeout=LONG)
    expect(page.locator("#card .fx")).to_contain_text("今天")


def test_who_may_not_write_sees_no_form(page: Page, sign_in: SignIn) -> None:
    """A department reads and writes nothing here."""
    open_desk(page, sign_in, user="department")
    assert page.locator("[data-do*='\"form\"']").count() == 0


def pixel(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the screen."""
    at = page.evaluate(
        """([lon, lat]) => {
            const el = document.getElementById('map'), box = el.getBoundingClientRect()
            const p = el.__map.project([lon, lat])
            return [p.x + box.x, p.y + box.y]
        }""",
        [lon, lat],
    )
    return at[0], at[1]


def across(page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    """A premises, and the nearest building of another micro-grid."""
    shops = api(page, "/premises/search", {"size": 500})["items"]
    buildings = api(page, "/buildings/search", {"size": 500})["items"]
    pairs = (
        (abs(s["point"][0] - b["point"][0]) + abs(s["point"][1] - b["point"][1]), n, m)
        for n, s in enumerate(shops) if s["point"]
        for m, b in enumerate(buildings) if b["grid_id"] != s["grid_id"]
    )  # fmt: skip
    _, n, m = min(pairs)
    return shops[n], buildings[m]


def test_g7_a_premises_is_dragged_across_a_border(page: Page, sign_in: SignIn) -> None:
    """The pin snaps to the building under it; that this is another grid is asked first; the pin
    goes back where it was; nothing can be dragged while no form is open."""
    open_desk(page, sign_in)
    shop, building = across(page)
    page.goto(f"/desk/?tab=premises&id=premises-{shop['id']}")
    page.wait_for_selector("#map[data-ready]", timeout=LONG)
    page.wait_for_selector("#do-premises", state="attached", timeout=LONG)
    pin = page.locator('.gm-pin[data-name="place"]')
    expect(pin).to_have_count(0)
    act(page, "premises.move")
    expect(pin).to_be_visible()
    page.wait_for_function("() => !document.getElementById('map').__map.isMoving()")
    page.wait_for_timeout(500)
    box = pin.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    start, end = pixel(page, *shop["point"]), pixel(page, *building["point"])
    by = end[0] - start[0], end[1] - start[1]
    x, y = box["x"] + box["width"] / 2 + by[0], box["y"] + box["height"] / 2 + by[1]
    page.mouse.move(x, y, steps=8)
    page.mouse.up()
    expect(field(page, "at").locator(".pick")).to_contain_text(building["name"])
    expect(field(page, "at").locator(".cross")).to_contain_text(building["grid"])
    field(page, "at").get_by_text("放回原处").click()
    expect(field(page, "at").locator(".pick")).to_have_count(0)
    choose = field(page, "at").locator(".placed input[type=search]")
    choose.fill(building["name"])
    expect(field(page, "at").locator(".found button").first).to_contain_text(building["name"])
    choose.press("Enter")
    page.locator("#drawer button[type=submit]").click()
    expect(field(page, "at").locator(".problem").last).to_contain_text("请勾选确认")
    assert api(page, f"/premises/{shop['id']}")["grid_id"] == shop["grid_id"]
    field(page, "at").locator(".cross input").check()
    send(page)
    expect(pin).to_have_count(0)
    assert api(page, f"/premises/{shop['id']}")["grid_id"] == building["grid_id"]


def test_p10_the_form_reads_every_vector_as_the_service_does(page: Page, sign_in: SignIn) -> None:
    """The rule stands in the browser as well: both say the same of each vector."""
    sign_in(page, "village")
    page.goto("/account")
    with VECTORS.open(encoding="utf-8") as lines:
        numbers = [row["number"] for row in csv.DictReader(lines)]
    today = date(2026, 11, 22)
    told = page.evaluate(
        """async ([numbers, today]) => {
            const { read } = await import('/static/forms/idnumber.mjs')
            return numbers.map((number) => read(number, today))
        }""",
        [numbers, today.isoformat()],
    )
    right = 0
    for number_, found in zip(numbers, told, strict=True):
        try:
            known = idnumber.parse(number_, today)
        except BadInput:
            assert found is None or found.get("problem"), number_
            continue
        right += 1
        assert (found["born"], found["sex"]) == (known.birth_date.isoformat(), known.sex), number_
    assert 0 < right < len(numbers) == 204


def test_p5_what_the_rules_will_change_is_listed_and_leads_to_the_person(
    page: Page, sign_in: SignIn
) -> None:
    open_desk(page, sign_in, user="township")
    grid = api(page, "/me")["home_grid"]["id"]
    told = api(page, f"/labels/upcoming?size=200&grid={grid}")
    assert told["items"]
    page.locator(".nav button", has_text="标签变动").click()
    rows = page.locator("#drawer .upcoming button")
    expect(rows).to_have_count(min(200, told["total"]))
    expect(rows.locator("b")).to_have_text([one["person"] for one in told["items"]])
    rows.first.click()
    expect(page.locator("#drawer")).to_have_count(0)
    expect(page.locator("#card")).to_contain_text(told["items"][0]["person"])
