"""Runs of jobs in the database; written as the owner of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

_NAME = "hashtext('daily jobs'), hashtext(current_schema())"
LOCK = text(f"SELECT pg_try_advisory_lock({_NAME})")
UNLOCK = text(f"SELECT pg_advisory_unlock({_NAME})")
_LAST = text("SELECT max(day) FROM job_run WHERE job = :job AND outcome = 'done'")
_BEGIN = text(
    """
    INSERT INTO job_run AS r (job, day, started_at, outcome) VALUES (:job, :day, :now, 'running')
    ON CONFLICT (job, day) DO UPDATE SET started_at = excluded.started_at, finished_at = NULL,
        outcome = 'running', figures = NULL, problem = NULL, tries = r.tries + 1
    """
)
_END = text(
    """
    UPDATE job_run SET finished_at = :now, outcome = :outcome, figures = CAST(:figures AS jsonb),
        problem = :problem
    WHERE job = :job AND day = :day
    """
)
_RUNS = text(
    "SELECT job, day, started_at, finished_at, outcome, figures, problem, tries FROM job_run "
    "WHERE day > :since ORDER BY day DESC, job"
)


def last_done(connection: Connection, job: str) -> date | None:
    """The latest day for which a job was done."""
    found: date | None = connection.execute(_LAST, {"job": job}).scalar_one()
    return found


def begin(connection: Connection, given: Mapping[str, Any]) -> None:
    """Note that a job begins for a day, for the first time or again."""
    connection.execute(_BEGIN, given)


def end(connection: Connection, given: Mapping[str, Any]) -> None:
    """Note how it ended."""
    connection.execute(_END, given)


def runs(connection: Connection, since: date) -> list[Row[Any]]:
    """Runs of days after ``since``, the latest first."""
    return list(connection.execute(_RUNS, {"since": since}))
