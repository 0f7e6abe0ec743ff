"""P1, P2: the life of an entry, over the API: enter, change, cancel, restore, settle, move."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from services.db.session import Database
from services.kit.idnumber import check_sign
from tests.conftest import Clients

PEOPLE = "/api/v1/people"
Json = dict[str, Any]
MICRO = (
    "(SELECT grid_id FROM user_role r JOIN app_user u ON u.id = r.user_id "
    "WHERE u.username = 'micro')"
)


def number(serial: int, born: str = "19800229", area: str = "299009") -> str:
    """An id number that nobody has: no place has that area code."""
    first = f"{area}{born}{serial:03d}"
    return first + check_sign(first)


def run(database: Database, query: str, **values: Any) -> Any:
    with database.engine.begin() as connection:
        return connection.execute(text(query), values)


@pytest.fixture
def house(demo_copy: Database) -> Json:
    """A house of the micro leader's grid: id, building_id, grid_id, lon, lat."""
    row = run(
        demo_copy,
        "SELECT h.id, h.building_id, h.grid_id, ST_X(b.point) lon, ST_Y(b.point) lat FROM house h "
        f"JOIN building b ON b.id = h.building_id WHERE h.grid_id = {MICRO} ORDER BY h.id LIMIT 1",
    ).one()
    return dict(row._mapping)


def body(house: Json, **more: Any) -> Json:
    made = {"class": "registered", "name": "韦小暖", "id_number": number(12),
            "phone": "129 0000 0001", "at": {"house_id": house["id"]}}  # fmt: skip
    return {**made, **more}


def entered(client: TestClient, sent: Json) -> int:
    answer = client.post(PEOPLE, json=sent)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def problem(answer: Any) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    assert error["message_zh"] and error["message_en"]
    return answer.status_code, error["code"], error.get("field")


def row(database: Database, person: int) -> Json:
    found = run(database, "SELECT *, ST_AsText(geom) AS at FROM person WHERE id = :i", i=person)
    return dict(found.one()._mapping)


def card(client: TestClient, person: int) -> Json:
    answer = client.get(f"{PEOPLE}/{person}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def act(client: TestClient, person: int, what: str, **more: Any) -> Any:
    version = card(client, person)["version"]
    return client.post(f"{PEOPLE}/{person}/{what}", json={"version": version, **more})


def test_p1_the_house_decides_the_grid_and_the_number_tells_the_rest(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    before = micro.post(f"{PEOPLE}/search", json={}).json()["total"]
    person = entered(micro, body(house))
    made = row(demo_copy, person)
    assert (made["grid_id"], made["house_id"], made["building_id"]) == (
        house["grid_id"], house["id"], house["building_id"])  # fmt: skip
    assert made["at"] == f"POINT({house['lon']} {house['lat']})"
    assert (made["birth_date"], made["sex"]) == (date(1980, 2, 29), "f")
    assert made["name_pinyin"] == "wei xiao nuan" and made["confirmed_on"]
    assert b"129" not in bytes(made["phone_enc"])
    shown = card(micro, person)
    assert shown["phone"] == "129…0001" and shown["id_number"] == "2990…" + number(12)[-4:]
    search = micro.post(f"{PEOPLE}/search", json={"filters": {"phone": "12900000001"}}).json()
    assert [p["id"] for p in search["items"]] == [person]
    assert micro.post(f"{PEOPLE}/search", json={}).json()["total"] == before + 1


def test_p1_a_point_a_building_or_a_reason(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    ways: list[Json] = [
        {"lon": house["lon"], "lat": house["lat"]},
        {"building_id": house["building_id"]},
        {"grid_id": house["grid_id"], "no_place_reason": "away_work"},
    ]
    for n, at in enumerate(ways):
        person = entered(micro, body(house, id_number=number(20 + n), at=at))
        made = row(demo_copy, person)
        assert made["grid_id"] == house["grid_id"]
        assert (made["geom"] is None) == ("grid_id" in at)
        assert made["no_place_reason"] == at.get("no_place_reason")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"id_number": "11010519491231002"}, "id_length", "id_number"),
        ({"id_number": number(12)[:-1] + "a"}, "id_signs", "id_number"),
        ({"sex": "m"}, "id_differs", "sex"),
        ({"birth_date": "1980-03-01"}, "id_differs", "birth_date"),
        ({"id_number": None}, "id_number", "id_number"),
        ({"class": "overseas"}, "id_kind", "id_kind"),
        ({"id_kind": "passport", "id_number": "E1234567"}, "id_kind", "id_kind"),
        ({"id_kind": "none", "id_number": None}, "sex", "sex"),
        ({"id_kind": "none", "id_number": None, "sex": "m", "birth_date": "2199-01-01"},
         "birth_date", "birth_date"),
        ({"at": {"lon": 116.4, "lat": 39.9}}, "outside", "at.lon"),
        ({"at": {"house_id": 2**40}}, "home", "at.house_id"),
        ({"at": {"grid_id": 1, "no_place_reason": "away_work"}}, "grid", "at.grid_id"),
        ({"at": {}}, "invalid", "at"),
        ({"at": {"lon": 105.0}}, "invalid", "at"),
        ({"name": ""}, "invalid", "name"),
        ({"name": "a\x00"}, "invalid", "name"),
        ({"phone": "not a number"}, "invalid", "phone"),
        ({"class": "guest"}, "invalid", "class"),
    ],
)  # fmt: skip
def test_p1_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, house: Json, change: Json, code: str, field: str
) -> None:
    count = "SELECT count(*) FROM person"
    before = run(demo_copy, count).scalar_one()
    answer = own_clients("micro").post(PEOPLE, json=body(house, **change))
    assert problem(answer) == (422, code, field)
    assert run(demo_copy, count).scalar_one() == before


def test_p1_only_at_a_micro_grid(own_clients: Clients, demo_copy: Database, house: Json) -> None:
    village = run(demo_copy, "SELECT path[3] FROM grid WHERE id = :i", i=house["grid_id"]).scalar()
    at = {"grid_id": village, "no_place_reason": "away_work"}
    answer = own_clients("county").post(PEOPLE, json=body(house, at=at))
    assert problem(answer) == (422, "no_micro_grid", "at.grid_id")


def test_p1_an_id_number_is_unique_among_the_active_of_a_grid(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro, county = own_clients("micro"), own_clients("county")
    first = entered(micro, body(house))
    again = micro.post(PEOPLE, json=body(house, name="别名", id_number=number(12).lower()))
    assert problem(again) == (409, "id_taken", "id_number")
    assert again.json()["error"]["person_id"] == first
    assert number(12) not in again.text
    other = run(
        demo_copy,
        "SELECT id FROM house WHERE grid_id <> :g ORDER BY id LIMIT 1", g=house["grid_id"],
    ).scalar_one()  # fmt: skip
    entered(county, body(house, at={"house_id": other}))  # in another grid it may be
    assert act(micro, first, "cancel", reason="left").status_code == 204
    second = entered(micro, body(house))
    assert problem(act(micro, first, "restore"))[1] == "id_taken"
    assert act(micro, second, "cancel", reason="duplicate").status_code == 204
    assert act(micro, first, "restore").status_code == 204


def test_p1_two_who_enter_the_same_person_at_once(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    clients, start = [own_clients("micro"), own_clients("village")], threading.Barrier(2)
    told: list[tuple[int, str]] = []

    def enter(client: TestClient) -> None:
        start.wait(10)
        answer = client.post(PEOPLE, json=body(house))
        told.append((answer.status_code, "" if answer.status_code == 201 else problem(answer)[1]))

    threads = [threading.Thread(target=enter, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in told) == [201, 409], told
    assert {code for _, code in told} <= {"", "id_taken", "duplicate"}


def test_p1_what_is_sent_twice_is_entered_once(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    """After a lost answer the form is sent again, also for somebody without an id number."""
    client = own_clients("micro")
    sent = body(house, id_kind="none", id_number=None, sex="f", birth_date="1980-02-29")
    sent["txn"] = str(uuid.uuid4())
    barrier, answers = threading.Barrier(2), []

    def press() -> None:
        mine = own_clients("micro")
        barrier.wait()
        answers.append(mine.post(PEOPLE, json=sent))

    presses = [threading.Thread(target=press) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    first = client.post(PEOPLE, json=sent)
    assert first.status_code == 201
    assert {a.json()["id"] for a in answers if a.status_code == 201} == {first.json()["id"]}
    query = "SELECT count(*) FROM person WHERE txn = CAST(:t AS uuid)"
    assert run(demo_copy, query, t=sent["txn"]).scalar() == 1


def test_p1_cancelled_with_reason_and_time_never_deleted(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    person = entered(micro, body(house))
    for reason in ("settled", "demolished", "because"):
        assert problem(act(micro, person, "cancel", reason=reason)) == (422, "reason", "reason")
    assert act(micro, person, "cancel", reason="deceased").status_code == 204
    made = row(demo_copy, person)
    assert (made["status"], made["cancel_reason"]) == ("cancelled", "deceased")
    assert made["cancelled_at"]
    assert problem(act(micro, person, "cancel", reason="left"))[:2] == (409, "cancelled")
    changed = {"version": made["version"], "name": "新名"}
    assert problem(micro.patch(f"{PEOPLE}/{person}", json=changed))[:2] == (409, "cancelled")
    assert act(micro, person, "restore").status_code == 204
    assert problem(act(micro, person, "restore"))[:2] == (409, "active")
    assert row(demo_copy, person)["cancel_reason"] is None


def test_p1_a_head_names_the_next_before_leaving(own_clients: Clients, demo_copy: Database) -> None:
    found = run(
        demo_copy,
        "SELECT h.id, h.head_id, min(p.id) FILTER (WHERE p.id <> h.head_id) AS other "
        "FROM household h JOIN person p ON p.household_id = h.id AND p.status = 'active' "
        f"WHERE h.grid_id = {MICRO} AND h.head_id IS NOT NULL AND p.grid_id = h.grid_id "
        "GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1 LIMIT 1",
    ).one()
    micro = own_clients("micro")
    answer = act(micro, found.head_id, "cancel", reason="deceased")
    assert problem(answer) == (409, "is_head", "new_head_id")
    answer = act(micro, found.head_id, "cancel", reason="deceased", new_head_id=found.head_id)
    assert problem(answer)[1] == "is_head"
    answer = act(micro, found.head_id, "cancel", reason="deceased", new_head_id=found.other)
    assert answer.status_code == 204
    head = run(demo_copy, "SELECT head_id FROM household WHERE id = :i", i=found.id).scalar_one()
    assert head == found.other


def test_p1_a_lost_update_is_told_and_nothing_is_overwritten(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro, village = own_clients("micro"), own_clients("village")
    person = entered(micro, body(house))
    version = card(micro, person)["version"]
    mine = village.patch(f"{PEOPLE}/{person}", json={"version": version, "address": "河边 3 号"})
    assert mine.status_code == 204
    late = micro.patch(f"{PEOPLE}/{person}", json={"version": version, "name": "旧名"})
    assert problem(late) == (409, "stale", "version")
    assert late.json()["error"]["version"] == version + 1
    made = row(demo_copy, person)
    assert (made["name"], made["address"]) == ("韦小暖", "河边 3 号")


def test_p1_a_change_keeps_what_is_not_named_and_confirms(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    person = entered(micro, body(house))
    run(demo_copy, "UPDATE person SET confirmed_on = '2020-01-01' WHERE id = :i", i=person)
    old = row(demo_copy, person)
    change = {"version": old["version"], "name": "韦暖", "confirmed": True}
    assert micro.patch(f"{PEOPLE}/{person}", json=change).status_code == 204
    new = row(demo_copy, person)
    assert (new["name"], new["name_pinyin"]) == ("韦暖", "wei nuan")
    assert new["confirmed_on"] > old["confirmed_on"]
    for column in ("birth_date", "sex", "house_id", "grid_id", "address", "at"):
        assert new[column] == old[column]
    assert bytes(new["phone_enc"]) == bytes(old["phone_enc"])
    same = {"version": new["version"], "phone": "129-0000-0001", "id_number": number(12)}
    assert micro.patch(f"{PEOPLE}/{person}", json=same).status_code == 204
    assert row(demo_copy, person)["version"] == new["version"], "nothing has changed"
    change = {"version": new["version"], "sex": "m"}
    answer = micro.patch(f"{PEOPLE}/{person}", json=change)
    assert problem(answer) == (422, "id_differs", "sex")
    change = {"version": new["version"], "id_number": number(13, "19810101")}
    assert micro.patch(f"{PEOPLE}/{person}", json=change).status_code == 204
    newest = row(demo_copy, person)
    assert (newest["birth_date"], newest["sex"]) == (date(1981, 1, 1), "m")


def test_p2_settling_ends_one_entry_and_begins_another(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    sent = body(house, **{"class": "unsettled", "id_kind": "none", "id_number": None, "sex": "f"})
    old = entered(micro, sent)
    run(
        demo_copy,
        "INSERT INTO person_label (person_id, grid_id, label_code, started_on, started_by) "
        "SELECT id, grid_id, 'disabled', '2024-05-01', 'hand' FROM person WHERE id = :i", i=old,
    )  # fmt: skip
    answer = act(micro, old, "settle", id_number=number(14))
    assert answer.status_code == 201, answer.text
    new = answer.json()["id"]
    before, after = row(demo_copy, old), row(demo_copy, new)
    assert (before["status"], before["cancel_reason"]) == ("cancelled", "settled")
    assert (after["class"], after["previous_id"]) == ("registered", old)
    assert after["birth_date"] == date(1980, 2, 29) and after["house_id"] == before["house_id"]
    assert [one["code"] for one in card(micro, new)["labels"]] == ["disabled"]
    assert problem(act(micro, new, "settle"))[:2] == (409, "class")
    assert problem(act(micro, old, "restore"))[:2] == (409, "final")


def test_p1_moving_is_one_step_with_both_ends(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    other = run(
        demo_copy,
        "SELECT h.id, h.grid_id FROM house h JOIN grid g ON g.id = h.grid_id WHERE h.grid_id <> :g "
        "AND g.path[3] = (SELECT path[3] FROM grid WHERE id = :g) ORDER BY h.id LIMIT 1",
        g=house["grid_id"],
    ).one()
    micro, village = own_clients("micro"), own_clients("village")
    person = entered(micro, body(house))
    outside = act(micro, person, "move", at={"house_id": other.id})
    assert problem(outside) == (422, "home", "at.house_id")
    near = act(micro, person, "move", at={"building_id": house["building_id"]})
    assert near.json() == {"id": person}, "the same micro-grid: the same entry"
    answer = act(village, person, "move", at={"house_id": other.id})
    assert answer.status_code == 201, answer.text
    made = row(demo_copy, answer.json()["id"])
    assert (made["grid_id"], made["previous_id"]) == (other.grid_id, person)
    old = row(demo_copy, person)
    assert (old["status"], old["cancel_reason"]) == ("cancelled", "left")
    count = "SELECT count(*) FROM person WHERE id_hash = :h AND status = 'active'"
    assert run(demo_copy, count, h=bytes(made["id_hash"])).scalar_one() == 1


def test_nobody_writes_without_the_right_or_outside(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    for name in ("patrol", "department", "screen", "admin"):
        answer = own_clients(name).post(PEOPLE, json=body(house))
        assert problem(answer)[:2] == (403, "forbidden"), name
    outside = run(
        demo_copy, f"SELECT id, version FROM person WHERE grid_id <> {MICRO} LIMIT 1"
    ).one()
    micro = own_clients("micro")
    for what, more in (("cancel", {"reason": "left"}), ("restore", {}), ("settle", {}),
                       ("move", {"at": {"house_id": house["id"]}})):  # fmt: skip
        sent = {"version": outside.version, **more}
        assert micro.post(f"{PEOPLE}/{outside.id}/{what}", json=sent).status_code == 404, what
    sent = {"version": outside.version, "name": "x"}
    assert micro.patch(f"{PEOPLE}/{outside.id}", json=sent).status_code == 404


class Life(RuleBasedStateMachine):
    """Random acts upon the entries of three people in two micro-grids, against a plain model."""

    client: TestClient
    database: Database
    houses: list[int]
    grids: list[int]
    turn = 0

    @initialize()
    def begin(self) -> None:
        type(self).turn += 1
        self.made: dict[int, tuple[int, int, str, str]] = {}  # id -> (who, grid, state, class)

    def _active(self, who: int, grid: int) -> bool:
        return any(m[:3] == (who, grid, "active") for m in self.made.values())

    def _one(self, pick: int) -> int | None:
        return sorted(self.made)[pick % len(self.made)] if self.made else None

    def _do(self, person: int, what: str, **more: Any) -> Any:
        version = run(self.database, "SELECT version FROM person WHERE id = :i", i=person).scalar()
        return self.client.post(f"{PEOPLE}/{person}/{what}", json={"version": version, **more})

    @rule(who=st.integers(0, 2), where=st.integers(0, 1), settled=st.booleans())
    def enter(self, who: int, where: int, settled: bool) -> None:
        kind = "registered" if settled else "unsettled"
        sent = {"class": kind, "name": "某人", "at": {"house_id": self.houses[where]},
                "id_number": number(who, area=f"{299100 + self.turn}")}  # fmt: skip
        answer = self.client.post(PEOPLE, json=sent)
        taken = self._active(who, where)
        assert answer.status_code == (409 if taken else 201), answer.text
        if not taken:
            self.made[answer.json()["id"]] = (who, where, "active", kind)

    @rule(pick=st.integers(0, 9))
    def cancel(self, pick: int) -> None:
        if (person := self._one(pick)) is not None:
            who, where, state, kind = self.made[person]
            answer = self._do(person, "cancel", reason="left")
            assert answer.status_code == (204 if state == "active" else 409)
            if state == "active":
                self.made[person] = (who, where, "left", kind)

    @rule(pick=st.integers(0, 9))
    def restore(self, pick: int) -> None:
        if (person := self._one(pick)) is not None:
            who, where, state, kind = self.made[person]
            may = state == "left" and not self._active(who, where)
            assert self._do(person, "restore").status_code == (204 if may else 409)
            if may:
                self.made[person] = (who, where, "active", kind)

    @rule(pick=st.integers(0, 9))
    def settle(self, pick: int) -> None:
        if (person := self._one(pick)) is not None:
            who, where, state, kind = self.made[person]
            may = (state, kind) == ("active", "unsettled")
            answer = self._do(person, "settle")
            assert answer.status_code == (201 if may else 409), answer.text
            if may:
                self.made[person] = (who, where, "settled", kind)
                self.made[answer.json()["id"]] = (who, where, "active", "registered")

    @rule(pick=st.integers(0, 9), where=st.integers(0, 1))
    def move(self, pick: int, where: int) -> None:
        if (person := self._one(pick)) is not None:
            who, was, state, kind = self.made[person]
            stays = where == was
            may = state == "active" and (stays or not self._active(who, where))
            answer = self._do(person, "move", at={"house_id": self.houses[where]})
            assert answer.status_code == (201 if may else 409), answer.text
            if may and not stays:
                self.made[person] = (who, was, "left", kind)
                self.made[answer.json()["id"]] = (who, where, "active", kind)

    @invariant()
    def the_database_says_the_same(self) -> None:
        query = (
            "SELECT id, grid_id, coalesce(cancel_reason, 'active') AS state, class FROM person "
            "WHERE id = ANY(:i)"
        )
        rows = run(self.database, query, i=list(self.made))
        found = {r.id: (self.grids.index(r.grid_id), r.state, r[3]) for r in rows}
        assert found == {i: m[1:] for i, m in self.made.items()}
        tally = run(self.database, "SELECT grid_id, class, sum(n) FROM person_tally GROUP BY 1, 2")
        counted = run(
            self.database,
            "SELECT grid_id, class, count(*) FROM person WHERE status = 'active' GROUP BY 1, 2",
        )
        assert {r[:2]: r[2] for r in tally if r[2]} == {r[:2]: r[2] for r in counted}


def test_p1_any_sequence_of_acts_keeps_the_rules(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    other = run(
        demo_copy,
        "SELECT id, grid_id FROM house WHERE grid_id <> :g ORDER BY id LIMIT 1", g=house["grid_id"],
    ).one()  # fmt: skip
    Life.client, Life.database = own_clients("county"), demo_copy
    Life.houses, Life.grids = [house["id"], other.id], [house["grid_id"], other.grid_id]
    Life.TestCase.settings = settings(
        max_examples=15, stateful_step_count=15, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    Life.TestCase().runTest()
    classes = run(demo_copy, "SELECT class FROM person WHERE name = '某人'").scalars().all()
    assert Counter(classes)["registered"] and Counter(classes)["unsettled"], "nothing was tried"
