"""The place decides the grid of an entry: a house, a building, a point, or a reason for no place.

One rule for everything that is entered at a micro-grid: people, premises, organisations.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis import locate
from services.access.scope import visible_grids
from services.errors import BadInput
from services.grids import service as grids
from services.kit.dictionary import in_dictionary
from services.kit.register import Caller
from services.places import repository
from services.places.spot_schemas import Site

MICRO = 5


@dataclass(frozen=True)
class Spot:
    """The columns of an entry that its place fills."""

    grid_id: int
    house_id: int | None = None
    building_id: int | None = None
    geom: str | None = None
    no_place_reason: str | None = None


@dataclass(frozen=True)
class Kind:
    """What is placed, in both languages, and the dictionary of its reasons for having no place."""

    zh: str
    en: str
    reasons: str


def of(caller: Caller, at: Site, kind: Kind) -> Spot:
    """The place that ``at`` means, in a micro-grid of the caller's area.

    Raises :class:`BadInput` on the part of ``at`` that is wrong.
    """
    if at.grid_id is not None:
        return _nowhere(caller, at, kind)
    if at.lon is not None and at.lat is not None:
        grid_id = _micro_grid(caller, at.lon, at.lat, "at.lon", kind)
        return Spot(grid_id, geom=point(at.lon, at.lat))
    field = "at.house_id" if at.house is not None else "at.building_id"
    scope = visible_grids(caller.actor)
    found = repository.home(caller.session, scope, house=at.house, building=at.building_id)
    if found is None:
        zh, en = "没有这处房屋或楼栋，或不在您的范围内。", "No such house or building in your area."
        raise BadInput("home", zh, en, field=field)
    grid_id = _micro_grid(caller, found.lon, found.lat, field, kind)
    return Spot(grid_id, at.house, found.building_id, point(found.lon, found.lat))


def point(lon: float, lat: float) -> str:
    """A point as it is stored."""
    return f"SRID=4490;POINT({lon!r} {lat!r})"


def _micro_grid(caller: Caller, lon: float, lat: float, field: str, kind: Kind) -> int:
    found = locate.locate_point(caller.session.connection(), lon, lat)
    if found is None or not visible_grids(caller.actor).sees(found.id):
        zh, en = "这个地点不在您的范围内，请看看图钉放对了吗？", "This place is not in your area."
        raise BadInput("outside", zh, en, field=field)
    if found.level != MICRO:
        zh = f"{kind.zh}只能登记到微网格，这个地点还没有划入微网格。"
        raise BadInput("no_micro_grid", zh, "No micro-grid covers this place.", field=field)
    return found.id


def _nowhere(caller: Caller, at: Site, kind: Kind) -> Spot:
    assert at.grid_id is not None and at.no_place_reason is not None
    grid = grids.named(caller.session, at.grid_id)
    if grid is None or not visible_grids(caller.actor).sees(at.grid_id):
        zh, en = "没有这个网格，或不在您的范围内。", "No such grid in your area."
        raise BadInput("grid", zh, en, field="at.grid_id")
    if grid["level"] != MICRO:
        zh = f"{kind.zh}只能登记到微网格，请选到最小一级。"
        en = f"{kind.en} are entered at micro-grids only."
        raise BadInput("no_micro_grid", zh, en, field="at.grid_id")
    if not in_dictionary(caller.session, kind.reasons, at.no_place_reason):
        zh, en = "请从列表中选择没有位置的原因。", "Choose a reason from the list."
        raise BadInput("no_place_reason", zh, en, field="at.no_place_reason")
    return Spot(at.grid_id, no_place_reason=at.no_place_reason)
