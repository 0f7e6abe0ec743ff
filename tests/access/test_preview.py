"""See as this user: the target's eyes, the administrator's name, no hand."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from services.access import preview
from services.access.actor import system
from services.access.models import RolePermission, User
from services.access.preview import Preview, PreviewReadOnly
from services.access.service import load_actor
from services.db.session import Database
from services.kit.models import DictionaryItem
from tests import roots
from tests.conftest import Clients

AS = "/api/v1/session/as"


@pytest.fixture
def office(db: Database, root: roots.Root) -> dict[str, int]:
    """Ids of users; ``boss`` is an administrator of all, ``local`` of township a."""
    a = root.at(2)[0]
    with db.session(system("test")) as session:
        roots.people_of_the_office(
            session,
            {
                "boss": ("admin screen.view", None),
                "local": ("admin people.read", a),
                "boss2": ("admin", a),
            },
        )
        rows = session.execute(text("SELECT username, id FROM app_user")).all()
    return {r.username: r.id for r in rows}


@pytest.fixture
def looking(site: Clients, office: dict[str, int]) -> TestClient:
    client = site("boss")
    assert client.post(AS, json={"user_id": office["a"]}).status_code == 204
    return client


def test_the_preview_sees_what_the_user_sees(
    looking: TestClient, site: Clients, root: roots.Root
) -> None:
    mine, theirs = looking.get("/api/v1/me").json(), site("a").get("/api/v1/me").json()
    for key in ("user", "permissions", "roles", "home_grid"):
        assert mine[key] == theirs[key], key
    assert mine["preview"] == {"by": "boss"}
    assert theirs["preview"] is None
    visible = root.below(root.at(2)[0])
    for grid in root.boxes:
        assert looking.get(f"/api/v1/grids/{grid}").status_code == (200 if grid in visible else 404)


def test_it_ends_where_it_began(looking: TestClient) -> None:
    assert looking.delete(AS).status_code == 204
    me = looking.get("/api/v1/me").json()
    assert (me["user"]["username"], me["preview"]) == ("boss", None)
    assert looking.delete(AS).status_code == 204  # harmless


def test_every_write_of_the_interface_is_refused(looking: TestClient, site: Clients) -> None:
    spec = site("boss").get("/api/openapi.json").json()
    tried = 0
    for path, methods in spec["paths"].items():
        for method in set(methods) - {"get"}:
            free = path.endswith("/search") or path in {AS, "/api/v1/session"}
            if free and (method, path) != ("post", AS):
                continue
            answer = looking.request(method, re.sub(r"[{}]", "", path))
            assert answer.status_code == 403, (method, path)
            assert answer.json()["error"]["code"] == "preview_read_only"
            tried += 1
    assert tried >= 8
    assert looking.post("/api/v1/premises/search", json={}).status_code in {200, 403, 422}
    assert looking.get("/api/v1/me").status_code == 200


def test_the_pages_can_ask_in_a_preview(site: Clients, office: dict[str, int]) -> None:
    """Their questions are sent by POST; they reach the page and are not refused by the gate."""
    client = site("boss")
    client.post(AS, json={"user_id": office["county"]})
    assert client.get("/screen/").status_code == 200
    assert client.get("/screen/_dash-layout").status_code == 200
    answer = client.post("/screen/_dash-update-component", json={"output": "nothing.at-all"})
    assert answer.status_code != 403
    refused = client.post("/screen/_dash-update-component/x", json={})
    assert refused.json()["error"]["code"] == "preview_read_only"


def test_even_a_route_that_would_write_cannot(db: Database, office: dict[str, int]) -> None:
    """The second fence: the unit of work refuses, whatever let it in."""
    with db.session(None) as session:
        boss, target = load_actor(session, office["boss"]), load_actor(session, office["a"])
    assert boss and target
    actor = preview.looking(boss, target)
    with pytest.raises(PreviewReadOnly), db.session(actor) as session:
        session.add(DictionaryItem(dictionary="sex", code="x", name_zh="某", name_en="x"))
    with pytest.raises(PreviewReadOnly), db.session(actor) as session:
        session.get_one(User, office["a"]).name = "other"
    with db.session(actor) as session:
        assert isinstance(session, Session)
        assert session.get_one(User, office["a"]).name == "a"


def test_every_look_is_audited_with_the_administrator_as_actor(
    looking: TestClient, db: Database, office: dict[str, int]
) -> None:
    looking.get("/api/v1/grids", params={"q": "网格"})
    looking.post("/api/v1/premises/search", json={})
    looking.delete(AS)
    looking.get("/api/v1/grids/tops")
    with db.session(None) as session:
        rows = session.execute(
            text(
                "SELECT actor_id, actor_name, action, entity_id, note FROM audit "
                "WHERE action LIKE 'preview%' ORDER BY id"
            )
        ).all()
    assert {(r.actor_id, r.actor_name, r.entity_id) for r in rows} == {
        (office["boss"], "boss", office["a"])
    }
    assert [(r.action, r.note) for r in rows] == [
        ("preview begin", "as a"),
        ("preview look", "as a: GET /api/v1/grids"),
        ("preview look", "as a: POST /api/v1/premises/search"),
        ("preview look", "as a: DELETE /api/v1/session/as"),
        ("preview end", "as a"),
    ]


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("a", "b", 403),  # no administrator
        ("local", "county", 404),  # sees all
        ("local", "b", 404),  # another township
        ("local", "a", 204),
        ("boss", "local", 422),  # an administrator
        ("boss", "boss", 422),
        ("local", "boss2", 422),
        ("boss", "county", 204),
    ],
)
def test_who_may_look_as_whom(
    site: Clients, office: dict[str, int], who: str, whom: str, status: int
) -> None:
    answer = site(who).post(AS, json={"user_id": office[whom]})
    assert answer.status_code == status


@pytest.mark.parametrize("user_id", [0, -1, 10**6, 2**63 - 1, 2**63, 2**70, "x", None, 1.5])
def test_strange_targets(site: Clients, office: dict[str, int], user_id: object) -> None:
    answer = site("boss").post(AS, json={"user_id": user_id})
    assert answer.status_code in {404, 422}


def test_one_at_a_time(looking: TestClient, office: dict[str, int]) -> None:
    answer = looking.post(AS, json={"user_id": office["b"]})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        update(User).where(User.username == "a").values(active=False),
        update(RolePermission)
        .where(RolePermission.role_code == "a", RolePermission.permission == "screen.view")
        .values(permission="admin"),
        update(RolePermission)
        .where(RolePermission.role_code == "boss", RolePermission.permission == "admin")
        .values(permission="desk.view"),
    ],
    ids=["target is gone", "target becomes administrator", "administrator no more"],
)
def test_a_preview_ends_when_it_would_not_be_allowed(
    looking: TestClient, db: Database, change: object
) -> None:
    with db.session(system("test")) as session:
        session.execute(change)  # type: ignore[call-overload]
    assert looking.get("/api/v1/me").status_code == 401


def test_other_sessions_of_the_administrator_are_untouched(
    looking: TestClient, site: Clients
) -> None:
    assert site("boss").get("/api/v1/me").json()["preview"] is None


def test_an_actor_of_a_preview_names_the_administrator(
    db: Database, office: dict[str, int]
) -> None:
    with db.session(None) as session:
        boss, target = load_actor(session, office["boss"]), load_actor(session, office["a"])
    assert boss and target
    actor = preview.looking(boss, target)
    assert isinstance(actor, Preview)
    assert (actor.user_id, actor.username) == (office["boss"], "boss")
    assert (actor.permissions, actor.scope) == (target.permissions, target.scope)
    assert not actor.may("admin")
