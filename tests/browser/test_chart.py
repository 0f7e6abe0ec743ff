"""P8: the house-state chart on the card of a building."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_desk import LONG, api, search

SignIn = Callable[[Page, str], None]
STATES = {"occupied", "rented", "empty", "unchecked"}
LOOK = """(cells) => cells.map((c) => {
  const s = getComputedStyle(c)
  return [s.backgroundImage.split('(')[0], s.borderStyle, c.textContent].join(' ')
})"""


def building(page: Page) -> dict[str, Any]:
    """A building with several storeys, and the chart that the API gives."""
    found = search(page, "buildings", filters={"floors_min": 4}, size=500)["items"]
    most = max(found, key=lambda b: (b["houses"], -b["id"]))
    chart: dict[str, Any] = api(page, f"/buildings/{most['id']}/chart")
    return chart


def houses(chart: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        house
        for unit in chart["units"]
        for floor in unit["floors"]
        for cell in floor["cells"]
        for house in cell
    ]


def open_card(page: Page, chart: dict[str, Any]) -> None:
    page.goto(f"/desk/?tab=buildings&id={chart['id']}")
    page.wait_for_selector(".hc-units", timeout=LONG)


def test_p8_every_house_is_a_cell_that_opens_its_card(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "township")
    chart = building(page)
    open_card(page, chart)
    cells = page.locator(".hc-unit button")
    want = houses(chart)
    assert len(want) == chart["total"] > 8
    expect(cells).to_have_count(len(want))
    shown = cells.evaluate_all("(all) => all.map((c) => c.className.replace('hc-c ', ''))")
    assert shown == [house["state"] for house in want]
    for state, n in Counter(shown).items():
        expect(page.locator(f".hc-legend li:has(.{state}) b")).to_have_text(f"{n:,}")
    house = want[len(want) // 2]
    cell = cells.nth(len(want) // 2)
    assert house["number"] in (cell.get_attribute("aria-label") or "")
    cell.click()
    expect(page.locator(".card h2")).to_have_text(house["number"], timeout=LONG)


def test_p8_states_differ_without_colour(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "township")
    open_card(page, building(page))
    looks = page.locator(".hc-legend .hc-c").evaluate_all(LOOK)
    assert len(looks) == len(STATES) == len({look.split()[-1] for look in looks})
    assert len({look.rsplit(" ", 1)[0] for look in looks}) >= 3, "by pattern as well as by sign"


def test_p8_whoever_may_not_read_people_is_not_told_who_lives_there(
    page: Page, sign_in: SignIn
) -> None:
    sign_in(page, "department")
    chart = building(page)
    open_card(page, chart)
    cells = page.locator(".hc-unit button")
    expect(cells).to_have_count(chart["total"])
    shown = set(cells.evaluate_all("(all) => all.map((c) => c.className.replace('hc-c ', ''))"))
    assert shown <= {"plain", "rented"}
    expect(page.locator(".hc-legend li")).to_have_count(1)
