"""The desk in a real browser: it shows what the API answers, and nothing else."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from dashboards.strings import catalogue

SignIn = Callable[[Page, str], None]
DESK = Path(__file__).resolve().parent.parent.parent / "dashboards" / "desk"
LONG = 60_000
SIZES = [(1440, 900), (1920, 1080), (1280, 720)]


@pytest.fixture
def page(watched: Any) -> Page:
    """A desk of the usual size."""
    made: Page = watched.context(viewport={"width": 1440, "height": 900}).new_page()
    return made


# ---- helpers ------------------------------------------------------------------------------------


def go(page: Page, query: str = "", on_map: bool = False) -> None:
    """The desk with its rows; ``on_map`` waits for the map's first complete picture as well."""
    page.goto(f"/desk/{query}")
    page.wait_for_selector("#shown", timeout=LONG)
    if on_map:
        page.wait_for_selector("#map[data-ready]", timeout=LONG)
        still(page)


def open_desk(
    page: Page, sign_in: SignIn, user: str = "county", query: str = "", on_map: bool = False
) -> None:
    """The desk of ``user``."""
    sign_in(page, user)
    go(page, query, on_map)


def api(page: Page, path: str, body: Any = None) -> Any:
    """The API's answer to the signed-in user of the page."""
    request = page.context.request
    url = f"/api/v1{path}"
    answer = request.get(url) if body is None else request.post(url, data=body)
    assert answer.ok, f"{path}: {answer.status} {answer.text()[:300]}"
    return answer.json()


def home(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = api(page, "/me")["home_grid"]
    return found


def search(page: Page, register: str, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = api(page, f"/{register}/search", body)
    return found


def number(text: str) -> int:
    return int(text.replace(",", ""))


def state(page: Page) -> dict[str, Any]:
    """What the page believes to show."""
    told = page.evaluate(
        "() => JSON.stringify({grid: deskState.grid, place: deskState.place, tab: deskState.tab,"
        " total: deskState.total, rows: deskState.rows})"
    )
    found: dict[str, Any] = json.loads(told)
    return found


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


def still(page: Page) -> None:
    """Wait until the map shows the grid, its camera rests and the tiles are there."""
    page.evaluate(
        """() => new Promise((done) => {
            const el = document.getElementById('map'), map = el.__map
            let quiet = 0
            const look = () => {
                const there = el.dataset.grid === String(deskState.grid)
                quiet = there && map.loaded() && !map.isMoving() ? quiet + 1 : 0
                quiet > 8 ? done() : setTimeout(look, 100)
            }
            look()
        })"""
    )


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def total(page: Page, expected: int) -> None:
    """The table is of so many rows."""
    expect(page.locator("#shown")).to_have_attribute("data-total", str(expected), timeout=LONG)


def micro_grid(page: Page) -> int:
    """An inhabited micro-grid of the user's area: always the child with most people."""
    grid = home(page)["id"]
    while children := api(page, f"/grids/{grid}/panel")["children"]:
        grid = max(children, key=lambda c: c["people"])["id"]
    return int(grid)


def village(page: Page) -> int:
    """The most populous village of the user's area."""
    grid, level = home(page)["id"], home(page)["level"]
    while level < 3:
        best = max(api(page, f"/grids/{grid}/panel")["children"], key=lambda c: c["people"])
        grid, level = best["id"], best["level"]
    return int(grid)


# ---- drill and panel ----------------------------------------------------------------------------


def test_drill_by_clicking_the_map(page: Page, sign_in: SignIn) -> None:
    """From the top to a micro-grid by clicks on the map, and back by the breadcrumb."""
    open_desk(page, sign_in, on_map=True)
    grid = home(page)
    seen = [grid["name"]]
    while children := api(page, f"/grids/{grid['id']}/children"):
        still(page)
        clicked = _click_one_of(page, children)
        expect(page.locator("#panel h2")).to_have_text(clicked["name"], timeout=LONG)
        expect(page.locator("#crumb b")).to_have_text(clicked["name"])
        grid = clicked
        seen.append(grid["name"])
        assert f"grid={grid['id']}" in page.url
    assert grid["level"] == 5
    expect(page.locator("#crumb > :not(i)")).to_have_text(seen)
    page.locator("#crumb button").nth(1).click()
    expect(page.locator("#panel h2")).to_have_text(seen[1], timeout=LONG)
    page.go_back()
    expect(page.locator("#panel h2")).to_have_text(seen[-1], timeout=LONG)
    page.keyboard.press("Escape")
    expect(page.locator("#panel h2")).to_have_text(seen[-2], timeout=LONG)


BARE = """([children, steps]) => {
    const el = document.getElementById('map'), box = el.getBoundingClientRect(), map = el.__map
    const signs = ['buildings', 'premises', 'incidents']
    const lights = [...el.querySelectorAll('.gm-light')].map((l) => l.getBoundingClientRect())
    for (const {id, bbox: [w, s, e, n]} of children) for (const a of steps) for (const b of steps) {
        const p = map.project([w + (e - w) * a, s + (n - s) * b])
        const [x, y] = [p.x + box.x, p.y + box.y]
        if (document.elementFromPoint(x, y)?.tagName !== 'CANVAS') continue
        if (lights.some((l) => Math.hypot(l.x - x, l.y - y) < 40)) continue
        const near = map.queryRenderedFeatures([[p.x - 12, p.y - 12], [p.x + 12, p.y + 12]])
        if (near.some((f) => signs.includes(f.sourceLayer))) continue
        const ground = map.queryRenderedFeatures([p.x, p.y])
        const within = (f) => f.sourceLayer === 'grids' && f.layer.type === 'fill' && f.id === id
        if (ground.some(within)) return [id, x, y]
    }
    return null
}"""


def _click_one_of(page: Page, children: list[dict[str, Any]]) -> dict[str, Any]:
    """Click bare ground of a child, the widest first; returns that child."""
    wide = sorted(children, key=lambda c: c["bbox"][0] - c["bbox"][2])
    found = page.evaluate(BARE, [wide, [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]])
    assert found, f"no bare ground in {[c['name'] for c in wide]}"
    page.mouse.click(found[1], found[2])
    return next(c for c in children if c["id"] == found[0])


@pytest.mark.parametrize("user", ["county", "micro"])
def test_every_figure_opens_its_rows(page: Page, sign_in: SignIn, user: str) -> None:
    """S2: each figure of the panel = the rows that it opens = the API's own count."""
    open_desk(page, sign_in, user)
    grid = home(page)
    panel = api(page, f"/grids/{grid['id']}/panel")
    figures = page.locator("#panel .cnt button, #panel .cl button, #panel .lts button")
    expect(figures.first).to_be_visible()
    checked = {}
    for n in range(figures.count()):
        figure = figures.nth(n)
        name = figure.locator("[data-fig]").get_attribute("data-fig")
        shown = number(figure.locator("[data-fig]").inner_text())
        figure.click()
        total(page, shown)
        checked[name] = shown
    by_class, lights = panel["people_by_class"], panel["open_incidents"]
    assert {k: checked[k] for k in by_class} == by_class
    assert {k: checked[k] for k in lights} == lights
    assert checked["open"] == sum(lights.values())
    wanted = {"people", "households", "houses", "buildings", "premises"}
    say = catalogue("zh", "desk.count.")
    assert {k: checked[say[f"desk.count.{k}"]] for k in wanted} == {k: panel[k] for k in wanted}
    assert checked[say["desk.count.staff"]] == panel["staff_count"]


def test_children_add_up_to_the_panel(page: Page, sign_in: SignIn) -> None:
    """The list of lower grids and the row 未归属 sum to the figure above them."""
    open_desk(page, sign_in)
    people = page.locator("#panel .below tbody tr td:nth-child(2)").all_inner_texts()
    above = page.locator('#panel [data-fig="实有人口"]').inner_text()
    assert sum(map(number, people)) == number(above)


# ---- questions ----------------------------------------------------------------------------------


def bar(page: Page) -> dict[str, int]:
    """The figures of the answer bar."""
    expect(page.locator("#answer .sum").first).to_be_visible(timeout=LONG)
    figures = page.locator("#answer .sum [data-fig]")
    return {
        figures.nth(n).get_attribute("data-fig") or "": number(figures.nth(n).inner_text())
        for n in range(figures.count())
    }


def answers(page: Page, place: dict[str, Any]) -> dict[str, int]:
    """The same question asked of the API."""
    found = {r: search(page, r, place=place)["total"] for r in ("people", "households", "premises")}
    opened = search(page, "incidents", place=place, filters={"open": True})
    return {**found, "incidents": opened["total"]}


def draw_polygon(page: Page) -> None:
    still(page)
    x, y = middle(page)
    page.locator("[data-tool-name=polygon]").click()
    page.wait_for_selector("#map[data-draw=polygon]")
    corners = [(-170, -70), (60, -95), (170, 20), (-40, 80)]
    for dx, dy in [*corners, corners[-1]]:
        page.mouse.move(x + dx, y + dy)
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(350)


def test_drawn_polygon(page: Page, sign_in: SignIn) -> None:
    """The bar of a drawn polygon = the tabs = the API; taking it back shows the grid again."""
    sign_in(page, "county")
    grid = village(page)
    go(page, f"?grid={grid}", on_map=True)
    draw_polygon(page)
    shown = bar(page)
    place = state(page)["place"]
    assert place["polygon"]["type"] == "Polygon"
    assert shown == answers(page, place)
    assert shown["people"] > 0 and shown["premises"] > 0
    for register, count in shown.items():
        tab = page.locator(f"#tabs [data-tab={register}]")
        expect(tab.locator("b")).to_have_text(f"{count:,}")
        tab.click()
        total(page, count)
    page.locator("#tabs .fc button").click()
    expect(page.locator("#answer")).to_be_empty()
    page.locator("#tabs [data-tab=people]").click()
    total(page, search(page, "people", place={"grid": grid})["total"])


def test_circle_and_line_ask_in_metres(page: Page, sign_in: SignIn) -> None:
    """Radius and width can be set in metres; the answer follows and equals the API's."""
    sign_in(page, "county")
    go(page, f"?grid={village(page)}", on_map=True)
    x, y = middle(page)
    page.locator("[data-tool-name=circle]").click()
    page.wait_for_selector("#map[data-draw=circle]")
    page.mouse.click(x, y)
    page.wait_for_timeout(350)
    page.mouse.move(x + 60, y + 15, steps=4)
    page.wait_for_timeout(350)
    page.mouse.click(x + 60, y + 15)
    bar(page)
    _set_metres(page, 130)
    place = state(page)["place"]
    assert place["near"]["metres"] == 130
    assert bar(page) == answers(page, place)

    page.locator("[data-tool-name=line]").click()
    page.wait_for_selector("#map[data-draw=line]")
    for dx, dy in [(-180, -20), (0, 25), (160, -30), (160, -30)]:
        page.mouse.move(x + dx, y + dy)
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(350)
    bar(page)
    _set_metres(page, 75)
    place = state(page)["place"]
    assert place["along"]["metres"] == 75
    assert bar(page) == answers(page, place)


def _set_metres(page: Page, metres: int) -> None:
    field = page.locator("#answer .measure input")
    field.fill(str(metres))
    field.press("Enter")
    expect(page.locator("#tabs .fc")).to_contain_text(f"{metres} 米", timeout=LONG)


def test_nearest_premises(page: Page, sign_in: SignIn) -> None:
    """A click with the tool gives the nearest ten, in the API's order, with metres."""
    sign_in(page, "county")
    go(page, f"?grid={village(page)}&tab=people", on_map=True)
    page.locator("[data-tool-name=nearest]").click()
    page.mouse.click(*middle(page))
    total(page, 10)
    place = state(page)["place"]
    found = search(page, "premises", place=place)
    assert found["total"] == 10
    ids = [row["id"] for row in found["items"]]
    assert state(page)["rows"] == ids[: len(state(page)["rows"])]
    first = page.locator('.ag-row[row-index="0"] [col-id=metres]')
    expect(first).to_have_text(f"{found['items'][0]['metres']:,}")


def test_filters_narrow_the_rows(page: Page, sign_in: SignIn) -> None:
    """A filter of the bar asks what the API's filter asks; clearing it shows all again."""
    open_desk(page, sign_in, query="?tab=people")
    grid = {"grid": home(page)["id"]}
    page.get_by_placeholder("≥ 岁").fill("80")
    page.locator("#filters button.dash-dropdown").nth(1).click()
    page.get_by_role("option", name="女").click()
    old_women = search(page, "people", place=grid, filters={"age_min": 80, "sex": "f"})
    total(page, old_women["total"])
    page.get_by_role("button", name="清除筛选").first.click()
    total(page, search(page, "people", place=grid)["total"])
    page.locator("#tabs [data-tab=premises]").click()
    page.locator("#filters .bar.premises button.dash-dropdown").nth(1).click()
    page.get_by_role("option", name="严重").click()
    total(page, search(page, "premises", place=grid, filters={"attention": 3})["total"])


def test_sorting_is_the_servers(page: Page, sign_in: SignIn) -> None:
    """A click on a heading sorts all rows, not only the page."""
    open_desk(page, sign_in, query="?tab=people")
    page.locator(".ag-header-cell[col-id=age]").click()
    grid = {"grid": home(page)["id"]}
    found = search(page, "people", place=grid, sort="-birth_year", size=5)
    first = page.locator('.ag-row[row-index="0"] [col-id=age]')
    expect(first).to_have_text(str(found["items"][0]["age"]), timeout=LONG)
    assert state(page)["rows"][:5] == [row["id"] for row in found["items"]]


def test_search_by_name_and_code(page: Page, sign_in: SignIn) -> None:
    """The slash key opens the search; a code finds its grid."""
    open_desk(page, sign_in)
    grid = api(page, f"/grids/{micro_grid(page)}")
    page.keyboard.press("/")
    page.locator("#words").fill(grid["code"])
    expect(page.locator("#found button").first).to_contain_text(grid["name"])
    page.keyboard.press("Enter")
    expect(page.locator("#panel .gs")).to_contain_text(grid["code"], timeout=LONG)


# ---- cards --------------------------------------------------------------------------------------


def test_person_card_and_show_on_map(page: Page, sign_in: SignIn) -> None:
    """A row opens its card; "show on map" brings the camera to the person's place, and back."""
    sign_in(page, "county")
    grid = micro_grid(page)
    go(page, f"?grid={grid}&tab=people")
    total(page, search(page, "people", place={"grid": grid})["total"])
    page.locator(".ag-row .nm").first.click()
    row = state(page)["rows"][0]
    card = api(page, f"/people/{row}")
    expect(page.locator("#card h2")).to_have_text(card["name"])
    expect(page.locator("#card .facts")).to_contain_text(card["id_number"])
    assert f"id={row}" in page.url
    page.locator("""#card .cf [data-do*='"show"']""").click()
    still(page)
    lon, lat = card["point"]
    x, y = pixel(page, lon, lat)
    cx, cy = middle(page)
    assert abs(x - cx) < 40 and abs(y - cy) < 40
    page.locator("#card .facts").get_by_role("button", name=card["household"]["number"]).click()
    expect(page.locator("#card h2")).to_contain_text(card["household"]["number"])
    members = page.locator("#card .sect tr")
    expect(members).to_have_count(len(card["household"]["members"]))
    page.locator("#card .ch [aria-label=返回]").click()
    expect(page.locator("#card h2")).to_have_text(card["name"])
    page.keyboard.press("ArrowDown")
    page.locator("#card .ch [aria-label=下一条]").click()
    second = api(page, f"/people/{state(page)['rows'][1]}")
    expect(page.locator("#card h2")).to_have_text(second["name"])


def test_deep_link_opens_the_card(page: Page, sign_in: SignIn) -> None:
    """?grid=&tab=&id= opens the same view for somebody else."""
    sign_in(page, "county")
    grid = micro_grid(page)
    one = search(page, "premises", place={"grid": home(page)["id"]}, size=1)["items"][0]
    page.goto(f"/desk/?grid={grid}&tab=premises&id={one['id']}")
    expect(page.locator("#card h2")).to_have_text(one["name"], timeout=LONG)
    expect(page.locator('#tabs [data-tab=premises][aria-selected="true"]')).to_be_visible()
    page.goto(f"/desk/?grid={grid}&tab=people&id=premises-{one['id']}")
    expect(page.locator("#card h2")).to_have_text(one["name"], timeout=LONG)


def test_click_on_a_building_shows_who_lives_there(page: Page, sign_in: SignIn) -> None:
    """G3 at level 5: building -> households -> members, from a click on the map."""
    sign_in(page, "county")
    grid = micro_grid(page)
    go(page, f"?grid={grid}", on_map=True)
    found = search(page, "buildings", place={"grid": grid}, size=500)["items"]
    building = next(b for b in found if b["households"] and _covered(page, b) == b["id"])
    page.mouse.click(*pixel(page, *building["point"]))
    expect(page.locator("#card h2")).to_have_text(building["name"], timeout=LONG)
    total(page, search(page, "people", place={"building": building["id"]})["total"])
    homes = api(page, f"/buildings/{building['id']}")["household_list"]
    rows = page.locator("#card .sect:not(.hc)").first.locator("tr")
    expect(rows).to_have_count(len(homes))
    rows.first.locator("button").first.click()
    expect(page.locator("#card h2")).to_contain_text(homes[0]["number"])
    card = api(page, f"/households/{homes[0]['id']}")
    names = page.locator("#card .sect tr td:first-child").all_inner_texts()
    assert names == [m["name"] for m in card["members"]]


def _covered(page: Page, building: dict[str, Any]) -> int | None:
    """The building that a click on ``building``'s point would hit, if nothing else is on top."""
    x, y = pixel(page, *building["point"])
    found: int | None = page.evaluate(
        """([x, y]) => {
            const el = document.getElementById('map'), box = el.getBoundingClientRect()
            if (document.elementFromPoint(x, y)?.tagName !== 'CANVAS') return null
            const at = [x - box.x, y - box.y]
            const near = [[at[0] - 14, at[1] - 14], [at[0] + 14, at[1] + 14]]
            const hits = el.__map.queryRenderedFeatures(near)
            if (hits.some((f) => ['premises', 'incidents'].includes(f.sourceLayer))) return null
            const own = el.__map.queryRenderedFeatures(at)
            return own.find((f) => f.sourceLayer === 'buildings')?.id ?? null
        }""",
        [x, y],
    )
    return found


def test_what_is_here(page: Page, sign_in: SignIn) -> None:
    """The tool shows the chain of grids and who is responsible, as the API knows it."""
    sign_in(page, "county")
    grid = micro_grid(page)
    go(page, f"?grid={grid}", on_map=True)
    lon, lat = api(page, f"/grids/{grid}")["centre"]
    page.locator("[data-tool-name=here]").click()
    page.mouse.click(*pixel(page, lon, lat))
    found = api(page, f"/whats-here?lon={lon}&lat={lat}")
    links = page.locator("#card .chain .lnk")
    expect(links).to_have_text([g["name"] for g in found["chain"]], timeout=LONG)
    leader = next(s for s in found["staff"] if s["post"] == "leader")
    expect(page.locator("#card")).to_contain_text(leader["name"])


def test_unplaced_list(page: Page, sign_in: SignIn) -> None:
    """The number beside 未落位 is the number of rows that it opens."""
    open_desk(page, sign_in)
    expected = search(page, "people", place={"unplaced": True})["total"]
    assert expected > 0
    expect(page.locator("#unplaced")).to_have_text(str(expected))
    page.locator(".nav").get_by_role("button", name="未落位").click()
    total(page, expected)


# ---- rights -------------------------------------------------------------------------------------


def test_township_leaders_scope(page: Page, sign_in: SignIn, watched: Any) -> None:
    """A village leader sees the village alone: panel, rows, search, links from elsewhere."""
    open_desk(page, sign_in, "county")
    county = home(page)
    other = watched.context(viewport={"width": 1440, "height": 900}).new_page()
    open_desk(other, sign_in, "village")
    own = home(other)
    assert own["id"] != county["id"]
    expect(other.locator("#panel h2")).to_have_text(own["name"])
    total(other, search(other, "people", place={"grid": own["id"]})["total"])
    assert search(other, "people")["total"] < search(page, "people")["total"]
    # The way up is named but does not act.
    expect(other.locator("#crumb button")).to_have_count(0)
    siblings = [g for g in api(page, "/grids?q=村") if g["id"] != own["id"] and g["level"] == 3]
    other.keyboard.press("/")
    other.locator("#words").fill(siblings[0]["code"])
    expect(other.locator("#found .none")).to_be_visible()
    for grid in (county["id"], siblings[0]["id"]):
        other.goto(f"/desk/?grid={grid}")
        expect(other.locator("#panel .notice")).to_be_visible(timeout=LONG)
        expect(other.locator("#state .notice")).to_be_visible()
        expect(other.locator("#panel .fig")).to_have_count(0)
        expect(other.locator(".ag-row")).to_have_count(0)


def test_what_may_not_be_seen_is_absent(page: Page, sign_in: SignIn) -> None:
    """A department reads no people and no households: no tab, layer, search, list.

    It is told statistics of them, as far as they give no small number away; they open nothing.
    """
    open_desk(page, sign_in, "department")
    tabs = [t.get_attribute("data-tab") for t in page.locator("#tabs [role=tab]").all()]
    assert tabs == ["houses", "buildings", "premises", "incidents", "staff"]
    expect(page.locator("#panel .cl")).to_have_count(1)
    expect(page.locator("#panel .cl button")).to_have_count(0)
    expect(page.locator("[data-layer=people]")).to_have_count(0)
    expect(page.locator("#unplaced")).to_have_count(0)
    page.keyboard.press("/")
    page.locator("#words").fill("李")
    expect(page.locator("#found button").last).to_contain_text("场所")
    expect(page.locator("#found")).not_to_contain_text("在人口中")
    building = search(page, "buildings", size=1)["items"][0]
    page.goto(f"/desk/?tab=buildings&id={building['id']}")
    expect(page.locator("#card h2")).to_have_text(building["name"], timeout=LONG)
    expect(page.locator("#card .sect:not(.hc)")).to_have_count(0)  # the chart tells of houses only
    page.goto("/desk/?tab=people&id=people-1")
    expect(page.locator("#card .notice")).to_contain_text("权限", timeout=LONG)


# ---- files, language, live ----------------------------------------------------------------------


def test_export_has_the_rows_of_the_table(page: Page, sign_in: SignIn) -> None:
    """CSV, Excel and GeoJSON of the question that is on the screen."""
    open_desk(page, sign_in, query="?tab=premises")
    grid = {"grid": home(page)["id"]}
    page.locator("#filters button.dash-dropdown").nth(1).click()
    page.get_by_role("option", name="中度").click()
    rows = search(page, "premises", place=grid, filters={"attention": 2})["total"]
    total(page, rows)
    files = {}
    for kind in ("CSV", "Excel", "GeoJSON"):
        page.locator("#export > .btn").click()
        with page.expect_download() as waiting:
            page.locator("#files").get_by_role("button", name=re.compile(kind)).click()
        files[kind] = waiting.value
    text = Path(files["CSV"].path()).read_text("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == rows + 1
    features = json.loads(Path(files["GeoJSON"].path()).read_text("utf-8"))["features"]
    assert len(features) == rows
    assert files["Excel"].suggested_filename.endswith(".xlsx")
    assert Path(files["Excel"].path()).read_bytes()[:2] == b"PK"


def test_a_new_incident_arrives_by_itself(page: Page, sign_in: SignIn) -> None:
    """Posted through the API, it moves figure, tab and table without a reload; its card acts."""
    sign_in(page, "county")
    grid = api(page, f"/grids/{micro_grid(page)}")
    page.goto(f"/desk/?grid={grid['id']}&tab=incidents")
    page.wait_for_selector("#map[data-live=open]", timeout=LONG)
    page.wait_for_selector("#panel .lts")
    open_now = page.locator('#panel [data-fig="open"]')
    before = number(open_now.inner_text())
    category = next(c for c in api(page, "/incident-categories") if c["parent"])
    lon, lat = grid["centre"]
    title = f"路灯不亮 {uuid.uuid4().hex[:6]}"
    body = {"title": title, "category": category["code"], "lon": lon, "lat": lat}
    made = api(page, "/incidents", {**body, "txn": str(uuid.uuid4())})
    expect(open_now).to_have_text(str(before + 1), timeout=10_000)
    expect(page.locator("#tabs [data-tab=incidents] b")).to_have_text(str(before + 1))
    page.locator(".ag-row .nm", has_text=title).click()
    expect(page.locator("#card h2")).to_have_text(title)
    page.locator("#card .cf").get_by_role("button", name="受理", exact=True).click()
    expect(page.locator("#card .steps li")).to_have_count(2, timeout=10_000)
    assert api(page, f"/incidents/{made['id']}")["state"] == "accepted"
    page.locator("#card .cf").get_by_role("button", name="报办结").click()
    expect(page.locator("#card textarea.bad")).to_be_visible()
    page.locator("#card textarea").fill("已换灯泡")
    page.locator("#card .cf").get_by_role("button", name="报办结").click()
    page.locator("#card .cf").get_by_role("button", name="核查结案").click()
    expect(open_now).to_have_text(str(before), timeout=10_000)


def test_a_session_that_ended_leads_to_sign_in(page: Page, sign_in: SignIn, watched: Any) -> None:
    """After the session is gone the next question leads to /login, which knows the way back."""
    open_desk(page, sign_in)
    page.context.request.delete("/api/v1/session")
    # The live channel may be the first to notice; then there is no tab to click any more.
    with contextlib.suppress(PlaywrightError):
        page.locator("#tabs [data-tab=buildings]").click(timeout=3000)
    page.wait_for_url(re.compile(r"/login\?next=%2Fdesk%2F%3Fgrid"), timeout=LONG)
    watched.errors.clear()  # the 401 itself is logged by the browser


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_is_cut(watched: Any, sign_in: SignIn, size: tuple[int, int], lang: str) -> None:
    """At every size and in both languages, tables and cards included."""
    width, height = size
    page = watched.context(viewport={"width": width, "height": height}).new_page()
    sign_in(page, "county")
    page.context.request.put("/api/v1/me/lang", data={"lang": lang})
    try:
        # Words are looked at here, not the map, which measures its own: it stays blank.
        page.route("**/tiles/**", lambda route: route.fulfill(status=204))
        go(page, f"?grid={village(page)}")
        for tab in ("people", "premises", "incidents", "staff"):
            page.locator(f"#tabs [data-tab={tab}]").click()
            expect(page.locator(f"#filters .bar.{tab}")).to_be_visible()
            page.locator(".ag-row .nm").first.click()
            expect(page.locator("#card .ch .r span")).to_be_visible(timeout=LONG)
            page.wait_for_timeout(300)
            assert page.evaluate(CUT) == [], f"{tab} at {size}, {lang}"
    finally:
        page.context.request.put("/api/v1/me/lang", data={"lang": "zh"})


CUT = """() => {
    const cut = []
    for (const el of document.querySelectorAll('#desk *')) {
        const own = [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
        const unseen = '.gridmap, .menu:not([data-open]), svg, .ag-aria-description-container'
        if (!own || el.closest(unseen)) continue
        const style = getComputedStyle(el), box = el.getBoundingClientRect()
        if (!box.width || style.visibility === 'hidden' || style.fontSize === '0px') continue
        const hides = el.tagName !== 'TEXTAREA' && style.overflowX !== 'visible'
        if (hides && el.scrollWidth > el.clientWidth + 1) {
            cut.push(el.textContent.trim().slice(0, 40))
        }
        const holder = el.closest('.ag-cell, .ag-header-cell, .tb, .foot, .top, .nav li, .filters')
        if (holder && box.right > holder.getBoundingClientRect().right + 1) {
            cut.push(`${el.textContent.trim().slice(0, 40)} | over ${holder.className}`)
        }
    }
    return [...new Set(cut)]
}"""


def test_every_text_is_in_the_catalogue() -> None:
    """Each key that the code names is there; each key of the file is used, or built from parts."""
    texts = catalogue("zh", "desk.")
    code = "".join(p.read_text("utf-8") for p in DESK.glob("*.py"))
    named = set(re.findall(r'say\(\s*"([\w.]+)"', code))
    assert {k for k in named if f"desk.{k}" not in texts} == set()
    groups = set(re.findall(r"""say\(\s*f["']([\w.]+)\.\{""", code))
    groups |= set(re.findall(r'named\(\s*"(\w+)"', code)) | {"sex", "rented", "inhabited"}
    groups |= {"due", "fresh", "mine"}
    named |= {"household_n", "family_n"}  # of either kind
    groups |= {"open"} | set(re.findall(r'"desk\.(\w+)\."', code))
    unused = {
        key
        for key in (k.removeprefix("desk.") for k in texts)
        if key not in named
        and not any(key.startswith(f"{g}.") for g in groups)
        and f'"{key}"' not in code
    }
    assert unused == set()


def test_a_post_without_the_desk(page: Page, sign_in: SignIn) -> None:
    """Who may not work at the desk is told so, and gets no figure."""
    sign_in(page, "patrol")
    page.goto("/desk/")
    expect(page.locator(".denied .notice")).to_contain_text("工作台")
    expect(page.locator("#map, #panel, #table")).to_have_count(0)


@pytest.mark.parametrize("user", ["county", "patrol"])
def test_made_up_requests_are_refused(page: Page, sign_in: SignIn, user: str) -> None:
    """No input to the page's own routes ends in a 500."""
    sign_in(page, user)
    panel = {"output": "..panel.children...map.gridInfo..", "changedPropIds": ["grid.data"]}
    panel["outputs"] = [  # type: ignore[assignment]
        {"id": "panel", "property": "children"},
        {"id": "map", "property": "gridInfo"},
    ]
    inputs = [{"id": "tick", "property": "data", "value": None}]
    bodies: list[Any] = [{}, [], {"output": "nothing.at-all"}, panel]
    for value in ("x", None, [1], {"a": 1}, -1, 2**70, 999_999_999):
        grid = {"id": "grid", "property": "data", "value": value}
        bodies.append({**panel, "inputs": [grid, *inputs]})
    for body in bodies:
        answer = page.context.request.post("/desk/_dash-update-component", data=body)
        assert answer.status < 500, f"{body}: {answer.status} {answer.text()[:200]}"
        assert user == "county" or answer.status in (400, 403, 422)


def test_a_hidden_field_opens_with_a_reason(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "township")
    somebody = search(page, "people", filters={"class": ["registered"]}, size=1)["items"][0]
    hidden = api(page, f"/people/{somebody['id']}")
    go(page, f"?tab=people&id={somebody['id']}")
    form = page.locator("#reveal")
    form.locator("summary").click()
    form.locator("button.btn").click()
    assert form.locator(".bad").count() == 3, "what, why and words are asked for"
    form.get_by_text("证件号").click()
    form.get_by_text("入户走访").click()
    form.locator("textarea").fill("核对户口本上的号码")
    form.locator("button.btn").click()
    page.wait_for_selector(f"#card :text('{hidden['id_number'][:4]}') >> nth=0")
    page.wait_for_function(
        "() => /^[0-9]{17}[0-9X]/m.test(document.querySelector('#card').innerText)"
    )
    shown = api(page, f"/people/{somebody['id']}")
    assert len(shown["id_number"]) == 18 and shown["id_number"][:4] == hidden["id_number"][:4]
    assert shown["id_number"] in page.locator("#card").inner_text()
    assert shown["phone"] == hidden["phone"], "only what was asked for"
