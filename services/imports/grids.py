"""Grids from a file: their level, their parent, their place in the tree."""

from __future__ import annotations

from datetime import date
from typing import Any

import shapely
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from gis import locate
from gis.crs import Datum, Shapes, area_m2, best_datum, datum_inside, shift
from gis.topology import label_points, summary
from services.access.actor import Actor
from services.grids.check import parent_faults, reassign
from services.imports import repository
from services.imports.batch import Batch
from services.imports.messages import refuse
from services.imports.repository import Node
from services.imports.schemas import Faults, Report
from services.tiles.drawn import refresh

NEARLY_ALL = (0.8, 1.25)
"""Shapes whose common area is within these shares of an outline's are its children."""
SAME_PLACE = 1e-9


def write(session: Session, actor: Actor, batch: Batch, report: Report) -> None:
    """Insert the new grids of a batch, level by level, and move what now lies in them.

    A grid that is there already, all the same, is left alone and counted as unchanged.
    """
    conn = session.connection()
    levels = _levels(batch)
    batch.check_codes("code")
    known = repository.nodes(conn, codes=[*batch.texts("code"), *_parent_codes(batch)])
    _check_parent_code(batch, known)
    _guard_datum(conn, batch, levels, known)
    new = [i for i in batch.good() if not _is_stored(batch, i, levels[i], known, report)]
    tree = _Tree(conn, actor, batch, known)
    for level in sorted({levels[i] for i in new}):
        report.levels[level] = tree.grow([i for i in new if levels[i] == level], level)
    report.written = sum(report.levels.values())
    _check_coverage(conn, batch, tree.parents, report)
    if report.written and not batch.errors:
        report.moved = reassign(session)
        refresh(session)


def _levels(batch: Batch) -> list[int]:
    """The level of each row: its own, else the one stated for the file."""
    stated = batch.options.level
    column = "level" in batch.options.mapping or any(batch.values["level"])
    if stated is None and not column:
        raise refuse("no_level", field="level")
    levels = []
    for i, level in enumerate(batch.values["level"]):
        if level is None and stated is None:
            batch.fail(i, batch.column("level"), "no_row_level")
        levels.append(int(level if level is not None else stated or 0))
    return levels


def _parent_codes(batch: Batch) -> list[str]:
    stated = batch.options.parent_code
    return [*{code for code in batch.texts("parent") if code}, *([stated] if stated else [])]


def _check_parent_code(batch: Batch, known: dict[str, Node]) -> None:
    code = batch.options.parent_code
    if code is not None and code not in known and code not in batch.texts("code"):
        raise refuse("parent_code_unknown", field="parent_code", code=code)


def _guard_datum(conn: Connection, batch: Batch, levels: list[int], known: dict[str, Node]) -> None:
    """Refuse a file whose outlines fit the known ones only in another datum than stated.

    What is known: the same grid as stored, the stated parent, or the root.
    """
    roots = list(repository.nodes(conn, level=1).values())
    stated = batch.system.datum
    raw = shift(batch.shapes, Datum.TRUE, stated)
    groups: dict[str, list[int]] = {}
    codes, parents = batch.texts("code"), batch.texts("parent")
    for i in batch.good():
        parent = parents[i] or batch.options.parent_code or ""
        stored = known.get(codes[i])
        if stored and shapely.equals_exact(batch.shapes[i], stored.shape, SAME_PLACE):
            continue
        mine = codes[i] if stored else parent
        groups.setdefault(mine if mine in known else "", []).append(i)
    for code, members in groups.items():
        outlines = [known[code]] if code else roots if max(levels) > 1 else []
        for outline in outlines:
            found = _better_datum(raw[members], batch.shapes[members], outline, stated)
            if found is not None:
                told = {"stated": batch.system.label, "found": found.value}
                raise refuse("datum_shifted", field="crs", **told)


def _better_datum(raw: Shapes, true: Shapes, outline: Node, stated: Datum) -> Datum | None:
    share = sum(area_m2(shape) for shape in true) / area_m2(outline.shape)
    if NEARLY_ALL[0] <= share <= NEARLY_ALL[1]:
        fit = best_datum(list(raw), outline.shape)
        return fit.best if fit.contradicts(stated) else None
    if share > NEARLY_ALL[1]:
        return None
    return datum_inside(shapely.get_coordinates(raw), stated, outline.shape)


def _is_stored(batch: Batch, i: int, level: int, known: dict[str, Node], report: Report) -> bool:
    """Whether the row repeats a stored grid; one that differs is an error."""
    stored = known.get(batch.text("code", i))
    if stored is None:
        return False
    parent = batch.text("parent", i) or batch.options.parent_code
    same = {
        "name": batch.values["name"][i] == stored.name,
        "level": level == stored.level,
        "parent": not parent or parent == stored.parent_code,
        "geometry": shapely.equals_exact(batch.shapes[i], stored.shape, SAME_PLACE),
    }
    differing = [name for name, equal in same.items() if not equal]
    if differing:
        batch.fail(i, batch.column("code"), "exists_differs", what=", ".join(differing))
    else:
        report.unchanged += 1
    return True


class _Tree:
    """The tree while a batch is being added to it, one level after the other."""

    def __init__(self, conn: Connection, actor: Actor, batch: Batch, known: dict[str, Node]):
        self.conn, self.actor, self.batch = conn, actor, batch
        self.ids = {code: node.path for code, node in known.items()}
        self.in_file = set(batch.texts("code"))
        self.parents: set[int] = set()
        self.created: set[int] = set()

    def grow(self, rows: list[int], level: int) -> int:
        """Insert the rows of one level that have a parent; returns how many."""
        if level == 1:
            parent_of = self._roots(rows)
        else:
            parent_of = self._by_code(rows, level) | self._by_place(rows, level)
        for i, parent in parent_of.items():
            if not self._may_grow_under(parent):
                self.batch.fail(i, "geometry", "outside_scope")
        self._insert(level, parent_of)
        self.parents |= {parent for parent in parent_of.values() if parent is not None}
        return len(parent_of)

    def _may_grow_under(self, parent: int | None) -> bool:
        if parent is None:
            return self.actor.scope.all
        return parent in self.created or self.actor.scope.sees(parent)

    def _parent_code(self, i: int) -> str:
        return self.batch.text("parent", i) or self.batch.options.parent_code or ""

    def _roots(self, rows: list[int]) -> dict[int, int | None]:
        for i in rows:
            if self.batch.text("parent", i):
                self.batch.fail(i, self.batch.column("parent"), "root_has_parent")
        return dict.fromkeys(rows)

    def _by_code(self, rows: list[int], level: int) -> dict[int, int | None]:
        """Parents that the file names. One that is missing only because its own row has a fault
        is no second fault."""
        found: dict[int, int | None] = {}
        for i in rows:
            code = self._parent_code(i)
            path = self.ids.get(code)
            if path is not None and len(path) == level - 1:
                found[i] = path[-1]
            elif code and (path is not None or code not in self.in_file):
                told = {"parent": code, "level": level - 1}
                self.batch.fail(i, self.batch.column("parent"), "parent_unknown", **told)
        return found

    def _by_place(self, rows: list[int], level: int) -> dict[int, int | None]:
        """Parents of rows that name none: the grid of the level above at a point inside."""
        some = [i for i in rows if not self._parent_code(i)]
        points = shapely.get_coordinates(shapely.point_on_surface(self.batch.shapes[some]))
        located = locate.locate_many(self.conn, points, levels=[level - 1])
        for i, parent in zip(some, located, strict=True):
            if parent is None:
                self.batch.fail(i, "geometry", "no_parent_here", level=level - 1)
        return {i: p for i, p in zip(some, located, strict=True) if p is not None}

    def _insert(self, level: int, parent_of: dict[int, int | None]) -> None:
        if not parent_of:
            return
        rows, batch = list(parent_of), self.batch
        numbers = repository.new_ids(self.conn, "grid", len(rows))
        above = repository.paths(self.conn, [p for p in parent_of.values() if p is not None])
        paths = [
            (*above.get(parent or 0, ()), number)
            for parent, number in zip(parent_of.values(), numbers, strict=True)
        ]
        shapes = batch.shapes[rows]
        names = ("code", "name", "kind", "serial", "sort", "basics")
        columns: dict[str, list[Any]] = {n: [batch.values[n][i] for i in rows] for n in names}
        from_date = batch.options.valid_from or date.today()
        columns |= {
            "id": numbers,
            "level": [level] * len(rows),
            "parent_id": list(parent_of.values()),
            "path": ["{" + ",".join(map(str, path)) + "}" for path in paths],
            "valid_from": [from_date] * len(rows),
            "geom": [shapely.to_wkb(shape) for shape in shapes],
            "label": [shapely.to_wkb(point) for point in label_points(shapes)],
        }
        repository.insert(self.conn, "grid", columns)
        self.created |= set(numbers)
        self.ids |= {batch.text("code", i): path for i, path in zip(rows, paths, strict=True)}


def _check_coverage(conn: Connection, batch: Batch, parents: set[int], report: Report) -> None:
    """Measure how the children tile their parents; with ``strict`` faults are errors."""
    found = parent_faults(conn, parents)
    every = summary([fault for faults in found.values() for fault in faults])
    report.topology = {kind: Faults.model_validate(counts) for kind, counts in every.items()}
    if not batch.options.strict:
        return
    for kind, code in (("gap", "gap"), ("overlap", "overlap"), ("outside", "beyond_parent")):
        if every[kind]["n"]:
            told = {"n": int(every[kind]["n"]), "area": every[kind]["area_m2"]}
            batch.fail(None, "geometry", code, **told)
