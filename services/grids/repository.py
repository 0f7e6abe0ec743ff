"""Grids in the database: every statement carries the caller's scope."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from services.access.scope import Scope
from services.grids.models import Grid

CURRENT: ColumnElement[bool] = Grid.valid_to.is_(None)
BRIEF = (Grid.id, Grid.code, Grid.name, Grid.level, Grid.serial, Grid.parent_id)


def _with_box() -> Any:
    box = func.Box2D(Grid.geom)
    return (
        *BRIEF,
        Grid.kind,
        Grid.path,
        Grid.valid_from,
        Grid.basics,
        func.ST_XMin(box).label("west"),
        func.ST_YMin(box).label("south"),
        func.ST_XMax(box).label("east"),
        func.ST_YMax(box).label("north"),
        func.ST_X(Grid.label).label("lon"),
        func.ST_Y(Grid.label).label("lat"),
    )


def one(session: Session, scope: Scope, grid_id: int) -> Row[Any] | None:
    """One visible current grid with its box and label point."""
    query = select(*_with_box()).where(Grid.id == grid_id, CURRENT, scope.where(Grid.id))
    return session.execute(query).one_or_none()


def children(session: Session, scope: Scope, parent_id: int) -> list[Row[Any]]:
    """The visible current children of a grid, in their order."""
    query = (
        select(*_with_box())
        .where(Grid.parent_id == parent_id, CURRENT, scope.where(Grid.id))
        .order_by(Grid.sort, Grid.code, Grid.id)
    )
    return list(session.execute(query))


def names(session: Session, ids: list[int]) -> list[Row[Any]]:
    """Id, code, name, level of grids by id: the chain above a grid is public knowledge."""
    query = select(Grid.id, Grid.code, Grid.name, Grid.level).where(Grid.id.in_(ids))
    return list(session.execute(query.order_by(Grid.level)))


def tops(session: Session, scope: Scope) -> list[Row[Any]]:
    """The visible grids whose parent is not visible: where a caller's map begins."""
    hidden_parent = or_(Grid.parent_id.is_(None), ~scope.where(Grid.parent_id))
    query = select(*_with_box()).where(CURRENT, scope.where(Grid.id), hidden_parent)
    return list(session.execute(query.order_by(Grid.level, Grid.code)))


def find(session: Session, scope: Scope, words: str, limit: int) -> list[Row[Any]]:
    """Visible current grids whose name or code contains ``words``."""
    query = select(*_with_box()).where(CURRENT, scope.where(Grid.id), _called(words))
    return list(session.execute(query.order_by(Grid.level, Grid.code).limit(limit)))


def _called(words: str) -> ColumnElement[bool]:
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(Grid.name.ilike(like), Grid.code.like(like))


def find_outside(session: Session, scope: Scope, words: str, limit: int) -> list[Row[Any]]:
    """Current grids below the root, outside of ``scope``, whose name or code contains ``words``."""
    query = select(*BRIEF, Grid.path).where(
        CURRENT, Grid.level > 1, ~scope.where(Grid.id), _called(words)
    )
    return list(session.execute(query.order_by(Grid.level, Grid.code).limit(limit)))


def current(session: Session, grid_id: int) -> Row[Any] | None:
    """Id, code, name, level, serial, parent of a current grid; public knowledge."""
    query: Any = select(*BRIEF).where(Grid.id == grid_id, CURRENT)
    found: Row[Any] | None = session.execute(query).one_or_none()
    return found


def path(session: Session, grid_id: int) -> list[int]:
    """The path of one grid."""
    return list(session.execute(select(Grid.path).where(Grid.id == grid_id)).scalar_one())


def root_code(session: Session) -> str:
    """Code of the current root."""
    return (
        session.execute(select(Grid.code).where(Grid.level == 1, CURRENT)).scalars().first() or ""
    )


def id_of_code(session: Session, code: str) -> int | None:
    """Id of the current grid with that code."""
    return session.scalar(select(Grid.id).where(Grid.code == code, CURRENT))
