"""Anonymising 匿名化 the entries of people who were cancelled long ago.

What is left of an entry is what past statistics count: grid, class, sex, year of birth, when and
why it was cancelled. Everything that tells who it was goes, together with what hangs on the entry.
The audit is not touched: what it holds of a person is under a key of that person alone, and that
key goes (see :mod:`services.db.sealed` and services/decisions/0010).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from services.access.actor import system
from services.db import hook
from services.db.session import Database
from services.kit import photos

NAME = "已匿名"
BATCH = 500
# What hangs on a person: rows that go, and links that are cut.
REMOVED = ("person_label", "look_grant", "correction_request", "held_person", "premises_employee",
           "service_object", "property")  # fmt: skip
CUT = (("household", "head_id"), ("family", "head_id"), ("person", "previous_id"),
       ("household_change", "person_id"), ("family_change", "person_id"),
       ("service_record", "person_id"))  # fmt: skip
# A term of years ends with its last day, which is 28 February where there is no 29th; the entry is
# due on the day after.
DUE = """
    status = 'cancelled' AND anonymised_at IS NULL
    AND ((cancelled_at AT TIME ZONE :zone)::date + make_interval(years => :years))::date < :day
"""
_COUNT = text(
    f"""
    SELECT g.code, g.name, to_char(p.cancelled_at AT TIME ZONE :zone, 'YYYY-MM') AS month,
           count(*) AS n
    FROM person p JOIN grid g ON g.id = p.grid_id WHERE p.id IN (SELECT id FROM person WHERE {DUE})
    GROUP BY 1, 2, 3 ORDER BY 1, 3
    """  # noqa: S608 - own parts only
)
_TAKE = text(
    f"SELECT id FROM person WHERE {DUE} ORDER BY id LIMIT :size "  # noqa: S608 - own parts only
    "FOR UPDATE SKIP LOCKED"
)
_FORGET = text("DELETE FROM subject_key WHERE entity = 'person' AND entity_id = ANY(:ids)")
# Of a service there stays what is counted: team, kind, grid, month.
_PHOTOS = text(
    """
    DELETE FROM service_photo WHERE record_id IN
        (SELECT id FROM service_record WHERE person_id = ANY(:ids))
    RETURNING sha256
    """
)
_SERVICES = text(
    """
    UPDATE service_record SET person_id = NULL, name = :name, words = '', geom = NULL,
        served_at = date_trunc('month', served_at), updated_at = now(), version = version + 1
    WHERE person_id = ANY(:ids)
    """
)
_STILL_USED = text(
    """
    SELECT sha256 FROM incident_photo WHERE sha256 = ANY(:sha)
    UNION SELECT sha256 FROM inspection_photo WHERE sha256 = ANY(:sha)
    UNION SELECT sha256 FROM service_photo WHERE sha256 = ANY(:sha)
    """
)
_BLANK = text(
    """
    UPDATE person SET name = :name, name_pinyin = '',
        birth_date = make_date(extract(year FROM birth_date)::int, 1, 1),
        id_kind = 'none', id_enc = NULL, id_hash = NULL, phone_enc = NULL, phone_hash = NULL,
        household_id = NULL, relation = NULL, family_id = NULL, family_relation = NULL,
        house_id = NULL, building_id = NULL, address = '', no_place_reason = NULL, geom = NULL,
        confirmed_on = NULL, previous_id = NULL, txn = NULL,
        anonymised_at = now(), updated_at = now(), version = version + 1
    WHERE id = ANY(:ids)
    """
)


@dataclass(frozen=True)
class Due:
    """How many entries of a grid, cancelled in a month (YYYY-MM), are due."""

    grid: str
    name: str
    month: str
    n: int


def _asked(database: Database, day: date, years: int) -> dict[str, Any]:
    return {"zone": database.settings.timezone, "day": day, "years": years}


def due(database: Database, day: date, years: int) -> list[Due]:
    """Who is due on ``day``, counted by grid and month; nothing is written."""
    with database.bulk(system("anonymise")) as session:
        rows = session.execute(_COUNT, _asked(database, day, years))
        return [Due(row.code, row.name, row.month, row.n) for row in rows]


def apply(database: Database, day: date, years: int, batch: int = BATCH) -> int:
    """Anonymise who is due on ``day``; returns how many.

    Each batch is a transaction of its own with a row in the audit: stopped anywhere, it goes on the
    next time, and a second time there is nothing left to do.
    """
    total = 0
    while True:
        with database.bulk(system("anonymise")) as session:
            ids = list(session.scalars(_TAKE, {**_asked(database, day, years), "size": batch}))
            if not ids:
                return total
            pictures = _one_batch(session, ids)
            note = {"rows": len(ids), "first": ids[0], "last": ids[-1], "years": years}
            hook.note(session, "anonymise", entity="person", note=json.dumps(note))
        _forget_files(database, pictures)
        total += len(ids)


def _forget_files(database: Database, pictures: list[bytes]) -> None:
    """Delete the files of photos that nothing shows any more; they lie outside the database."""
    if not pictures:
        return
    with database.bulk(system("anonymise")) as session:
        used = {bytes(one) for one in session.scalars(_STILL_USED, {"sha": pictures})}
    for one in set(pictures) - used:
        photos.path_of(database.settings.files_dir, one).unlink(missing_ok=True)


def _one_batch(session: Session, ids: list[int]) -> list[bytes]:
    """Anonymise some entries; returns which photos they had."""
    pictures = [bytes(one) for one in session.scalars(_PHOTOS, {"ids": ids})]
    session.execute(_SERVICES, {"ids": ids, "name": NAME})
    for table in REMOVED:
        session.execute(text(f"DELETE FROM {table} WHERE person_id = ANY(:ids)"), {"ids": ids})  # noqa: S608
    for table, column in CUT:
        session.execute(
            text(f"UPDATE {table} SET {column} = NULL WHERE {column} = ANY(:ids)"),  # noqa: S608
            {"ids": ids},
        )
    session.execute(_FORGET, {"ids": ids})
    session.execute(_BLANK, {"ids": ids, "name": NAME})
    return pictures


def forget_grants(database: Database) -> int:
    """Forget opened fields whose time is over for a day; the looks stay in the audit."""
    with database.bulk(system("daily")) as session:
        gone: CursorResult[Any] = session.connection().execute(
            text("DELETE FROM look_grant WHERE until < now() - interval '1 day'")
        )
        return gone.rowcount
