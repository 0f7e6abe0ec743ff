"""The sweep: every route of the API x roles x rows inside and outside of the caller's scope.

The routes come from the OpenAPI list. One that is in none of the tables below fails the first test:
whoever adds a route says here how it is kept inside. Tiles are swept in tests/tiles, live messages
in tests/live, the fence below the application in tests/db/test_fence.py.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from services.access.actor import Actor
from services.db.session import Database
from tests.conftest import Clients

ActorOf = Callable[[Database, str], Actor]
ROLES = ("county", "township", "village", "micro", "patrol", "department", "screen", "admin")
API = "/api/v1"
# Register -> (table, rows that it lists).
REGISTERS = {
    "people": ("person", "status = 'active'"),
    "households": ("household", "status = 'active'"),
    "families": ("family", "status = 'active'"),
    "houses": ("house", "status = 'active'"),
    "buildings": ("building", "true"),
    "premises": ("premises", "status = 'active'"),
    "organisations": ("organisation", "status = 'active'"),
    "teams": ("service_team", "status = 'active'"),
    "service-objects": ("service_object", "stopped_on IS NULL"),
    "services": ("service_record", "true"),
    "properties": ("property", "status = 'active'"),
    "incidents": ("incident", "true"),
    "staff": ("staff", "status = 'active'"),
    "claim-batches": ("claim_batch", "true"),
    "held-people": ("held_person", "true"),
    "held-premises": ("held_premises", "true"),
    "audit": ("audit", "true"),
}
# One row by its id: address -> the table whose id it takes.
CARDS = {
    "/grids/{grid_id}": "grid",
    "/grids/{grid_id}/children": "grid",
    "/grids/{grid_id}/panel": "grid",
    "/wall?grid={grid_id}": "grid",
    "/wall/people?grid={grid_id}": "grid",
    "/wall/premises?grid={grid_id}": "grid",
    "/wall/staff?grid={grid_id}": "grid",
    "/stats/labels?grid={grid_id}": "grid",
    "/staff/{staff_id}": "staff",
    "/incidents/{incident_id}": "incident",
    "/patrol-areas/buildings/{building_id}/residents": "building",
    "/patrol-areas/premises/{premises_id}": "premises",
    "/people/{person_id}": "person",
    "/people/{person_id}/corrections": "person",
    "/people/{person_id}/labels": "person",
    "/people/{person_id}/services": "person",
    "/people/{person_id}/properties": "person",
    "/teams/{team_id}": "service_team",
    "/service-objects/{object_id}": "service_object",
    "/services/{record_id}": "service_record",
    "/properties/{property_id}": "property",
    "/households/{household_id}": "household",
    "/families/{family_id}": "family",
    "/buildings/{building_id}": "building",
    "/houses/{house_id}": "house",
    "/buildings/{building_id}/chart": "building",
    "/premises/{premises_id}": "premises",
    "/claims/batches/{batch_id}": "claim_batch",
    "/claims/batches/{batch_id}/bad-rows": "claim_batch",
    "/claims/people/{row_id}": "held_person",
    "/claims/premises/{row_id}": "held_premises",
    "/organisations/{organisation_id}": "organisation",
    "/premises/{premises_id}/levels": "premises",
    "/inspection-report?grid={grid_id}&month=2026-01": "grid",
    "/premises/{premises_id}/checklist": "premises",
    "/premises/{premises_id}/file": "premises",
    "/premises/{premises_id}/employees": "premises",
}
# Writes on one row: address -> (table, body).
WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "/incidents/{incident_id}/actions": ("incident", {"json": {"action": "urge", "note": "x"}}),
    "/incidents/{incident_id}/photos": ("incident", {"files": {"file": ("a.png", b"no")}}),
    "/people/{person_id}/reveal": (
        "person", {"json": {"what": ["phone"], "reason": "visit", "words": "入户走访"}},
    ),
    "/people/{person_id}/corrections": (
        "person", {"json": {"field": "phone", "said": "12900000001", "how": "phone"}},
    ),
    "/people/{person_id}/labels": ("person", {"json": {"code": "disabled"}}),
    "/people/{person_id}/labels/stop": (
        "person", {"json": {"code": "elderly", "reason": "error"}},
    ),
    "/people/{person_id}/labels/restart": ("person", {"json": {"code": "disabled"}}),
    **{
        f"/teams/{{team_id}}/{act}": ("service_team", {"json": {"version": 1, **more}})
        for act, more in {
            "disband": {"reason": "done"}, "restore": {}, "members": {"staff_id": 1},
        }.items()
    },
    "/service-objects/{object_id}/stop": (
        "service_object", {"json": {"version": 1, "reason": "error"}},
    ),
    "/services/{record_id}/withdraw": (
        "service_record", {"json": {"version": 1, "reason": "error"}},
    ),
    "/services/{record_id}/photos": ("service_record", {"files": {"file": ("a.png", b"no")}}),
    "/properties/{property_id}/cancel": (
        "property", {"json": {"version": 1, "reason": "sold"}},
    ),
    "/properties/{property_id}/restore": ("property", {"json": {"version": 1}}),
    "/houses/{house_id}/renumber": ("house", {"json": {"version": 1, "number": "x"}}),
    "/houses/{house_id}/cancel": ("house", {"json": {"version": 1, "reason": "demolished"}}),
    "/houses/{house_id}/restore": ("house", {"json": {"version": 1}}),
    "/houses/{house_id}/rent": ("house", {"json": {"version": 1}}),
    "/houses/{house_id}/rent/stop": ("house", {"json": {"version": 1, "reason": "owner"}}),
    "/houses/{house_id}/rent/restore": ("house", {"json": {"version": 1}}),
    "/people/{person_id}/cancel": ("person", {"json": {"version": 1, "reason": "left"}}),
    "/people/{person_id}/restore": ("person", {"json": {"version": 1}}),
    "/people/{person_id}/settle": ("person", {"json": {"version": 1}}),
    "/people/{person_id}/move": (
        "person", {"json": {"version": 1, "at": {"lon": 105.1, "lat": 24.5}}},
    ),
    "/claims/batches/{batch_id}/undo": ("claim_batch", {"json": {"version": 1, "reason": "xx"}}),
    **{
        f"/claims/{kind}/{{row_id}}/{act}": (f"held_{table}", {"json": {"version": 1, **more}})
        for kind, table in (("people", "person"), ("premises", "premises"))
        for act, more in {"claim": {}, "send": {"reason": "other"}}.items()
    },
    **{
        f"/organisations/{{organisation_id}}/{act}": (
            "organisation", {"json": {"version": 1, **more}}
        )
        for act, more in {
            "cancel": {"reason": "closed_down"},
            "restore": {},
            "move": {"premises_id": 1},
        }.items()
    },
    **{
        f"/premises/{{premises_id}}/{act}": ("premises", {"json": {"version": 1, **more}})
        for act, more in {
            "cancel": {"reason": "closed_down"},
            "restore": {},
            "move": {"at": {"lon": 105.1, "lat": 24.5}},
            "raise": {"level": 3, "reason": "因为"},
            "lower": {"reason": "因为"},
        }.items()
    },
    "/premises/{premises_id}/inspections": ("premises", {"json": {
        "txn": "00000000-0000-4000-8000-000000000001",
        "made_at": "2026-11-01T00:00:00Z",
        "answers": [{"code": "exits", "answer": "ok"}],
    }}),
    "/premises/{premises_id}/employees": ("premises", {"json": {"name": "某人"}}),
    "/inspections/{inspection_id}/photos": ("inspection", {"files": {"file": ("a.png", b"no")}}),
    **{
        f"/{register}/{{{name}_id}}/{act}": (name, {"json": {"version": 1, **more}})
        for register, name in (("households", "household"), ("families", "family"))
        for act, more in {
            "renumber": {"number": "x"},
            "head": {"person_id": 1},
            "join": {"person_id": 1},
            "leave": {"person_id": 1},
            "merge": {"other_id": 1},
            "split": {"number": "x", "members": [1]},
            "dissolve": {},
        }.items()
    },
    "/households/{household_id}/death": ("household", {"json": {"version": 1, "person_id": 1}}),
    "/households/{household_id}/birth": ("household", {"json": {
        "version": 1, "relation": "son",
        "child": {"class": "registered", "name": "x", "at": {"lon": 105.1, "lat": 24.5}},
    }}),
    "/families/{family_id}/change": ("family", {"json": {"version": 1, "address": "x"}}),
    "/families/{family_id}/move": ("family", {"json": {
        "version": 1, "address": "x", "members": [], "at": {"lon": 105.1, "lat": 24.5},
    }}),
}  # fmt: skip
# Tested one by one below or where the words say; they take no row's id from the caller.
ELSEWHERE = {
    "GET /events": "tests/live",
    "GET /grids": "tests/access/test_scope.py: finding stays inside",
    "GET /grids/tops": "tests/access/test_scope.py",
    "GET /wall": "above, by grid; without one the own grid",
    "GET /wall/people": "above, by grid",
    "GET /wall/premises": "above, by grid",
    "GET /wall/staff": "above, by grid",
    "GET /stats/labels": "above, by grid",
    "POST /stats/people": "tests/analytics/test_hiding.py",
    "POST /incidents": "tests/incidents: a report from elsewhere is taken and stays unseen",
    "GET /locate": "below: test_places_outside_are_unknown",
    "GET /whats-here": "below: test_places_outside_are_unknown",
    "GET /incident-categories": "the same table for everybody",
    "GET /claims/form": "the same lists for everybody who claims",
    "GET /premises/form": "the same lists for everybody who enters premises",
    "GET /houses/form": "the same lists for everybody who enters houses",
    "GET /people/form": "the same lists for everybody who enters people",
    "GET /incidents/{incident_id}/photos/{photo_id}": "tests/incidents",
    "PATCH /employees/{employee_id}": "tests/premises/test_employees.py",
    "POST /employees/{employee_id}/stop": "tests/premises/test_employees.py",
    "GET /inspection-report": "above, by grid",
    "GET /inspection-report.xlsx": "tests/inspections/test_report.py",
    "GET /inspection-report.pdf": "tests/inspections/test_report.py",
    "GET /households/{household_id}/sheet.pdf": "tests/people/test_sheets.py",
    "GET /families/{family_id}/sheet.pdf": "tests/people/test_sheets.py",
    "GET /checklists": "the same table for everybody",
    "POST /findings/{finding_id}/recheck": "tests/inspections: only of the scope",
    "GET /inspections/{inspection_id}/photos/{photo_id}": "tests/inspections",
    "GET /patrol-stops": "tests/patrols/test_warnings.py: areas of the scope and the own ones",
    "POST /patrol-stops/{stop_id}/lift": "tests/patrols/test_warnings.py",
    "GET /patrol-areas": "tests/patrols: own areas and those of the scope",
    "GET /patrol-areas/{area_id}": "tests/patrols",
    "GET /patrol-areas/{area_id}/round": "tests/patrols",
    "POST /emergencies": "tests/access/test_emergency.py, as all of these",
    "DELETE /emergencies/current": "the own one",
    "GET /emergencies": "own ones and those of posts below",
    "GET /emergencies/form": "the same for all who may",
    "GET /emergencies/grids": "names of grids outside, which are no secret",
    "GET /emergencies/{look_id}": "own ones and those of posts below",
    "POST /emergencies/{look_id}/review": "those of posts below",
    **dict.fromkeys(
        [
            "POST /access/users/search",
            "POST /access/users",
            "GET /access/users/{user_id}",
            "PATCH /access/users/{user_id}",
            "PUT /access/users/{user_id}/password",
            "DELETE /access/users/{user_id}/second-factor",
            "DELETE /access/users/{user_id}/sessions",
            "POST /access/users/{user_id}/posts",
            "PUT /access/users/{user_id}/posts/{post_id}",
            "DELETE /access/users/{user_id}/posts/{post_id}",
            "GET /access/permissions",
            "GET /access/roles",
            "POST /access/roles",
            "PUT /access/roles/{code}",
            "DELETE /access/roles/{code}",
        ],
        "tests/access/test_manage.py",
    ),
    "GET /parameters/association-mode": "the same for everybody",
    "POST /parameters/association-mode": "tests/people/test_association.py: administrators only",
    "GET /teams/form": "the same lists for everybody who keeps teams",
    "GET /teams/mine": "tests/teams: of the scope and the own ones",
    "POST /teams": "tests/teams: only into the scope",
    "PATCH /teams/{team_id}": "tests/teams, with the other acts",
    "PATCH /teams/{team_id}/members/{member_id}": "tests/teams, with the other acts",
    "POST /teams/{team_id}/members/{member_id}/leave": "tests/teams, with the other acts",
    "GET /services/form": "the same lists for everybody who records services",
    "POST /services": "tests/serving: only to people of the scope",
    "POST /service-objects": "tests/serving: only to people of the scope",
    "GET /services/{record_id}/photos/{photo_id}": "tests/serving",
    "GET /properties/form": "the same lists for everybody who enters property",
    "POST /properties": "tests/properties: only to people of the scope",
    "PATCH /properties/{property_id}": "tests/properties, with the other acts",
    "GET /views/columns/{register}": "tests/questions/test_conditions.py: what the caller sees",
    "GET /views": "tests/views: the own ones and those shared with the caller",
    "POST /views": "tests/views: the own ones",
    "PATCH /views/{view_id}": "tests/views: the own ones",
    "DELETE /views/{view_id}": "tests/views: the own ones",
    **dict.fromkeys(
        [
            "GET /dictionaries",
            "GET /dictionaries/{dictionary}",
            "POST /dictionaries/{dictionary}/items",
            "PATCH /dictionaries/{dictionary}/items/{code}",
            "PUT /dictionaries/{dictionary}/order",
            "GET /parameters",
        ],
        "tests/dictionaries: administrators of the county only",
    ),
    "POST /households": "tests/people/test_households.py: only of people of the scope",
    "POST /families": "tests/people/test_families.py, as households",
    "POST /organisations": "tests/organisations: only into the scope",
    "PATCH /organisations/{organisation_id}": "tests/organisations, with the other acts",
    "POST /premises": "tests/premises/test_entries.py: only into the scope",
    "PATCH /premises/{premises_id}": "tests/premises/test_entries.py, with the other acts",
    "POST /people": "tests/people/test_entries.py: only into the scope",
    "PATCH /people/{person_id}": "tests/people/test_entries.py, with the other acts",
    "POST /houses": "tests/places/test_houses.py: only into buildings of the scope",
    "PATCH /houses/{house_id}": "tests/places/test_houses.py, with the other acts",
    "GET /labels/upcoming": "tests/people/test_labels.py: only of the scope",
    "GET /corrections": "tests/corrections: only requests of the scope",
    "POST /corrections/{request_id}/decision": "tests/corrections",
    "POST /claims/batches": "tests/claims/test_files.py: only who sees the whole county",
    **dict.fromkeys(
        [
            f"{act} /claims/{kind}/{what}"
            for kind in ("people", "premises")
            for act, what in (("POST", "claim"), ("POST", "send"), ("PATCH", "{row_id}"))
        ],
        "tests/claims/test_claiming.py: rows outside are not found",
    ),
    "GET /claims/templates/{register}": "the same for all who may",
    "POST /imports/{kind}": "administrators only: test_what_only_administrators_may",
}
OWN = ("/session", "/me")  # about the caller


@pytest.fixture(scope="module")
def paths(clients: Clients) -> list[tuple[str, str]]:
    found = clients.app.openapi()["paths"]
    return [(m.upper(), p.removeprefix(API)) for p, ops in found.items() for m in ops]


def _registers() -> Iterator[str]:
    for name in REGISTERS:
        yield from (f"GET /{name}", f"POST /{name}/search", f"POST /{name}/export")


def test_every_route_is_declared(paths: list[tuple[str, str]]) -> None:
    declared = {*_registers(), *ELSEWHERE}
    declared |= {f"GET {p.split('?')[0]}" for p in CARDS} | {f"POST {p}" for p in WRITES}
    routes = {f"{m} {p}" for m, p in paths if not p.startswith(OWN)}
    assert routes - declared == set(), "say in this file how a new route is kept inside"
    assert declared - routes == set(), "gone"


@pytest.fixture(scope="module")
def rows(demo_db: Database) -> dict[str, list[tuple[int, int]]]:
    """Table -> (id, grid) of every row, as the owner of the tables sees it."""
    tables = {*CARDS.values(), *(t for t, _ in WRITES.values())}
    found = {}
    with demo_db.engine.connect() as connection:
        for name in tables:
            grid = "id" if name == "grid" else "grid_id"
            alive = "valid_to IS NULL" if name == "grid" else REGISTERS.get(
                {"person": "people", "building": "buildings"}.get(name, f"{name}s"), ("", "true")
            )[1]  # fmt: skip
            query = f"SELECT id, {grid} FROM {name} WHERE {alive} ORDER BY id"
            found[name] = [(row[0], row[1]) for row in connection.execute(text(query))]
    return found


def _some(rows: list[tuple[int, int]], actor: Actor, inside: bool, most: int = 4) -> list[int]:
    ids = [i for i, grid in rows if actor.scope.sees(grid) == inside]
    return random.Random(7).sample(ids, min(most, len(ids)))


def _filled(path: str, number: int) -> str:
    return API + path[: path.index("{")] + str(number) + path[path.index("}") + 1 :]


@pytest.mark.parametrize("username", ROLES)
def test_a_row_outside_looks_like_no_row(
    clients: Clients, demo_db: Database, actor_of: ActorOf, username: str,
    rows: dict[str, list[tuple[int, int]]],
) -> None:  # fmt: skip
    actor, client = actor_of(demo_db, username), clients(username)
    for path, table in CARDS.items():
        missing = client.get(_filled(path, 999_999_999))
        assert missing.status_code in {403, 404}, path
        for number in _some(rows[table], actor, inside=False):
            answer = client.get(_filled(path, number))
            assert answer.status_code == missing.status_code, (path, number)
            assert answer.json() == missing.json(), (path, number)
        for number in _some(rows[table], actor, inside=True):
            expected = {200} if missing.status_code == 404 else {403}
            assert client.get(_filled(path, number)).status_code in expected, (path, number)


@pytest.mark.parametrize("username", ROLES)
def test_a_write_outside_is_refused_and_changes_nothing(
    own_clients: Clients, demo_copy: Database, actor_of: ActorOf, username: str,
    rows: dict[str, list[tuple[int, int]]],
) -> None:  # fmt: skip
    actor, client = actor_of(demo_copy, username), own_clients(username)
    before = _state(demo_copy)
    for path, (table, body) in WRITES.items():
        missing = client.post(_filled(path, 999_999_999), **body)
        assert missing.status_code in {403, 404}, path
        for number in _some(rows[table], actor, inside=False):
            answer = client.post(_filled(path, number), **body)
            assert answer.status_code == missing.status_code, (path, number)
            assert answer.json() == missing.json()
    assert _state(demo_copy) == before


def _state(database: Database) -> list[tuple[Any, ...]]:
    """Every entry, incident, action, photo and opened field."""
    queries = (
        "SELECT id, status, grid_id, household_id, version FROM person ORDER BY id",
        "SELECT id, status, number, head_id, version FROM household ORDER BY id",
        "SELECT id, kind FROM household_change ORDER BY id",
        "SELECT id, status, number, head_id, version FROM family ORDER BY id",
        "SELECT id, stopped_on FROM person_label ORDER BY id",
        "SELECT id, status, number, rented, version FROM house ORDER BY id",
        "SELECT id, kind FROM house_change ORDER BY id",
        "SELECT id, status, attention, grid_id, version FROM premises ORDER BY id",
        "SELECT id, level, stopped_at FROM premises_attention ORDER BY id",
        "SELECT id, status, version FROM organisation ORDER BY id",
        "SELECT id, version FROM premises_employee ORDER BY id",
        "SELECT id, status, version FROM service_team ORDER BY id",
        "SELECT id, post, left_on FROM team_member ORDER BY id",
        "SELECT id, stopped_on FROM service_object ORDER BY id",
        "SELECT id, withdrawn_at FROM service_record ORDER BY id",
        "SELECT id, record_id FROM service_photo ORDER BY id",
        "SELECT id, status, version FROM property ORDER BY id",
        "SELECT id, premises_id FROM inspection ORDER BY id",
        "SELECT id, inspection_id FROM inspection_photo ORDER BY id",
        "SELECT id, state, urged, version FROM incident ORDER BY id",
        "SELECT id, incident_id FROM incident_action ORDER BY id",
        "SELECT id, incident_id FROM incident_photo ORDER BY id",
        "SELECT id, person_id FROM look_grant ORDER BY id",
        "SELECT id, person_id FROM correction_request ORDER BY id",
        "SELECT id, state, version FROM claim_batch ORDER BY id",
        "SELECT id, state, grid_id, version FROM held_person ORDER BY id",
        "SELECT id, state, grid_id, version FROM held_premises ORDER BY id",
    )
    with database.engine.connect() as connection:
        return [tuple(row) for q in queries for row in connection.execute(text(q))]


@pytest.fixture(scope="module")
def owners(demo_db: Database) -> dict[str, list[int | None]]:
    """Register -> the grid of each of its rows."""
    with demo_db.engine.connect() as connection:
        return {
            name: list(connection.execute(text(f"SELECT grid_id FROM {t} WHERE {w}")).scalars())
            for name, (t, w) in REGISTERS.items()
        }


def _inside(owners: list[int | None], actor: Actor) -> int:
    """How many rows are the caller's; acts without a grid only those who see everything."""
    return sum(1 for g in owners if actor.scope.all or (g is not None and actor.scope.sees(g)))


@pytest.mark.parametrize("username", ROLES)
@pytest.mark.parametrize("register", [name for name in REGISTERS if name != "audit"])
def test_lists_hold_the_scope(
    clients: Clients, demo_db: Database, actor_of: ActorOf, username: str, register: str,
    owners: dict[str, list[int | None]],
) -> None:  # fmt: skip
    actor, client = actor_of(demo_db, username), clients(username)
    listed = client.get(f"{API}/{register}?size=500")
    searched = client.post(f"{API}/{register}/search", json={"size": 500})
    assert listed.status_code == searched.status_code
    if listed.status_code == 403:
        assert client.post(f"{API}/{register}/export", json={}).status_code == 403
        return
    total = _inside(owners[register], actor)
    for answer in (listed.json(), searched.json()):
        assert answer["total"] == total
        assert all(actor.scope.sees(item["grid_id"]) for item in answer["items"])
    if "export" in actor.permissions:
        _check_export(client, register, total)
    for grid in _outside_grids(demo_db, actor):
        assert client.get(f"{API}/{register}?grid={grid}").status_code == 404
        body = {"place": {"grid": grid}}
        assert client.post(f"{API}/{register}/search", json=body).status_code == 404


def _check_export(client: TestClient, register: str, total: int) -> None:
    file = client.post(f"{API}/{register}/export?format=csv", json={})
    assert file.status_code == 200, file.text[:200]
    assert len(list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))) == total + 1


def _outside_grids(database: Database, actor: Actor) -> list[int]:
    with database.engine.connect() as connection:
        grids = connection.execute(text("SELECT id FROM grid ORDER BY id")).scalars().all()
    outside = [grid for grid in grids if not actor.scope.sees(grid)]
    return random.Random(3).sample(outside, min(3, len(outside)))


@pytest.mark.parametrize("username", ROLES)
def test_the_audit_of_others_stays_theirs(
    clients: Clients, demo_db: Database, actor_of: ActorOf, username: str
) -> None:
    """Signing in writes there, so the rows are counted at the same moment."""
    actor, client = actor_of(demo_db, username), clients(username)
    answer = client.post(f"{API}/audit/search", json={"size": 500})
    if not actor.may("audit.read"):
        assert answer.status_code == 403
        return
    with demo_db.engine.connect() as connection:
        grids = connection.execute(text("SELECT grid_id FROM audit")).scalars().all()
    total = _inside(list(grids), actor)
    assert answer.json()["total"] == total
    if "export" in actor.permissions:
        _check_export(client, "audit", total)
    assert actor.scope.all or all(actor.scope.sees(i["grid_id"]) for i in answer.json()["items"])


@pytest.mark.parametrize("username", ROLES)
def test_places_outside_are_unknown(
    clients: Clients, demo_db: Database, actor_of: ActorOf, username: str
) -> None:
    actor, client = actor_of(demo_db, username), clients(username)
    query = "SELECT grid_id, ST_X(point) AS x, ST_Y(point) AS y FROM building ORDER BY id"
    with demo_db.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    sea = client.get(f"{API}/locate?lon=0&lat=0").json()
    for grid, lon, lat in random.Random(5).sample(found, 40):
        for path in ("locate", "whats-here"):
            answer = client.get(f"{API}/{path}?lon={lon!r}&lat={lat!r}")
            if actor.scope.sees(grid):
                assert answer.json()["grid"]["id"] == grid
            else:
                assert answer.status_code == 404 and answer.json() == sea
        around = {"near": {"lon": lon, "lat": lat, "metres": 200}}
        search = client.post(f"{API}/premises/search", json={"place": around})
        assert all(actor.scope.sees(item["grid_id"]) for item in search.json()["items"])


@pytest.mark.parametrize("username", [name for name in ROLES if name != "admin"])
def test_what_only_administrators_may(clients: Clients, username: str) -> None:
    client = clients(username)
    file = {"file": ("a.geojson", b"{}")}
    for kind in ("grids", "buildings", "premises"):
        assert client.post(f"{API}/imports/{kind}", files=file).status_code == 403
    assert client.post(f"{API}/session/as", json={"user_id": 1}).status_code == 403
