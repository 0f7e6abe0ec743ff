"""P7: the life of a house, over the API."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.db.session import Database
from tests.conftest import Clients
from tests.people.test_entries import MICRO, body, entered, house, problem, run

__all__ = ["house"]
HOUSES = "/api/v1/houses"
Json = dict[str, Any]


def new(house: Json, **more: Any) -> Json:
    made = {"number": "N-1", "building_id": house["building_id"], "unit": 1, "floor": -1,
            "room": "B02", "owner": "韦大石"}  # fmt: skip
    return {**made, **more}


def built(client: TestClient, sent: Json) -> int:
    answer = client.post(HOUSES, json=sent)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def card(client: TestClient, number: int) -> Json:
    answer = client.get(f"{HOUSES}/{number}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def act(client: TestClient, one: int, what: str, **more: Any) -> Any:
    version = card(client, one)["version"]
    return client.post(f"{HOUSES}/{one}/{what}", json={"version": version, **more})


def outside(database: Database) -> Json:
    query = f"SELECT id, number, building_id, version FROM house WHERE grid_id <> {MICRO} LIMIT 1"
    return dict(run(database, query).one()._mapping)


def test_p7_the_building_decides_the_grid(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    made = built(micro, new(house))
    shown = card(micro, made)
    assert shown["grid_id"] == house["grid_id"] and shown["floor"] == -1
    assert (shown["owner"], shown["rented"], shown["status"]) == ("韦大石", False, "active")
    assert [c["kind"] for c in shown["changes"]] == ["entered"] and shown["confirmed_on"]
    found = micro.post(f"{HOUSES}/search", json={"filters": {"number": "N-1"}}).json()["items"]
    assert made in {item["id"] for item in found}


def test_p7_the_owner_s_name_is_sealed_in_the_audit(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    built(own_clients("micro"), new(house))
    query = "SELECT after::text, sealed FROM audit WHERE entity = 'house' AND action = 'insert'"
    row = run(demo_copy, query).one()
    assert "韦大石" not in row[0] and "owner" in row[0] and row.sealed


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"building_id": 2**40}, "building", "building_id"),
        ({"floor": 0}, "invalid", "floor"),
        ({"floor": -21}, "invalid", "floor"),
        ({"unit": 0}, "invalid", "unit"),
        ({"number": ""}, "invalid", "number"),
        ({"number": "x" * 41}, "invalid", "number"),
        ({"room": "a\x00"}, "invalid", "room"),
        ({"use": "palace"}, "invalid", "use"),
        ({"area_m2": 0}, "invalid", "area_m2"),
        ({"grid_id": 1}, "invalid", "grid_id"),
    ],
)
def test_p7_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, house: Json, more: Json, code: str, field: str
) -> None:
    count = "SELECT count(*) FROM house"
    before = run(demo_copy, count).scalar_one()
    answer = own_clients("micro").post(HOUSES, json=new(house, **more))
    assert problem(answer) == (422, code, field)
    assert run(demo_copy, count).scalar_one() == before


def test_p7_a_number_is_unique_and_nothing_is_told_of_what_is_out_of_sight(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro, far = own_clients("micro"), outside(demo_copy)
    made = built(micro, new(house))
    seen = micro.post(HOUSES, json=new(house))
    assert problem(seen) == (409, "number_taken", "number")
    assert seen.json()["error"]["house_id"] == made
    hidden = act(micro, made, "renumber", number=far["number"])
    assert problem(hidden) == (409, "number_taken", "number")
    assert "house_id" not in hidden.json()["error"] and far["number"] not in hidden.text
    assert act(micro, made, "renumber", number="N-2").status_code == 204
    shown = card(micro, made)
    assert shown["number"] == "N-2"
    assert (shown["changes"][0]["kind"], shown["changes"][0]["old_number"]) == ("renumbered", "N-1")
    built(micro, new(house))  # the old number is free


def test_p7_two_who_take_a_number_at_once(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    clients, start = [own_clients("micro"), own_clients("village")], threading.Barrier(2)
    told: list[int] = []

    def enter(client: TestClient) -> None:
        start.wait(10)
        told.append(client.post(HOUSES, json=new(house)).status_code)

    together([threading.Thread(target=enter, args=(c,)) for c in clients])
    assert sorted(told) == [201, 409]


def together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_p7_a_change_keeps_what_is_not_named(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro, village = own_clients("micro"), own_clients("village")
    made = built(micro, new(house, area_m2=81.5))
    run(demo_copy, "UPDATE house SET confirmed_on = '2020-01-01' WHERE id = :i", i=made)
    old = card(micro, made)
    sent = {"version": old["version"], "use": "shop", "owner": ""}
    assert micro.patch(f"{HOUSES}/{made}", json=sent).status_code == 204
    changed = card(micro, made)
    assert (changed["use"], changed["owner"]) == ("shop", None)
    for name in ("number", "unit", "floor", "room", "area_m2", "confirmed_on"):
        assert changed[name] == old[name]
    late = village.patch(f"{HOUSES}/{made}", json=sent)
    assert problem(late) == (409, "stale", "version")
    same = {"version": changed["version"], "use": "shop"}
    assert micro.patch(f"{HOUSES}/{made}", json=same).status_code == 204
    assert card(micro, made)["version"] == changed["version"], "nothing has changed"
    sure = {"version": changed["version"], "confirmed": True}
    assert micro.patch(f"{HOUSES}/{made}", json=sure).status_code == 204
    last = card(micro, made)
    assert last["confirmed_on"] > "2020-01-01"
    assert [c["kind"] for c in last["changes"]] == ["confirmed", "changed", "entered"]


def test_p7_cancelled_with_reason_and_restored(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    made = built(micro, new(house))
    for reason in ("deceased", "because", "merged"):
        assert problem(act(micro, made, "cancel", reason=reason)) == (422, "reason", "reason")
    assert problem(act(micro, made, "restore"))[:2] == (409, "active")
    assert act(micro, made, "cancel", reason="demolished").status_code == 204
    assert card(micro, made)["cancel_reason"] == "demolished"
    for what, more in (("cancel", {"reason": "demolished"}), ("rent", {}),
                       ("renumber", {"number": "x"})):  # fmt: skip
        assert problem(act(micro, made, what, **more))[:2] == (409, "cancelled")
    nobody = micro.post("/api/v1/people", json=body(house, at={"house_id": made}))
    assert problem(nobody) == (422, "home", "at.house_id")
    other = built(micro, new(house))
    assert problem(act(micro, made, "restore"))[:2] == (409, "number_taken")
    assert act(micro, other, "cancel", reason="duplicate").status_code == 204
    assert act(micro, made, "restore").status_code == 204
    assert [c["kind"] for c in card(micro, made)["changes"]] == ["restored", "cancelled", "entered"]


def test_p7_a_house_with_residents_stays(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    made = built(micro, new(house))
    person = entered(micro, body(house, at={"house_id": made}))
    answer = act(micro, made, "cancel", reason="demolished")
    assert problem(answer)[:2] == (409, "inhabited")
    assert answer.json()["error"]["people"] == 1
    far = outside(demo_copy)  # an entry of somebody whom the caller does not see
    run(demo_copy, "UPDATE person SET grid_id = (SELECT grid_id FROM house WHERE id = :h) "
        "WHERE id = :i", h=far["id"], i=person)  # fmt: skip
    answer = act(micro, made, "cancel", reason="demolished")
    assert problem(answer)[:2] == (409, "inhabited")
    assert answer.json()["error"]["people"] == 0
    run(demo_copy, "UPDATE person SET status = 'cancelled', cancelled_at = now(), "
        "cancel_reason = 'left' WHERE id = :i", i=person)  # fmt: skip
    assert act(micro, made, "cancel", reason="demolished").status_code == 204


def test_p7_nobody_moves_into_a_house_that_is_being_cancelled(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro, village = own_clients("micro"), own_clients("village")
    for turn in range(6):
        made = built(micro, new(house, number=f"R-{turn}"))
        version, start = card(micro, made)["version"], threading.Barrier(2)
        told: dict[str, int] = {}

        def cancel(
            made: int = made, version: int = version, start: Any = start, told: Any = told
        ) -> None:
            start.wait(10)
            sent = {"version": version, "reason": "demolished"}
            told["cancel"] = micro.post(f"{HOUSES}/{made}/cancel", json=sent).status_code

        def enter(made: int = made, start: Any = start, told: Any = told, turn: int = turn) -> None:
            sent = body(house, at={"house_id": made}, id_kind="none", id_number=None, sex="f")
            start.wait(10)
            told["enter"] = village.post("/api/v1/people", json=sent).status_code

        together([threading.Thread(target=cancel), threading.Thread(target=enter)])
        assert told in ({"cancel": 204, "enter": 422}, {"cancel": 409, "enter": 201})


def test_p7_rented_stopped_with_reason_and_restored(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    made = built(micro, new(house))
    assert problem(act(micro, made, "rent/restore"))[:2] == (409, "never_rented")
    assert problem(act(micro, made, "rent/stop", reason="owner"))[:2] == (409, "not_rented")
    assert act(micro, made, "rent").status_code == 204
    assert problem(act(micro, made, "rent"))[:2] == (409, "rented")
    for reason in ("because", "demolished"):
        assert problem(act(micro, made, "rent/stop", reason=reason)) == (422, "reason", "reason")
    assert problem(act(micro, made, "rent/stop"))[:2] == (422, "invalid")
    assert act(micro, made, "rent/stop", reason="lease_over").status_code == 204
    assert card(micro, made)["rented"] is False
    assert act(micro, made, "rent/restore").status_code == 204
    shown = card(micro, made)
    assert shown["rented"] is True
    assert [(c["kind"], c["reason"]) for c in shown["changes"]] == [
        ("rent_restored", None), ("rent_stopped", "lease_over"), ("rented", None),
        ("entered", None),
    ]  # fmt: skip
    assert {c["by"] for c in shown["changes"]} == {
        run(demo_copy, "SELECT name FROM app_user WHERE username = 'micro'").scalar_one()
    }


def test_p7_who_lives_in_this_house_is_one_step(own_clients: Clients, demo_copy: Database) -> None:
    query = (
        "SELECT house_id, array_agg(id ORDER BY id) FROM person WHERE status = 'active' AND "
        f"house_id IS NOT NULL AND grid_id = {MICRO} GROUP BY 1 ORDER BY 1 LIMIT 5"
    )
    micro = own_clients("micro")
    for number, people in run(demo_copy, query).all():
        assert sorted(p["id"] for p in card(micro, number)["residents"]) == people
        found = micro.post("/api/v1/people/search", json={"place": {"house": number}}).json()
        assert sorted(p["id"] for p in found["items"]) == people


def test_p7_nobody_writes_without_the_right_or_outside(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    for name in ("patrol", "department", "screen", "admin"):
        answer = own_clients(name).post(HOUSES, json=new(house))
        assert problem(answer)[:2] == (403, "forbidden"), name
    micro, far = own_clients("micro"), outside(demo_copy)
    assert problem(micro.post(HOUSES, json=new(house, building_id=far["building_id"]))) == (
        422, "building", "building_id")  # fmt: skip
    sent = {"version": far["version"], "use": "shop"}
    assert micro.patch(f"{HOUSES}/{far['id']}", json=sent).status_code == 404
