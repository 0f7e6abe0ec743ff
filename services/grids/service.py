"""Grids 网格: one grid, its chain, its children, where a caller's map begins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.errors import NotFound
from services.grids import repository

Brief = dict[str, Any]


def _brief(row: Row[Any]) -> Brief:
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "serial": row.serial,
        "parent_id": row.parent_id,
        "bbox": [row.west, row.south, row.east, row.north],
        "centre": [row.lon, row.lat],
    }


def chain(session: Session, path: list[int]) -> list[Brief]:
    """The grids from the root down ``path``: id, code, name, level."""
    return [dict(row._mapping) for row in repository.names(session, path)]


def get(session: Session, actor: Actor, grid_id: int) -> Brief:
    """One grid with its chain; raises :class:`NotFound` outside the scope."""
    row = repository.one(session, visible_grids(actor), grid_id)
    if row is None:
        raise NotFound("grid")
    return {
        **_brief(row),
        "kind": row.kind,
        "basics": row.basics,
        "valid_from": row.valid_from.isoformat(),
        "path": list(row.path),
        "chain": chain(session, row.path),
    }


def children(session: Session, actor: Actor, grid_id: int) -> list[Brief]:
    """The children of a grid; raises :class:`NotFound` outside the scope."""
    get(session, actor, grid_id)
    rows = repository.children(session, visible_grids(actor), grid_id)
    return [_brief(row) for row in rows]


def tops(session: Session, actor: Actor) -> list[Brief]:
    """Where the caller's map begins; several for somebody with several posts."""
    return [_brief(row) for row in repository.tops(session, visible_grids(actor))]


def home(session: Session, actor: Actor) -> Brief | None:
    """The grid that the caller's pages open on: the own grid, else the topmost visible one."""
    scope = visible_grids(actor)
    row = repository.one(session, scope, actor.home_grid_id) if actor.home_grid_id else None
    if row is not None:
        return _brief(row)
    rows = repository.tops(session, scope)
    return _brief(rows[0]) if rows else None


def find(session: Session, actor: Actor, words: str, limit: int = 20) -> list[Brief]:
    """Grids by part of name or code."""
    rows = repository.find(session, visible_grids(actor), words.strip(), limit)
    return [{**_brief(row), "chain": chain(session, row.path)} for row in rows]


def find_outside(session: Session, actor: Actor, words: str, limit: int = 12) -> list[Brief]:
    """Grids that the actor does not see, below the root, by part of name or code.

    Names, codes and places of grids are public knowledge; nothing of what lies in them is told.
    """
    rows = repository.find_outside(session, visible_grids(actor), words.strip(), limit)
    keys = ("id", "code", "name", "level")
    return [
        {**{k: getattr(row, k) for k in keys}, "chain": chain(session, row.path)} for row in rows
    ]


def named(session: Session, grid_id: int) -> Brief | None:
    """Id, code, name, level, serial, parent of a current grid, wherever it lies."""
    row = repository.current(session, grid_id)
    return None if row is None else dict(row._mapping)


def path_of(session: Session, grid_id: int) -> list[int]:
    """Ids from the root to ``grid_id``; ids alone tell nothing about what lies in a grid."""
    return repository.path(session, grid_id)


def root_code(session: Session) -> str:
    """Code of the root area."""
    return repository.root_code(session)


def id_of_code(session: Session, code: str) -> int | None:
    """Id of the current grid with that code."""
    return repository.id_of_code(session, code)
