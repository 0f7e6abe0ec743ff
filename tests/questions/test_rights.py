"""Rights in every answer: own rows only, own permissions only, masks, and a record of each look."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from tests.questions.conftest import Land

CARDS = {
    "people": "person",
    "households": "household",
    "houses": "house",
    "buildings": "building",
    "premises": "premises",
    "staff": "staff",
}


def _one(land: Land, table: str, *, seen: bool, user: str = "town") -> dict[str, Any]:
    grids = land.seen_by(user)
    rows = land.county.rows[table]
    return next(
        r for r in rows if (r["grid_id"] in grids) is seen and r.get("status") != "cancelled"
    )


@pytest.mark.parametrize("register", CARDS)
def test_card_within_the_scope_and_not_found_outside(land: Land, register: str) -> None:
    mine = _one(land, CARDS[register], seen=True)
    card = land.as_("town").get(f"/api/v1/{register}/{mine['id']}")
    assert card.status_code == 200
    assert card.json()["id"] == mine["id"]
    assert [g["id"] for g in card.json()["chain"]] == land.county.paths[mine["grid_id"]]
    if mine.get("place"):
        assert card.json()["point"] == pytest.approx(mine["place"])
    other = _one(land, CARDS[register], seen=False)
    for key in (other["id"], 999_999_999):
        answer = land.as_("town").get(f"/api/v1/{register}/{key}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("kind", ["grid", "building", "house", "household"])
def test_a_place_outside_the_scope_does_not_exist(land: Land, kind: str) -> None:
    key = land.county.at_level(2)[1] if kind == "grid" else _one(land, kind, seen=False)["id"]
    body = {"place": {kind: key}}
    assert land.as_("town").post("/api/v1/people/search", json=body).status_code == 404
    assert land.as_("chief").post("/api/v1/people/search", json=body).status_code == 200


def test_a_shape_over_the_whole_county_counts_only_own_rows(land: Land) -> None:
    ring = [[104.9, 23.9], [105.5, 23.9], [105.5, 24.4], [104.9, 24.4], [104.9, 23.9]]
    place = {"polygon": {"type": "Polygon", "coordinates": [ring]}}
    for user in ("town", "village", "micro"):
        seen = land.seen_by(user)
        for register in ("people", "premises", "incidents"):
            got = land.search(register, user, place=place, size=500)
            assert {item["grid_id"] for item in got["items"]} <= seen
            whole = land.search(register, user, size=1)
            unplaced = land.search(register, user, filters={"unplaced": True}, size=1)
            assert got["total"] <= whole["total"]
            assert whole["total"] - unplaced["total"] >= got["total"] > 0


@pytest.mark.parametrize(
    ("register", "status"),
    [("people", 403), ("households", 403), ("premises", 200), ("buildings", 200), ("staff", 200)],
)
def test_each_register_needs_its_permission(land: Land, register: str, status: int) -> None:
    client = land.as_("screen")
    assert client.post(f"/api/v1/{register}/search", json={}).status_code == status
    assert client.get(f"/api/v1/{register}").status_code == status
    assert client.post(f"/api/v1/{register}/export", json={}).status_code == 403
    assert land.clients(None).post(f"/api/v1/{register}/search", json={}).status_code == 401


def test_who_may_not_read_people_gets_no_resident_and_no_name(land: Land) -> None:
    building = _one(land, "building", seen=True)
    card = land.as_("screen").get(f"/api/v1/buildings/{building['id']}").json()
    assert card["residents"] is None and card["household_list"] is None
    assert card["people"] is None and card["households"] is None
    house = _one(land, "house", seen=True)
    card = land.as_("screen").get(f"/api/v1/houses/{house['id']}").json()
    assert card["owner"] is None and card["residents"] is None
    body = {"filters": {"owner": house["owner"]}}
    assert land.as_("screen").post("/api/v1/houses/search", json=body).status_code == 403
    full = land.as_("chief").get(f"/api/v1/houses/{house['id']}").json()
    assert full["owner"] == house["owner"]


def test_id_numbers_and_phones_leave_masked(land: Land) -> None:
    listed = land.search("people", size=500)["items"]
    stored = {r["id"]: r for r in land.county.rows["person"]}
    dump = json.dumps(listed, ensure_ascii=False)
    for item in listed:
        number, phone = stored[item["id"]]["id_number"], stored[item["id"]]["phone"]
        assert item["id_number"] == f"{number[:4]}…{number[-4:]}"
        assert number not in dump
        assert item["phone"] == (f"{phone[:3]}…{phone[-4:]}" if phone else None)
        assert phone is None or phone not in dump
        assert "birth_date" not in item and "id_hash" not in item and "id_enc" not in item


def test_card_of_a_person_names_household_house_and_neighbours(land: Land) -> None:
    rows = [r for r in land.county.rows["person"] if r["status"] == "active"]
    person = next(r for r in rows if r["house_id"])
    card = land.as_("chief").get(f"/api/v1/people/{person['id']}").json()
    house = {r["id"] for r in rows if r["house_id"] == person["house_id"]}
    family = {r["id"] for r in rows if r["household_id"] == person["household_id"]}
    assert {m["id"] for m in card["household"]["members"]} == family
    assert {r["id"] for r in card["co_residents"]} == house - {person["id"]}
    assert card["house"]["id"] == person["house_id"]
    assert card["birth_date"] == f"{person['birth_date'].year}-…"
    assert card["id_number"] == f"{person['id_number'][:4]}…{person['id_number'][-4:]}"


def test_a_look_and_an_export_leave_a_record(land: Land) -> None:
    person = _one(land, "person", seen=True)
    land.as_("town").get(f"/api/v1/people/{person['id']}")
    town = land.own["town"]
    body = {"place": {"grid": town}}
    exported = land.as_("town").post("/api/v1/people/export?format=csv", json=body)
    assert exported.status_code == 200
    with land.database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT action, entity, entity_id, grid_id, note FROM audit "
                "WHERE actor_name = 'town' AND action IN ('look', 'export') ORDER BY id"
            )
        ).all()
    assert ("look", "person", person["id"], person["grid_id"], "") in [tuple(r) for r in rows]
    last = rows[-1]
    assert (last.action, last.entity, last.grid_id) == ("export", "people", town)
    assert json.loads(last.note)["format"] == "csv"


def test_point_questions_follow_the_scope(land: Land) -> None:
    mine, other = _one(land, "building", seen=True), _one(land, "building", seen=False)
    at = dict(zip(("lon", "lat"), mine["place"], strict=True))
    found = land.as_("town").get("/api/v1/locate", params=at).json()
    assert found["grid"]["id"] == mine["grid_id"]
    assert [g["id"] for g in found["chain"]] == land.county.paths[mine["grid_id"]]
    away = dict(zip(("lon", "lat"), other["place"], strict=True))
    for path in ("locate", "whats-here"):
        assert land.as_("town").get(f"/api/v1/{path}", params=away).status_code == 404
        assert land.as_("chief").get(f"/api/v1/{path}", params=away).status_code == 200
        sea = {"lon": 0.0, "lat": 0.0}
        assert land.as_("chief").get(f"/api/v1/{path}", params=sea).status_code == 404


def test_what_is_here(land: Land) -> None:
    premises = next(r for r in land.county.rows["premises"] if r["building_id"])
    building = next(b for b in land.county.rows["building"] if b["id"] == premises["building_id"])
    at = dict(zip(("lon", "lat"), building["place"], strict=True))
    here = land.as_("chief").get("/api/v1/whats-here", params=at).json()
    path = land.county.paths[building["grid_id"]]
    assert [g["id"] for g in here["chain"]] == path and len(path) == 5
    assert here["building"]["id"] == building["id"]
    homes = land.county.rows["household"]
    assert {h["id"] for h in here["households"]} == {
        h["id"] for h in homes if h["building_id"] == building["id"] and h["status"] == "active"
    }
    assert premises["id"] in {p["id"] for p in here["premises"]}
    posts = {
        (p["staff_id"], p["grid_id"], p["kind"])
        for p in land.county.rows["post"]
        if p["grid_id"] in path
    }
    assert {(s["staff_id"], s["grid_id"], s["post"]) for s in here["staff"]} == posts
    assert {s["level"] for s in here["staff"]} == {1, 2, 3, 4, 5}
    screen = land.as_("screen").get("/api/v1/whats-here", params=at).json()
    assert screen["households"] is None and screen["building"]["people"] is None


def test_what_is_here_names_staff_only_of_visible_grids(land: Land) -> None:
    building = _one(land, "building", seen=True, user="micro")
    at = dict(zip(("lon", "lat"), building["place"], strict=True))
    here = land.as_("micro").get("/api/v1/whats-here", params=at).json()
    assert {s["grid_id"] for s in here["staff"]} == {land.own["micro"]}
    assert len(here["chain"]) == 5
