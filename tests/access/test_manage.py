"""Administrators manage users, posts and roles over the API; what they may not is refused."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from services.access import catalogue
from services.access.actor import PERMISSIONS, system
from services.access.models import RolePermission, UserRole
from services.db.session import Database
from tests import roots
from tests.conftest import Clients

USERS, ROLES = "/api/v1/access/users", "/api/v1/access/roles"
BOSS = "admin audit.read people.read people.reveal stats.read screen.view"
OWN = "three green tables"
Json = dict[str, Any]


@pytest.fixture
def office(db: Database, root: roots.Root) -> dict[str, int]:
    """Ids of users; ``boss`` manages everything, ``local`` township a, ``strong`` has more."""
    a, b = root.at(2)
    with db.session(system("test")) as session:
        grants: dict[str, tuple[str, int | None]] = {
            "boss": (BOSS, None),
            "local": ("admin people.read stats.read", a),
            "weak": ("stats.read", root.at(3)[0]),
            "strong": ("people.read people.reveal", a),
            "far": ("stats.read", b),
        }
        roots.people_of_the_office(session, grants)
        rows = session.execute(text("SELECT username, id FROM app_user")).all()
    return {r.username: r.id for r in rows}


@pytest.fixture
def boss(site: Clients, office: dict[str, int]) -> TestClient:
    return site("boss")


@pytest.fixture
def local(site: Clients, office: dict[str, int]) -> TestClient:
    return site("local")


def post(role: str = "weak", scope: str = "own_below", grid: int | None = None) -> Json:
    return {"role": role, "scope": scope, "grid_id": grid}


def listed(client: TestClient, **asked: Any) -> set[str]:
    answer = client.post(f"{USERS}/search", json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["items"])
    return {item["username"] for item in answer.json()["items"]}


def problem(answer: Any) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    assert error["message_zh"] and error["message_en"]
    return answer.status_code, error["code"], error.get("field")


def test_every_permission_has_its_names() -> None:
    assert {row["code"] for row in catalogue.listed()} == PERMISSIONS
    assert all(all(row.values()) for row in catalogue.listed())
    assert catalogue.named({"export", "people.read"}) == ("查阅人员、导出", "Read people, Export")


def test_who_is_no_administrator_may_nothing(site: Clients, office: dict[str, int]) -> None:
    client = site("county")
    calls = [
        ("POST", f"{USERS}/search", {}),
        ("GET", f"{USERS}/{office['a']}", None),
        ("POST", USERS, {"username": "x", "name": "x", "post": post(scope="all")}),
        ("POST", USERS, {"username": "boss", "name": "x", "post": post()}),  # a name in use
        ("PATCH", f"{USERS}/{office['a']}", {"active": False}),
        ("PUT", f"{USERS}/{office['a']}/password", {}),
        ("DELETE", f"{USERS}/{office['a']}/second-factor", None),
        ("DELETE", f"{USERS}/{office['a']}/sessions", None),
        ("POST", f"{USERS}/{office['county']}/posts", post("boss", "all")),
        ("PUT", f"{USERS}/{office['county']}/posts/1", post("boss", "all")),
        ("DELETE", f"{USERS}/{office['a']}/posts/1", None),
        ("GET", "/api/v1/access/permissions", None),
        ("GET", ROLES, None),
        ("POST", ROLES, {"code": "xx", "name_zh": "x", "name_en": "x", "permissions": []}),
        ("PUT", f"{ROLES}/county", {"name_zh": "x", "name_en": "x", "permissions": ["admin"]}),
        ("DELETE", f"{ROLES}/nobody", None),
    ]
    for method, path, body in calls:
        answer = client.request(method, path, json=body)
        assert problem(answer)[:2] == (403, "forbidden"), (method, path)


def test_finding_users(boss: TestClient, local: TestClient) -> None:
    everybody = {"county", "a", "b", "nobody", "boss", "local", "weak", "strong", "far"}
    assert listed(boss) == everybody
    assert listed(boss, words="O") == {"county", "nobody", "boss", "local", "strong"}
    assert listed(boss, words="%") == set()
    assert listed(boss, role="weak") == {"weak"}
    assert listed(boss, active=False) == set()
    assert listed(local) == {"a", "local", "weak", "strong"}
    page = boss.post(f"{USERS}/search", json={"size": 2, "page": 2}).json()
    assert (page["total"], [i["username"] for i in page["items"]]) == (9, ["boss", "county"])


def test_a_user_outside_looks_like_none(local: TestClient, office: dict[str, int]) -> None:
    for number in (office["far"], office["county"], office["boss"], 10**9):
        for method, path, body in (
            ("GET", f"{USERS}/{number}", None),
            ("PATCH", f"{USERS}/{number}", {"name": "x"}),
            ("PUT", f"{USERS}/{number}/password", {}),
            ("DELETE", f"{USERS}/{number}/second-factor", None),
            ("DELETE", f"{USERS}/{number}/sessions", None),
            ("DELETE", f"{USERS}/{number}/posts/1", None),
        ):
            assert problem(local.request(method, path, json=body))[:2] == (404, "not_found"), path


def test_a_new_user_signs_in_changes_the_password_and_sees_the_scope(
    boss: TestClient, site: Clients, root: roots.Root
) -> None:
    a = root.at(2)[0]
    body = {"username": "new", "name": "新人", "post": post(grid=a)}
    made = boss.post(USERS, json=body)
    assert made.status_code == 201, made.text
    first = made.json()["password"]
    client = site()
    enter = {"username": "new", "password": first}
    assert client.post("/api/v1/session", json=enter).status_code == 204
    assert client.get("/api/v1/me").json()["duty"] == "password"
    change = {"current": first, "new": OWN}
    assert client.put("/api/v1/me/password", json=change).status_code == 204
    me = client.get("/api/v1/me").json()
    assert (me["duty"], me["user"]["name"], me["home_grid"]["id"]) == (None, "新人", a)
    seen = {g for g in root.boxes if client.get(f"/api/v1/grids/{g}").status_code == 200}
    assert seen == root.below(a)
    card = boss.get(f"{USERS}/{made.json()['id']}").json()
    assert card["posts"][0]["role"]["code"] == "weak" and card["posts"][0]["grid"]["id"] == a
    assert (card["sessions"], card["must_change"], card["oneself"]) == (1, False, False)
    assert card["may"] == {"manage": True, "preview": True}


def test_rights_change_at_once_in_open_sessions(
    boss: TestClient, site: Clients, office: dict[str, int], root: roots.Root
) -> None:
    client, (a, b) = site("a"), root.at(2)
    card = f"{USERS}/{office['a']}"
    number = boss.get(card).json()["posts"][0]["id"]

    def state() -> tuple[int, int, bool]:
        see = [client.get(f"/api/v1/grids/{g}").status_code for g in (a, b)]
        return see[0], see[1], "stats.read" in client.get("/api/v1/me").json()["permissions"]

    assert state() == (200, 404, True)
    assert boss.put(f"{card}/posts/{number}", json=post("strong", grid=b)).status_code == 204
    assert state() == (404, 200, False)
    more = boss.post(f"{card}/posts", json=post("weak", "own", a))
    assert more.status_code == 201
    assert state() == (200, 200, True)
    assert boss.delete(f"{card}/posts/{more.json()['id']}").status_code == 204
    assert state() == (404, 200, False)
    names = {"name_zh": "强", "name_en": "strong"}
    body = names | {"permissions": ["people.read", "people.reveal", "stats.read"]}
    assert boss.put(f"{ROLES}/strong", json=body).status_code == 204
    assert state() == (404, 200, True)
    assert boss.patch(card, json={"active": False}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_chosen_grids(boss: TestClient, site: Clients, root: roots.Root) -> None:
    chosen = [root.at(3)[0], root.at(3)[2]]
    body = {"role": "weak", "scope": "chosen", "grids": [*chosen, chosen[0]]}
    new = {"username": "c", "name": "c", "password": OWN, "post": body}
    answer = boss.post(USERS, json=new)
    assert answer.json()["password"] is None
    card = boss.get(f"{USERS}/{answer.json()['id']}").json()
    assert [g["id"] for g in card["posts"][0]["grids"]] == chosen
    number, path = card["posts"][0]["id"], f"{USERS}/{card['id']}/posts"
    body["grids"] = chosen[1:]
    assert boss.put(f"{path}/{number}", json=body).status_code == 204
    assert [g["id"] for g in boss.get(f"{USERS}/{card['id']}").json()["posts"][0]["grids"]] == (
        chosen[1:]
    )
    assert boss.delete(f"{path}/{number}").status_code == 204
    assert boss.get(f"{USERS}/{card['id']}").json()["posts"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "boss"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"name": "  "}, "name"),
        ({"password": "short"}, "password"),
        ({"staff_id": 10**6}, "staff_id"),
        ({"post": {"role": "none", "scope": "all"}}, "role"),
        ({"post": {"role": "weak", "scope": "some"}}, "post.scope"),
        ({"post": {"role": "weak", "scope": "own"}}, "grid_id"),
        ({"post": {"role": "weak", "scope": "own", "grid_id": 10**9}}, "grid_id"),
        ({"post": {"role": "weak", "scope": "own", "grid_id": 2**70}}, "post.grid_id"),
        ({"post": {"role": "weak", "scope": "chosen"}}, "grids"),
        ({"post": {"role": "weak", "scope": "all", "grids": [1]}}, "grids"),
        ({"post": {"role": "weak", "scope": "chosen", "grids": [10**9]}}, "grids"),
        ({"strange": 1}, "strange"),
    ],
)
def test_bad_input_names_the_field_and_leaves_nothing(
    boss: TestClient, change: Json, field: str
) -> None:
    before = listed(boss)
    body: Json = {"username": "new", "name": "新", "post": {"role": "weak", "scope": "all"}}
    status, _, named = problem(boss.post(USERS, json=body | change))
    assert (status, named) == (422, field)
    assert listed(boss) == before


def test_a_local_administrator_stays_at_home(
    local: TestClient, office: dict[str, int], root: roots.Root
) -> None:
    a, b = root.at(2)
    top = root.at(1)[0]
    village = root.at(3)[0]
    new = {"username": "new", "name": "新"}

    def refused(**body: Any) -> tuple[int, str, str | None]:
        return problem(local.post(USERS, json=new | {"post": body}))

    assert refused(role="weak", scope="all") == (403, "beyond_scope", "scope")
    assert refused(**post(grid=b)) == (422, "grid", "grid_id")
    assert refused(**post(grid=top)) == (422, "grid", "grid_id")
    assert refused(role="weak", scope="chosen", grids=[village, b]) == (422, "grid", "grids")
    assert refused(**post("strong", grid=a)) == (403, "beyond", "role")
    assert refused(**post("boss", grid=a)) == (403, "beyond", "role")
    assert local.post(USERS, json=new | {"post": post(grid=village)}).status_code == 201
    strong = f"{USERS}/{office['strong']}"
    assert local.get(strong).json()["may"]["manage"] is False
    for method, path, body in (
        ("PATCH", strong, {"name": "x"}),
        ("PUT", f"{strong}/password", {"password": OWN}),
        ("DELETE", f"{strong}/second-factor", None),
    ):
        assert problem(local.request(method, path, json=body))[:2] == (403, "above_you")
    role = {"name_zh": "x", "name_en": "x", "permissions": []}
    assert local.post(ROLES, json=role | {"code": "xx"}).status_code == 403
    assert local.put(f"{ROLES}/weak", json=role).status_code == 403
    assert local.delete(f"{ROLES}/nobody").status_code == 403
    found = {r["code"]: r for r in local.get(ROLES).json()}
    assert {r["users"] for r in found.values()} == {None}
    assert (found["weak"]["missing"], found["strong"]["missing"]) == ([], ["people.reveal"])


def test_who_sees_only_the_own_grid_cannot_give_what_lies_below(
    db: Database, site: Clients, office: dict[str, int], root: roots.Root
) -> None:
    a = root.at(2)[0]
    with db.session(system("test")) as session:
        held = session.query(UserRole).filter_by(user_id=office["local"]).one()
        held.scope_kind = "own"
    client = site("local")
    assert listed(client) == {"local"}
    new = {"username": "new", "name": "新"}
    answer = client.post(USERS, json=new | {"post": post(grid=a)})
    assert problem(answer) == (403, "beyond_scope", "grid_id")
    assert client.post(USERS, json=new | {"post": post(scope="own", grid=a)}).status_code == 201
    assert listed(client) == {"local", "new"}


def test_nobody_raises_or_locks_out_oneself(boss: TestClient, office: dict[str, int]) -> None:
    me = f"{USERS}/{office['boss']}"
    number = boss.get(me).json()["posts"][0]["id"]
    for method, path, body in (
        ("POST", f"{me}/posts", post("strong", "all")),
        ("PUT", f"{me}/posts/{number}", post("weak", "all")),
        ("DELETE", f"{me}/posts/{number}", None),
        ("PATCH", me, {"active": False}),
        ("PUT", f"{me}/password", {}),
        ("DELETE", f"{me}/second-factor", None),
    ):
        assert problem(boss.request(method, path, json=body))[:2] == (409, "oneself"), path
    assert boss.patch(me, json={"name": "头"}).status_code == 204
    role = {"name_zh": "头", "name_en": "boss"}
    answer = boss.put(f"{ROLES}/boss", json=role | {"permissions": [*BOSS.split(), "export"]})
    assert problem(answer) == (403, "beyond", "permissions")
    assert answer.json()["error"]["missing"] == ["export"]
    answer = boss.put(f"{ROLES}/boss", json=role | {"permissions": ["people.read"]})
    assert problem(answer)[:2] == (409, "last_admin")
    assert boss.get(ROLES).status_code == 200


def test_the_last_administrator_of_everything_stays(
    boss: TestClient, site: Clients, office: dict[str, int]
) -> None:
    """``local`` is an administrator as well, but not of everything."""
    new = {"username": "second", "name": "二", "password": OWN, "post": post("boss", "all")}
    number = boss.post(USERS, json=new).json()["id"]
    client = site()
    client.post("/api/v1/session", json={"username": "second", "password": OWN})
    client.put("/api/v1/me/password", json={"current": OWN, "new": "four blue chairs"})
    assert client.patch(f"{USERS}/{office['boss']}", json={"active": False}).status_code == 204
    assert boss.get("/api/v1/me").status_code == 401
    mine = {"name_zh": "头", "name_en": "boss", "permissions": ["people.read"]}
    assert problem(client.put(f"{ROLES}/boss", json=mine))[:2] == (409, "last_admin")
    assert client.get(f"{USERS}/{number}").status_code == 200


def test_roles_of_ones_own(boss: TestClient, db: Database) -> None:
    body = {"code": "clerk", "name_zh": "文员", "name_en": "Clerk", "permissions": ["stats.read"]}
    assert boss.post(ROLES, json=body).status_code == 204
    assert problem(boss.post(ROLES, json=body)) == (409, "taken", "code")
    found = {r["code"]: r for r in boss.get(ROLES).json()}
    assert found["clerk"] == body | {"users": 0, "missing": []}
    assert (found["weak"]["users"], found["a"]["missing"]) == (1, [])
    strange = boss.put(f"{ROLES}/clerk", json=body_of(body, ["all.of.it"]))
    assert problem(strange) == (422, "permission", "permissions")
    assert problem(boss.delete(f"{ROLES}/weak"))[:2] == (409, "role_used")
    assert boss.delete(f"{ROLES}/none").status_code == 404
    assert boss.delete(f"{ROLES}/clerk").status_code == 204
    assert "clerk" not in {r["code"] for r in boss.get(ROLES).json()}
    for code in ("", "X", "1a", "a b", "a" * 31):
        assert problem(boss.post(ROLES, json=body | {"code": code})) == (422, "invalid", "code")


def body_of(role: Json, permissions: list[str]) -> Json:
    return {k: role[k] for k in ("name_zh", "name_en")} | {"permissions": permissions}


def test_a_role_keeps_what_its_editor_does_not_hold(boss: TestClient, db: Database) -> None:
    """Taking away is always allowed, so is leaving as it is; giving back is not."""
    role = {"name_zh": "甲", "name_en": "A"}
    kept = ["incidents.handle", "people.read"]
    assert boss.put(f"{ROLES}/a", json=role | {"permissions": kept}).status_code == 204
    assert boss.put(f"{ROLES}/a", json=role | {"permissions": kept[1:]}).status_code == 204
    answer = boss.put(f"{ROLES}/a", json=role | {"permissions": kept})
    assert problem(answer) == (403, "beyond", "permissions")


def test_who_manages_everything_gives_others_any_role_and_never_oneself(
    boss: TestClient, office: dict[str, int], root: roots.Root
) -> None:
    """Or nobody could be made a grid leader; what a role contains stays within the own rights."""
    wider = next(r for r in boss.get(ROLES).json() if r["code"] == "a")
    assert "incidents.read" not in BOSS and "incidents.read" in wider["permissions"]
    assert wider["missing"] == []
    given = {"role": "a", "scope": "own_below", "grid_id": root.at(2)[1]}
    assert boss.post(f"{USERS}/{office['far']}/posts", json=given).status_code == 201
    own = boss.post(f"{USERS}/{office['boss']}/posts", json=given)
    assert problem(own)[:2] == (409, "oneself")
    added = body_of(wider, [*wider["permissions"], "people.address"])
    assert problem(boss.put(f"{ROLES}/a", json=added)) == (403, "beyond", "permissions")


def test_a_new_password_and_ended_sessions(
    boss: TestClient, site: Clients, office: dict[str, int]
) -> None:
    client, card = site("weak"), f"{USERS}/{office['weak']}"
    assert boss.delete(f"{card}/sessions").status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    client = site("weak")
    assert problem(boss.put(f"{card}/password", json={"password": "x"}))[2] == "password"
    made = boss.put(f"{card}/password", json={}).json()["password"]
    assert client.get("/api/v1/me").status_code == 401
    enter = {"username": "weak", "password": made}
    assert client.post("/api/v1/session", json=enter).status_code == 204
    assert client.get("/api/v1/me").json()["duty"] == "password"
    assert boss.delete(f"{card}/second-factor").status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_the_audit_tells_what_was_done_and_no_secret(
    boss: TestClient, db: Database, office: dict[str, int], root: roots.Root
) -> None:
    new = {"username": "new", "name": "新", "password": OWN, "post": post(grid=root.at(3)[0])}
    number = boss.post(USERS, json=new).json()["id"]
    boss.put(f"{USERS}/{number}/password", json={"password": "four blue chairs"})
    body = {"name_zh": "弱", "name_en": "weak", "permissions": ["people.read"]}
    boss.put(f"{ROLES}/weak", json=body)
    query = "SELECT actor_name, action, entity, after, before, note FROM audit WHERE action <> :no"
    with db.session(None) as session:
        rows = session.execute(text(query + " ORDER BY id"), {"no": "sign-in"}).all()
    mine = [(r.action, r.entity) for r in rows if r.actor_name == "boss"]
    assert mine == [
        ("insert", "app_user"), ("insert", "user_role"), ("update", "app_user"),
        ("password reset", "app_user"), ("update", "role"), ("insert", "role_permission"),
        ("delete", "role_permission"),
    ]  # fmt: skip
    told = str([tuple(r) for r in rows])
    assert OWN not in told and "four blue chairs" not in told and "argon2" not in told


def test_a_user_may_be_linked_to_staff_of_the_own_area_only(
    boss: TestClient, local: TestClient, db: Database, office: dict[str, int], root: roots.Root
) -> None:
    (a, b), village = root.at(2), root.at(3)[0]
    insert = "INSERT INTO staff (name, grid_id) VALUES ('某', :g) RETURNING id"
    with db.session(system("test")) as session:
        here, there, walker = (session.scalar(text(insert), {"g": g}) for g in (a, b, a))
        area = session.scalar(
            text(
                "INSERT INTO patrol_area "
                "(grid_id, name, kind, geom, weekdays, starts_at, ends_at) "
                "SELECT id, 'x', 'polygon', geom, '{1}', '08:00', '09:00' FROM grid "
                "WHERE id = :g RETURNING id"
            ),
            {"g": b},
        )
        session.execute(
            text("INSERT INTO patrol_officer (area_id, staff_id) VALUES (:a, :s)"),
            {"a": area, "s": walker},
        )
    weak = f"{USERS}/{office['weak']}"
    for staff in (there, walker, 10**6):
        assert problem(local.patch(weak, json={"staff_id": staff}))[2] == "staff_id", staff
    assert local.patch(weak, json={"staff_id": here}).status_code == 204
    assert local.get(weak).json()["staff"] == {"id": here, "name": "某"}
    assert local.patch(weak, json={"staff_id": None}).status_code == 204
    assert boss.patch(weak, json={"staff_id": walker}).status_code == 204
    assert local.get(weak).status_code == 404
    assert problem(boss.patch(f"{USERS}/{office['boss']}", json={"staff_id": here}))[:2] == (
        409, "oneself"
    )  # fmt: skip
    assert village in root.below(a)


def test_an_administrator_who_is_none_any_more_is_refused_in_the_same_moment(
    boss: TestClient, local: TestClient, db: Database, office: dict[str, int], root: roots.Root
) -> None:
    with db.session(system("test")) as session:
        session.delete(session.get_one(RolePermission, ("local", "admin")))
    answer = local.patch(f"{USERS}/{office['weak']}", json={"name": "x"})
    assert problem(answer)[:2] == (403, "forbidden")
