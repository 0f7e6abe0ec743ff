"""Reading the audit, checking its chain, and removing what is past its retention time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.actor import system
from services.access.emergency import unmarked
from services.audit import repository
from services.db import chain, hook
from services.db.session import Database

LOOKS_SHOWN = 20
LOOKS = ("look", "reveal", "export person")


def looks(session: Session, person_id: int) -> list[dict[str, Any]]:
    """Who looked at a person, the latest first; for those who may see that person."""
    rows = repository.looks(session, person_id, LOOKS, LOOKS_SHOWN)
    return _told(rows)


def _told(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Looks with the number of their emergency look, or None, apart from the note."""
    told = [dict(row._mapping) for row in rows]
    for look in told:
        look["emergency"], look["note"] = unmarked(look["note"])
    return told


def all_looks(session: Session, person_id: int, limit: int) -> tuple[int, list[dict[str, Any]]]:
    """How many looks at a person there were, and the latest of them, for that person's eyes."""
    total, rows = repository.all_looks(session, person_id, LOOKS, limit)
    return total, _told(rows)


def verify(database: Database) -> chain.Verdict:
    """Check the whole chain, and note its newest link when nothing is wrong."""
    with database.engine.begin() as connection:
        file = database.settings.anchor_file
        verdict = chain.verify(connection, database.keys.chain, file)
        if not verdict.problems:
            chain.anchor(connection, file)
    return verdict


def retained_from(years: int, now: datetime | None = None) -> datetime:
    """The moment before which audit rows are past their retention time."""
    today = now or datetime.now(UTC)
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - years, day=28)


def prune(database: Database, before: datetime, *, apply: bool) -> int:
    """Number of audit rows written before ``before``; with ``apply`` they are removed.

    Their links stay, and a row of the audit says up to which link rows were removed.
    """
    with database.bulk(system("audit prune")) as session:
        last = chain.newest_before(session.connection(), before)
        if last is None:
            return 0
        if not apply:
            return repository.rows_up_to(session, last)
        removed = repository.remove_up_to(session, last)
        if removed:
            note = json.dumps({"to": last, "rows": removed})
            hook.note(session, chain.PRUNED, entity="audit", note=note)
        return removed
