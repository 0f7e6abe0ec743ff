"""Sessions end: unused, old, signed out, by a new password; and their streams with them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text

from services.access.actor import system
from services.access.cookies import COOKIE
from services.config import Settings
from services.db.session import Database
from tests import roots
from tests.conftest import Clients, Server

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML) Chrome/156.0 Safari/537.36"


def run(db: Database, statement: str) -> None:
    with db.session(system("test")) as session:
        session.execute(text(statement))


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """Everything that is sent to the database inside of the block."""
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_session_without_a_request_for_the_idle_time_is_over(site: Clients, db: Database) -> None:
    client = site("a")
    run(db, "UPDATE user_session SET seen_at = now() - interval '119 minutes'")
    assert client.get("/api/v1/me").status_code == 200
    run(db, "UPDATE user_session SET seen_at = now() - interval '121 minutes'")
    assert client.get("/api/v1/me").status_code == 401


def test_a_request_is_use_and_is_noted_once_a_minute(site: Clients, db: Database) -> None:
    client = site("a")
    run(db, "UPDATE user_session SET seen_at = now() - interval '100 minutes'")
    with statements(db) as seen:
        for _ in range(5):
            assert client.get("/api/v1/me").status_code == 200
    assert sum(s.startswith("UPDATE user_session") for s in seen) == 1
    with db.session(None) as session:
        age = session.scalar(text("SELECT extract(epoch FROM now() - seen_at) FROM user_session"))
    assert age < 60


def test_a_known_session_costs_two_statements(site: Clients, db: Database) -> None:
    """Entering the role, and one question that tells everything about the session."""
    client = site("a")
    token = client.cookies[COOKIE]
    site.app.state.actors.of(token)
    with statements(db) as seen:
        assert site.app.state.actors.of(token) is not None
    assert len(seen) == 2, seen


def test_own_sessions_are_listed_without_an_address(site: Clients) -> None:
    first, second = site("a"), site()
    body = {"username": "a", "password": "a"}
    second.post("/api/v1/session", json=body, headers={"user-agent": CHROME})
    listed = second.get("/api/v1/me/sessions").json()
    assert [s["agent"] for s in listed if s["current"]] == ["Chrome, Windows"]
    assert {s["agent"] for s in listed} == {"Chrome, Windows", "testclient"}
    assert len(first.get("/api/v1/me/sessions").json()) == 2
    assert set(listed[0]) == {"created_at", "seen_at", "agent", "via", "current"}


def test_sign_out_everywhere_ends_only_the_own_sessions(site: Clients) -> None:
    one, two, other = site("a"), site("a"), site("b")
    assert one.delete("/api/v1/me/sessions").status_code == 204
    assert one.get("/api/v1/me").status_code == two.get("/api/v1/me").status_code == 401
    assert other.get("/api/v1/me").status_code == 200


def test_a_new_password_ends_all_other_sessions(site: Clients) -> None:
    here, there = site("a"), site("a")
    body = {"current": "a", "new": "three green tables"}
    assert here.put("/api/v1/me/password", json=body).status_code == 204
    assert here.get("/api/v1/me").status_code == 200
    assert there.get("/api/v1/me").status_code == 401
    old = site().post("/api/v1/session", json={"username": "a", "password": "a"})
    assert old.status_code == 401
    new = {"username": "a", "password": "three green tables"}
    assert site().post("/api/v1/session", json=new).status_code == 204


def test_signing_in_again_renews_the_session(site: Clients, db: Database) -> None:
    client = site("a")
    before = client.cookies[COOKIE]
    client.post("/api/v1/session", json={"username": "a", "password": "a"})
    assert client.cookies[COOKIE] != before
    again = site()
    again.cookies.set(COOKIE, before)
    assert again.get("/api/v1/me").status_code == 401


def test_a_cookie_that_was_planted_does_not_become_a_session(site: Clients) -> None:
    client = site()
    client.cookies.set(COOKIE, "planted")
    answer = client.post("/api/v1/session", json={"username": "a", "password": "a"})
    assert "planted" not in answer.headers["set-cookie"]
    other = site()
    other.cookies.set(COOKIE, "planted")
    assert other.get("/api/v1/me").status_code == 401


def test_on_https_the_cookie_is_bound_to_this_host(site: Clients) -> None:
    client = TestClient(site.app, base_url="https://testserver")
    answer = client.post("/api/v1/session", json={"username": "a", "password": "a"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"__Host-{COOKIE}=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert client.get("/api/v1/me").status_code == 200
    gone = client.delete("/api/v1/session").headers["set-cookie"]
    assert gone.startswith(f'__Host-{COOKIE}="";')
    assert "Secure" in gone


def test_on_https_a_cookie_without_the_prefix_is_not_read(site: Clients) -> None:
    """A plain page of the same host, or a neighbour, could have set it."""
    token = site("a").cookies[COOKIE]
    client = TestClient(site.app, base_url="https://testserver")
    answer = client.get("/api/v1/me", headers={"cookie": f"{COOKIE}={token}"})
    assert answer.status_code == 401


@pytest.fixture
def real(settings: Settings, db: Database, root: roots.Root) -> Iterator[Server]:
    made = Server(settings, db)
    yield made
    made.stop()


@contextmanager
def enter(real: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=real.url, timeout=20) as client:
        body = {"username": "a", "password": "a"}
        assert client.post("/api/v1/session", json=body).status_code == 204
        yield client


def seconds_until_closed(real: Server, db: Database, act: str) -> float:
    """How long an open stream lives on after ``act``, which somebody else does."""
    with enter(real) as client, client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        if act == "everywhere":
            with enter(real) as other:
                other.delete("/api/v1/me/sessions").raise_for_status()
        else:
            run(db, act)
        begun = time.monotonic()
        rest = [line for line in lines if line and not line.startswith(":")]
        assert rest == []  # nobody is told why
        return time.monotonic() - begun


@pytest.mark.parametrize(
    "act",
    [
        "everywhere",
        "UPDATE app_user SET active = false WHERE username = 'a'",
        "UPDATE app_user SET must_change = true WHERE username = 'a'",
        "UPDATE user_session SET expires_at = now()",
    ],
)
def test_an_ended_session_ends_its_open_streams_at_once(
    real: Server, db: Database, act: str
) -> None:
    assert seconds_until_closed(real, db, act) < 2


def test_an_open_stream_is_use_of_the_session(
    real: Server, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wall that only listens stays signed in; a stream whose time is over ends by itself."""
    monkeypatch.setattr("services.live.endpoints.PING_SECONDS", 0.2)
    with enter(real) as client, client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        run(db, "UPDATE user_session SET seen_at = now() - interval '100 minutes'")
        for line in lines:
            if line == ": ping":
                break
        with db.session(None) as session:
            fresh = session.scalar(
                text("SELECT seen_at > now() - interval '1 minute' FROM user_session")
            )
        assert fresh
        run(db, "UPDATE user_session SET seen_at = now() - interval '3 hours'")
        assert [line for line in lines if line.startswith("event")] == []


def test_what_is_over_is_forgotten_at_the_next_sign_in(site: Clients, db: Database) -> None:
    site("a")
    run(db, "UPDATE user_session SET seen_at = now() - interval '3 hours'")
    site("a")
    with db.session(None) as session:
        assert session.scalar(text("SELECT count(*) FROM user_session")) == 1
