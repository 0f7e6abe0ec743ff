"""The statements of the read models: named ``.sql`` files, always within the caller's scope.

:func:`area` finds the grids of a subtree that the caller sees; every other statement takes those
ids and nothing else, so a figure cannot hold a row that the caller may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.scope import Scope

SQL = Path(__file__).parent / "sql"
Rows = Sequence[Row[Any]]


@cache
def _text(name: str) -> str:
    return (SQL / f"{name}.sql").read_text("utf-8")


def run(session: Session, name: str, **params: Any) -> Rows:
    """Run one named statement with plain values."""
    return session.connection().exec_driver_sql(_text(name), params).all()


def _literal(numbers: list[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


@dataclass
class Area:
    """One grid with everything below it that the caller sees.

    ``ids`` are the grids, ``parts`` the part of the area that each belongs to: a child's id, or
    the grid's own id for what lies in no living child. ``grids`` counts living grids by part and
    level.
    """

    grid: Row[Any]
    children: Rows
    ids: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    grids: dict[tuple[int, int], int] = field(default_factory=dict)

    @cached_property
    def lists(self) -> dict[str, str]:
        """The two parallel lists as array literals: made once, used by every statement."""
        return {"ids": _literal(self.ids), "parts": _literal(self.parts)}

    def members(self, part: int) -> list[int]:
        """The grids of one part."""
        return self._by_part.get(part, [])

    @cached_property
    def _by_part(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for grid, part in zip(self.ids, self.parts, strict=True):
            found.setdefault(part, []).append(grid)
        return found


def grids(session: Session, scope: Scope, ids: Iterable[int]) -> Rows:
    """Visible grids by id, in their order."""
    return run(session, "grids", ids=list(ids), **scope.params())


def names(session: Session, ids: Iterable[int]) -> Rows:
    """Id, code, name and level of grids on the way to visible ones."""
    return run(session, "names", ids=list(ids))


def home(session: Session, scope: Scope) -> int | None:
    """The topmost grid that the caller sees."""
    rows = run(session, "home", **scope.params())
    return rows[0].id if rows else None


def area(session: Session, scope: Scope, grid_id: int) -> Area | None:
    """The area of a living, visible grid; None otherwise."""
    found = grids(session, scope, [grid_id])
    if not found or found[0].valid_to is not None:
        return None
    grid = found[0]
    below = run(session, "area", grid_id=grid_id, level=grid.level, **scope.params())
    living = [r.id for r in below if r.living and r.id == r.child]
    made = Area(grid, grids(session, scope, living) if living else [])
    known = set(living)
    for row in below:
        part = row.child if row.child in known else grid_id
        made.ids.append(row.id)
        made.parts.append(part)
        if row.living:
            key = (part, row.level)
            made.grids[key] = made.grids.get(key, 0) + 1
    return made
