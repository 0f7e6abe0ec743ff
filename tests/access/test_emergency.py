"""Emergency look: what it opens, for how long, for whom, who is told, and what the report says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gis.tiles import tile_of
from services.access.actor import Actor, system
from services.access.emergency import Emergency, EmergencyReadOnly
from services.access.models import User, UserRole, UserRoleGrid
from services.access.service import load_actor
from services.config import Settings
from services.db.session import Database
from services.kit.models import DictionaryItem
from services.people.models import LookGrant
from tests import roots
from tests.conftest import Clients, Server
from tests.live.test_live import Listener, report, signed_in

API = "/api/v1"
LOOKS = f"{API}/emergencies"
READS = (
    "people.read people.reveal households.read places.read premises.read incidents.read stats.read"
)
WORKS = f"{READS} incidents.report incidents.handle screen.view desk.view export"
LEADS = f"{WORKS} break_glass emergency.review audit.read"
WHY = {"reason": "rescue", "words": "山洪冲毁道路，核对受困住户"}


@dataclass
class Office:
    """Grids and users of the tests: townships a and b, each with two villages."""

    root: roots.Root
    a: int
    b: int
    village_b: int  # the first village of township b
    users: dict[str, int]

    def person(self, database: Database, grid: int) -> int:
        """Somebody who lives in a micro-grid below ``grid``."""
        query = "SELECT min(id) FROM person WHERE grid_id = ANY(:ids)"
        with database.engine.connect() as connection:
            found = connection.execute(text(query), {"ids": sorted(self.root.below(grid))})
            return int(found.scalar_one())


@pytest.fixture
def office(db: Database) -> Office:
    """Leaders: ``county``, ``a`` and ``b`` of townships, ``v`` of a village in a."""
    with db.session(system("test")) as session:
        root = roots.plant(session)
        a, b = root.at(2)
        village_a = min(root.below(a) & set(root.at(3)))
        roots.categories(session)
        roots.people_of_the_office(
            session,
            {
                "county": (f"{READS} desk.view emergency.review audit.read", None),
                "a": (LEADS, a),
                "b": (LEADS, b),
                "v": (f"{WORKS} break_glass", village_a),
                "officer": (WORKS, a),
                "admin": (f"{LEADS} admin", a),
            },
        )
        for dictionary, code in (("emergency_reason", "rescue"), ("look_reason", "visit")):
            session.add(DictionaryItem(dictionary=dictionary, code=code, name_zh="某", name_en="x"))
        people = (
            "INSERT INTO person (class, name, sex, birth_date, id_kind, grid_id, address) "
            "SELECT 'floating', '某' || id, 'f', '1980-01-01', 'none', id, '某路 12 号' "
            "FROM grid WHERE level = 5"
        )
        session.execute(text(people))
        rows = session.execute(text("SELECT username, id FROM app_user")).all()
    village_b = min(root.below(b) & set(root.at(3)))
    return Office(root, a, b, village_b, {r.username: r.id for r in rows})


@pytest.fixture
def site(settings: Settings, db: Database, office: Office) -> Iterator[Clients]:
    made = Clients(settings, db, password=None)
    yield made
    made.close()


def begin(client: TestClient, grid: int, status: int = 201, **other: Any) -> Any:
    answer = client.post(LOOKS, json={"grid_id": grid, **WHY, **other})
    assert answer.status_code == status, answer.text
    return answer.json()


def run_out(database: Database) -> None:
    """The half hour of every look is over now."""
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE emergency_look SET until = now()"))


def actor_of(site: Clients, client: TestClient) -> Actor:
    """Whom the gate takes the client's session for."""
    token = next(c.value for c in client.cookies.jar if "session" in c.name)
    actor: Actor = site.app.state.actors.of(token)
    return actor


ENDINGS: dict[str, Callable[[TestClient, Database], object]] = {
    "time": lambda _, database: run_out(database),
    "by hand": lambda client, _: client.delete(f"{LOOKS}/current"),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_it_opens_one_grid_and_below_until_it_ends(
    site: Clients, db: Database, office: Office, how: str
) -> None:
    client, b_elsewhere = (
        site("a"),
        office.root.below(office.b) - office.root.below(office.village_b),
    )
    own, opened = office.person(db, office.a), office.person(db, office.village_b)

    def seen() -> tuple[set[int], int, int, int]:
        grids = {g for g in office.root.boxes if client.get(f"{API}/grids/{g}").status_code == 200}
        cards = [client.get(f"{API}/people/{p}").status_code for p in (own, opened)]
        total = client.post(f"{API}/people/search", json={}).json()["total"]
        return grids, cards[0], cards[1], total

    mine, micro = office.root.below(office.a), set(office.root.at(5))
    before = (mine, 200, 404, len(mine & micro))
    assert seen() == before
    begin(client, office.village_b)
    wider = mine | office.root.below(office.village_b)
    assert not wider & b_elsewhere
    assert seen() == (wider, 200, 200, len(wider & micro))
    me = client.get(f"{API}/me").json()
    assert me["emergency"]["grid_id"] == office.village_b
    assert me["home_grid"]["id"] == office.a
    ENDINGS[how](client, db)
    assert seen() == before
    assert client.get(f"{API}/me").json()["emergency"] is None


def test_only_the_session_that_began_it_sees_more(
    site: Clients, db: Database, office: Office
) -> None:
    one, other = site("a"), site("a")
    begin(one, office.b)
    person = office.person(db, office.b)
    assert one.get(f"{API}/people/{person}").status_code == 200
    assert other.get(f"{API}/people/{person}").status_code == 404
    assert other.get(f"{API}/me").json()["emergency"] is None
    assert begin(other, office.b, 409)["error"]["code"] == "still_open"
    assert other.delete(f"{LOOKS}/current").status_code == 204  # the owner ends it from anywhere
    assert one.get(f"{API}/people/{person}").status_code == 404


def test_the_fence_below_the_application_follows(
    site: Clients, db: Database, office: Office
) -> None:
    client = site("a")

    def rows() -> int:
        with db.session(actor_of(site, client)) as session:
            return int(session.scalar(text("SELECT count(*) FROM person")) or 0)

    micro = set(office.root.at(5))
    own = len(office.root.below(office.a) & micro)
    assert rows() == own
    begin(client, office.village_b)
    assert isinstance(actor_of(site, client), Emergency)
    assert rows() == own + len(office.root.below(office.village_b) & micro)
    run_out(db)
    assert type(actor_of(site, client)) is Actor
    assert rows() == own


def test_a_tile_of_the_other_township_follows(site: Clients, db: Database, office: Office) -> None:
    client = site("a")
    lon, lat = office.root.boxes[office.village_b].middle
    tile = tile_of(lon, lat, 14)

    def seen(**headers: str) -> tuple[int, set[int], str]:
        answer = client.get(f"/tiles/grids/{tile.z}/{tile.x}/{tile.y}.mvt", headers=headers)
        layers = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        ids = {f["id"] for layer in layers.values() for f in layer["features"] if f.get("id")}
        return answer.status_code, ids, answer.headers.get("etag", "")

    foreign = office.root.below(office.village_b)
    before = seen()
    assert not before[1] & foreign
    begin(client, office.village_b)
    during = seen()
    assert during[0] == 200 and during[1] & foreign
    assert seen(**{"If-None-Match": during[2]})[0] == 304
    run_out(db)
    after = seen(**{"If-None-Match": during[2]})
    assert after[0] != 304 and after[1] == before[1]


def test_every_write_of_the_interface_is_refused(site: Clients, office: Office) -> None:
    client = site("a")
    spec = client.get("/api/openapi.json").json()
    begin(client, office.b)
    free = {f"{API}/me/sessions", f"{API}/me/lang", f"{LOOKS}/current"}
    tried = set()
    for path, methods in spec["paths"].items():
        for method in set(methods) - {"get"}:
            if path.endswith(("/search", "/reveal", "/v1/session")) or path in free:
                continue
            answer = client.request(method, re.sub(r"{[a-z_]+}", "1", path), json={})
            assert answer.status_code == 403, (method, path)
            assert answer.json()["error"]["code"] == "emergency_read_only", (method, path)
            tried.add(f"{method} {path}")
    assert {f"post {LOOKS}", f"post {API}/people/export", f"post {API}/session/as"} <= tried
    assert client.put(f"{API}/me/lang", json={"lang": "en"}).status_code == 204


def test_even_a_route_that_would_write_cannot(site: Clients, db: Database, office: Office) -> None:
    """The second fence: the unit of work refuses, whatever let it in; but not a field opened."""
    client = site("a")
    begin(client, office.b)
    actor = actor_of(site, client)
    with pytest.raises(EmergencyReadOnly), db.session(actor) as session:
        session.add(DictionaryItem(dictionary="sex", code="x", name_zh="某", name_en="x"))
    with pytest.raises(EmergencyReadOnly), db.session(actor) as session:
        session.get_one(User, office.users["b"]).name = "other"
    assert not {"export", "admin", "incidents.report", "audit.read"} & actor.permissions
    path = f"{API}/people/{office.person(db, office.b)}"
    card = client.get(path).json()
    assert "address" in card["masked"] and "12" not in card["address"]
    asked = {"what": ["address"], "reason": "visit", "words": "找到受困者"}
    opened = client.post(f"{path}/reveal", json=asked)
    assert opened.status_code == 200 and opened.json()["address"] == "某路 12 号"
    with db.session(system("test")) as session:
        assert session.query(LookGrant).count() == 1
    run_out(db)
    assert client.post(f"{path}/reveal", json=asked).status_code == 404


def test_open_streams_widen_and_narrow(settings: Settings, db: Database, office: Office) -> None:
    running = Server(settings, db)
    try:
        county, a = signed_in(running, "officer"), signed_in(running, "a")
        sender = signed_in(running, "b")
        ear, witness = Listener(a), Listener(sender)
        there = min(office.root.below(office.b) & set(office.root.at(5)))
        here = min(office.root.below(office.a) & set(office.root.at(5)))

        def reported(client: Any, grid: int) -> int:
            return report(client, office.root, grid)

        hidden = reported(sender, there)
        assert witness.next()[1]["id"] == hidden
        answer = a.post(LOOKS, json={"grid_id": office.b, **WHY})
        assert answer.status_code == 201
        shown = reported(sender, there)
        assert ear.next()[1]["id"] == shown  # and `hidden` was not told before it
        run_out(db)
        again = reported(sender, there)
        assert {witness.next()[1]["id"] for _ in range(2)} == {shown, again}
        last = reported(county, here)
        assert ear.next()[1]["id"] == last  # and `again` was not told before it
    finally:
        running.stop()


# ---- who is told ---------------------------------------------------------------------------------


def told(database: Database) -> set[str]:
    """Names of the users who got a notice of a look."""
    query = (
        "SELECT username FROM notice n JOIN app_user u ON u.id = n.user_id WHERE kind = 'emergency'"
    )
    with database.engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def give(database: Database, name: str, role: str, kind: str, *grids: int) -> None:
    """Another post for ``name`` with the permissions of ``role``."""
    with database.session(system("test")) as session:
        user = session.query(User).filter_by(username=name).one()
        one = grids[0] if kind == "own_below" else None
        post = UserRole(user_id=user.id, role_code=role, scope_kind=kind, grid_id=one)
        session.add(post)
        session.flush()
        if kind == "chosen":
            session.add_all(UserRoleGrid(user_role_id=post.id, grid_id=g) for g in grids)


def expected(database: Database, office: Office, looker: str) -> set[str]:
    """By walking over all users and up the tree, as a clerk would."""
    with database.session(None) as session:
        actors = [load_actor(session, user) for user in office.users.values()]
        posts = session.query(UserRole).all()
        chosen = session.query(UserRoleGrid).all()
    home = next(a for a in actors if a and a.username == looker).home_grid_id
    assert home is not None
    able = {
        a.user_id: a for a in actors
        if a and a.username != looker and a.may("emergency.review") and a.scope.sees(home)
    }  # fmt: skip
    seats: dict[int, set[int]] = {}
    for post in posts:
        grids = [c.grid_id for c in chosen if c.user_role_id == post.id]
        if post.scope_kind == "own_below" and post.grid_id is not None:
            grids = [post.grid_id]
        seats.setdefault(post.user_id, set()).update(grids)
    up = office.root.parents[home]
    while up is not None:
        found = {a.username for user, a in able.items() if user and up in seats.get(user, set())}
        if found:
            return found
        up = office.root.parents[up]
    return {a.username for a in able.values() if a.scope.all}


@pytest.mark.parametrize("looker", ["v", "a", "admin"])
@pytest.mark.parametrize(
    "others",
    [
        [],
        [("officer", "a", "own_below", "a")],  # a second leader of township a
        [("b", "a", "chosen", "a", "b")],
        [("b", "county", "all"), ("officer", "officer", "own_below", "b")],
        [("officer", "a", "own_below", "root")],
    ],
    ids=["as planted", "two leaders", "chosen grids", "over everything", "another at the top"],
)
def test_the_nearest_superiors_are_told_and_nobody_else(
    site: Clients, db: Database, office: Office, looker: str, others: list[tuple[str, ...]]
) -> None:
    names = {"a": office.a, "b": office.b, "root": office.root.at(1)[0]}
    for name, role, kind, *grids in others:
        give(db, name, role, kind, *[names[g] for g in grids])
    expect = expected(db, office, looker)
    assert expect and looker not in expect
    answer = begin(site(looker), office.b)
    assert told(db) == expect
    assert answer["told"] == len(expect)


def test_without_a_superior_nobody_looks(site: Clients, db: Database, office: Office) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE app_user SET active = false WHERE username = 'county'"))
    assert begin(site("a"), office.b, 409)["error"]["code"] == "no_superior"
    assert told(db) == set()
    begin(site("v"), office.b)  # the village's superior is there


def test_the_superior_hears_of_it_at_once_and_marks_it_read(
    settings: Settings, db: Database, office: Office
) -> None:
    running = Server(settings, db)
    try:
        boss, other, looker = (signed_in(running, n) for n in ("county", "b", "a"))
        ear, deaf = Listener(boss), Listener(other)
        number = looker.post(LOOKS, json={"grid_id": office.b, **WHY}).json()["id"]
        kind, message, _ = ear.next()
        assert (kind, message) == ("notice", {"grid_id": None})
        mine = boss.get(f"{API}/me/notices").json()
        assert (mine["unread"], mine["items"][0]["entity_id"]) == (1, number)
        ids = {"ids": [mine["items"][0]["id"]]}
        assert other.get(f"{API}/me/notices").json()["items"] == []
        assert other.put(f"{API}/me/notices/read", json=ids).status_code == 204  # not theirs
        assert boss.get(f"{API}/me/notices").json()["unread"] == 1
        assert boss.put(f"{API}/me/notices/read", json=ids).status_code == 204
        assert boss.get(f"{API}/me/notices").json()["unread"] == 0
        report(other, office.root, min(office.root.below(office.b) & set(office.root.at(5))))
        assert deaf.next()[0] == "incident"  # the notice was not told to others before it
    finally:
        running.stop()


# ---- report and review ---------------------------------------------------------------------------


def test_the_report_holds_every_look(site: Clients, db: Database, office: Office) -> None:
    client, boss = site("a"), site("county")
    client.get(f"{API}/people/{office.person(db, office.a)}")  # before: not in the report
    number = begin(client, office.b)["id"]
    micro = sorted(office.root.below(office.b) & set(office.root.at(5)))
    people = [office.person(db, grid) for grid in micro[:3]]
    for person in (*people, people[0]):
        assert client.get(f"{API}/people/{person}").status_code == 200
    asked = {"what": ["address"], "reason": "visit", "words": "找到受困者"}
    client.post(f"{API}/people/{people[1]}/reveal", json=asked)
    page = client.post(f"{API}/people/search", json={"place": {"grid": micro[0]}}).json()
    assert client.get(f"/print/person/{people[1]}").status_code == 403  # nothing to take away
    client.post(f"{API}/people/export", json={})  # refused, and in the report as a try
    client.delete(f"{LOOKS}/current")
    client.get(f"{API}/people/{office.person(db, office.a)}")  # after: not in the report
    told = boss.get(f"{LOOKS}/{number}").json()
    assert (told["username"], told["opened_grid_id"], told["words"]) == (
        "a",
        office.b,
        WHY["words"],
    )
    assert told["ended_at"] and told["may_review"] and told["complete"]
    seen = {p["id"]: (p["times"], [r["what"] for r in p["revealed"]]) for p in told["people"]}
    assert seen == {people[0]: (2, []), people[1]: (1, [["address"]]), people[2]: (1, [])}
    lists = [a for a in told["acts"] if a["action"] == "list"]
    assert [(a["entity"], a["grid_id"]) for a in lists] == [("people", micro[0])]
    assert json.loads(lists[0]["note"])["rows"] == len(page["items"])
    requests = {r["what"]: r["n"] for r in told["requests"]}
    assert requests["GET /api/v1/people/…"] == 4
    assert requests["POST /api/v1/people/export"] == 1 and told["exports"] == []
    with db.engine.connect() as connection:
        marked = connection.execute(
            text("SELECT action, note FROM audit WHERE actor_name = 'a' AND note LIKE :m"),
            {"m": f"emergency {number}%"},
        ).all()
    assert sum(r.action == "emergency request" for r in marked) == sum(requests.values())
    looks = [r for r in marked if r.action in {"look", "reveal", "list"}]
    assert len(looks) == len(told["acts"]) == 6


def test_numbers_that_begin_alike_are_not_mixed_up(
    site: Clients, db: Database, office: Office
) -> None:
    client = site("a")
    first = begin(client, office.b)["id"]
    client.delete(f"{LOOKS}/current")
    with db.engine.begin() as connection:  # the next look is ten times the first one's number
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence('emergency_look', 'id'), :n)"),
            {"n": first * 10 - 1},
        )
    second = begin(client, office.b)["id"]
    assert str(second).startswith(str(first))
    client.get(f"{API}/people/{office.person(db, office.b)}")
    client.delete(f"{LOOKS}/current")
    assert site("county").get(f"{LOOKS}/{first}").json()["people"] == []
    assert len(site("county").get(f"{LOOKS}/{second}").json()["people"]) == 1


def test_who_sees_and_who_reviews_a_look(site: Clients, db: Database, office: Office) -> None:
    give(db, "officer", "a", "own_below", office.a)  # as high as "a"
    number = begin(site("a"), office.b)["id"]
    path, said = f"{LOOKS}/{number}", {"in_order": True, "words": "属实，处置得当"}
    assert site("county").post(f"{path}/review", json=said).json()["error"]["code"] == "not_over"
    site("a").delete(f"{LOOKS}/current")
    for name, status in (("a", 409), ("b", 404), ("officer", 404), ("v", 403), ("admin", 404)):
        answer = site(name).post(f"{path}/review", json=said)
        assert answer.status_code == status, (name, answer.text)
    seen = {n: site(n).get(path).status_code for n in office.users}
    assert seen == {"a": 200, "county": 200, "b": 404, "officer": 404, "v": 404, "admin": 404}
    for name, count in (("a", 1), ("county", 1), ("b", 0), ("officer", 0), ("v", 0)):
        assert site(name).get(LOOKS).json()["total"] == count, name
    done = site("county").post(f"{path}/review", json={**said, "in_order": False})
    assert (done.json()["in_order"], done.json()["may_review"]) == (False, False)
    assert site("county").post(f"{path}/review", json=said).json()["error"]["code"] == "reviewed"
    notices = site("a").get(f"{API}/me/notices").json()["items"]
    assert [n["kind"] for n in notices] == ["emergency_reviewed"]


def test_a_township_reviews_its_villages(site: Clients, db: Database, office: Office) -> None:
    number = begin(site("v"), office.b)["id"]
    assert told(db) == {"a", "admin"}
    run_out(db)
    answer = site("a").post(f"{LOOKS}/{number}/review", json={"in_order": True, "words": "属实"})
    assert answer.status_code == 200
    assert site("b").get(f"{LOOKS}/{number}").status_code == 404  # seen into, but not above


# ---- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"reason": "because"}, 422, "reason"),
        ({"words": "太短了"}, 422, "words"),
        ({"words": "   " * 9}, 422, "words"),
        ({"words": "长" * 201}, 422, "words"),
        ({"words": "a\x00bcdefghijkl"}, 422, "words"),
        ({"grid_id": 10**9}, 422, "grid_id"),
        ({"grid_id": 2**63}, 422, "grid_id"),
        ({"grid_id": "own"}, 422, "grid_id"),
        ({"grid_id": "root"}, 422, "grid_id"),
        ({"minutes": 60}, 422, "minutes"),
    ],
)
def test_what_does_not_fit_is_refused(
    site: Clients, db: Database, office: Office, change: dict[str, Any], status: int, field: str
) -> None:
    names = {"own": min(office.root.below(office.a)), "root": office.root.at(1)[0]}
    body = {"grid_id": office.b, **WHY, **change}
    body["grid_id"] = names.get(body["grid_id"], body["grid_id"])
    answer = site("a").post(LOOKS, json=body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM emergency_look")).scalar_one() == 0


@pytest.mark.parametrize("name", ["officer", "county"])
def test_without_the_permission_nothing_opens(site: Clients, office: Office, name: str) -> None:
    client = site(name)
    begin(client, office.b, 403)
    for path in ("form", "grids?q=网格"):
        assert client.get(f"{LOOKS}/{path}").status_code == 403
    assert client.delete(f"{LOOKS}/current").status_code == 204  # harmless
    expect = 200 if name == "county" else 403
    assert client.get(LOOKS).status_code == expect


def test_three_in_a_day(site: Clients, db: Database, office: Office) -> None:
    client = site("a")
    for _ in range(3):
        begin(client, office.b)
        client.delete(f"{LOOKS}/current")
    answer = client.post(LOOKS, json={"grid_id": office.b, **WHY})
    assert answer.status_code == 429 and 86_000 < int(answer.headers["Retry-After"]) <= 86_400
    with db.engine.begin() as connection:  # the first was yesterday
        connection.execute(
            text("UPDATE emergency_look SET begun_at = begun_at - interval '25 hours', "
                 "until = until - interval '25 hours', ended_at = ended_at - interval '25 hours' "
                 "WHERE id = (SELECT min(id) FROM emergency_look)")
        )  # fmt: skip
    begin(client, office.b)


def test_the_form_finds_grids_outside_only(site: Clients, office: Office) -> None:
    client = site("a")
    found = client.get(f"{LOOKS}/grids", params={"q": "网格"}).json()
    ids = {g["id"] for g in found}
    assert ids and ids <= office.root.below(office.b)
    assert set(found[0]) == {"id", "code", "name", "level", "chain"}
    assert client.get(f"{LOOKS}/grids", params={"q": "%"}).json() == []
    told = client.get(f"{LOOKS}/form").json()
    assert [r["code"] for r in told["reasons"]] == ["rescue"] and told["minutes"] == 30


def test_it_lasts_half_an_hour_and_the_service_cannot_prolong_it(
    site: Clients, db: Database, office: Office
) -> None:
    client = site("a")
    begin(client, office.b)
    with db.engine.connect() as connection:
        lasts = connection.execute(
            text("SELECT extract(epoch FROM until - begun_at) FROM emergency_look")
        ).scalar_one()
    assert lasts == 1800
    actor = actor_of(site, client)
    for change in ("until = until + interval '1 minute'", f"opened_grid_id = {office.a}"):
        with pytest.raises(DBAPIError, match="permission denied"), db.session(actor) as session:
            session.execute(text(f"UPDATE emergency_look SET {change}"))
    with pytest.raises(DBAPIError, match="half_an_hour"), db.engine.begin() as connection:
        connection.execute(text("UPDATE emergency_look SET until = until + interval '1 minute'"))


def test_the_tables_of_looks_and_notices_are_fenced(
    site: Clients, db: Database, office: Office
) -> None:
    begin(site("v"), office.b)
    begin(site("b"), office.a)
    counts = {}
    for name, user in office.users.items():
        with db.session(None) as session:
            actor = load_actor(session, user)
        with db.session(actor) as session:
            counts[name] = tuple(
                session.scalar(text(f"SELECT count(*) FROM {table}"))
                for table in ("emergency_look", "notice")
            )
    # A look shows to the looker and to the scopes around the post, a notice to whom it is for;
    # whoever sees everything is not limited here but by the service.
    assert counts == {
        "county": (2, 3), "a": (1, 1), "b": (1, 0), "v": (1, 0), "officer": (1, 0), "admin": (1, 1),
    }  # fmt: skip
    with db.session(None) as session:
        for table in ("emergency_look", "notice"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_signing_out_ends_it(site: Clients, db: Database, office: Office) -> None:
    client = site("a")
    number = begin(client, office.b)["id"]
    assert client.delete(f"{API}/session").status_code == 204
    assert site("county").get(f"{LOOKS}/{number}").json()["ended_at"] is not None
    begin(site("a"), office.b)


def test_losing_the_permission_ends_it(site: Clients, db: Database, office: Office) -> None:
    client = site("a")
    begin(client, office.b)
    with db.session(system("test")) as session:
        session.execute(text("DELETE FROM role_permission WHERE role_code = 'a' "
                             "AND permission = 'break_glass'"))  # fmt: skip
    assert client.get(f"{API}/people/{office.person(db, office.b)}").status_code == 404


def test_not_together_with_a_preview(site: Clients, db: Database, office: Office) -> None:
    client, officer = site("admin"), {"user_id": office.users["officer"]}
    assert client.post(f"{API}/session/as", json=officer).status_code == 204
    assert begin(client, office.b, 403)["error"]["code"] == "preview_read_only"
    assert client.delete(f"{API}/session/as").status_code == 204
    begin(client, office.b)
    refused = client.post(f"{API}/session/as", json=officer)
    assert refused.json()["error"]["code"] == "emergency_read_only"
    with pytest.raises(DBAPIError, match="one_way_of_seeing"), db.engine.begin() as connection:
        connection.execute(text("UPDATE user_session SET as_user_id = user_id"))
    run_out(db)
    assert client.post(f"{API}/session/as", json=officer).status_code == 204
    # Whoever looks with a's eyes does not look with a's emergency.
    client.delete(f"{API}/session/as")
    begin(site("v"), office.b)
    client.post(f"{API}/session/as", json={"user_id": office.users["v"]})
    assert client.get(f"{API}/people/{office.person(db, office.b)}").status_code == 404
    assert client.get(f"{API}/me/notices").json()["items"] == []
