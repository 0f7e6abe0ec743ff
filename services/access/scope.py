"""The one row rule: which grids an actor sees (数据范围).

Every query on a scoped table carries ``scope.where(table.c.grid_id)`` (or, in named SQL files,
``scope.params()``). There is no other place that decides visibility.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam, cast, or_, text, true
from sqlalchemy import any_ as sql_any
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from services.access.actor import Actor


@dataclass(frozen=True)
class Scope:
    """The visible grids: everything, or a set of grid ids (current and closed rows alike).

    ``own``: the user whose own records 本人记录 are visible as well, wherever they lie.
    """

    all: bool
    ids: frozenset[int] = frozenset()
    own: int | None = None

    @classmethod
    def everything(cls) -> Scope:
        """The whole root area."""
        return cls(True)

    def sees(self, grid_id: int) -> bool:
        """Whether rows of ``grid_id`` are visible."""
        return self.all or grid_id in self.ids

    def where(self, column: Any, author: Any = None) -> ColumnElement[bool]:
        """The WHERE clause for ``column``, which holds a grid id.

        ``author``: the column that says whose record a row is, where the table has one.
        """
        if self.all:
            return true()
        inside = self._inside(column)
        if author is None or self.own is None:
            return inside
        return or_(inside, author == self.own)

    def _inside(self, column: Any) -> ColumnElement[bool]:
        # As one text: binding a thousand numbers one by one costs milliseconds in each query.
        ids = cast(bindparam(None, self.listed, type_=Text), ARRAY(BigInteger))
        clause: ColumnElement[bool] = column == sql_any(ids)
        return clause

    @cached_property
    def listed(self) -> str:
        """The ids as the text of a PostgreSQL array."""
        return "{" + ",".join(map(str, sorted(self.ids))) + "}"

    @cached_property
    def bits(self) -> str:
        """One bit for each grid up to the highest id, hexadecimal: set for the visible ones."""
        made = bytearray(max(self.ids, default=-1) // 8 + 1)
        for grid in self.ids:
            made[grid >> 3] |= 1 << (grid & 7)
        return made.hex()

    def params(self) -> dict[str, Any]:
        """For SQL files: ``(%(scope_all)s OR t.grid_id = ANY(%(scope_ids)s))``."""
        return {"scope_all": self.all, "scope_ids": sorted(self.ids)}


def visible_grids(actor: Actor) -> Scope:
    """The scope of ``actor``; kept as a function so that every use can be found and checked."""
    return actor.scope


_ROLES = text(
    """
    SELECT r.scope_kind, r.grid_id, array_remove(array_agg(c.grid_id), NULL) AS chosen
    FROM user_role r LEFT JOIN user_role_grid c ON c.user_role_id = r.id
    WHERE r.user_id = :user_id GROUP BY r.id, r.scope_kind, r.grid_id
    """
)
_BELOW = text("SELECT id FROM grid WHERE path && CAST(:roots AS bigint[])")
_WHOLE = text(
    "SELECT EXISTS (SELECT FROM grid WHERE id = ANY(:roots) AND level = 1 AND valid_to IS NULL)"
)


def load_scope(session: Session, user_id: int) -> Scope:
    """Compute the scope of a user from the roles held; the union of all of them."""
    roots: set[int] = set()
    ids: set[int] = set()
    own: int | None = None
    for kind, grid_id, chosen in session.execute(_ROLES, {"user_id": user_id}):
        if kind == "all":
            return Scope.everything()
        if kind == "own_below":
            roots.add(grid_id)
        elif kind == "chosen":
            roots.update(chosen)
        elif kind == "own":
            ids.add(grid_id)
        elif kind == "records":
            own = user_id
    if roots and session.scalar(_WHOLE, {"roots": sorted(roots)}):
        return Scope.everything()
    if roots:
        ids.update(below(session, roots))
    return Scope(False, frozenset(ids), own)


def below(session: Session, roots: Iterable[int]) -> set[int]:
    """Ids of ``roots`` and of all grids below, closed ones too."""
    return set(session.scalars(_BELOW, {"roots": sorted(roots)}))
