"""Which passwords may be chosen, and the first one that must be changed."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from services.access import accounts, passwords, service
from services.access.actor import system
from services.db.session import Database
from services.errors import BadInput
from tests import roots
from tests.conftest import Clients

NEW = "three green tables"


def test_a_hash_costs_what_it_should(quick_hashes: PasswordHasher) -> None:
    """RFC 9106, the second recommended choice; the tests themselves use a cheap one."""
    assert quick_hashes.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@given(st.text(min_size=10, max_size=200))
def test_length_counts_not_composition(password: str) -> None:
    folded = password.casefold()
    if folded in passwords.common() or len(set(folded)) < 3:
        with pytest.raises(BadInput):
            passwords.check(password, "somebody")
    else:
        passwords.check(password, "somebody")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "short"),
        ("ninesigns", "short"),
        ("九个字的密码也不行", "short"),
        ("x" * 201, "long"),
        ("Chief.of.all", "is_name"),
        ("lla.fo.feihc", "is_name"),
        ("PassWord123", "common"),
        ("1234567890", "common"),
        ("woaini1314520", "common"),
        ("gridgov-demo", "common"),
        ("ababababababab", "common"),
    ],
)
def test_refusals_say_what_is_wrong(password: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        passwords.check(password, "chief.of.all", field="new")
    assert (caught.value.code, caught.value.field) == (code, "new")
    assert caught.value.zh
    assert caught.value.en
    if password:
        assert password not in caught.value.zh + caught.value.en + str(caught.value)


def test_the_list_is_about_a_hundred_lines_of_use() -> None:
    assert 100 <= len(passwords.common()) <= 200


@pytest.fixture
def fresh(site: Clients, db: Database, root: roots.Root) -> TestClient:
    """Somebody whom an administrator has just added, signed in for the first time."""
    with db.session(system("test")) as session:
        service.add_user(session, "fresh", "first password", "county", None)
    client = site()
    body = {"username": "fresh", "password": "first password"}
    assert client.post("/api/v1/session", json=body).status_code == 204
    return client


def test_before_the_change_nothing_is_open(fresh: TestClient, site: Clients) -> None:
    """Every route of the interface, the tiles and the live stream."""
    allowed = {
        ("get", "/api/v1/me"),
        ("put", "/api/v1/me/lang"),
        ("put", "/api/v1/me/password"),
        ("delete", "/api/v1/session"),
        ("post", "/api/v1/session"),
    }
    spec = site("county").get("/api/openapi.json").json()
    asked = [(m, p) for p, methods in spec["paths"].items() for m in methods]
    asked += [("get", "/tiles/grids/9/400/200.mvt"), ("get", "/api/openapi.json")]
    assert len(asked) > 30
    for method, path in asked:
        if (method, path) in allowed or "oidc" in path:
            continue
        answer = fresh.request(method, path.replace("{", "").replace("}", ""))
        assert answer.status_code == 403, (method, path)
        assert answer.json()["error"]["code"] == "password_change_needed", (method, path)
    assert fresh.get("/api/v1/me").json()["duty"] == "password"


@pytest.mark.parametrize("path", ["/desk/?grid=2", "/screen/", "/patrol", "/"])
def test_pages_lead_to_the_change(fresh: TestClient, path: str) -> None:
    answer = fresh.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?change=1&next=/")


def test_after_the_change_everything_is_open(fresh: TestClient) -> None:
    def change(current: str, new: str) -> tuple[int, str | None]:
        answer = fresh.put("/api/v1/me/password", json={"current": current, "new": new})
        return answer.status_code, answer.json()["error"]["field"] if answer.content else None

    assert change("wrong", NEW) == (422, "current")
    assert change("first password", "first password") == (422, "new")
    assert change("first password", "short") == (422, "new")
    assert change("first password", "y" * 999) == (422, "new")
    assert change("first password", NEW) == (204, None)
    me = fresh.get("/api/v1/me").json()
    assert (me["duty"], me["must_change"]) == (None, False)
    assert fresh.get("/api/v1/grids/tops").status_code == 200


def test_guessing_the_password_at_the_change_is_locked_like_a_sign_in(site: Clients) -> None:
    client = site("a")
    body = {"current": "guess", "new": NEW}
    statuses = [client.put("/api/v1/me/password", json=body).status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_a_reset_ends_sessions_and_asks_for_a_change(site: Clients, db: Database) -> None:
    client = site("a")
    with db.session(system("test")) as session:
        accounts.reset_password(session, "a", "from the helpdesk")
    assert client.get("/api/v1/me").status_code == 401
    body = {"username": "a", "password": "from the helpdesk"}
    client.post("/api/v1/session", json=body)
    assert client.get("/api/v1/me").json()["duty"] == "password"


def test_demo_accounts_enter_at_once(clients: Clients) -> None:
    for name in ("screen", "county", "patrol", "admin"):
        assert clients(name).get("/api/v1/me").json()["duty"] is None
