"""The wall in a real browser: it shows what the API answers, it drills, it moves by itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from services.access.actor import system

SignIn = Callable[[Page, str], None]
LONG = 90_000
# Shorter than the wall's own polling (30 s): what is seen by then came over the live channel.
BEFORE_POLL = 20_000


# ---- helpers ------------------------------------------------------------------------------------


def open_wall(page: Page, sign_in: SignIn, user: str = "county", query: str = "") -> None:
    """The wall of ``user`` with its figures; :func:`still` waits for the map."""
    sign_in(page, user)
    page.goto(f"/screen/{query}")
    page.wait_for_selector("body[data-grid]", timeout=LONG)


def api(page: Page, path: str) -> Any:
    answer = page.context.request.get(f"/api/v1{path}")
    assert answer.ok, f"{path}: {answer.status} {answer.text()[:300]}"
    return answer.json()


def wall(page: Page, grid: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = api(page, f"/wall?grid={grid}" if grid else "/wall")
    return found


def shown_grid(page: Page, grid: int) -> None:
    """Wait until the figures of ``grid`` are on the page and the map shows it."""
    page.wait_for_selector(f'body[data-grid="{grid}"]', timeout=LONG)
    page.wait_for_selector(f'#map[data-grid="{grid}"]', timeout=LONG)


def go(page: Page, grid: int, query: str = "") -> None:
    """Another grid on the open page, as a link would do it."""
    page.evaluate(f"() => gridgovWall.go('?grid={grid}{query}')")
    shown_grid(page, grid)


def still(page: Page) -> None:
    """Wait until the camera rests and the tiles are there."""
    page.wait_for_timeout(900)
    page.wait_for_selector("#map[data-ready]", timeout=LONG)
    page.evaluate(
        """() => new Promise((done) => {
            const map = document.getElementById('map').__map
            const look = () => (map.loaded() && !map.isMoving() ? done() : setTimeout(look, 100))
            look()
        })"""
    )


def pixel(page: Page, lonlat: list[float]) -> tuple[float, float]:
    """Where a place is on the screen."""
    at = page.evaluate(
        """(lonlat) => {
            const el = document.getElementById('map'), box = el.getBoundingClientRect()
            const p = el.__map.project(lonlat)
            return [p.x + box.x, p.y + box.y]
        }""",
        lonlat,
    )
    return at[0], at[1]


def child_without_light(page: Page, grid: int) -> dict[str, Any]:
    """A child whose label point is not under a light, so that a click there means the grid."""
    for child in wall(page, grid)["children"]:
        x, y = pixel(page, child["centre"])
        hit = page.evaluate(
            """([x, y]) => document.elementFromPoint(x, y)?.tagName + ' '
                + Boolean(document.elementFromPoint(x, y)?.closest('.gm-light'))""",
            [x, y],
        )
        if hit == "CANVAS false":
            found: dict[str, Any] = child
            return found
    raise AssertionError("no child can be clicked")


def number(value: str) -> int:
    return int(value.replace(",", ""))


def figures(page: Page) -> dict[str, Any]:
    """The figures as they stand on the page."""
    counts = page.locator(".lamps .n").all_inner_texts()
    return {
        "people": number(page.locator(".hero .big").inner_text()),
        "households": number(page.locator(".hero .mid2").inner_text()),
        "lights": [number(n) for n in counts],
        "classes": [number(n) for n in page.locator(".cls .n").all_inner_texts()],
    }


def same_as_api(page: Page, grid: int) -> None:
    answer = wall(page, grid)
    lights, classes = answer["open_incidents"], answer["people_by_class"]
    assert figures(page) == {
        "people": answer["people"],
        "households": answer["households"],
        "lights": [lights[c] for c in ("red", "yellow", "green")],
        "classes": [classes[c] for c in ("registered", "floating", "unsettled", "overseas")],
    }
    premises = [number(n) for n in page.locator(".kinds .n").all_inner_texts()]
    assert sum(premises) == answer["premises"]
    opened = [number(n) for n in page.locator(".cat .bar .n").all_inner_texts()]
    assert sum(opened) == sum(lights.values())


def report(page: Page, title: str, lonlat: list[float]) -> dict[str, Any]:
    """A new incident through the API."""
    category = next(c["code"] for c in api(page, "/incident-categories") if c["parent"])
    body = {
        "title": title,
        "category": category,
        "lon": lonlat[0],
        "lat": lonlat[1],
        "txn": str(uuid.uuid4()),
    }
    answer = page.context.request.post("/api/v1/incidents", data=body)
    assert answer.status == 201, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def path_to_micro(page: Page) -> list[int]:
    """One grid of each level, from the county down, each with open incidents if there are any."""
    grids = [wall(page)["grid"]["id"]]
    while children := wall(page, grids[-1])["children"]:
        grids.append(
            max(children, key=lambda c: (sum(c["open_incidents"].values()), c["id"]))["id"]
        )
    return grids


# ---- drilling -----------------------------------------------------------------------------------


def test_drills_by_click_on_the_map_and_back(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    county = wall(page)["grid"]["id"]
    same_as_api(page, county)
    trail = [county]
    while wall(page, trail[-1])["children"]:
        still(page)
        child = child_without_light(page, trail[-1])
        page.mouse.click(*pixel(page, child["centre"]))
        shown_grid(page, child["id"])
        same_as_api(page, child["id"])
        assert f"grid={child['id']}" in page.url
        trail.append(child["id"])
    assert len(trail) == 5
    still(page)
    assert page.evaluate(
        """() => document.getElementById('map').__map
            .queryRenderedFeatures({layers: ['building']}).length"""
    )
    page.locator("#crumb a").nth(1).click()
    shown_grid(page, trail[1])
    same_as_api(page, trail[1])
    page.keyboard.press("Escape")
    shown_grid(page, county)
    page.go_back()
    shown_grid(page, trail[1])


def test_cards_are_the_children(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    township = wall(page)["children"][0]
    page.locator(f'#kids li[data-grid="{township["id"]}"] a').click()
    shown_grid(page, township["id"])
    cards = page.locator("#kids li")
    children = wall(page, township["id"])["children"]
    assert cards.count() == len(children)
    for child in children:
        card = page.locator(f'#kids li[data-grid="{child["id"]}"]')
        words = card.evaluate("(card) => card.textContent")
        assert child["name"] in words and f"{child['households']:,}" in words
        for leader in child["leaders"]:
            assert leader["name"] in words
    assert page.locator("#kids ol:not([hidden])").count() == 1
    assert page.locator("#kids ol:not([hidden]) li").count() == min(8, len(children))


def test_tooltip_of_a_child(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    still(page)
    child = child_without_light(page, wall(page)["grid"]["id"])
    page.mouse.move(*pixel(page, child["centre"]))
    expect(page.locator("#tip.on h3")).to_contain_text(child["name"])
    words = page.locator("#tip dd").all_inner_texts()
    assert words[0] == ("、".join(p["name"] for p in child["leaders"]) or "空缺")
    assert words[1] == f"{child['households']:,} / {child['people']:,}"
    lights = [child["open_incidents"][c] for c in ("red", "yellow", "green")]
    assert [number(n) for n in page.locator("#tip .lt > span").all_inner_texts()] == lights
    page.mouse.move(4, 4)
    expect(page.locator("#tip.on")).to_have_count(0)


def test_address_holds_the_state(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    township = wall(page)["children"][0]["id"]
    page.goto(f"/screen/?grid={township}&metric=premises")
    shown_grid(page, township)
    page.wait_for_selector('#map[data-metric="premises"]', timeout=LONG)
    same_as_api(page, township)
    page.reload()
    shown_grid(page, township)
    page.locator("#seg a").nth(1).click()
    page.wait_for_selector('#map[data-metric="people"]', timeout=LONG)
    assert "metric=people" in page.url and f"grid={township}" in page.url


def test_figures_open_their_rows(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    county = wall(page)["grid"]["id"]
    links = page.evaluate(
        "() => [...document.querySelectorAll('a.n')].map((a) => a.getAttribute('href'))"
    )
    tabs = {link.split("tab=")[1] for link in links}
    assert {"people", "households", "premises", "incidents"} <= tabs
    assert all(f"grid={county}&" in link for link in links)


# ---- live ---------------------------------------------------------------------------------------


def test_incident_appears_by_itself(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    page.wait_for_selector('#status[data-state="ok"]', timeout=LONG)
    page.evaluate("() => { window.sameDocument = true }")
    micro = path_to_micro(page)[-1]
    before = figures(page)["lights"]
    made = report(page, "新来的一盏灯", wall(page, micro)["grid"]["centre"])
    first = page.locator("#ticker a").first
    expect(first).to_have_attribute("data-incident", str(made["id"]), timeout=BEFORE_POLL)
    expect(first).to_contain_text("新来的一盏灯")
    after = figures(page)["lights"]
    assert after == [before[0], before[1], before[2] + 1]
    assert page.evaluate("() => window.sameDocument")
    go(page, micro)
    page.wait_for_selector(f'.gm-light[data-id="{made["id"]}"][data-light="green"]', timeout=LONG)


def test_light_appears_on_the_map_of_its_micro_grid(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    micro = path_to_micro(page)[-1]
    go(page, micro)
    page.wait_for_selector('#status[data-state="ok"]', timeout=LONG)
    made = report(page, "地图上的灯", wall(page, micro)["grid"]["centre"])
    light = page.locator(f'.gm-light[data-id="{made["id"]}"]')
    expect(light).to_have_attribute("data-light", "green", timeout=BEFORE_POLL)
    still(page)
    light.click()
    expect(page.locator("#card h3")).to_contain_text("地图上的灯", timeout=LONG)
    assert f"incident={made['id']}" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#card .card")).to_have_count(0)
    assert f"grid={micro}" in page.url


def test_light_turns_by_time_alone(page: Page, sign_in: SignIn, server: Any) -> None:
    """No message is sent when time passes: the wall knows when the next light turns."""
    open_wall(page, sign_in)
    micro = path_to_micro(page)[-1]
    made = report(page, "很快到期", wall(page, micro)["grid"]["centre"])
    page.wait_for_selector(
        f'#ticker a[data-incident="{made["id"]}"]', state="attached", timeout=BEFORE_POLL
    )
    soon = datetime.now(UTC) + timedelta(seconds=6)
    with server.database.session(system("test")) as session:
        statement = text("UPDATE incident SET warn_at = :soon WHERE id = :id AND warn_at > :soon")
        session.execute(statement, {"soon": soon, "id": made["id"]})
    page.reload()
    shown_grid(page, wall(page)["grid"]["id"])
    before = wall(page)["open_incidents"]
    page.wait_for_timeout(max(0.0, (soon - datetime.now(UTC)).total_seconds() * 1000))
    after = wall(page)["open_incidents"]
    assert after["yellow"] >= 1 and sum(after.values()) == sum(before.values())
    expect(page.locator(".lamps .yellow .n")).to_have_text(
        f"{after['yellow']:,}", timeout=BEFORE_POLL
    )


def test_card_says_what_the_case_says(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    urgent = wall(page)["urgent"]["items"][0]
    page.locator(f'.esc a[data-incident="{urgent["id"]}"]').click()
    card = page.locator("#card .card")
    expect(card).to_contain_text(urgent["title"], timeout=LONG)
    expect(card).to_contain_text(urgent["number"])
    case = api(page, f"/incidents/{urgent['id']}")
    expect(card.locator(".acts li")).to_have_count(min(5, len(case["actions"])))
    card.locator("a.x").click()
    expect(card).to_have_count(0)


# ---- rights -------------------------------------------------------------------------------------


def test_township_leader_sees_only_the_own_township(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "county")
    county = wall(page)["grid"]["id"]
    open_wall(page, sign_in, "township")
    own = api(page, "/me")["home_grid"]
    assert own["level"] == 2
    shown_grid(page, own["id"])
    same_as_api(page, own["id"])
    assert page.locator("#crumb a").count() == 0
    page.keyboard.press("Escape")
    page.goto(f"/screen/?grid={county}")
    shown_grid(page, own["id"])
    expect(page.locator("#note .ban")).to_be_visible()
    same_as_api(page, own["id"])


def test_nonsense_in_the_address(page: Page, sign_in: SignIn) -> None:
    # Signed in once: a new session ends the old one, and a wall that is open leaves for the door.
    sign_in(page, "county")
    for query in (
        "?grid=x",
        "?grid=-1",
        "?grid=99999999999999999999",
        "?grid=%F0%9F%92%A3&metric=x",
    ):
        page.goto(f"/screen/{query}")
        page.wait_for_selector("body[data-grid]", timeout=LONG)
        expect(page.locator("#note .ban")).to_be_visible()
    page.goto("/screen/?incident=999999999")
    expect(page.locator("#card .card h3")).to_be_visible(timeout=LONG)


def test_without_the_right_there_is_no_wall(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "patrol")
    assert "screen.view" not in api(page, "/me")["permissions"]
    page.goto("/screen/")
    expect(page.locator(".denied")).to_be_visible(timeout=LONG)
    assert page.locator("#wall").count() == 0


def test_signed_out_goes_to_the_sign_in_page(page: Page) -> None:
    page.goto("/screen/?grid=1")
    assert "/login" in page.url


# ---- how it looks -------------------------------------------------------------------------------

TEXT_CHECK = Path(__file__).with_name("wall_text.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("lang", "size"), [("zh", (1920, 1080)), ("en", (1920, 1080)), ("en", (1280, 720))]
)
def test_no_text_is_cut_or_covered(
    watched: Any, sign_in: SignIn, lang: str, size: tuple[int, int]
) -> None:
    page = watched.context(viewport={"width": size[0], "height": size[1]}).new_page()
    # The page's words are looked at here; the map, which places its own, stays blank.
    page.route("**/tiles/**", lambda route: route.fulfill(status=204))
    open_wall(page, sign_in, "county", f"?lang={lang}")
    for grid in path_to_micro(page):
        go(page, grid, f"&lang={lang}")
        still(page)
        page.wait_for_selector(".plot .main-svg", timeout=LONG)
        found = page.evaluate(TEXT_CHECK)
        assert found["n"] > 60
        assert found["bad"] == [], f"grid {grid}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_s1_modes_switch_from_the_title(watched: Any, sign_in: SignIn, lang: str) -> None:
    """Each mode shows its own cards; drilling and reloading keep it; no text is cut or covered."""
    page = watched.context(viewport={"width": 1280, "height": 720}).new_page()
    page.route("**/tiles/**", lambda route: route.fulfill(status=204))
    open_wall(page, sign_in, "county", f"?lang={lang}")
    grids = path_to_micro(page)[:3]
    for number, mode in enumerate(("people", "premises", "staff"), 1):
        page.locator("#modes a").nth(number).click()
        page.wait_for_selector(f'#wall[data-mode="{mode}"]', timeout=LONG)
        for grid in grids:
            page.evaluate(f"() => gridgovWall.go(gridgovWall.address({{grid: {grid}}}))")
            shown_grid(page, grid)
            still(page)
            found = page.evaluate(TEXT_CHECK)
            assert found["n"] > 40
            assert found["bad"] == [], f"{mode} of grid {grid}"
            assert page.locator(".sec:visible").count() == page.locator(f".sec.m-{mode}").count()
            _mode_says_what_the_api_says(page, mode, grid)
        page.reload()
        page.wait_for_selector(f'#wall[data-mode="{mode}"]', timeout=LONG)
        shown_grid(page, grids[-1])


def _mode_says_what_the_api_says(page: Page, mode: str, grid: int) -> None:
    answer = api(page, f"/wall/{mode}?grid={grid}")
    card, expected = {
        "people": (".freshness", answer.get("freshness")),
        "premises": (".due", answer.get("due")),
        "staff": (".offices", answer.get("offices")),
    }[mode]
    shown = page.locator(f".sec{card} .rows .n, .sec{card} .lv .n").all_inner_texts()
    if mode == "people":
        told = [f"{part['n']:,}{part['percent']}%" for part in expected.values()]
        assert [text.replace("\n", "").replace(" ", "") for text in shown] == told
    elif mode == "premises":
        assert [number(text) for text in shown] == list(expected.values())
    else:
        figures = [row[k] for row in expected
                   for k in ("grids", "leader", "deputy", "staff", "vacant")]  # fmt: skip
        assert [number(text) for text in shown] == figures


def test_no_text_is_cut_on_cards(watched: Any, sign_in: SignIn) -> None:
    page = watched.context(viewport={"width": 1920, "height": 1080}).new_page()
    open_wall(page, sign_in)
    urgent = wall(page)["urgent"]["items"][0]["id"]
    for lang in ("zh", "en"):
        page.goto(f"/screen/?incident={urgent}&lang={lang}")
        page.wait_for_selector("#card .acts", timeout=LONG)
        overflow = page.evaluate(
            """() => [...document.querySelectorAll('#card .card, #card .card *')]
                .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth).length"""
        )
        assert overflow == 0


def test_english_has_no_chinese_of_ours(page: Page, sign_in: SignIn) -> None:
    """Names and titles are data; everything that the page says by itself is English."""
    open_wall(page, sign_in, "county", "?lang=en")
    assert page.evaluate("() => document.documentElement.lang") == "en"
    ours = page.evaluate(
        """() => [...document.querySelectorAll('.sec h2, .sec .note, .key, .mf, .lv, .kinds .nm,'
            + ' .cat .nm, .cat .h, .lamps .w, .seg, .lg, #status, .tabs, .tick h2')]
            .map((e) => e.textContent).join(' ')"""
    )
    assert not [c for c in ours if "\u4e00" <= c <= "\u9fff"], ours
    page.locator("#other-lang").click()
    page.wait_for_selector('#wall[data-lang="zh"]', timeout=LONG)


def test_states_of_the_connection(page: Page, sign_in: SignIn) -> None:
    open_wall(page, sign_in)
    status = page.locator("#status")
    still(page)  # the answer to the channel's opening is in
    expect(status).to_have_attribute("data-state", "ok", timeout=LONG)
    for age, state in ((90, "stale"), (400, "off")):
        page.evaluate(f"() => {{ gridgovWall.seen.as_of -= {age}; gridgovWall.paintState() }}")
        expect(status).to_have_attribute("data-state", state)
    expect(page.locator("#banner")).to_be_visible()
    assert "offline" in (page.locator("#wall").get_attribute("class") or "")
    page.evaluate("() => gridgovWall.beat()")
    expect(status).to_have_attribute("data-state", "ok", timeout=LONG)
    expect(page.locator("#banner")).to_be_hidden()
