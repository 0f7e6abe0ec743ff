"""Vector tiles (矢量瓦片, Mapbox Vector Tile 2) straight from PostGIS.

One prepared statement makes a whole tile of any layers: the bounds are computed once and handed
in, the caller's scope is part of every query, rows have a total order before they are limited.
Tiles are those of the web: z/x/y in EPSG:3857, y counted from the north.
"""

from __future__ import annotations

import itertools
import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import mapbox_vector_tile

from gis.layers import (
    MOST_ROWS,
    PLAIN_ZOOMS,
    Layer,
    View,
    band,
    deepest_level,
    deepest_rank,
)

EXTENT = 4096
"""Units along the side of a tile; 8 units are one pixel of a 512 px tile."""
BUFFER = 96
"""Units drawn beyond the edge: half of the widest line (22 px), so that no cut is seen."""
WORLD = 20037508.342789244
"""Half the side of the world in EPSG:3857, metres."""
META = "meta"
"""The layer that says ``shown`` ``of`` for each layer whose rows did not all fit."""
FOLDER = Path(__file__).parent / "sql" / "tiles"

_RADIUS = WORLD / math.pi


def _on_grid(zoom: int) -> str:
    """``geom`` (EPSG:4490) in whole units of the tiles of ``zoom``, counted over the world."""
    units = (EXTENT << zoom) / (2 * WORLD)
    return f"ST_SnapToGrid(ST_Scale(ST_Transform(geom, 3857), {units!r}, {units!r}), 1)"


PLAIN = " AND ".join(
    f"ST_Area({shape}) > 0 AND ST_IsValid({shape})"
    for shape in map(_on_grid, range(PLAIN_ZOOMS[0], PLAIN_ZOOMS[1] + 1))
)
"""SQL over ``geom``: whether an area is valid and none of it is lost in the units of its tiles.

The units of all tiles of a zoom are one grid over the world, so this is a property of the shape
and can be stored. Where it holds and the area lies in the tile as a whole, moving the corners is
all there is to do, at a third of the time of ``ST_AsMVTGeom``, which cuts and mends every area.
"""


class Tile(NamedTuple):
    """Address of a tile; ``x`` from the west, ``y`` from the north, both from 0 to 2**z - 1."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether the address lies in the world."""
        return self.z >= 0 and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(xmin, ymin, xmax, ymax) in EPSG:3857; neighbours have bit for bit the same edge."""
        side = 2 * WORLD / (1 << self.z)
        return (
            self.x * side - WORLD,
            WORLD - (self.y + 1) * side,
            (self.x + 1) * side - WORLD,
            WORLD - self.y * side,
        )

    @property
    def lonlat(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in degrees; again bit for bit those of the neighbours."""
        xmin, ymin, xmax, ymax = self.bounds
        return (*to_lonlat(xmin, ymin), *to_lonlat(xmax, ymax))

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point (degrees) is of this tile: west and north edge belong to it."""
        west, south, east, north = self.lonlat
        return west <= lon < east and south < lat <= north


def to_lonlat(x: float, y: float) -> tuple[float, float]:
    """EPSG:3857 metres to degrees."""
    return math.degrees(x / _RADIUS), math.degrees(math.atan(math.sinh(y / _RADIUS)))


def to_web(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to EPSG:3857 metres; ``lat`` within 85.06."""
    return math.radians(lon) * _RADIUS, math.asinh(math.tan(math.radians(lat))) * _RADIUS


def tile_of(lon: float, lat: float, z: int) -> Tile:
    """The one tile of zoom ``z`` that a point is of."""
    x, y = to_web(lon, lat)
    last = (1 << z) - 1
    side = 2 * WORLD / (1 << z)
    column = min(max(int((x + WORLD) // side), 0), last)
    row = min(max(int((WORLD - y) // side), 0), last)
    # The way through metres rounds; the edges in degrees decide.
    west, south, east, north = Tile(z, column, row).lonlat
    column += (lon >= east) - (lon < west)
    row += (lat <= south) - (lat > north)
    return Tile(z, min(max(column, 0), last), min(max(row, 0), last))


def tiles_of(west: float, south: float, east: float, north: float, z: int) -> Iterator[Tile]:
    """All tiles of zoom ``z`` that touch a box in degrees, row by row from the north-west."""
    first, last = tile_of(west, north, z), tile_of(east, south, z)
    for y in range(first.y, last.y + 1):
        for x in range(first.x, last.x + 1):
            yield Tile(z, x, y)


@dataclass(frozen=True)
class Made:
    """A finished tile; ``dropped`` maps layer -> (shown, of) where rows did not fit."""

    content: bytes
    dropped: dict[str, tuple[int, int]]


# Parameters of every statement: name -> SQL type, in this order.
_PARAMETERS = {
    "tile": "geometry",
    "left": "float8",
    "top": "float8",
    "units": "float8",
    "around": "geometry",
    "lonlat": "geometry",
    "west": "float8",
    "south": "float8",
    "east": "float8",
    "north": "float8",
    "level": "int",
    "band": "int",
    "rank": "int",
    "scope_all": "bool",
    "scope_ids": "bigint[]",
    "rows": "bigint",
}
_NUMBERS = {name: f"${i}" for i, name in enumerate(_PARAMETERS, 1)}
_TYPES = ", ".join(_PARAMETERS.values())
_SLOTS = ", ".join(["%s"] * len(_PARAMETERS))
_EVERYTHING = list(_PARAMETERS).index("scope_all")
_COUNTER = itertools.count()

# A point is of exactly one tile: of two that share an edge, the eastern or the southern one.
_INSIDE = """(ST_X({0}) >= :west AND ST_X({0}) < :east
    AND ST_Y({0}) > :south AND ST_Y({0}) <= :north)"""
# The base map of the whole village is shown around a smaller scope, never more.
_VILLAGES = """ARRAY(
    SELECT s.path[3] FROM grid s WHERE s.id = ANY(:scope_ids) AND s.level > 3)"""


# A plain area that is not cut: metres to units of the tile, y downwards, outer ring clockwise.
_MOVED = """ST_ForcePolygonCCW(ST_SnapToGrid(ST_Affine(
    q.geom, :units, 0, 0, -:units, -:units * :left, :units * :top), 1))"""


def _numbered(text: str) -> str:
    """``text`` with each ``:name`` replaced by the number of its parameter."""
    return re.sub(r"(?<!:):([a-z_]+)", lambda m: _NUMBERS[m[1]], text)


@lru_cache(maxsize=64)
def _query(name: str) -> str:
    """The file of a view with its ``{...}`` parts filled in and ``:name`` numbered."""
    text = (FOLDER / f"{name}.sql").read_text()
    text = text.replace("{member}", (FOLDER / "_member.sql").read_text())
    text = re.sub(r"\{inside ([\w.]+)\}", lambda m: _INSIDE.format(m[1]), text)
    text = text.replace("{villages}", _VILLAGES)
    text = re.sub(r"--.*", "", text)
    return _numbered(text)


def _shape_sql(view: View) -> str:
    """The geometry ``q.geom`` in units of the tile."""
    cut = "false" if view.points else "true"
    made = f"ST_AsMVTGeom(q.geom, :tile::box2d, {EXTENT}, {BUFFER}, {cut})"
    if view.plain:
        made = f"CASE WHEN q.plain AND q.geom @ :around THEN {_MOVED} ELSE {made} END"
    return _numbered(made)


def _layer_sql(name: str, view: View) -> str:
    """SELECT of one row: layer name, its part of the tile, number of rows taken."""
    columns = [*(["id"] if view.identified else []), *view.attributes]
    listed = ", ".join(f"q.{column}" for column in columns)
    feature_id = ", 'id'" if view.identified else ""
    return f"""
        SELECT '{name}', ST_AsMVT(f, '{name}', {EXTENT}, 'mvt'{feature_id}), count(*)
        FROM (SELECT {listed}, {_shape_sql(view)} AS mvt FROM ({_query(view.sql)}) q
              ORDER BY {view.order} LIMIT {_NUMBERS["rows"]}) f"""  # noqa: S608 - own parts only


class TileReader:
    """Makes tiles on one connection (autocommit), whose prepared statements it keeps.

    Not for use by two threads at once.
    """

    def __init__(self, connection: Any, rows: int = MOST_ROWS):
        self._connection, self._rows = connection, rows
        self._prepared: dict[tuple[str, bool], str] = {}
        self._before = ""
        with connection.cursor() as cursor:
            # The plan depends on no value: every query enters by an index on place or key.
            cursor.execute("SET plan_cache_mode = force_generic_plan")

    def tile(
        self,
        layers: Sequence[Layer],
        tile: Tile,
        everything: bool,
        ids: frozenset[int],
        before: str = "",
    ) -> Made:
        """The tile with those of ``layers`` that have content at its zoom.

        Parameters
        ----------
        layers : the layers, in the order in which they come in the tile
        everything, ids : the caller's scope: all, or the ids of the visible grids
        before : what the connection needs first, such as to take a role; sent when it changes

        Raises
        ------
        psycopg2.Error
            of the database, a time limit included
        """
        shown = [(layer.name, view) for layer in layers if (view := layer.view(tile.z))]
        if not shown:
            return Made(b"", {})
        self._enter(before)
        sql = " UNION ALL ".join(_layer_sql(name, view) for name, view in shown)
        values = _values(tile, everything, ids, self._rows)
        found = self._run(sql, values)
        dropped = {}
        for (name, view), (_, _, rows) in zip(shown, found, strict=True):
            if rows == self._rows:
                counting = f"SELECT count(*) FROM ({_query(view.sql)}) q"  # noqa: S608
                total = self._run(counting, values)[0][0]
                if total > rows:
                    dropped[name] = (rows, total)
        content = b"".join(bytes(part) for _, part, _ in found if part)
        return Made(content + _meta(dropped), dropped)

    def sql(self, layers: Sequence[Layer], zoom: int) -> str:
        """The statement for ``layers`` at ``zoom``, for EXPLAIN and benches."""
        parts = [_layer_sql(layer.name, view) for layer in layers if (view := layer.view(zoom))]
        return " UNION ALL ".join(parts)

    def _enter(self, before: str) -> None:
        if before != self._before:
            with self._connection.cursor() as cursor:
                cursor.execute(before or "SET ROLE NONE")
            self._before = before

    def _run(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        everything = values[_EVERYTHING]
        with self._connection.cursor() as cursor:
            # By scope as well: a plan made in one role is thrown away in another.
            name = self._prepared.get((sql, everything))
            if name is None:
                name = f"tile_{next(_COUNTER)}"
                cursor.execute(f"PREPARE {name} ({_TYPES}) AS {sql.replace('%', '%%')}", ())
                self._prepared[sql, everything] = name
            cursor.execute(f"EXECUTE {name} ({_SLOTS})", values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _values(tile: Tile, everything: bool, ids: frozenset[int], rows: int) -> tuple[Any, ...]:
    xmin, ymin, xmax, ymax = tile.bounds
    edge = (xmax - xmin) * BUFFER / EXTENT
    west, south, east, north = tile.lonlat
    return (
        _box(3857, xmin, ymin, xmax, ymax),
        *(xmin, ymax, EXTENT / (xmax - xmin)),
        _box(3857, xmin - edge, ymin - edge, xmax + edge, ymax + edge),
        _box(4490, west, south, east, north),
        *(west, south, east, north),
        *(deepest_level(tile.z), band(tile.z), deepest_rank(tile.z)),
        *(everything, _array(ids), rows),
    )


def _box(srid: int, xmin: float, ymin: float, xmax: float, ymax: float) -> str:
    """A box as hexadecimal EWKB polygon."""
    ring = (xmin, ymin, xmin, ymax, xmax, ymax, xmax, ymin, xmin, ymin)
    return struct.pack("<BIIII10d", 1, 0x20000003, srid, 1, 5, *ring).hex()


@lru_cache(maxsize=256)
def _array(ids: frozenset[int]) -> str:
    return "{" + ",".join(map(str, sorted(ids))) + "}"


def _meta(dropped: dict[str, tuple[int, int]]) -> bytes:
    """The layer META: a point per shortened layer with ``layer``, ``shown`` and ``of``."""
    if not dropped:
        return b""
    features = [
        {
            "geometry": f"POINT({EXTENT // 2} {EXTENT // 2})",
            "properties": {"layer": name, "shown": shown, "of": total},
        }
        for name, (shown, total) in dropped.items()
    ]
    made: bytes = mapbox_vector_tile.encode([{"name": META, "features": features}])
    return made
