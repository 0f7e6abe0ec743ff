"""Rows of imports in the database: whole columns at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, text

from services.access.scope import Scope


@dataclass(frozen=True)
class Existing:
    """A stored row that an import meets again: id, grid, compared values, shape.

    Where the caller may not see it, there are no values.
    """

    id: int
    grid_id: int
    seen: bool
    values: dict[str, Any]
    shape: BaseGeometry | None


@dataclass(frozen=True)
class Node:
    """A current grid: id, code, level, parent, path, and its polygon."""

    id: int
    code: str
    name: str
    level: int
    parent_code: str | None
    path: tuple[int, ...]
    shape: BaseGeometry


def begin(conn: Connection) -> None:
    """One import at a time, and more time for it than a page gets."""
    conn.execute(text("SET LOCAL statement_timeout = '10min'"))
    conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtext('gridgov import'))"))


def new_ids(conn: Connection, table: str, count: int) -> list[int]:
    """``count`` fresh ids of a table."""
    query = text(
        "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
    )
    return list(conn.execute(query, {"table": table, "count": count}).scalars())


def nodes(
    conn: Connection, *, codes: Sequence[str] | None = None, level: int | None = None
) -> dict[str, Node]:
    """Current grids by code: those with one of ``codes``, or those of one level."""
    query = text(
        "SELECT g.id, g.code, g.name, g.level, p.code AS parent_code, g.path, "
        "ST_AsBinary(g.geom) AS wkb "
        "FROM grid AS g LEFT JOIN grid AS p ON p.id = g.parent_id WHERE g.valid_to IS NULL "
        "AND (CAST(:codes AS text[]) IS NULL OR g.code = ANY(:codes)) "
        "AND (CAST(:level AS int) IS NULL OR g.level = :level)"
    )
    given = {"codes": None if codes is None else list(codes), "level": level}
    return {
        row.code: Node(
            row.id,
            row.code,
            row.name,
            row.level,
            row.parent_code,
            tuple(row.path),
            shapely.from_wkb(bytes(row.wkb)),
        )
        for row in conn.execute(query, given)
    }


def grid_ids(conn: Connection, codes: Sequence[str]) -> dict[str, int]:
    """Ids of current grids by code."""
    query = text("SELECT code, id FROM grid WHERE valid_to IS NULL AND code = ANY(:codes)")
    return {row.code: row.id for row in conn.execute(query, {"codes": list(codes)})}


def paths(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Paths of grids by id."""
    query = text("SELECT id, path FROM grid WHERE id = ANY(CAST(:ids AS bigint[]))")
    return {row.id: tuple(row.path) for row in conn.execute(query, {"ids": list(ids)})}


def kinds_of_premises(conn: Connection) -> list[str]:
    """The codes of the catalogue of premises."""
    return list(conn.execute(text("SELECT code FROM premises_kind ORDER BY sort, code")).scalars())


def existing(
    conn: Connection, scope: Scope, table: str, keys: Sequence[str]
) -> dict[str, list[Existing]]:
    """Stored buildings by code, or active premises in the scope by licence."""
    found: dict[str, list[Existing]] = {}
    given = {"keys": list(keys), **scope.params()}
    for row in conn.execute(text(_read(f"existing_{table}")), given).mappings():
        values = dict(row)
        number, grid, seen, wkb = (values.pop(name) for name in ("id", "grid_id", "seen", "wkb"))
        shape = shapely.from_wkb(bytes(wkb)) if wkb is not None else None
        key = str(values.pop("key"))
        found.setdefault(key, []).append(Existing(number, grid, seen, values, shape))
    return found


def insert(
    conn: Connection,
    table: str,
    columns: Mapping[str, Sequence[Any]],
    scope: Scope | None = None,
) -> int:
    """Insert rows into a table by its statement ``insert_<table>.sql``, one array a column.

    ``scope`` is for a statement that reads other rows as well.
    """
    rows: dict[str, Any] = {name: list(values) for name, values in columns.items()}
    if scope is not None:
        rows |= scope.params()
    return conn.execute(text(_read(f"insert_{table}")), rows).rowcount


@lru_cache(maxsize=16)
def _read(name: str) -> str:
    return (files("services.imports") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
