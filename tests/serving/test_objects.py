"""P13: service objects: begun and ended with a reason, the own ones, and who may read them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.db.session import Database
from tests.conftest import Clients
from tests.serving.helpers import (
    API,
    MICRO,
    Json,
    card,
    days_ago,
    person,
    problem,
    run,
    staff,
    today,
)

OBJECTS = f"{API}/service-objects"


def start(clients: Clients, who: int, user: str = "micro", **more: Any) -> Any:
    sent = {"person_id": who, "kind": "paired", "reason": "visit", **more}
    return clients(user).post(OBJECTS, json=sent)


def test_p13_begun_ended_and_begun_again(own_clients: Clients, demo_copy: Database) -> None:
    micro, who = own_clients("micro"), person(demo_copy)
    asked = {"filters": {"mine": True}, "size": 100}
    before = micro.post(f"{OBJECTS}/search", json=asked).json()
    answer = start(own_clients, who, started_on=days_ago(3))
    number = answer.json()["id"]
    told = card(micro, number, "service-objects")
    assert (told["kind"], told["started_on"], told["stopped_on"]) == ("paired", days_ago(3), None)
    assert problem(start(own_clients, who)) == (409, "in_force", "person_id")
    mine = micro.post(f"{OBJECTS}/search", json=asked).json()
    assert mine["total"] == before["total"] + 1
    assert who in [item["person_id"] for item in mine["items"]]
    stop = {"version": 1, "reason": "no_need", "stopped_on": days_ago(4)}
    assert problem(micro.post(f"{OBJECTS}/{number}/stop", json=stop)) == (422, "day", "stopped_on")
    stop["stopped_on"] = today()
    stop["version"] = 2
    assert problem(micro.post(f"{OBJECTS}/{number}/stop", json=stop))[:2] == (409, "stale")
    stop["version"] = 1
    assert micro.post(f"{OBJECTS}/{number}/stop", json=stop).status_code == 204
    stop["version"] = 2
    assert problem(micro.post(f"{OBJECTS}/{number}/stop", json=stop))[:2] == (409, "stopped")
    assert micro.post(f"{OBJECTS}/search", json=asked).json()["total"] == before["total"]
    assert start(own_clients, who, kind="ordinary").status_code == 201
    held = micro.get(f"{API}/people/{who}/services").json()["objects"]
    assert [(o["kind"], o["stop_reason"]) for o in held] == [
        ("ordinary", None), ("paired", "no_need"),
    ]  # fmt: skip


BAD: tuple[tuple[Json, str, str], ...] = (
    ({"kind": "secret"}, "invalid", "kind"),
    ({"reason": "elderly"}, "reason", "reason"),
    ({"started_on": "2199-01-01"}, "day", "started_on"),
    ({"staff_id": 2**40}, "staff", "staff_id"),
    ({"who": 2**40}, "person", "person_id"),
    ({"note": "x"}, "invalid", "note"),
)


def test_p13_bad_input_names_the_field(own_clients: Clients, demo_copy: Database) -> None:
    who = person(demo_copy)
    for change, code, field in BAD:
        sent = {"who": who, **change}
        assert problem(start(own_clients, **sent)) == (422, code, field)


def test_p13_only_inside_and_only_with_the_right(own_clients: Clients, demo_copy: Database) -> None:
    outside = person(demo_copy, inside=False)
    assert problem(start(own_clients, outside)) == (422, "person", "person_id")
    for name in ("department", "screen", "admin"):
        client = own_clients(name)
        assert start(own_clients, outside, name).status_code == 403, name
        assert client.post(f"{OBJECTS}/search", json={}).status_code == 403
        assert client.get(f"{API}/people/{outside}/services").status_code == 403
    # A leader gives a person to somebody of the staff; that one finds it among the own ones.
    grid = run(demo_copy, f"SELECT {MICRO}").scalar_one()
    other = staff(demo_copy, grid, 2)
    made = start(own_clients, person(demo_copy), "village", staff_id=other)
    assert card(own_clients("village"), made.json()["id"], "service-objects")["staff_id"] == other
    sum_of = own_clients("village").get(f"{OBJECTS}?mine=true").json()["total"]
    both = own_clients("village").get(f"{OBJECTS}?mine=false").json()["total"]
    assert sum_of + both == own_clients("village").get(OBJECTS).json()["total"]


def test_p13_two_presses_make_one(own_clients: Clients, demo_copy: Database) -> None:
    who = person(demo_copy)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: start(own_clients, who).status_code, range(2)))
    assert sorted(found) == [201, 409]
    query = "SELECT count(*) FROM service_object WHERE person_id = :p"
    assert run(demo_copy, query, p=who).scalar_one() == 1


def test_p13_it_goes_along_and_rests_with_the_entry(
    own_clients: Clients, demo_copy: Database
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    number = start(own_clients, who, "village").json()["id"]
    there = run(
        demo_copy,
        "SELECT b.id, b.grid_id FROM building b JOIN grid g ON g.id = b.grid_id JOIN grid m "
        f"ON m.id = {MICRO} WHERE b.grid_id <> m.id AND g.path[3] = m.path[3] LIMIT 1",
    ).one()
    version = village.get(f"{API}/people/{who}").json()["version"]
    heads = village.get(f"{API}/people/{who}").json()["household"]["members"]
    heir = next((m["id"] for m in heads if m["id"] != who), None)
    move = {"version": version, "at": {"building_id": there.id}}
    if heir is not None and any(m["id"] == who and m["head"] for m in heads):
        move["new_head_id"] = heir
    answer = village.post(f"{API}/people/{who}/move", json=move)
    assert answer.status_code == 201, answer.text
    told = card(village, number, "service-objects")
    assert told["person_id"] == answer.json()["id"] != who
    row = run(demo_copy, "SELECT grid_id FROM service_object WHERE id = :i", i=number)
    assert row.scalar_one() == there.grid_id
    gone = {"version": 1, "reason": "moved_out"}
    moved = answer.json()["id"]
    assert village.post(f"{API}/people/{moved}/cancel", json=gone).status_code == 204
    asked = {"filters": {"mine": True}, "size": 200}
    mine = village.post(f"{OBJECTS}/search", json=asked).json()["items"]
    assert number not in [item["id"] for item in mine]
