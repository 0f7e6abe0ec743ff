"""Daily jobs 每日任务: each once for each day, one at a time, whoever calls.

A job is a function of the database, the settings and the day; it opens its own units of work. One
that fails is noted with the kind of its error, tried again at the next round, and stops no other.
A job with ``each_day`` gets every day that was missed, in order (rules that start on a birthday);
the others only ask what is due by now, and get the day itself.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.db.session import Database
from services.jobs import repository

Figures = dict[str, Any]
Clock = Callable[[], datetime]
LOG = logging.getLogger(__name__)
ROUND_SECONDS = 1800.0
"""Between two rounds: a day begins at most so late, and what failed is tried again."""
DAYS_BACK = 400
"""How far a job with ``each_day`` catches up."""


@dataclass(frozen=True)
class Job:
    """A name for the log, what to do, and whether each single day counts."""

    name: str
    run: Callable[[Database, date], Figures]
    each_day: bool = False


def now_in(database: Database) -> datetime:
    """The time at the place of the settings: days begin there."""
    return datetime.now(ZoneInfo(database.settings.timezone))


def due(connection: Connection, job: Job, today: date) -> list[date]:
    """The days for which ``job`` has still to be run, the earliest first."""
    last = repository.last_done(connection, job.name)
    if last is not None and last >= today:
        return []
    if last is None or not job.each_day:
        return [today]
    first = max(last + timedelta(days=1), today - timedelta(days=DAYS_BACK))
    return [first + timedelta(days=n) for n in range((today - first).days + 1)]


@contextmanager
def _alone(database: Database) -> Iterator[bool]:
    """Whether no other process is at it; until the end no other one begins."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = bool(connection.execute(repository.LOCK).scalar_one())
        try:
            yield mine
        finally:
            if mine:
                connection.execute(repository.UNLOCK)


def run_due(database: Database, jobs: Sequence[Job], clock: Clock) -> list[tuple[str, date, bool]]:
    """Run what is due; returns (job, day, whether it went well). Nothing while another does."""
    ran: list[tuple[str, date, bool]] = []
    with _alone(database) as mine:
        for job in jobs if mine else ():
            with database.engine.connect() as connection:
                days = due(connection, job, clock().date())
            for day in days:
                good = _run(database, job, day, clock)
                ran.append((job.name, day, good))
                if not good:
                    break  # the days of one job keep their order
    return ran


def _run(database: Database, job: Job, day: date, clock: Clock) -> bool:
    at = {"job": job.name, "day": day}
    with database.engine.begin() as connection:
        repository.begin(connection, {**at, "now": clock()})
    ended: dict[str, Any] = {"outcome": "done", "figures": None, "problem": None}
    try:
        ended["figures"] = json.dumps(job.run(database, day), default=str)
    except Exception as error:
        # The kind only: the words of an error may hold a person's data.
        LOG.error("job %s for %s failed: %s", job.name, day, type(error).__name__)
        ended |= {"outcome": "failed", "problem": type(error).__name__[:80]}
    with database.engine.begin() as connection:
        repository.end(connection, {**at, **ended, "now": clock()})
    return bool(ended["outcome"] == "done")


class Worker:
    """Runs what is due, now and at every round, until it is told to stop."""

    def __init__(self, database: Database, jobs: Sequence[Job], clock: Clock | None = None):
        self.database, self.jobs = database, jobs
        self.clock = clock or (lambda: now_in(database))
        self._stop = threading.Event()

    def round(self) -> list[tuple[str, date, bool]]:
        """One round; an error of the database itself is logged, and the next round tries again."""
        try:
            return run_due(self.database, self.jobs, self.clock)
        except Exception as error:
            LOG.error("jobs: %s", type(error).__name__)
            return []

    def loop(self) -> None:
        """Rounds until :meth:`stop`."""
        while True:
            self.round()
            if self._stop.wait(ROUND_SECONDS):
                return

    def stop(self) -> None:
        """End the loop after the job that is running."""
        self._stop.set()

    @contextmanager
    def beside(self) -> Iterator[None]:
        """The loop in a thread, for as long as the block lasts."""
        thread = threading.Thread(target=self.loop, name="jobs", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stop()
            thread.join(20)
