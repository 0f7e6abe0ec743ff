"""Wrong sign-ins: the growing wait, the same for names that nobody has, also all at once."""

from __future__ import annotations

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text, update

from services.access import passwords
from services.access.actor import system
from services.access.locks import FREE_TRIES
from services.access.models import User
from services.db.session import Database
from tests.access.test_ending import run, statements
from tests.conftest import Clients

WRONG = "certainly not it"


def attempt(site: Clients, name: str, password: str = WRONG) -> tuple[int, dict[str, object]]:
    answer = site().post("/api/v1/session", json={"username": name, "password": password})
    return answer.status_code, answer.json() if answer.content else {}


@pytest.fixture
def verifies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that were really verified (Argon2 runs), in order."""
    seen: list[str] = []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(stored)
            return passwords_hasher.verify(stored, password)

    passwords_hasher = passwords.HASHER
    monkeypatch.setattr(passwords, "HASHER", Counting())
    return seen


def test_unknown_and_known_names_cost_and_answer_the_same(
    site: Clients, db: Database, verifies: list[str]
) -> None:
    """Through all free tries and into the lock: answers, statements, Argon2 runs."""
    told: dict[str, list[object]] = {}
    for name in ("a", "nobody-has-this"):
        told[name] = []
        for _ in range(FREE_TRIES + 2):
            verifies.clear()
            with statements(db) as seen:
                status, body = attempt(site, name)
            kinds = [" ".join(s.split())[:40] for s in seen]
            told[name].append((status, body, kinds, len(verifies)))
    assert told["a"] == told["nobody-has-this"]
    statuses = [row[0] for row in told["a"]]  # type: ignore[index]
    assert statuses == [401] * FREE_TRIES + [429] * 2


def test_the_wait_grows(site: Clients, db: Database) -> None:
    waits = []
    for _ in range(FREE_TRIES):
        attempt(site, "a")
    for _ in range(4):
        status, body = attempt(site, "a", "a")  # even the right one
        assert status == 429
        waits.append(body["error"]["retry_after"])  # type: ignore[index]
        run(db, "UPDATE sign_in_try SET locked_until = now()")
        assert attempt(site, "a")[0] == 401
    assert waits == [2, 4, 8, 16]


def test_the_wait_has_an_end(site: Clients, db: Database) -> None:
    attempt(site, "a")
    run(db, "UPDATE sign_in_try SET failures = 2000000000")
    attempt(site, "a")
    status, body = attempt(site, "a")
    assert (status, body["error"]["retry_after"]) == (429, 900)  # type: ignore[index]


def test_a_good_sign_in_begins_anew(site: Clients, db: Database) -> None:
    for _ in range(FREE_TRIES - 1):
        attempt(site, "a")
    assert attempt(site, "a", "a")[0] == 204
    for _ in range(FREE_TRIES - 1):
        assert attempt(site, "a")[0] == 401
    assert attempt(site, "a", "a")[0] == 204


def test_many_at_once_do_not_get_more_tries(site: Clients, verifies: list[str]) -> None:
    """Each counts before its password is looked at."""
    with ThreadPoolExecutor(16) as pool:
        statuses = [f[0] for f in pool.map(lambda _: attempt(site, "a"), range(24))]
    assert statuses.count(401) == len(verifies) == FREE_TRIES
    assert statuses.count(429) == 24 - FREE_TRIES


def test_names_are_not_kept_and_are_forgotten_after_a_day(site: Clients, db: Database) -> None:
    """Somebody types the password into the name's field."""
    attempt(site, "my secret word")
    with db.session(None) as session:
        row = session.scalars(text("SELECT sign_in_try::text FROM sign_in_try")).one()
    assert b"my secret word".hex() not in row
    run(db, "UPDATE sign_in_try SET at = now() - interval '25 hours', failures = 100")
    attempt(site, "another")
    with db.session(None) as session:
        assert session.scalar(text("SELECT count(*) FROM sign_in_try")) == 1


def test_old_failures_do_not_lock(site: Clients, db: Database) -> None:
    attempt(site, "a")
    run(db, "UPDATE sign_in_try SET at = now() - interval '25 hours', failures = 100")
    assert attempt(site, "a")[0] == 401
    assert attempt(site, "a", "a")[0] == 204


def test_an_inactive_user_looks_like_a_wrong_password(site: Clients, db: Database) -> None:
    with db.session(system("test")) as session:
        session.execute(update(User).where(User.username == "a").values(active=False))
    assert attempt(site, "a", "a") == attempt(site, "nobody-has-this")


def test_unknown_names_take_as_long(
    site: Clients, db: Database, quick_hashes: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Medians of several tries, with the real cost of a hash; the bound is generous."""
    monkeypatch.setattr(passwords, "HASHER", quick_hashes)
    monkeypatch.setattr(passwords, "DUMMY", quick_hashes.hash("nobody's"))
    with db.session(system("test")) as session:
        hashed = passwords.hashed("a long password")
        session.execute(update(User).where(User.username == "a").values(password_hash=hashed))
    took: dict[str, list[float]] = {"a": [], "nobody-has-this": []}
    for _ in range(7):
        for name, times in took.items():
            run(db, "DELETE FROM sign_in_try")
            begun = time.perf_counter()
            assert attempt(site, name)[0] == 401
            times.append(time.perf_counter() - begun)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.5 < unknown / known < 2, took


@pytest.mark.parametrize(
    "name", ["\x00", "a\x00", "\ud800", "x" * 61, "", "\n", "a\u202e", "名" * 60]
)
@pytest.mark.parametrize("password", ["\x00", "\ud800", "a", "x" * 201])
def test_no_input_breaks_the_door(site: Clients, name: str, password: str) -> None:
    body = json.dumps({"username": name, "password": password})
    answer = site().post(
        "/api/v1/session", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in {401, 422}
