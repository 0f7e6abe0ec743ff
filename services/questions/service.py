"""Questions about one point of the map: which grid is this, and what is here (G3, G6)."""

from __future__ import annotations

from typing import Any

from gis import locate as place
from services.access.scope import visible_grids
from services.errors import NotFound
from services.grids import register as staff
from services.grids import service as grids
from services.kit.register import Caller
from services.people import service as people
from services.places import service as places
from services.premises import service as premises

Answer = dict[str, Any]
# Where no building stands under the point, premises this near still count as "here".
AROUND_M = 30.0
AROUND_N = 20


def locate(caller: Caller, lon: float, lat: float) -> Answer:
    """The grid of a point with its chain.

    Raises :class:`NotFound` outside the county and outside the caller's scope: the two look the
    same.
    """
    found = place.locate_point(caller.session.connection(), lon, lat)
    if found is None or not visible_grids(caller.actor).sees(found.id):
        raise NotFound("place")
    chain = grids.chain(caller.session, list(found.path))
    return {"grid": chain[-1], "chain": chain, "path": list(found.path)}


def whats_here(caller: Caller, lon: float, lat: float) -> Answer:
    """What is here: chain of grids, building, households, premises, staff responsible.

    A part that the caller may not see is None. Where no building stands under the point, the
    premises are those within :data:`AROUND_M` metres.
    """
    found, may = locate(caller, lon, lat), caller.actor.may
    building = places.building_at(caller, lon, lat) if may("places.read") else None
    key = building["id"] if building else None
    homes = people.households_in(caller, key) if key and may("households.read") else []
    return {
        "grid": found["grid"],
        "chain": found["chain"],
        "building": building,
        "households": homes if may("households.read") else None,
        "premises": _premises(caller, key, lon, lat) if may("premises.read") else None,
        "staff": staff.responsible(caller, found["path"]) if may("staff.read") else None,
    }


def _premises(caller: Caller, building: int | None, lon: float, lat: float) -> list[Answer]:
    if building is not None:
        return premises.in_building(caller, building)
    return premises.around(caller, lon, lat, AROUND_M, AROUND_N)
