"""A place 位置 as a caller states it, and its translation into a condition on a register's rows.

Geometry comes and goes as longitude, latitude in EPSG:4490. Distances are metres on the ellipsoid
(geodesics, accurate to a millimetre); a line between two vertices is a geodesic, which lies within
0.3 m of the straight line on the map for legs up to 5 km. Borders count as inside.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import shapely
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sqlalchemy import (
    ColumnElement,
    and_,
    column,
    exists,
    func,
    null,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope, visible_grids
from services.errors import BadInput, NotFound

SRID = 4490
MAX_VERTICES = 5_000
MAX_METRES = 100_000
MAX_NEAREST = 500
# Nobody asks for the nearest shop from another continent: the point may lie this far outside.
NEAREST_REACH_M = 50_000
# The shortest degree of latitude, at the equator; of longitude at the equator, times cos(lat).
METRES_PER_LAT, METRES_PER_LON = 110_574.0, 111_319.0
SLACK = 1.01

Clause = ColumnElement[bool]


def _flat(value: Any) -> Any:
    """GeoJSON allows a height as third number; it is of no use here."""
    return value[:2] if isinstance(value, list | tuple) and len(value) == 3 else value


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Metres = Annotated[float, Field(gt=0, le=MAX_METRES, allow_inf_nan=False)]
Position = Annotated[tuple[Lon, Lat], BeforeValidator(_flat)]
Positions = Annotated[list[Position], Field(max_length=MAX_VERTICES)]
Rings = Annotated[list[Positions], Field(max_length=1_000)]


class Polygon(BaseModel):
    """GeoJSON Polygon: rings of [lon, lat], the first is the outer one."""

    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygon(BaseModel):
    """GeoJSON MultiPolygon."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(max_length=1_000)]


class LineString(BaseModel):
    """GeoJSON LineString."""

    type: Literal["LineString"]
    coordinates: Annotated[list[Position], Field(min_length=2, max_length=MAX_VERTICES)]


class Near(BaseModel):
    """A circle."""

    model_config = ConfigDict(extra="forbid")
    lon: Lon
    lat: Lat
    metres: Metres


class Along(BaseModel):
    """A band on both sides of a line, with round ends."""

    model_config = ConfigDict(extra="forbid")
    line: LineString
    metres: Metres


class Nearest(BaseModel):
    """The nearest ``n`` rows."""

    model_config = ConfigDict(extra="forbid")
    lon: Lon
    lat: Lat
    n: int = Field(10, ge=1, le=MAX_NEAREST)


class Place(BaseModel):
    """Exactly one way of saying where."""

    model_config = ConfigDict(extra="forbid")

    grid: Id | None = None
    building: Id | None = None
    house: Id | None = None
    household: Id | None = None
    family: Id | None = None
    patrol_area: Id | None = None
    polygon: Annotated[Polygon | MultiPolygon, Field(discriminator="type")] | None = None
    near: Near | None = None
    along: Along | None = None
    nearest: Nearest | None = None
    unplaced: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> Place:
        if len(self.stated()) != 1:
            names = ", ".join(type(self).model_fields)
            raise ValueError(f"state exactly one of {names}")
        return self

    def stated(self) -> list[str]:
        """Names of the parts that are given."""
        return [name for name in type(self).model_fields if getattr(self, name) is not None]


@dataclass(frozen=True)
class Target:
    """A place made ready for one caller: the rows' grids, and an object or a shape (WKB)."""

    kind: str
    scope: Scope
    id: int | None = None
    shape: bytes | None = None
    box: tuple[float, float, float, float] | None = None
    metres: float | None = None
    n: int | None = None

    @property
    def geom(self) -> Any:
        """The shape as an SQL expression."""
        return func.ST_GeomFromWKB(self.shape, SRID)


@dataclass(frozen=True)
class Placing:
    """How the rows of a register are tied to places; None means "not by that".

    ``through`` wraps a condition on ``point`` when the point belongs to another table (a house
    stands where its building stands). ``author`` says whose record a row is.
    """

    grid: Any
    author: Any = None
    point: Any = None
    building: Any = None
    house: Any = None
    household: Any = None
    family: Any = None
    unplaced: Clause | None = None
    through: Callable[[Clause], Clause] | None = None

    def within(self, target: Target) -> list[Clause]:
        """The conditions of ``target``, the caller's scope always first."""
        return [target.scope.where(self.grid, self.author), self._where(target)]

    def _where(self, target: Target) -> Clause:
        if target.kind in ("all", "grid"):
            return true()
        if target.kind == "unplaced":
            return _given(self.unplaced, target.kind)
        own = {name: getattr(self, name) for name in _READING}
        if own.get(target.kind) is not None:
            clause: Clause = own[target.kind] == target.id
            return clause
        if target.shape is None or self.point is None:
            raise _cannot(target.kind)
        clause = self._shape(target)
        return self.through(clause) if self.through else clause

    def _shape(self, target: Target) -> Clause:
        if target.metres is None:
            covers: Clause = func.ST_Covers(target.geom, self.point)
            return covers
        assert target.box is not None
        box = self.point.op("&&")(func.ST_MakeEnvelope(*target.box, SRID))
        near = func.ST_DWithin(
            func.geography(self.point), func.geography(target.geom), target.metres
        )
        return and_(box, near)

    def check_nearest(self) -> None:
        """Raise :class:`BadInput` unless the rows have a point of their own."""
        if self.point is None or self.through is not None:
            raise _cannot("nearest")

    def distance(self, target: Target) -> Any:
        """Metres from a row to the target's shape."""
        return func.ST_Distance(func.geography(self.point), func.geography(target.geom))


def _given(clause: Clause | None, kind: str) -> Clause:
    if clause is None:
        raise _cannot(kind)
    return clause


def _cannot(kind: str) -> BadInput:
    return BadInput(
        "place_kind",
        "这份名册不能按这种位置查询，请换一种位置。",
        "This register cannot be asked by that kind of place; choose another.",
        field=f"place.{kind}",
    )


_BELOW = text(
    """
    SELECT level, ARRAY(SELECT b.id FROM grid b WHERE b.path @> ARRAY[g.id]) AS ids
    FROM grid g WHERE g.id = :id
    """
)
_GRID = table("grid", *map(column, ("id", "level", "valid_to", "geom")))
_AREA = table("patrol_area", *map(column, ("id", "grid_id", "geom", "status")))
# Whether there is such an object is told to those who may read it.
_READING = {"building": "places.read", "house": "places.read", "household": "households.read",
            "family": "households.read"}  # fmt: skip
_OFFICER = table("patrol_officer", column("area_id"), column("staff_id"))


def resolve(session: Session, actor: Actor, place: Place | None) -> Target:
    """Check that the caller may ask about ``place`` and make it ready.

    Raises
    ------
    NotFound
        The grid, building, house, household, family or patrol area is unknown or not visible.
    Forbidden
        The caller may not read buildings, houses, households or families.
    BadInput
        A drawn shape cannot be used, or lies outside the county; ``field`` names it.
    """
    scope = visible_grids(actor)
    if place is None:
        return Target("all", scope)
    kind = place.stated()[0]
    if kind == "unplaced":
        return Target(kind, scope)
    if place.grid is not None:
        return Target(kind, grid_scope(session, scope, place.grid))
    if place.patrol_area is not None:
        return Target(kind, scope, shape=_patrol_area(session, actor, place.patrol_area))
    if kind in _READING:
        actor.require(_READING[kind])
        return _object(session, scope, kind, getattr(place, kind))
    target = _drawn(place, scope)
    _in_county(session, target, kind)
    return target


def grid_scope(session: Session, scope: Scope, grid_id: int) -> Scope:
    """The part of ``scope`` that lies in a grid and below; NotFound when the grid is not in it."""
    row = session.execute(_BELOW, {"id": grid_id}).one_or_none()
    if row is None or not scope.sees(grid_id):
        raise NotFound("grid")
    if scope.all and row.level == 1:
        return scope
    found = frozenset(row.ids)
    return Scope(False, found if scope.all else found & scope.ids)


def _object(session: Session, scope: Scope, kind: str, key: int) -> Target:
    names = ("id", "grid_id", "geom") if kind == "building" else ("id", "grid_id")
    source = table(kind, *map(column, names))
    shape = func.ST_AsBinary(source.c.geom) if kind == "building" else null()
    row = session.execute(
        select(source.c.id, shape).where(source.c.id == key, scope.where(source.c.grid_id))
    ).one_or_none()
    if row is None:
        raise NotFound(kind)
    return Target(kind, scope, id=key, shape=bytes(row[1]) if row[1] is not None else None)


def _patrol_area(session: Session, actor: Actor, key: int) -> bytes:
    """The area's shape, for those who see its grid and for its officers."""
    mine = exists().where(_OFFICER.c.area_id == key, _OFFICER.c.staff_id == actor.staff_id)
    row = session.execute(
        select(func.ST_AsBinary(_AREA.c.geom)).where(
            _AREA.c.id == key,
            _AREA.c.status == "active",
            or_(visible_grids(actor).where(_AREA.c.grid_id), mine),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("patrol_area")
    return bytes(row[0])


def _drawn(place: Place, scope: Scope) -> Target:
    if place.polygon is not None:
        shape = polygon(place.polygon, "place.polygon")
        return Target("polygon", scope, shape=shapely.to_wkb(shape), box=shape.bounds)
    if place.near is not None:
        point = shapely.Point(place.near.lon, place.near.lat)
        return _round("near", scope, point, place.near.metres)
    if place.along is not None:
        line = shapely.LineString(place.along.line.coordinates)
        if line.length == 0:
            raise BadInput(
                "line_empty",
                "这条线没有长度，请重画。",
                "The line has no length; draw it again.",
                field="place.along.line",
            )
        return _round("along", scope, line, place.along.metres)
    assert place.nearest is not None
    point = shapely.Point(place.nearest.lon, place.nearest.lat)
    box = box_around(point.bounds, NEAREST_REACH_M)
    return Target("nearest", scope, shape=shapely.to_wkb(point), box=box, n=place.nearest.n)


def _round(kind: str, scope: Scope, shape: Any, metres: float) -> Target:
    box = box_around(shape.bounds, metres)
    return Target(kind, scope, shape=shapely.to_wkb(shape), box=box, metres=metres)


def box_around(
    bounds: tuple[float, float, float, float], metres: float
) -> tuple[float, float, float, float]:
    """(w, s, e, n) in degrees that surely holds everything within ``metres`` of ``bounds``."""
    west, south, east, north = bounds
    lat = metres / METRES_PER_LAT * SLACK
    widest = min(max(abs(south - lat), abs(north + lat)), 89.0)
    lon = metres / (METRES_PER_LON * math.cos(math.radians(widest))) * SLACK
    return west - lon, south - lat, east + lon, north + lat


def polygon(drawn: Polygon | MultiPolygon, field: str) -> Any:
    """The shapely shape of a drawn polygon; :class:`BadInput` says in plain words what is wrong."""
    parts = [drawn.coordinates] if isinstance(drawn, Polygon) else drawn.coordinates
    rings = [ring for part in parts for ring in part]
    if not rings or any(not part for part in parts):
        raise _bad("empty", "图形是空的，请重画。", "The shape is empty; draw it again.", field)
    if sum(map(len, rings)) > MAX_VERTICES:
        zh = f"图形的点太多（上限 {MAX_VERTICES}），请简化后再查。"
        en = f"The shape has too many points (at most {MAX_VERTICES}); simplify it."
        raise _bad("vertices", zh, en, field)
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        zh = "图形没有闭合：每个环至少四个点，首尾相同。"
        en = "The shape is not closed: a ring has four points or more, the last equals the first."
        raise _bad("open", zh, en, field)
    shape = shapely.MultiPolygon([(part[0], part[1:]) for part in parts])
    if not shapely.is_valid(shape):
        zh = "图形自相交或有重叠，请重画。"
        en = "The shape crosses or overlaps itself; draw it again."
        raise _bad("crossing", zh, en, field, where=shapely.is_valid_reason(shape))
    if shape.area == 0:
        raise _bad(
            "empty", "图形没有面积，请重画。", "The shape has no area; draw it again.", field
        )
    return shape


def _bad(code: str, zh: str, en: str, field: str, **extra: Any) -> BadInput:
    return BadInput(f"polygon_{code}", zh, en, field=field, **extra)


def _in_county(session: Session, target: Target, kind: str) -> None:
    """Refuse what lies wholly outside the root area: surely a slip, and never an answer."""
    by_box = target.metres is not None or target.n is not None
    shape = func.ST_MakeEnvelope(*target.box, SRID) if by_box and target.box else target.geom
    inside = exists().where(
        _GRID.c.level == 1, _GRID.c.valid_to.is_(None), func.ST_Intersects(_GRID.c.geom, shape)
    )
    if not session.scalar(select(inside)):
        raise BadInput(
            "outside",
            "这个位置不在本县范围内。",
            "This place is outside the county.",
            field=f"place.{kind}",
        )
