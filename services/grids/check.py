"""The check behind ``gridgov grids check``: is every stored grid still the right one?

Three questions: does every row lie in the grid that its place decides, do rows that follow
another row follow it, and is the tree of grids whole. A fourth, whether children tile their
parents, is answered as a measure, since real borders seldom do to the centimetre.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files

import shapely
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from gis import locate
from gis.topology import Fault, coverage_faults, summary


@dataclass(frozen=True)
class Placed:
    """A table whose rows are in the grid that their place decides; its geometry column."""

    table: str
    place: str = "geom"


@dataclass(frozen=True)
class Following:
    """A table whose rows are in the grid of another row: of ``leader`` by ``link``."""

    table: str
    leader: str
    link: str


PLACED = (
    Placed("building", "point"),
    Placed("estate"),
    Placed("premises"),
    Placed("organisation"),
    Placed("household"),
    Placed("family"),
    Placed("person"),
    Placed("incident"),
    Placed("basemap_place"),
)
# Roads and waters are cut at village lines; one that runs along such a line belongs to either
# side. A patrol area belongs to the smallest grid that holds all of it.
HELD = ("basemap_line", "basemap_area", "patrol_area")
FOLLOWING = (
    Following("house", "building", "building_id"),
    Following("person_label", "person", "person_id"),
    Following("service_object", "person", "person_id"),
    Following("service_record", "person", "person_id"),
    Following("property", "person", "person_id"),
)


@dataclass(frozen=True)
class Wrong:
    """A row whose stored grid is not the right one; ``right`` is None outside every grid."""

    table: str
    id: int
    stored: int
    right: int | None


@dataclass(frozen=True)
class Broken:
    """A grid that breaks the tree: ``what`` is parent, level, path or closed_parent."""

    code: str
    what: str


@dataclass
class Result:
    """What a check found. ``faults`` lists, by parent code, where children do not tile it."""

    wrong: list[Wrong] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every assignment and the tree are right."""
        return not self.wrong and not self.broken

    @property
    def exact(self) -> bool:
        """Whether, besides, all children tile their parents exactly."""
        return self.ok and not self.faults

    def coverage(self) -> dict[str, dict[str, float]]:
        """Counts and areas of all faults by kind."""
        return summary([fault for faults in self.faults.values() for fault in faults])


def check(session: Session, *, coverage: bool = True) -> Result:
    """Compare everything stored with a fresh computation; nothing is changed.

    Runs without a scope: it is for administrators and returns ids and codes only.
    """
    conn = session.connection()
    _take_time(conn)
    result = Result(broken=_broken(conn))
    for one in PLACED:
        found = locate.differences(conn, one.table, place=one.place)
        result.wrong += [Wrong(one.table, row.key, row.stored or 0, row.fresh) for row in found]
    for table in HELD:
        query = _read("check_held").format(table=table)
        rows = conn.execute(text(query), {"tolerance": locate.TOLERANCE})
        result.wrong += [Wrong(table, *row) for row in rows]
    for other in FOLLOWING:
        rows = conn.execute(text(_sql("check_following", other)))
        result.wrong += [Wrong(other.table, *row) for row in rows]
    if coverage:
        result.faults = parent_faults(conn)
    return result


def reassign(session: Session) -> dict[str, int]:
    """Put every row into the grid of its place again, after the grids have changed.

    Returns the number of rows moved by table; tables without any are left out.
    """
    conn = session.connection()
    _take_time(conn)
    moved = {one.table: locate.assign(conn, one.table, place=one.place).changed for one in PLACED}
    for other in FOLLOWING:
        moved[other.table] = conn.execute(text(_sql("check_following_mend", other))).rowcount
    return {table: count for table, count in moved.items() if count}


def parent_faults(conn: Connection, parents: Iterable[int] | None = None) -> dict[str, list[Fault]]:
    """Gaps, overlaps and overhangs below each parent (all parents by default), by its code."""
    query = text(
        "SELECT p.code AS parent, ST_AsBinary(p.geom) AS area, array_agg(c.code ORDER BY c.code) "
        "AS codes, array_agg(ST_AsBinary(c.geom) ORDER BY c.code) AS shapes "
        "FROM grid AS p JOIN grid AS c ON c.parent_id = p.id AND c.valid_to IS NULL "
        "WHERE p.valid_to IS NULL AND (:every OR p.id = ANY(:ids)) GROUP BY p.id ORDER BY p.code"
    )
    ids = None if parents is None else sorted(parents)
    found = {}
    for row in conn.execute(query, {"every": ids is None, "ids": ids or []}):
        shapes = shapely.from_wkb([bytes(shape) for shape in row.shapes])
        faults = coverage_faults(shapes, row.codes, shapely.from_wkb(bytes(row.area)))
        if faults:
            found[row.parent] = faults
    return found


def _broken(conn: Connection) -> list[Broken]:
    return [Broken(code, what) for code, what in conn.execute(text(_read("check_tree")))]


def _sql(name: str, following: Following) -> str:
    return _read(name).format(table=following.table, leader=following.leader, link=following.link)


def _read(name: str) -> str:
    return (files("services.grids") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _take_time(conn: Connection) -> None:
    """A check of a whole city takes longer than a page may."""
    conn.execute(text("SET LOCAL statement_timeout = '10min'"))
    conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
