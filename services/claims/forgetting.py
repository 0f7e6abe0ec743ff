"""Held rows are no register: what is finished is forgotten after some days, by the daily job."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from services.access.actor import system
from services.claims import repository
from services.db import hook
from services.db.session import Database

# A file whose thread is gone: nothing was loaded.
_ABANDONED = text(
    """
    UPDATE claim_batch SET state = 'failed', problem = 'abandoned', updated_at = now()
    WHERE id = :id AND state = 'reading'
    """
)
_READING = text(
    "SELECT id FROM claim_batch WHERE state = 'reading' AND created_at < now() - interval '1 hour'"
)
# When nothing in a file waits any more: with its last claim.
_FINISH = text(
    """
    UPDATE claim_batch AS b SET finished_at = coalesce((
        SELECT max(h.claimed_at) FROM (
            SELECT batch_id, claimed_at FROM held_person
            UNION ALL SELECT batch_id, claimed_at FROM held_premises
        ) AS h WHERE h.batch_id = b.id), b.updated_at)
    WHERE b.finished_at IS NULL AND b.state IN ('checked', 'refused', 'failed', 'loaded')
        AND NOT EXISTS (SELECT FROM held_person
                        WHERE batch_id = b.id AND state = 'waiting')
        AND NOT EXISTS (SELECT FROM held_premises
                        WHERE batch_id = b.id AND state = 'waiting')
    """
)
_DUE = text(
    """
    SELECT id FROM claim_batch WHERE state NOT IN ('reading', 'forgotten')
        AND (finished_at AT TIME ZONE :zone)::date + CAST(:days AS int) < :day
    ORDER BY id FOR UPDATE SKIP LOCKED
    """
)
_FORGET = (
    text("DELETE FROM claim_fault WHERE batch_id = ANY(:ids)"),
    text("DELETE FROM held_person WHERE batch_id = ANY(:ids)"),
    text("DELETE FROM held_premises WHERE batch_id = ANY(:ids)"),
)
_MARK = text(
    """
    UPDATE claim_batch SET state = 'forgotten', problem = NULL, version = version + 1
    WHERE id = ANY(:ids)
    """
)
# The audit holds what is personal of a row under the row's own key.
_KEYS = tuple(
    text(
        f"DELETE FROM subject_key AS k WHERE k.entity = '{name}' "  # noqa: S608 - own names
        f"AND NOT EXISTS (SELECT FROM {name} AS h WHERE h.id = k.entity_id)"
    )
    for name in ("held_person", "held_premises")
)


def forget(database: Database, day: date, days: int) -> dict[str, int]:
    """Forget rows and faults of files that were finished more than ``days`` ago; how many."""
    with database.bulk(system("claims")) as session:
        for batch_id in session.scalars(_READING).all():
            if not repository.is_alive(session, batch_id):
                session.execute(_ABANDONED, {"id": batch_id})
        session.execute(_FINISH)
        asked = {"zone": database.settings.timezone, "days": days, "day": day}
        ids = list(session.scalars(_DUE, asked))
        rows = sum(_count(session, query, ids) for query in _FORGET)
        session.execute(_MARK, {"ids": ids})
        keys = sum(_count(session, query, ids) for query in _KEYS)
        if ids:
            told = {"files": len(ids), "rows": rows, "keys": keys, "days": days}
            hook.note(session, "import forgotten", entity="claim_batch", note=json.dumps(told))
    return {"files": len(ids), "rows": rows, "keys": keys}


def _count(session: Session, query: Any, ids: list[int]) -> int:
    given = {"ids": ids} if ":ids" in query.text else {}
    done: CursorResult[Any] = session.connection().execute(query, given)
    return done.rowcount
