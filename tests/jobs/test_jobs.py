"""The daily jobs: once a day, caught up, one at a time, and one that fails stops no other."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from services.config import Settings
from services.db.session import Database
from services.jobs import daily, service
from services.jobs.service import Job, Worker
from services.people import anonymise

ZONE = ZoneInfo("Asia/Shanghai")


class Clock:
    """A clock that a test turns."""

    def __init__(self, *at: int):
        self.now = datetime(*at, tzinfo=ZONE)

    def __call__(self) -> datetime:
        return self.now


def rows(database: Database) -> dict[tuple[str, str], tuple[str, Any, str | None, int]]:
    query = text("SELECT job, day, outcome, figures, problem, tries FROM job_run ORDER BY 2, 1")
    with database.engine.connect() as connection:
        return {
            (r.job, r.day.isoformat()): (r.outcome, r.figures, r.problem, r.tries)
            for r in connection.execute(query)
        }


def test_once_a_day(db: Database) -> None:
    clock, seen = Clock(2026, 3, 1, 0, 5), []

    def run(_: Database, day: date) -> dict[str, Any]:
        seen.append(day)
        return {"n": len(seen)}

    worker = Worker(db, [Job("count", run)], clock)
    assert worker.round() == [("count", date(2026, 3, 1), True)]
    clock.now += timedelta(hours=23)
    assert worker.round() == []
    clock.now += timedelta(hours=1)
    assert worker.round() == [("count", date(2026, 3, 2), True)]
    assert rows(db) == {
        ("count", "2026-03-01"): ("done", {"n": 1}, None, 1),
        ("count", "2026-03-02"): ("done", {"n": 2}, None, 1),
    }


def test_days_off_are_caught_up_where_each_day_counts(db: Database) -> None:
    clock, each, due = Clock(2028, 2, 27, 9), [], []
    jobs = [
        Job("each", lambda _, day: each.append(day) or {}, each_day=True),
        Job("due", lambda _, day: due.append(day) or {}),
    ]
    worker = Worker(db, jobs, clock)
    worker.round()
    clock.now = datetime(2028, 3, 2, 9, tzinfo=ZONE)
    worker.round()
    assert [d.isoformat() for d in each] == [
        "2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01", "2028-03-02",
    ]  # fmt: skip
    assert [d.isoformat() for d in due] == ["2028-02-27", "2028-03-02"]
    clock.now = datetime(2031, 1, 1, 9, tzinfo=ZONE)
    worker.round()
    assert len(each) == 5 + service.DAYS_BACK + 1, "not for ever"


def test_one_that_fails_is_noted_and_stops_no_other(db: Database) -> None:
    clock, broken, seen = Clock(2026, 3, 1, 9), [True], []

    def fails(_: Database, day: date) -> dict[str, Any]:
        if broken and day == date(2026, 3, 2):
            raise ValueError("王小明 12900000017")
        seen.append(day.day)
        return {}

    jobs = [Job("bad", fails, each_day=True), Job("good", lambda _, day: {"day": str(day)})]
    worker = Worker(db, jobs, clock)
    worker.round()
    clock.now += timedelta(days=2)
    assert worker.round() == [("bad", date(2026, 3, 2), False), ("good", date(2026, 3, 3), True)]
    assert worker.round() == [("bad", date(2026, 3, 2), False)]
    found = rows(db)
    assert found["bad", "2026-03-02"] == ("failed", None, "ValueError", 2), "the kind only"
    assert found["good", "2026-03-03"][0] == "done" and seen == [1]
    broken.clear()
    worker.round()
    assert seen == [1, 2, 3], "the days keep their order"
    assert rows(db)["bad", "2026-03-02"] == ("done", {}, None, 3)


def test_a_database_error_in_a_job_is_one_failed_job(db: Database) -> None:
    def broken(database: Database, _: date) -> dict[str, Any]:
        with database.engine.begin() as connection:
            connection.execute(text("SELECT 1 / 0"))
        return {}

    worker = Worker(db, [Job("bad", broken), Job("good", lambda *_: {})], Clock(2026, 3, 1, 9))
    assert [good for _, _, good in worker.round()] == [False, True]


def test_two_processes_run_a_job_once(db: Database, settings: Settings) -> None:
    inside, go, seen = threading.Event(), threading.Event(), []

    def slow(_: Database, day: date) -> dict[str, Any]:
        seen.append(day)
        inside.set()
        assert go.wait(60)
        return {}

    clock, other = Clock(2026, 3, 1, 9), Database(db.url, settings)
    try:
        first = threading.Thread(target=Worker(db, [Job("slow", slow)], clock).round)
        first.start()
        assert inside.wait(60)
        assert Worker(other, [Job("slow", slow)], clock).round() == []
        go.set()
        first.join(60)
        assert Worker(other, [Job("slow", slow)], clock).round() == []
    finally:
        go.set()
        other.close()
    assert len(seen) == 1


def test_a_killed_run_is_run_again(db: Database) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO job_run (job, day, started_at, outcome) "
                 "VALUES ('job', '2026-03-01', now(), 'running')")
        )  # fmt: skip
    worker = Worker(db, [Job("job", lambda *_: {})], Clock(2026, 3, 1, 9))
    assert worker.round() == [("job", date(2026, 3, 1), True)]
    assert rows(db)["job", "2026-03-01"][3] == 2


def test_the_thread_beside_the_site_ends_with_it(db: Database) -> None:
    ran = threading.Event()
    worker = Worker(db, [Job("job", lambda *_: ran.set() or {})])
    with worker.beside():
        assert ran.wait(60)
    assert not any(thread.name == "jobs" for thread in threading.enumerate())


def test_the_day_begins_at_the_place_of_the_settings(db: Database) -> None:
    assert service.now_in(db).utcoffset() == timedelta(hours=8)


@pytest.fixture
def old(demo_copy: Database) -> int:
    """How many entries are long past their time; a session and a grant that are over."""
    with demo_copy.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO user_session (token_hash, user_id, expires_at) VALUES "
                 "('\\x01', 1, now() - interval '1 minute'), ('\\x02', 1, now() + interval '1 h')")
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO look_grant (user_id, person_id, what, reason, words, until) "
                 "SELECT 1, (SELECT min(id) FROM person), 'phone', 'visit', '入户走访', "
                 "now() - ago FROM unnest(ARRAY[interval '2 days', interval '2 hours']) ago")
        )  # fmt: skip
        query = "UPDATE person SET cancelled_at = '2010-01-01' WHERE status = 'cancelled'"
        return connection.execute(text(query)).rowcount


@pytest.mark.parametrize("apply", [False, True])
def test_the_shipped_jobs(demo_copy: Database, settings: Settings, old: int, apply: bool) -> None:
    chosen = settings.model_copy(update={"anonymise": "apply" if apply else "count"})
    database = Database(demo_copy.url, chosen)
    try:
        now = datetime.now(UTC).astimezone(ZONE)
        ran = Worker(database, daily.JOBS, lambda: now).round()
        assert [(name, good) for name, _, good in ran] == [(j.name, True) for j in daily.JOBS]
        figures = {job: figures for (job, _), (_, figures, _, _) in rows(database).items()}
    finally:
        database.close()
    expected = {"anonymised": old, "applied": True} if apply else {"due": old, "applied": False}
    assert old and figures["anonymise"] == expected
    assert figures["audit prune"] == {"removed": 0}
    assert figures["forget what is over"] == {"sessions": 1, "grants": 1}
    left = anonymise.due(demo_copy, now.date(), settings.retention_years)
    assert sum(row.n for row in left) == (0 if apply else old)
