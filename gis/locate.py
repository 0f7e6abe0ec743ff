"""The place decides the grid: the one way from a point or a shape to a grid (网格).

The rule, the same for one place and for a table of them:

* A shape stands for one point inside it (``ST_PointOnSurface``), so a building and whoever is
  placed at its point are always in the same grid. A point stands for itself.
* The grid of a point is the deepest current grid that covers it: normally a micro-grid (微网格).
  Where real borders leave a gap between children, it is the parent.
* A point within :data:`TOLERANCE` of a border lies *on* it and is covered by both sides; among
  grids of one level the smallest code (byte order) wins. So a border point has one grid, never
  two and never none, and rounding in the last digits of a coordinate changes nothing.
* A point that no grid covers has no grid.

Every function takes a SQLAlchemy connection inside a transaction whose search path holds the table
``grid``. Coordinates are CGCS2000 degrees (EPSG:4490), longitude first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, text

TOLERANCE = 1e-9
"""Width of a border in degrees: 0.1 mm, far above rounding, far below any survey."""

_SQL = files("gis") / "sql"


@dataclass(frozen=True)
class Located:
    """The grid of a place; ``path`` holds the ids from the root to the grid itself."""

    id: int
    code: str
    level: int
    path: tuple[int, ...]


@dataclass(frozen=True)
class Assigned:
    """Result of :func:`assign`: rows with a place, rows changed, rows outside every grid."""

    placed: int
    changed: int
    outside: int


@dataclass(frozen=True)
class Difference:
    """A row whose stored grid is not the grid of its place; ``fresh`` is None outside all grids."""

    key: int
    stored: int | None
    fresh: int | None


def locate_point(conn: Connection, lon: float, lat: float) -> Located | None:
    """Return the grid of one point, or None outside every grid.

    Raises
    ------
    ValueError
        ``lon`` or ``lat`` is not a finite number.
    """
    if not (np.isfinite(lon) and np.isfinite(lat)):
        raise ValueError("lon and lat must be finite numbers")
    return locate_shape(conn, shapely.to_wkb(shapely.Point(lon, lat)))


def locate_shape(conn: Connection, wkb: bytes) -> Located | None:
    """Return the grid of a shape given as WKB (without SRID), or None outside every grid.

    An empty shape has no place and so no grid.
    """
    found = conn.execute(text(_read("locate_one")), {"wkb": wkb, "tolerance": TOLERANCE}).first()
    if found is None:
        return None
    return Located(found.id, found.code, found.level, tuple(found.path))


def locate_many(
    conn: Connection,
    lonlat: npt.ArrayLike | Sequence[tuple[float, float]],
    *,
    levels: Sequence[int] | None = None,
) -> list[int | None]:
    """Return the grid id of each of ``(n, 2)`` points; None outside every grid or for NaN.

    ``levels`` limits the search, for rows that belong to a grid of a given level.
    """
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    conn.execute(text("DROP TABLE IF EXISTS locate_input"))
    conn.execute(
        text(
            "CREATE TEMPORARY TABLE locate_input ON COMMIT DROP AS "
            "SELECT key, ST_SetSRID(ST_MakePoint(x, y), 4490) AS place "
            "FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) "
            "WITH ORDINALITY AS given (x, y, key) WHERE x <> 'NaN' AND y <> 'NaN'"
        ),
        {"x": points[:, 0].tolist(), "y": points[:, 1].tolist()},
    )
    with _located(conn, "locate_input", "key", "place", levels):
        found = conn.execute(text("SELECT key, grid_id FROM locate_found")).all()
    conn.execute(text("DROP TABLE locate_input"))
    grids: list[int | None] = [None] * len(points)
    for key, grid_id in found:
        grids[key - 1] = grid_id
    return grids


def assign(
    conn: Connection,
    table: str,
    *,
    key: str = "id",
    place: str = "geom",
    grid: str = "grid_id",
    levels: Sequence[int] | None = None,
) -> Assigned:
    """Set column ``grid`` of every placed row of ``table`` to the grid of its place.

    Works on stored and on temporary tables and touches only rows whose grid changes. Rows
    without a place and rows outside every grid keep what they have.

    Parameters
    ----------
    table, key, place, grid : names of the table, its integer key, its geometry (any kind,
        EPSG:4490) and the column to set
    levels : only grids of these levels count; all by default
    """
    names = _quoted(conn, table=table, key=key, place=place, grid=grid)
    with _located(conn, table, key, place, levels) as (placed, outside):
        changed = conn.execute(text(_read("locate_assign").format(**names))).rowcount
    return Assigned(placed, changed, outside)


def differences(
    conn: Connection,
    table: str,
    *,
    key: str = "id",
    place: str = "geom",
    grid: str = "grid_id",
    levels: Sequence[int] | None = None,
) -> list[Difference]:
    """Compare the stored grid of every placed row of ``table`` with a fresh computation.

    Returns the rows that differ, ordered by key. Nothing is changed.
    """
    names = _quoted(conn, table=table, key=key, place=place, grid=grid)
    with _located(conn, table, key, place, levels):
        rows = conn.execute(text(_read("locate_differences").format(**names))).all()
    return [Difference(*row) for row in rows]


@contextmanager
def _located(
    conn: Connection, table: str, key: str, place: str, levels: Sequence[int] | None
) -> Iterator[tuple[int, int]]:
    """Fill the temporary table ``locate_found (key, grid_id)`` for the time of the block.

    Yields the number of places and how many of them lie outside every grid.
    """
    conn.execute(text("DROP TABLE IF EXISTS locate_place, locate_found"))
    filled = _read("locate_places").format(**_quoted(conn, table=table, key=key, place=place))
    placed = still_open = conn.execute(text(filled)).rowcount
    conn.execute(text("CREATE INDEX ON locate_place USING gist (place)"))
    conn.execute(text("ANALYZE locate_place"))
    conn.execute(
        text("CREATE TEMPORARY TABLE locate_found (key bigint, grid_id bigint) ON COMMIT DROP")
    )
    for level in _levels(conn):
        if not still_open:
            break
        if levels is not None and level not in levels:
            continue
        conn.execute(text(_read("locate_level")), {"level": level, "tolerance": TOLERANCE})
        still_open -= conn.execute(
            text("DELETE FROM locate_place AS p USING locate_found AS f WHERE f.key = p.key")
        ).rowcount
    yield placed, still_open
    conn.execute(text("DROP TABLE locate_place, locate_found"))


def _levels(conn: Connection) -> list[int]:
    query = "SELECT DISTINCT level FROM grid WHERE valid_to IS NULL ORDER BY level DESC"
    return list(conn.execute(text(query)).scalars())


def _quoted(conn: Connection, **names: str) -> dict[str, str]:
    """Table and column names made safe for SQL."""
    quote = conn.dialect.identifier_preparer.quote_identifier
    return {role: quote(name) for role, name in names.items()}


def _read(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
