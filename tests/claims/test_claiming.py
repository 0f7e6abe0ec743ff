"""D1: held rows become entries: claimed, incomplete, duplicate; once, and equal ones together."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.db.session import Database
from tests.claims.sheets import HEAD, PEOPLE, PREMISES, Json, loaded, number, plain
from tests.claims.test_files import held, run
from tests.conftest import Clients
from tests.people.test_entries import MICRO, entered, problem


@pytest.fixture
def house(demo_copy: Database) -> Json:
    """A house of the micro leader's grid whose address leads to its building."""
    row = run(
        demo_copy,
        "SELECT h.id, h.building_id, h.grid_id, b.address FROM house h "
        "JOIN building b ON b.id = h.building_id "
        f"WHERE h.grid_id = {MICRO} AND h.status = 'active' ORDER BY h.id LIMIT 1",
    ).one()
    return dict(row._mapping)


def put(clients: Clients, database: Database, rows: list[list[Any]]) -> list[Json]:
    card = loaded(clients("county"), plain([HEAD, *rows]), name="a.csv")
    assert card["state"] == "loaded", card["problems"]
    return held(database, card["id"])


def claim(client: TestClient, row: Json, **more: Any) -> Any:
    body = {"version": row["version"], **more}
    return client.post(f"{PEOPLE}/{row['id']}/claim", json=body)


def outcome(answer: Any) -> Json:
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def now(database: Database, row: Json, table: str = "held_person") -> Json:
    found = run(database, f"SELECT * FROM {table} WHERE id = :i", i=row["id"]).one()
    return dict(found._mapping)


def test_d1_claimed_an_entry_is_made_with_the_row(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    (row,) = put(own_clients, demo_copy, [
        ["韦小暖", number(12), "流动", "12900000001", house["address"], ""]])  # fmt: skip
    assert row["grid_id"] == house["grid_id"]
    card = micro.get(f"{PEOPLE}/{row['id']}").json()
    assert card["missing"] == [] and card["id_number"] == f"{number(12)[:4]}…{number(12)[-4:]}"
    made = outcome(claim(micro, row))
    assert made["outcome"] == "claimed"
    person = run(demo_copy, "SELECT * FROM person WHERE id = :i", i=made["entry_id"]).one()
    assert (person.name, person.status, person.grid_id, person.building_id) == (
        "韦小暖", "active", house["grid_id"], house["building_id"])  # fmt: skip
    assert (person[person._fields.index("class")], person.sex) == ("floating", "f")
    after = now(demo_copy, row)
    assert (after["state"], after["person_id"]) == ("claimed", person.id)
    assert after["claimed_by"] and after["claimed_at"] and after["entry_version"] == 1
    assert problem(claim(micro, after)) == (409, "claimed", None)
    assert problem(claim(micro, {**row, "id": 999_999_999}))[0] == 404


@pytest.mark.parametrize(
    ("user", "status"),
    [("county", 200), ("township", 200), ("village", 200), ("micro", 200), ("patrol", 403),
     ("department", 403), ("admin", 403)],
)  # fmt: skip
def test_d1_who_may_claim(
    own_clients: Clients, demo_copy: Database, house: Json, user: str, status: int
) -> None:
    (row,) = put(own_clients, demo_copy, [
        ["韦小暖", number(12), "户籍", "", house["address"], ""]])  # fmt: skip
    assert claim(own_clients(user), row).status_code == status


def test_d1_incomplete_is_told_filled_in_and_claimed(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    county = own_clients("county")
    (row,) = put(own_clients, demo_copy, [["无证人", "", "", "", "", ""]])
    told = outcome(claim(county, row))
    assert (told["outcome"], told["missing"]) == ("incomplete", ["class", "sex", "at"])
    url = f"{PEOPLE}/{row['id']}"

    def patch(**body: Any) -> Any:
        return county.patch(url, json={"version": now(demo_copy, row)["version"], **body})

    assert problem(patch(name="换名")) == (422, "filled", "name")
    assert problem(patch(at={"lon": 0, "lat": 0})) == (422, "outside", "at.lon")
    bad = number(12)[:-1] + ("1" if number(12)[-1] != "1" else "2")
    assert problem(patch(id_number=bad)) == (422, "id_check", "id_number")
    assert now(demo_copy, row)["version"] == row["version"]
    answer = patch(**{"class": "registered", "sex": "m", "at": {"house_id": house["id"]}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["missing"] == []
    assert problem(county.patch(url, json={"version": row["version"], "sex": "f"})) == (
        409, "stale", "version")  # fmt: skip
    made = outcome(claim(county, now(demo_copy, row)))
    person = run(demo_copy, "SELECT * FROM person WHERE id = :i", i=made["entry_id"]).one()
    assert (person.house_id, person.sex, person.id_kind) == (house["id"], "m", "none")


def test_d1_a_row_may_be_completed_by_a_point_or_a_reason(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    rows = put(own_clients, demo_copy, [
        [f"某{n}", number(n), "户籍", "", house["address"], ""] for n in (1, 2)])  # fmt: skip
    point = run(
        demo_copy, "SELECT ST_X(point) lon, ST_Y(point) lat FROM building WHERE id = :b",
        b=house["building_id"],
    ).one()  # fmt: skip
    places: list[Json] = [
        {"lon": point.lon, "lat": point.lat},
        {"grid_id": house["grid_id"], "no_place_reason": "away_work"},
    ]
    for row, at in zip(rows, places, strict=True):
        answer = micro.patch(f"{PEOPLE}/{row['id']}", json={"version": 1, "at": at})
        assert answer.status_code == 200 and answer.json()["at"] == at, answer.text
        made = outcome(claim(micro, now(demo_copy, row)))
        person = run(demo_copy, "SELECT * FROM person WHERE id = :i", i=made["entry_id"]).one()
        assert (person.geom is not None, person.no_place_reason) == (
            "lon" in at, at.get("no_place_reason"))  # fmt: skip


def entry(house: Json, **more: Any) -> Json:
    made = {"class": "registered", "name": "韦小暖", "id_number": number(12),
            "phone": "12900000009", "address": "旧址", "at": {"house_id": house["id"]}}  # fmt: skip
    return {**made, **more}


def test_d1_a_duplicate_is_compared_side_by_side_and_settled_as_the_same(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    person = entered(micro, entry(house))
    (row,) = put(own_clients, demo_copy, [
        ["韦晓暖", number(12), "户籍", "12900000001", house["address"], ""]])  # fmt: skip
    told = outcome(claim(micro, row))
    assert (told["outcome"], told["entry_id"]) == ("duplicate", person)
    fields = {f["field"]: f for f in told["fields"]}
    assert {name for name, f in fields.items() if not f["same"]} == {"name", "phone", "address"}
    assert fields["phone"]["row"] == "129…0001" and fields["phone"]["entry"] == "129…0009"
    assert number(12) not in str(told) and now(demo_copy, row)["state"] == "waiting"
    settle = {"entry_id": person, "verdict": "same", "take": ["phone", "name"]}
    assert problem(claim(micro, row, settle={**settle, "entry_id": person + 1})) == (
        409, "compare_again", "settle.entry_id")  # fmt: skip
    done = outcome(claim(micro, row, settle=settle))
    assert (done["outcome"], done["entry_id"]) == ("same", person)
    after = now(demo_copy, row)
    assert (after["state"], after["verdict"], after["person_id"]) == ("same", "same", person)
    kept = run(demo_copy, "SELECT * FROM person WHERE id = :i", i=person).one()
    assert (kept.name, kept.address) == ("韦晓暖", "旧址")
    assert micro.get(f"/api/v1/people/{person}").json()["phone"] == "129…0001"
    count = run(demo_copy, "SELECT count(*) FROM person WHERE name = '韦晓暖'").scalar_one()
    assert count == 1


def test_d1_the_same_name_and_birthday_may_be_somebody_else(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    person = entered(micro, entry(house))
    (row,) = put(own_clients, demo_copy, [
        ["韦小暖", number(14), "户籍", "", house["address"], ""]])  # fmt: skip
    told = outcome(claim(micro, row))
    assert (told["outcome"], told["entry_id"]) == ("duplicate", person)
    settle = {"entry_id": person, "verdict": "not_same"}
    assert claim(micro, row, settle={**settle, "take": ["name"]}).status_code == 422
    made = outcome(claim(micro, row, settle=settle))
    assert made["outcome"] == "claimed" and made["entry_id"] != person
    assert now(demo_copy, row)["verdict"] == "not_same"


def test_d1_the_same_number_is_never_somebody_else(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    person = entered(micro, entry(house))
    (row,) = put(own_clients, demo_copy, [
        ["韦小暖", number(12), "户籍", "", house["address"], ""]])  # fmt: skip
    answer = claim(micro, row, settle={"entry_id": person, "verdict": "not_same"})
    assert problem(answer) == (409, "id_taken", "id_number")
    assert now(demo_copy, row) == row


def test_d1_equal_rows_are_claimed_together(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    line = ["韦小暖", number(12), "户籍", "", house["address"], ""]
    rows = put(own_clients, demo_copy, [line, line])
    rows += put(own_clients, demo_copy, [
        line, ["别名", *line[1:]], [*line[:4], "土黄村", ""],
        *[["同名", "", "户籍", "", house["address"], ""]] * 2,
    ])  # fmt: skip
    made = outcome(claim(own_clients("micro"), rows[0]))
    assert made["with"] == [rows[1]["id"], rows[2]["id"]]
    states = [now(demo_copy, row)["state"] for row in rows]
    assert states == ["claimed"] * 3 + ["waiting"] * 4
    assert {now(demo_copy, r)["person_id"] for r in rows[:3]} == {made["entry_id"]}


def test_d1_many_at_once_each_for_itself(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    entered(micro, entry(house))
    at = house["address"]
    rows = put(own_clients, demo_copy, [
        ["甲", number(21), "户籍", "", at, ""],
        ["乙", number(22), "", "", at, ""],
        ["韦小暖", number(12), "户籍", "", at, ""],
        ["丙", number(23), "境外", "", at, ""],
        ["丁", number(24), "户籍", "", "土黄村", ""],
        ["甲", number(21), "户籍", "", at, ""],
        ["戊", number(25), "户籍", "", at, ""],
    ])  # fmt: skip
    body = {"rows": [{"id": r["id"], "version": 1} for r in rows]}
    answer = micro.post(f"{PEOPLE}/claim", json=body)
    found = outcome(answer)
    assert [r["outcome"] for r in found["rows"]] == [
        "claimed", "incomplete", "duplicate", "failed", "failed", "claimed", "claimed"]  # fmt: skip
    assert found["counts"] == {"claimed": 3, "incomplete": 1, "duplicate": 1, "failed": 2}
    assert found["rows"][3]["error"]["field"] == "id_kind"
    assert found["rows"][4]["error"]["code"] == "not_found"
    assert found["rows"][5]["entry_id"] == found["rows"][0]["entry_id"]
    states = [now(demo_copy, r)["state"] for r in rows]
    assert states == ["claimed", "waiting", "waiting", "waiting", "waiting", "claimed", "claimed"]
    people = run(demo_copy, "SELECT count(*) FROM person WHERE name IN ('甲', '丙', '戊')")
    assert people.scalar_one() == 2
    audited = run(
        demo_copy,
        "SELECT count(*) FROM audit WHERE entity = 'held_person' AND action = 'update'",
    ).scalar_one()
    assert audited == 3
    too_many = {"rows": [{"id": n, "version": 1} for n in range(1, 502)]}
    assert micro.post(f"{PEOPLE}/claim", json=too_many).status_code == 422


def test_d1_one_claim_a_row_even_when_two_press_at_once(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    rows = put(own_clients, demo_copy, [
        [f"某{n}", number(n), "户籍", "", house["address"], ""] for n in range(200)])  # fmt: skip
    clients = [own_clients("micro"), own_clients("village")]
    start = threading.Barrier(2)
    answers: list[list[int]] = [[], []]

    def press(n: int) -> None:
        for row in rows:
            start.wait()
            answers[n].append(claim(clients[n], row).status_code)

    threads = [threading.Thread(target=press, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(map(frozenset, zip(*answers, strict=True))) == {frozenset({200, 409}): 200}
    count = "SELECT count(*) FROM person WHERE name ~ '^某[0-9]+$' AND status = 'active'"
    assert run(demo_copy, count).scalar_one() == 200


def test_d1_a_row_is_sent_on_or_back_with_a_reason(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro, county = own_clients("micro"), own_clients("county")
    (row,) = put(own_clients, demo_copy, [
        ["韦小暖", number(12), "户籍", "", house["address"], ""]])  # fmt: skip
    url = f"{PEOPLE}/{row['id']}/send"
    body = {"version": 1, "reason": "not_known"}
    assert problem(micro.post(url, json={**body, "reason": "left"})) == (422, "reason", "reason")
    assert problem(micro.post(url, json={**body, "grid_id": 10**9})) == (422, "grid", "grid_id")
    assert micro.post(url, json=body).status_code == 204
    after = now(demo_copy, row)
    assert (after["grid_id"], after["reason"], after["confidence"]) == (1, "not_known", "none")
    assert after["building_id"] is None
    assert micro.post(url, json={**body, "version": 2}).status_code == 404
    listed = county.post("/api/v1/held-people/search", json={"filters": {"sent_back": True}})
    assert [item["id"] for item in listed.json()["items"]] == [row["id"]]
    back = {"version": 2, "reason": "elsewhere", "grid_id": house["grid_id"]}
    assert county.post(url, json=back).status_code == 204
    assert micro.get(f"{PEOPLE}/{row['id']}").json()["confidence"] == "hand"


def test_d1_many_are_sent_all_or_none(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    rows = put(own_clients, demo_copy, [
        [f"某{n}", number(n), "户籍", "", house["address"], ""] for n in range(3)])  # fmt: skip
    listed = [{"id": r["id"], "version": 1} for r in rows]
    micro = own_clients("micro")
    stale = {"rows": [*listed[:2], {**listed[2], "version": 7}], "reason": "gone"}
    assert micro.post(f"{PEOPLE}/send", json=stale).status_code == 409
    assert [now(demo_copy, r)["grid_id"] for r in rows] == [house["grid_id"]] * 3
    answer = micro.post(f"{PEOPLE}/send", json={"rows": listed, "reason": "gone"})
    assert outcome(answer) == {"sent": 3}
    assert [now(demo_copy, r)["grid_id"] for r in rows] == [1] * 3


SHOPS = ["店名", "营业执照号", "行业", "法人", "联系电话", "经营地址", "人数"]


def shops(clients: Clients, database: Database, rows: list[list[Any]]) -> list[Json]:
    card = loaded(clients("county"), plain([SHOPS, *rows]), name="a.csv", register="premises")
    assert card["state"] == "loaded", card["problems"]
    return held(database, card["id"], "held_premises")


def test_d1_premises_are_claimed_as_well(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    kind = run(demo_copy, "SELECT code, name_zh FROM premises_kind ORDER BY sort LIMIT 1").one()
    whole = ["甲店", "示例A1", kind.name_zh, "某人", "12900000001", house["address"], "3"]
    rows = shops(own_clients, demo_copy, [
        whole, ["乙店", "", "", "", "", house["address"], ""], whole,
        ["丙店", "示例A1", kind.code, "", "", house["address"], ""],
    ])  # fmt: skip
    assert {r["grid_id"] for r in rows} == {house["grid_id"]}

    def press(row: Json, **more: Any) -> Any:
        row = now(demo_copy, row, "held_premises")
        body = {"version": row["version"], **more}
        return micro.post(f"{PREMISES}/{row['id']}/claim", json=body)

    made = outcome(press(rows[0]))
    assert (made["outcome"], made["with"]) == ("claimed", [rows[2]["id"]])
    shop = run(demo_copy, "SELECT * FROM premises WHERE id = :i", i=made["entry_id"]).one()
    assert (shop.name, shop.kind, shop.employees, shop.building_id) == (
        "甲店", kind.code, 3, house["building_id"])  # fmt: skip
    assert shop.geom is not None and shop.due_on is not None
    told = outcome(press(rows[1]))
    assert (told["outcome"], told["missing"]) == ("incomplete", ["licence", "kind"])
    patch = {"version": 1, "licence": "示例A2", "kind": "none such"}
    url = f"{PREMISES}/{rows[1]['id']}"
    assert problem(micro.patch(url, json=patch)) == (422, "kind", "kind")
    assert micro.patch(url, json={**patch, "kind": kind.code}).status_code == 200
    assert outcome(press(rows[1]))["outcome"] == "claimed"
    told = outcome(press(rows[3]))
    assert (told["outcome"], told["entry_id"]) == ("duplicate", shop.id)
    verdict = {"entry_id": shop.id, "verdict": "not_same"}
    assert problem(press(rows[3], settle=verdict)) == (409, "licence_taken", "licence")
    verdict = {"entry_id": shop.id, "verdict": "same", "take": ["name"]}
    assert outcome(press(rows[3], settle=verdict))["outcome"] == "same"
    renamed = run(demo_copy, "SELECT name FROM premises WHERE id = :i", i=shop.id).scalar_one()
    assert renamed == "丙店"


def test_d1_a_value_that_no_entry_takes_is_told(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    """Whatever got into the holding area: a clear answer that names the field, and nothing made."""
    micro = own_clients("micro")
    kind = run(demo_copy, "SELECT code FROM premises_kind ORDER BY sort LIMIT 1").scalar_one()
    listed = [["大店", "示例B1", kind, "", "", house["address"], "3"]]
    row = shops(own_clients, demo_copy, listed)[0]
    run(demo_copy, "UPDATE held_premises SET floor_area_m2 = 2e6 WHERE id = :i", i=row["id"])
    row = now(demo_copy, row, "held_premises")
    answer = micro.post(f"{PREMISES}/{row['id']}/claim", json={"version": row["version"]})
    assert problem(answer) == (422, "value", "floor_area_m2")
    assert now(demo_copy, row, "held_premises")["state"] == "waiting"
