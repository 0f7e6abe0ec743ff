"""What is stored sealed, by the version of the key: every column whose name ends in ``_enc``.

The tables are those of the models, so a new one is rotated without being named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from services.db.tables import metadata

SEALED, LOOK_UP = "_enc", "_hash"
_NAME = "hashtext('key ring'), hashtext(current_schema())"
LOCK = text(f"SELECT pg_try_advisory_lock({_NAME})")
UNLOCK = text(f"SELECT pg_advisory_unlock({_NAME})")


@dataclass(frozen=True)
class Store:
    """A table with sealed columns; ``columns`` says which of them have a look-up hash."""

    table: str
    key: str
    columns: dict[str, str | None]

    @cached_property
    def touched(self) -> list[str]:
        """All columns that a new version changes, hashes included."""
        found = [c for pair in self.columns.items() for c in pair if c]
        return sorted(found)

    @cached_property
    def old(self) -> str:
        """The condition of rows that need another version than ``:current``."""
        return " OR ".join(f"get_byte({c}, 0) <> :current" for c in self.columns)


def stores() -> list[Store]:
    """All tables with sealed columns."""
    found = []
    for table in sorted(metadata.tables.values(), key=lambda t: t.name):
        sealed = [c.name for c in table.columns if c.name.endswith(SEALED)]
        if sealed:
            twins = {c: c.removesuffix(SEALED) + LOOK_UP for c in sealed}
            columns = {c: t if t in table.columns else None for c, t in twins.items()}
            found.append(Store(table.name, next(iter(table.primary_key.columns)).name, columns))
    return found


def lock_against_writers(session: Session, tables: Sequence[Store]) -> None:
    """Wait for those who are writing, and let nobody begin until the transaction ends."""
    listed = ", ".join(f'"{s.table}"' for s in tables)
    session.execute(text(f"LOCK TABLE {listed} IN SHARE MODE"))


def counts(session: Session, store: Store) -> dict[str, dict[int, int]]:
    """Column -> version -> number of rows."""
    found: dict[str, dict[int, int]] = {}
    for column in store.columns:
        query = (
            f"SELECT get_byte({column}, 0), count(*) FROM {store.table} "  # noqa: S608 - own names
            f"WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        found[column] = {row[0]: row[1] for row in session.execute(text(query))}
    return found


def old_rows(
    session: Session, store: Store, current: int, *, after: int, skip: Sequence[int], size: int
) -> list[Row[Any]]:
    """The next rows that are not of version ``current``, locked; what others hold is passed over.

    ``skip`` are rows that are not to be tried again.
    """
    query = (
        f"SELECT {store.key} AS id, {', '.join(store.touched)} "  # noqa: S608 - own names
        f"FROM {store.table} WHERE {store.key} > :after AND ({store.old}) "
        f"AND {store.key} <> ALL(CAST(:skip AS bigint[])) "
        f"ORDER BY {store.key} LIMIT :size FOR NO KEY UPDATE SKIP LOCKED"
    )
    given = {"current": current, "after": after, "skip": list(skip), "size": size}
    return list(session.execute(text(query), given))


def write(session: Session, store: Store, rows: Sequence[dict[str, Any]]) -> None:
    """Put the new values of locked rows; neither their version nor their time moves."""
    names = store.touched
    sets = ", ".join(f"{c} = n.{c}" for c in names)
    given = ", ".join(f"CAST(:{c} AS bytea[])" for c in names)
    query = (
        f"UPDATE {store.table} t SET {sets} "  # noqa: S608 - own names
        f"FROM unnest(CAST(:id AS bigint[]), {given}) AS n (id, {', '.join(names)}) "
        f"WHERE t.{store.key} = n.id"
    )
    columns = {c: [row[c] for row in rows] for c in ("id", *names)}
    session.execute(text(query), columns)
