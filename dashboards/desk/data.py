"""What the desk asks the services: one place, so every question carries the reader's rights."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import shapely
from shapely import affinity

from dashboards.desk.parts import BEIJING
from services.access.emergency import Emergency
from services.analytics import service as analytics
from services.errors import BadInput
from services.grids import register as staff
from services.grids import service as grids
from services.incidents import register as incident_register
from services.incidents import service as incidents
from services.incidents.schemas import Act
from services.kit import register as mechanism
from services.kit.paging import Search
from services.kit.register import Caller, Register
from services.kit.tabular import Sheet
from services.people import service as people
from services.places import service as places
from services.premises import service as premises
from services.properties import service as properties
from services.questions import service as questions
from services.serving import objects, records

Row = dict[str, Any]

REGISTERS: dict[str, Register[Any]] = {
    r.name: r
    for r in (
        people.PEOPLE,
        people.HOUSEHOLDS,
        people.FAMILIES,
        places.HOUSES,
        places.BUILDINGS,
        premises.PREMISES,
        incident_register.INCIDENTS,
        staff.STAFF,
        objects.OBJECTS,
        properties.PROPERTIES,
    )
}


def person(caller: Caller, key: int) -> Row:
    """The card of a person with the services received and the property (P9)."""
    card = people.card(caller, key)
    more = {
        "services": records.received(caller, key),
        "properties": properties.owned(caller, key),
    }
    return {**card, **more, "named": _named(caller)}


def served(caller: Caller, key: int) -> Row:
    """The card of a service object with what its person received."""
    card = objects.card(caller, key)
    received = records.received(caller, card["person_id"])
    return {**card, "services": received, "named": _named(caller)}


def _named(caller: Caller) -> dict[str, dict[str, dict[str, str]]]:
    """The dictionaries of services and property, by register."""
    lists = (objects.OBJECTS, records.RECORDS, properties.PROPERTIES)
    return {r.name: dict(Sheet(caller.session, r, caller.actor.lang).words) for r in lists}


CARDS = {
    "people": person,
    "households": lambda caller, key: people.circle_card(caller, people.HOUSEHOLD, key),
    "families": lambda caller, key: people.circle_card(caller, people.FAMILY, key),
    "houses": places.house_card,
    "buildings": places.building_card,
    "premises": premises.card,
    "incidents": lambda caller, key: incidents.card(caller.session, caller.actor, key),
    "staff": staff.staff_card,
    "service-objects": served,
    "properties": properties.card,
}
IN_SELECTION = 500
# Things that rows can be limited to, with their registers.
PLACES = {"building": "buildings", "house": "houses", "household": "households",
          "family": "families"}  # fmt: skip
# What a tab and an answer count when nothing is filtered: the open incidents, the own objects.
COUNTED: dict[str, Row] = {"incidents": {"open": True}, "service-objects": {"mine": True}}


def _search(register: str, asked: Row) -> tuple[Register[Any], Search[Any]]:
    """The search that a question means; the values came from a browser and are checked here.

    Raises :class:`BadInput` for an unknown register, filter, sort or place.
    """
    found = REGISTERS.get(register)
    if found is None:
        raise BadInput("register", "没有这份名册。", "There is no such register.", field="register")
    return found, Search[found.filters].model_validate(asked)  # type: ignore[name-defined]


def page(caller: Caller, register: str, asked: Row) -> Row:
    """One page of a register: {total, totals, page, size, items}."""
    found, search = _search(register, asked)
    return mechanism.page(caller, found, search)


def words(caller: Caller, *registers: str) -> dict[str, dict[str, str]]:
    """The dictionaries of some registers in the reader's language: {column: {code: name}}."""
    made: dict[str, dict[str, str]] = {}
    for name in registers:
        made |= Sheet(caller.session, REGISTERS[name], caller.actor.lang).words
    return made


def filters(register: str, values: Row) -> Row:
    """The filters of the API from those of the bar, which are relative to today."""
    today = datetime.now(BEIJING).date()
    if register == "premises" and values.get("due"):
        return {**values, "due": today.isoformat()}
    if register == "people" and values.get("fresh") in ("90", "365"):
        rest = {name: value for name, value in values.items() if name != "fresh"}
        return {**rest, "confirmed_before": today - timedelta(days=int(values["fresh"]))}
    return values


def count(caller: Caller, register: str, place: Row) -> int | None:
    """How many rows a place has in a register; None when the register cannot be asked by it."""
    found, search = _search(register, {"place": place, "filters": COUNTED.get(register), "size": 1})
    try:
        return mechanism.totals(mechanism.ask(caller, found, search))[0]
    except BadInput as error:
        if error.code == "place_kind":
            return None
        raise


def ids(caller: Caller, register: str, place: Row) -> list[int]:
    """Ids of the first rows of a place, to fill their symbols on the map."""
    found, search = _search(register, {"place": place, "size": IN_SELECTION})
    return [row["id"] for row in mechanism.page(caller, found, search)["items"]]


def card(caller: Caller, register: str, key: int) -> Row:
    """A card; raises :class:`NotFound` outside the scope."""
    if register not in CARDS:
        raise BadInput("register", "没有这份名册。", "There is no such register.", field="register")
    return dict(CARDS[register](caller, key))


def brief(caller: Caller, register: str, key: int) -> str | None:
    """The name or number by which people know a building, house, household or family."""
    own = {register: kind for kind, register in PLACES.items()}[register]
    rows = page(caller, register, {"place": {own: key}, "size": 1})["items"]
    return (rows[0].get("name") or rows[0].get("number")) if rows else None


def band(place: Row) -> Row | None:
    """The band on both sides of a drawn line, as GeoJSON for the map; None for other places.

    A picture only (a plane through the line's middle): the answer itself is by geodesics.
    """
    if "along" not in place:
        return None
    line = shapely.LineString(place["along"]["line"]["coordinates"])
    lat = line.centroid.y
    east, north = 111_320 * math.cos(math.radians(lat)), 110_574
    flat = affinity.scale(line, east, north, origin=(0, 0))
    wide = affinity.scale(flat.buffer(place["along"]["metres"]), 1 / east, 1 / north, origin=(0, 0))
    return dict(shapely.geometry.mapping(wide))


def panel(caller: Caller, grid_id: int) -> Row:
    """The panel of a grid (G3)."""
    return analytics.panel(caller.session, caller.actor, grid_id).model_dump(mode="json")


def grid(caller: Caller, grid_id: int) -> Row:
    """A grid with its chain and its box."""
    return grids.get(caller.session, caller.actor, grid_id)


def home(caller: Caller) -> Row | None:
    """The grid that the desk opens with."""
    return grids.home(caller.session, caller.actor)


def opened(caller: Caller) -> str | None:
    """Name of the grid that an emergency look opens; None without one."""
    actor = caller.actor
    return grid(caller, actor.opened_grid_id)["name"] if isinstance(actor, Emergency) else None


def find(caller: Caller, words: str) -> list[Row]:
    """Grids by name or code."""
    return grids.find(caller.session, caller.actor, words, limit=6)


def here(caller: Caller, lon: float, lat: float) -> Row:
    """What is at a point."""
    return questions.whats_here(caller, lon, lat)


def act(caller: Caller, deed: Row) -> None:
    """Do one step of an incident's workflow."""
    body = Act(action=deed["action"], note=deed["note"], txn=deed["txn"])
    incidents.act(caller.session, caller.actor, int(deed["id"]), body)
