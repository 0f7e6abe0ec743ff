"""O1, O2: the life of a premises over the API: enter, change, cancel, restore, move; its kinds."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.access.actor import system
from services.db.session import Database
from services.premises import service
from tests.conftest import Clients
from tests.premises.helpers import (
    PREMISES,
    Json,
    act,
    body,
    building,
    card,
    elsewhere,
    entered,
    problem,
    row,
    run,
)


@pytest.fixture
def spot(demo_copy: Database) -> Json:
    return building(demo_copy)


def test_o1_the_place_decides_the_grid(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    micro = own_clients("micro")
    before = micro.post(f"{PREMISES}/search", json={}).json()["total"]
    ways: list[Json] = [
        {"building_id": spot["id"]},
        {"lon": spot["lon"], "lat": spot["lat"]},
        {"grid_id": spot["grid_id"], "no_place_reason": "mobile"},
    ]
    for n, at in enumerate(ways):
        premises = entered(micro, body(at, licence=f"测试{n}"))
        made = row(demo_copy, premises)
        assert made["grid_id"] == spot["grid_id"]
        assert (made["geom"] is None) == ("grid_id" in at)
        assert made["no_place_reason"] == at.get("no_place_reason")
        assert made["building_id"] == (None if "grid_id" in at else spot["id"])
        assert b"129" not in bytes(made["phone_enc"])
        assert (made["attention"], made["last_check_on"]) == (1, None) and made["due_on"]
    shown = card(micro, premises)
    assert shown["phone"] == "129…0001" and shown["in_charge"] == "韦小暖"
    assert micro.post(f"{PREMISES}/search", json={}).json()["total"] == before + 3
    told = run(
        demo_copy, "SELECT payload FROM outbox WHERE topic = 'change' ORDER BY id DESC LIMIT 1"
    ).scalar_one()
    assert told == {"register": "premises", "grid_id": spot["grid_id"]}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"at": {"lon": 116.4, "lat": 39.9}}, "outside", "at.lon"),
        ({"at": {"building_id": 2**40}}, "home", "at.building_id"),
        ({"at": {"grid_id": 1, "no_place_reason": "mobile"}}, "grid", "at.grid_id"),
        ({"at": {"house_id": 1}}, "invalid", "at.house_id"),
        ({"at": {}}, "invalid", "at"),
        ({"at": {"lon": 105.0}}, "invalid", "at"),
        ({"kinds": ["palace"]}, "kind", "kinds"),
        ({"kinds": []}, "invalid", "kinds"),
        ({"licence": " "}, "invalid", "licence"),
        ({"licence": "x" * 41}, "invalid", "licence"),
        ({"name": "a\x00"}, "invalid", "name"),
        ({"phone": "none"}, "invalid", "phone"),
        ({"floor_area_m2": 0}, "invalid", "floor_area_m2"),
        ({"employees": -1}, "invalid", "employees"),
        ({"employees": 40_000}, "invalid", "employees"),
        ({"attention": 3}, "invalid", "attention"),
    ],
)
def test_o1_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, spot: Json, change: Json, code: str, field: str
) -> None:
    count = "SELECT (SELECT count(*) FROM premises) + (SELECT count(*) FROM premises_also)"
    before = run(demo_copy, count).scalar_one()
    sent = body({"building_id": spot["id"]}, **change)
    answer = own_clients("micro").post(PREMISES, json=sent)
    assert problem(answer) == (422, code, field)
    assert run(demo_copy, count).scalar_one() == before


def test_o1_no_place_takes_a_reason_of_its_own_list(own_clients: Clients, spot: Json) -> None:
    at = {"grid_id": spot["grid_id"], "no_place_reason": "away_work"}
    answer = own_clients("micro").post(PREMISES, json=body(at))
    assert problem(answer) == (422, "no_place_reason", "at.no_place_reason")


def test_o1_a_licence_is_unique_among_the_active_of_a_grid(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    micro, village = own_clients("micro"), own_clients("village")
    first = entered(micro, body({"building_id": spot["id"]}))
    again = micro.post(PREMISES, json=body({"building_id": spot["id"]}, name="别店"))
    assert problem(again) == (409, "licence_taken", "licence")
    assert again.json()["error"]["premises_id"] == first
    there = elsewhere(demo_copy, village=True)
    other = entered(village, body({"building_id": there["id"]}))  # in another grid it may be
    moved = act(village, other, "move", at={"building_id": spot["id"]})
    assert problem(moved)[1] == "licence_taken"
    assert act(micro, first, "cancel", reason="closed_down").status_code == 204
    second = entered(micro, body({"building_id": spot["id"]}))
    assert problem(act(micro, first, "restore"))[1] == "licence_taken"
    third = entered(micro, body({"building_id": spot["id"]}, licence="测试3"))
    change = {"version": card(micro, third)["version"], "licence": "测试0001"}
    answer = micro.patch(f"{PREMISES}/{third}", json=change)
    assert problem(answer) == (409, "licence_taken", "licence")
    assert act(micro, second, "cancel", reason="duplicate").status_code == 204
    assert act(micro, first, "restore").status_code == 204


def test_o1_two_who_enter_the_same_licence_at_once(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    clients, start = [own_clients("micro"), own_clients("village")], threading.Barrier(2)
    told: list[tuple[int, str]] = []

    def enter(client: TestClient) -> None:
        start.wait(10)
        answer = client.post(PREMISES, json=body({"building_id": spot["id"]}))
        told.append((answer.status_code, "" if answer.status_code == 201 else problem(answer)[1]))

    both([lambda c=client: enter(c) for client in clients])
    assert sorted(status for status, _ in told) == [201, 409], told
    assert {code for _, code in told} <= {"", "licence_taken", "duplicate"}


def both(acts: list[Any]) -> None:
    threads = [threading.Thread(target=one) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_o1_of_two_editors_one_is_told_to_compare(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    clients, start = [own_clients("micro"), own_clients("village")], threading.Barrier(2)
    premises = entered(clients[0], body({"building_id": spot["id"]}))
    version, told = row(demo_copy, premises)["version"], []

    def change(client: TestClient, name: str) -> None:
        start.wait(10)
        sent = {"version": version, "name": name}
        told.append((client.patch(f"{PREMISES}/{premises}", json=sent), name))

    both([lambda c=c, n=n: change(c, n) for c, n in zip(clients, "甲乙", strict=True)])
    assert sorted(answer.status_code for answer, _ in told) == [204, 409]
    won = next(name for answer, name in told if answer.status_code == 204)
    lost = next(answer for answer, _ in told if answer.status_code == 409)
    assert problem(lost) == (409, "stale", "version")
    assert row(demo_copy, premises)["name"] == won


def test_o1_cancelled_with_reason_and_time_never_deleted(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    micro = own_clients("micro")
    premises = entered(micro, body({"building_id": spot["id"]}))
    for reason in ("deceased", "settled", "because"):
        assert problem(act(micro, premises, "cancel", reason=reason)) == (422, "reason", "reason")
    assert act(micro, premises, "cancel", reason="closed_down").status_code == 204
    made = row(demo_copy, premises)
    assert (made["status"], made["cancel_reason"]) == ("cancelled", "closed_down")
    assert made["cancelled_at"]
    for what, more in (("cancel", {"reason": "closed_down"}),
                       ("move", {"at": {"building_id": spot["id"]}})):  # fmt: skip
        assert problem(act(micro, premises, what, **more))[:2] == (409, "cancelled"), what
    change = {"version": made["version"], "name": "新名"}
    assert problem(micro.patch(f"{PREMISES}/{premises}", json=change))[:2] == (409, "cancelled")
    assert act(micro, premises, "restore").status_code == 204
    assert problem(act(micro, premises, "restore"))[:2] == (409, "active")


def test_o1_moving_takes_the_file_along(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    micro, village = own_clients("micro"), own_clients("village")
    premises = entered(micro, body({"building_id": spot["id"]}))
    there = elsewhere(demo_copy, village=True)
    outside = act(micro, premises, "move", at={"building_id": there["id"]})
    assert outside.status_code == 422 and outside.json()["error"]["field"] == "at.building_id"
    far = elsewhere(demo_copy, village=False)
    assert act(village, premises, "move", at={"building_id": far["id"]}).status_code == 422
    answer = act(village, premises, "move", at={"building_id": there["id"]}, address="新街 1 号")
    assert answer.status_code == 204, answer.text
    made = row(demo_copy, premises)
    assert (made["grid_id"], made["building_id"]) == (there["grid_id"], there["id"])
    assert made["address"] == "新街 1 号"
    assert micro.get(f"{PREMISES}/{premises}").status_code == 404
    told = run(demo_copy, "SELECT grid_id FROM outbox ORDER BY id DESC LIMIT 2").scalars().all()
    assert set(told) == {spot["grid_id"], there["grid_id"]}


def test_o1_a_change_keeps_what_is_not_named(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    micro = own_clients("micro")
    sent = body({"building_id": spot["id"]}, employees=3, floor_area_m2=40.5, address="老街 2 号")
    premises = entered(micro, sent)
    old = row(demo_copy, premises)
    change = {"version": old["version"], "name": "新名", "employees": None}
    assert micro.patch(f"{PREMISES}/{premises}", json=change).status_code == 204
    new = row(demo_copy, premises)
    assert (new["name"], new["employees"], new["floor_area_m2"]) == ("新名", None, 40.5)
    for column in ("licence", "kind", "in_charge", "address", "grid_id", "at", "due_on"):
        assert new[column] == old[column]
    assert bytes(new["phone_enc"]) == bytes(old["phone_enc"])


def test_o1_the_audit_holds_no_name_in_clear(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    entered(own_clients("micro"), body({"building_id": spot["id"]}))
    held = run(demo_copy, "SELECT before::text || after::text || note FROM audit").scalars().all()
    assert not any("韦小暖" in (words or "") for words in held)


def test_o1_nobody_writes_without_the_right_or_outside(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    for name in ("patrol", "department", "screen", "admin"):
        answer = own_clients(name).post(PREMISES, json=body({"building_id": spot["id"]}))
        assert problem(answer)[:2] == (403, "forbidden"), name
    outside = run(
        demo_copy, "SELECT id, version FROM premises WHERE grid_id <> :g LIMIT 1", g=spot["grid_id"]
    ).one()
    micro = own_clients("micro")
    for what, more in (("cancel", {"reason": "closed_down"}), ("restore", {}),
                       ("move", {"at": {"building_id": spot["id"]}})):  # fmt: skip
        sent = {"version": outside.version, **more}
        assert micro.post(f"{PREMISES}/{outside.id}/{what}", json=sent).status_code == 404, what
    sent = {"version": outside.version, "name": "x"}
    assert micro.patch(f"{PREMISES}/{outside.id}", json=sent).status_code == 404


def test_o2_several_kinds_with_their_limits(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    micro = own_clients("micro")
    kinds = ["shop", "hotel", "shop", "netcafe"]
    premises = entered(micro, body({"building_id": spot["id"]}, kinds=kinds))
    shown = card(micro, premises)
    assert [k["code"] for k in shown["kinds"]] == ["shop", "hotel", "netcafe"]
    assert (shown["kind"], shown["also"]) == ("shop", ["hotel", "netcafe"])
    limits = dict(
        run(demo_copy, "SELECT code, limit_zh || limit_en FROM premises_kind").tuples().all()
    )
    for kind in shown["kinds"]:
        assert kind["limit"] + kind["limit_en"] == limits[kind["code"]] != ""
    found = micro.post(f"{PREMISES}/search", json={"filters": {"kind": ["netcafe"]}}).json()
    assert premises in [item["id"] for item in found["items"]]
    change = {"version": shown["version"], "kinds": ["hotel", "beauty"]}
    assert micro.patch(f"{PREMISES}/{premises}", json=change).status_code == 204
    shown = card(micro, premises)
    assert [k["code"] for k in shown["kinds"]] == ["hotel", "beauty"]


def test_o3_the_due_date_follows_the_strictest_kind(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    micro = own_clients("micro")
    premises = entered(micro, body({"building_id": spot["id"]}))
    run(demo_copy, "UPDATE premises SET last_check_on = '2026-01-01' WHERE id = :i", i=premises)
    for kinds, due, every in ((["shop", "hotel"], "2026-04-01", 90), (["shop"], "2026-06-30", 180),
                              (["hotel", "entertainment"], "2026-03-02", 60)):  # fmt: skip
        change = {"version": card(micro, premises)["version"], "kinds": kinds}
        assert micro.patch(f"{PREMISES}/{premises}", json=change).status_code == 204
        shown = card(micro, premises)
        assert (shown["due_on"], shown["every_days"]) == (due, every)
        door = micro.get(f"/api/v1/patrol-areas/premises/{premises}").json()
        assert (door["due_on"], door["reason"]["every_days"]) == (due, every)
        assert door["reason"]["code"] == "interval"


def test_o3_every_due_date_of_the_demo_follows_the_rule(demo_db: Database) -> None:
    wrong = """
        SELECT p.id FROM premises p WHERE p.last_check_on IS NOT NULL AND p.due_on <>
            p.last_check_on + (SELECT min(CASE p.attention WHEN 1 THEN k.check_days_general
                WHEN 2 THEN k.check_days_medium ELSE k.check_days_serious END)
                FROM premises_kind k WHERE k.code = p.kind OR k.code IN (
                    SELECT a.kind FROM premises_also a WHERE a.premises_id = p.id))::int
    """
    assert run(demo_db, wrong).scalars().all() == []
    with demo_db.session(system("test")):
        assert service.PREMISES.dictionaries["no_place_reason"].endswith("premises_no_place")
