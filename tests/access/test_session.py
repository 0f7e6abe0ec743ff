"""Signing in and out; what passes the gate without it; how fast rights change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, text, update

from services.access.actor import system
from services.access.cookies import COOKIE
from services.access.models import RolePermission, User, UserSession
from services.config import Settings
from services.db.session import Database
from tests import roots
from tests.conftest import Clients


def test_sign_in_sets_a_cookie_that_scripts_cannot_read(site: Clients) -> None:
    answer = site().post("/api/v1/session", json={"username": "a", "password": "a"})
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_me_tells_who_and_where(site: Clients) -> None:
    me = site("a").get("/api/v1/me").json()
    assert me["user"]["username"] == "a"
    assert me["home_grid"]["level"] == 2
    assert "people.read" in me["permissions"]


def test_wrong_name_and_wrong_password_get_the_same_answer(site: Clients) -> None:
    client = site()
    unknown = client.post("/api/v1/session", json={"username": "zzz", "password": "x"})
    wrong = client.post("/api/v1/session", json={"username": "a", "password": "x"})
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()


def test_repeated_failures_lock_with_a_wait_that_the_answer_names(site: Clients) -> None:
    client = site()
    for _ in range(5):
        client.post("/api/v1/session", json={"username": "a", "password": "x"})
    answer = client.post("/api/v1/session", json={"username": "a", "password": "a"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_sign_out_ends_the_session(site: Clients) -> None:
    client = site("a")
    token = client.cookies[COOKIE]
    assert client.delete("/api/v1/session").status_code == 204
    client.cookies.set(COOKIE, token)
    assert client.get("/api/v1/me").status_code == 401


def test_an_expired_session_is_over(site: Clients, db: Database) -> None:
    client = site("a")
    with db.session(system("test")) as session:
        session.execute(update(UserSession).values(expires_at=text("now() - interval '1 s'")))
    assert client.get("/api/v1/me").status_code == 401


def test_the_database_keeps_no_token(site: Clients, db: Database) -> None:
    token = site("a").cookies[COOKIE]
    with db.session(None) as session:
        stored = session.scalars(text("SELECT token_hash FROM user_session")).all()
    assert len(stored) == 1
    assert token.encode() not in bytes(stored[0])


def test_a_right_taken_away_counts_at_once_in_an_open_session(site: Clients, db: Database) -> None:
    client = site("a")
    assert "people.read" in client.get("/api/v1/me").json()["permissions"]
    with db.session(system("test")) as session:
        session.execute(
            delete(RolePermission).where(
                RolePermission.role_code == "a", RolePermission.permission == "people.read"
            )
        )
    assert "people.read" not in client.get("/api/v1/me").json()["permissions"]


def test_a_switched_off_user_is_out_at_once(site: Clients, db: Database) -> None:
    client = site("a")
    with db.session(system("test")) as session:
        session.execute(update(User).where(User.username == "a").values(active=False))
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("path", ["/screen/", "/desk/", "/patrol", "/"])
def test_pages_lead_to_the_sign_in_page(site: Clients, path: str) -> None:
    answer = site().get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/")


def test_every_api_route_needs_sign_in_unless_it_is_public(site: Clients) -> None:
    client = site()
    spec = site("county").get("/api/openapi.json").json()
    open_ones = []
    for path, methods in spec["paths"].items():
        for method in methods:
            url = path.replace("{", "").replace("}", "")
            answer = client.request(method.upper(), url)
            if answer.status_code != 401:
                open_ones.append((method, path))
    assert sorted(open_ones) == [
        ("get", "/api/v1/session/oidc"),
        ("get", "/api/v1/session/oidc/back"),
        ("post", "/api/v1/session"),
    ]


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "http://evil"}],
)
def test_a_write_from_another_site_is_refused(site: Clients, headers: dict[str, str]) -> None:
    answer = site("a").delete("/api/v1/session", headers=headers)
    assert answer.status_code == 403


def test_a_body_over_the_limit_is_refused_before_it_is_read(site: Clients) -> None:
    body = b"[" + b"1," * 5_000_000 + b"1]"
    answer = site("a").post("/api/v1/incidents", content=body)
    assert answer.status_code == 413
    assert answer.json()["error"]["field"] == "body"


def test_a_long_body_without_a_length_is_refused_as_well(site: Clients) -> None:
    answer = site("a").post("/api/v1/incidents", content=(b"x" * 1_000_000 for _ in range(12)))
    assert answer.status_code in {400, 413}


def test_failed_and_good_sign_ins_are_in_the_audit(site: Clients, db: Database) -> None:
    site().post("/api/v1/session", json={"username": "a", "password": "x"})
    site("a")
    with db.session(None) as session:
        found = session.scalars(text("SELECT action FROM audit WHERE action LIKE 'sign-in%'")).all()
    assert sorted(found) == ["sign-in", "sign-in failed"]


def test_security_headers_are_on_every_answer(site: Clients) -> None:
    for path in ("/health", "/api/v1/me", "/nothing"):
        headers = site().get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_who_found_a_hole_is_told_where_to_go(
    settings: Settings, db: Database, root: roots.Root
) -> None:
    """RFC 9116: contact and end are asked for; without a contact there is no such file."""
    for contact in ("", "mailto:security@example.org"):
        office = settings.model_copy(update={"security_contact": contact})
        site = Clients(office, db, password=None)
        answer = site().get("/.well-known/security.txt")
        site.close()
        if not contact:
            assert answer.status_code == 404
            continue
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        told = dict(line.split(": ", 1) for line in answer.text.splitlines())
        assert told["Contact"] == contact
        left = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
        assert timedelta(0) < left < timedelta(days=366)


def test_a_contact_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="security_contact"):
        Settings(security_contact="mailto:a@b.example\nContact: x")
