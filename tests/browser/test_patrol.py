"""The phone page as a thumb meets it: the round, who lives here, a report with a photo."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Response, expect
from sqlalchemy import text

from tests.browser.conftest import Watched
from tests.conftest import Server

WIDTHS = (320, 360, 390, 430)
SignIn = Callable[[Page, str], None]
Json = dict[str, Any]
# What a full name, a phone or an id number looks like when it is not masked.
NUMBERS = re.compile(r"(?<!\d)(\d{17}[\dXx]|1\d{10})(?!\d)")


def _round(page: Page) -> Json:
    """The round of the account's own area, as the page asks for it."""
    areas = page.request.get("/api/v1/patrol-areas").json()
    mine = next(a for a in areas if a["mine"])
    answer = page.request.get(f"/api/v1/patrol-areas/{mine['id']}/round?only_due=true")
    assert answer.ok, answer.text()
    found: Json = answer.json()
    return found


@pytest.fixture
def phone(watched: Watched, sign_in: SignIn) -> Callable[..., Page]:
    """``phone("patrol", width=390)``: a signed-in phone standing at the first stop of the round."""

    def make(username: str = "patrol", width: int = 390, lang: str = "zh") -> Page:
        size = {"width": width, "height": 844}
        context = watched.context(viewport=size, is_mobile=True, has_touch=True)
        context.grant_permissions(["geolocation"])
        context.add_init_script(
            f"if (location.protocol !== 'about:') localStorage.setItem('gridgov.lang', '{lang}')"
        )
        page = context.new_page()
        sign_in(page, username)
        first = _round(page)["stops"][0]
        here = {"longitude": first["lon"], "latitude": first["lat"], "accuracy": 12}
        context.set_geolocation(here)
        return page

    return make


def _map_ready(page: Page) -> None:
    page.wait_for_selector("#map[data-ready]", timeout=90_000)


def _still(page: Page) -> None:
    """Wait until the camera rests and the tiles are there."""
    page.evaluate(
        """() => new Promise((done) => {
            const map = document.querySelector('#map').__map
            const look = () => (map.loaded() && !map.isMoving() ? done() : setTimeout(look, 100))
            setTimeout(look, 100)
        })"""
    )


def _tap_on_map(page: Page, lon: float, lat: float) -> None:
    box = page.locator("#map").bounding_box()
    assert box
    at = page.evaluate(
        "([lon, lat]) => { const p = document.querySelector('#map').__map.project([lon, lat]);"
        " return [p.x, p.y] }",
        [lon, lat],
    )
    page.touchscreen.tap(box["x"] + at[0], box["y"] + at[1])


def test_the_round_is_listed_and_drawn_in_walking_order(phone: Callable[..., Page]) -> None:
    page = phone()
    found = _round(page)
    walked = [s["id"] for s in found["stops"] if s["order"]]
    assert walked
    page.goto("/patrol/round")
    rows = page.locator("[data-premises]")
    expect(rows.first).to_be_visible()
    shown = rows.evaluate_all("rows => rows.map(r => Number(r.dataset.premises))")
    assert shown[: len(walked)] == walked
    assert sorted(shown) == sorted(s["id"] for s in found["stops"])
    page.goto("/patrol/map")
    _map_ready(page)
    numbered = page.locator(".gm-stop:not([data-state=later])")
    expect(numbered).to_have_count(len(walked))
    on_map = numbered.evaluate_all("s => s.map(e => [Number(e.innerText), Number(e.dataset.id)])")
    assert [stop for _, stop in sorted(on_map)] == walked
    assert page.locator(".gm-stop").count() == len(found["stops"])
    expect(page.locator(".gm-me")).to_be_visible()


def test_today_counts_are_those_of_the_round(phone: Callable[..., Page]) -> None:
    page = phone()
    counts = _round(page)["counts"]
    page.goto("/patrol")
    figures = page.locator(".fig b")
    expect(figures).to_have_count(4)
    shown = [re.sub(r"\D", "", t) for t in figures.all_inner_texts()]
    assert (shown[0], shown[1], shown[3]) == (
        str(counts["due"]),
        str(counts["overdue"]),
        str(counts["total"]),
    )
    expect(page.locator("[data-premises]")).to_have_count(min(3, counts["due"] + counts["overdue"]))


def _inhabited(server: Server, page: Page) -> tuple[Json, list[str]]:
    """A building of the account's scope away from the round, and the full names in it."""
    near = _round(page)["stops"]
    found = page.request.post(
        "/api/v1/buildings/search",
        data={"filters": {"inhabited": True}, "size": 200},
    ).json()["items"]
    taken = {s["building_id"] for s in near}
    with server.database.engine.connect() as connection:
        # Other tests enter people without a house; here somebody lives in one.
        housed = "SELECT h.building_id FROM person p JOIN house h ON h.id = p.house_id"
        housed += " WHERE p.status = 'active' AND p.household_id IS NOT NULL"
        lived_in = set(connection.execute(text(housed)).scalars())
        building = next(b for b in found if b["id"] in lived_in - taken)
        rows = connection.execute(
            text("SELECT name FROM person WHERE building_id = :b AND status = 'active'"),
            {"b": building["id"]},
        )
        names = [r.name for r in rows if len(r.name) > 1]
    assert names
    return building, names


def test_tap_a_building_and_see_who_lives_here_masked(
    phone: Callable[..., Page], server: Server
) -> None:
    page = phone()
    building, names = _inhabited(server, page)
    told: list[str] = []

    def listen(response: Response) -> None:
        if "json" in response.headers.get("content-type", ""):
            told.append(response.text())

    page.goto("/patrol/map")
    _map_ready(page)
    page.on("response", listen)
    facts = page.request.get(f"/api/v1/patrol-areas/buildings/{building['id']}/residents").json()
    page.evaluate(
        "([lon, lat]) => document.querySelector('#map').__gridmap.flyTo({lon, lat, zoom: 19})",
        [facts["lon"], facts["lat"]],
    )
    _still(page)
    _tap_on_map(page, facts["lon"], facts["lat"])
    page.wait_for_url(f"**/patrol/building/{building['id']}")
    expect(page.locator(".sheet-head h1")).to_have_text(facts["name"])
    expect(page.locator(".room")).to_have_count(len(facts["houses"]))
    lived_in = next(h for h in facts["houses"] if h["families"])
    page.locator(f"[data-house='{lived_in['id']}']").tap()
    people = page.locator(".mem > b")
    expect(people).to_have_count(
        sum(len(f["members"]) for f in lived_in["families"])
        + sum(len(f["members"]) for f in facts["elsewhere"])
    )
    assert all(re.fullmatch(r".{1,2}\*\*", name) for name in people.all_inner_texts())
    seen = page.content() + " ".join(told)
    assert told
    assert [n for n in names if n in seen] == []
    assert NUMBERS.findall(page.inner_text("body")) == []
    residents = next(t for t in told if '"houses"' in t)
    assert NUMBERS.findall(residents) == []
    assert "birth" not in residents and "phone" not in residents


def test_what_is_here_by_the_cross(phone: Callable[..., Page]) -> None:
    page = phone()
    page.goto("/patrol/map")
    _map_ready(page)
    page.locator("[data-control=ask]").tap()
    page.locator("[data-ask]").tap()
    expect(page.locator(".sheet .chain b")).not_to_be_empty()
    lon, lat = re.findall(r"-?\d+\.\d+", page.url.rsplit("/", 1)[1])
    located = page.request.get(f"/api/v1/locate?lon={lon}&lat={lat}").json()
    expect(page.locator(".sheet .chain b")).to_have_text(located["chain"][-1]["name"])
    page.reload()
    expect(page.locator(".sheet .chain b")).to_have_text(located["chain"][-1]["name"])


def _photo(wide: int = 3000, high: int = 2000) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((wide, high), 60).convert("RGB").save(out, "JPEG", quality=92)
    return out.getvalue()


def _fill(page: Page, words: str) -> None:
    page.goto("/patrol/report")
    page.locator("[data-category]").first.tap()
    page.locator("textarea").fill(words)
    expect(page.locator("[data-grid]")).to_contain_text("属")


def _sent(page: Page) -> Json:
    """The report as this phone keeps it."""
    txn = page.url.rsplit("/", 1)[1]
    kept: Json = page.evaluate(
        "txn => new Promise(done => { indexedDB.open('gridgov-patrol').onsuccess = e => {"
        " e.target.result.transaction('reports').objectStore('reports').get(txn).onsuccess ="
        " r => done(r.target.result) } })",
        txn,
    )
    return kept


def test_a_report_with_a_photo_arrives_with_its_grid(phone: Callable[..., Page]) -> None:
    page = phone()
    here = _round(page)["stops"][0]
    _fill(page, "井盖裂开，露出半边，已摆路锥。")
    chosen = page.locator("[data-category].on").get_attribute("data-category")
    picture = {"name": "井盖.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
    page.locator(".add input").nth(1).set_input_files([picture])  # type: ignore[list-item]
    expect(page.locator(".shot img")).to_have_count(1)
    page.locator("[data-submit]").tap()
    expect(page.locator(".notice.good")).to_be_visible()
    card = page.request.get(f"/api/v1/incidents/{_sent(page)['incident']['id']}").json()
    assert (card["text"], card["category"]["code"]) == ("井盖裂开，露出半边，已摆路锥。", chosen)
    located = page.request.get(f"/api/v1/locate?lon={here['lon']}&lat={here['lat']}").json()
    assert card["grid_id"] == located["grid"]["id"]
    assert card["point"] == pytest.approx([here["lon"], here["lat"]], abs=1e-6)
    expect(page.locator("[data-grid] b")).to_have_text(card["chain"][-1]["name"])
    (photo,) = card["photos"]
    raw = page.request.get(f"/api/v1/incidents/{card['id']}/photos/{photo['id']}").body()
    with Image.open(io.BytesIO(raw)) as stored:
        assert stored.format == "JPEG"
        assert stored.size == (1600, 1067)
    expect(page.locator(".photos img")).to_have_count(1)
    page.goto("/patrol/reports")
    expect(page.locator("[data-txn][data-state=sent]")).to_have_count(1)


def test_without_a_line_the_report_waits_and_goes_out_once(
    phone: Callable[..., Page], watched: Watched, server: Server
) -> None:
    page = phone()
    _fill(page, "路灯不亮，离线写的。")
    page.wait_for_selector("[data-ready]", state="attached")  # the map's scripts are here
    page.context.set_offline(True)
    page.locator("[data-submit]").tap()
    expect(page.locator("#line.none")).to_be_visible()
    page.wait_for_url("**/patrol/reports/*-*")
    for _ in range(300):  # "sending" until the attempt has failed
        if _sent(page)["state"] == "waiting":
            break
        page.wait_for_timeout(100)
    assert _sent(page)["state"] == "waiting"
    txn = _sent(page)["txn"]
    page.context.set_offline(False)
    expect(page.locator(".notice.good")).to_be_visible()
    again = page.request.post(
        "/api/v1/incidents", data=json.loads(json.dumps({**_sent(page)["body"], "txn": txn}))
    )
    assert again.json()["id"] == _sent(page)["incident"]["id"]
    with server.database.engine.connect() as connection:
        count = connection.execute(
            text("SELECT count(*) FROM incident WHERE txn = CAST(:t AS uuid)"), {"t": txn}
        )
        assert count.scalar_one() == 1
    watched.errors[:] = [e for e in watched.errors if "ERR_INTERNET_DISCONNECTED" not in e]


def test_nothing_typed_is_lost_and_back_closes_one_page(phone: Callable[..., Page]) -> None:
    page = phone()
    _fill(page, "写到一半")
    page.wait_for_timeout(1000)
    page.reload()
    expect(page.locator("textarea")).to_have_value("写到一半")
    expect(page.locator("[data-category].on")).to_have_count(1)
    page.goto("/patrol/round")
    page.locator("[data-premises]").first.tap()
    page.wait_for_url("**/patrol/premises/*")
    page.go_back()
    page.wait_for_url("**/patrol/round")
    expect(page.locator("[data-premises]").first).to_be_visible()


def test_a_report_says_what_is_missing(phone: Callable[..., Page]) -> None:
    page = phone()
    page.goto("/patrol/report")
    page.locator("[data-submit]").tap()
    expect(page.locator(".hint:visible")).to_contain_text("类别")
    page.locator("[data-category]").first.tap()
    expect(page.locator("[data-grid]")).to_contain_text("属")
    page.locator("[data-submit]").tap()
    expect(page.locator(".hint:visible")).to_contain_text("有一样就行")
    assert page.url.endswith("/patrol/report")


MEASURE = """() => {
  const ours = e => !e.closest('.gridmap')
  const seen = selector => [...document.querySelectorAll(selector)].filter(ours)
  const name = e => e.outerHTML.slice(0, 120)
  const under = e => {
    const r = e.getBoundingClientRect()
    return r.width && (r.width < 47.9 || r.height < 47.9)
  }
  const says = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
  const small = e => says(e) && parseFloat(getComputedStyle(e).fontSize) < 14
  const cut = e => e.clientWidth && e.scrollWidth > e.clientWidth + 1 && !e.closest('.sign')
    && getComputedStyle(e).display !== 'inline'
  return {
    wide: document.documentElement.scrollWidth - innerWidth,
    targets: seen('a, button, select, textarea, label.add, label.check').filter(under).map(name),
    text: seen('#view *, #tabs *').filter(small).map(name),
    cut: seen('#view p, #view b, #view h1, #view h2, #view span, #view button, #tabs a')
      .filter(cut).map(name),
  }
}"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_view_fits_every_width(phone: Callable[..., Page], lang: str) -> None:
    page = phone(lang=lang)
    first = _round(page)["stops"][0]
    views = ["", "/round", "/map", f"/premises/{first['id']}", "/report", "/reports", "/me"]
    if first["building_id"]:
        views.append(f"/building/{first['building_id']}")
    for view in views:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"/patrol{view}")
        expect(page.locator("#view > *").first).to_be_visible()
        expect(page.locator(".bone")).to_have_count(0)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            found = page.evaluate(MEASURE)
            assert found == {"wide": 0, "targets": [], "text": [], "cut": []}, (view, width, found)


def test_the_page_speaks_the_chosen_language(phone: Callable[..., Page]) -> None:
    page = phone(lang="zh")
    page.goto("/patrol")
    expect(page.locator("h1")).to_have_text("今天")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    english = phone(lang="en")
    english.goto("/patrol")
    expect(english.locator("h1")).to_have_text("Today")
    expect(english.locator("html")).to_have_attribute("lang", "en")


def test_who_is_not_signed_in_is_sent_to_sign_in(watched: Watched) -> None:
    page = watched.context(viewport={"width": 390, "height": 844}).new_page()
    page.goto("/patrol/building/1")
    expect(page).to_have_url(re.compile(r"/login\?next="))


def test_a_post_without_patrols_is_told_so(watched: Watched, sign_in: SignIn) -> None:
    page = watched.context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(page, "screen")
    page.goto("/patrol")
    expect(page.locator(".notice")).to_contain_text("岗位")
    watched.errors[:] = [e for e in watched.errors if "403" not in e]
