"""O5: employees of a premises: start, change, stop, and the link to an entry of people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.db.session import Database
from services.people import anonymise
from tests.conftest import Clients
from tests.premises.helpers import MICRO, PREMISES, Json, body, building, entered, problem, row, run

EMPLOYEES = "/api/v1/employees"


@pytest.fixture
def shop(own_clients: Clients, demo_copy: Database) -> int:
    return entered(own_clients("micro"), body({"building_id": building(demo_copy)["id"]}))


@pytest.fixture
def person(demo_copy: Database) -> int:
    query = f"SELECT min(id) FROM person WHERE grid_id = {MICRO} AND status = 'active'"
    return int(run(demo_copy, query).scalar_one())


def start(clients: Clients, shop: int, **more: Any) -> Any:
    sent = {"name": "黄小溪", "post": "店员", "phone": "129 0000 0007", **more}
    return clients("micro").post(f"{PREMISES}/{shop}/employees", json=sent)


def listed(clients: Clients, shop: int, who: str = "micro") -> Any:
    answer = clients(who).get(f"{PREMISES}/{shop}/employees")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_o5_started_changed_and_stopped(
    own_clients: Clients, demo_copy: Database, shop: int, person: int
) -> None:
    micro = own_clients("micro")
    before = row(demo_copy, shop)["version"]
    number = start(own_clients, shop, person_id=person, started_on="2026-03-01").json()["id"]
    assert row(demo_copy, shop)["version"] == before + 1
    (told,) = listed(own_clients, shop)
    assert (told["name"], told["post"], told["phone"]) == ("黄小溪", "店员", "129…0007")
    assert (told["person_id"], told["started_on"], told["stopped_on"]) == (
        person,
        "2026-03-01",
        None,
    )
    stored = run(demo_copy, "SELECT * FROM premises_employee WHERE id = :i", i=number).one()
    assert b"129" not in bytes(stored.phone_enc) and len(bytes(stored.phone_hash)) == 32
    change = {"version": told["version"], "post": "店长", "person_id": None}
    assert micro.patch(f"{EMPLOYEES}/{number}", json=change).status_code == 204
    stale = micro.patch(f"{EMPLOYEES}/{number}", json=change)
    assert problem(stale) == (409, "stale", "version")
    (told,) = listed(own_clients, shop)
    assert (told["post"], told["person_id"], told["phone"]) == ("店长", None, "129…0007")
    stop = {"version": told["version"], "stopped_on": "2026-02-01"}
    assert problem(micro.post(f"{EMPLOYEES}/{number}/stop", json=stop)) == (
        422,
        "day",
        "stopped_on",
    )
    stop["stopped_on"] = "2026-05-01"
    assert micro.post(f"{EMPLOYEES}/{number}/stop", json=stop).status_code == 204
    (told,) = listed(own_clients, shop)
    assert told["stopped_on"] == "2026-05-01"
    stop["version"] = told["version"]
    assert problem(micro.post(f"{EMPLOYEES}/{number}/stop", json=stop))[:2] == (409, "stopped")
    file = micro.get(f"{PREMISES}/{shop}/file").json()
    assert file["employees"] == [told]


def test_o5_a_person_works_at_a_premises_once_at_a_time(
    own_clients: Clients, shop: int, person: int
) -> None:
    first = start(own_clients, shop, person_id=person).json()["id"]
    again = start(own_clients, shop, person_id=person)
    assert problem(again) == (409, "employed", "person_id")
    micro = own_clients("micro")
    assert micro.post(f"{EMPLOYEES}/{first}/stop", json={"version": 1}).status_code == 204
    assert start(own_clients, shop, person_id=person).status_code == 201


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": ""}, "invalid", "name"),
        ({"phone": "call me"}, "invalid", "phone"),
        ({"started_on": "2199-01-01"}, "day", "started_on"),
        ({"person_id": 2**40}, "person", "person_id"),
        ({"post": "x" * 61}, "invalid", "post"),
        ({"salary": 1}, "invalid", "salary"),
    ],
)
def test_o5_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, shop: int, change: Json, code: str, field: str
) -> None:
    count = "SELECT count(*) FROM premises_employee"
    before = run(demo_copy, count).scalar_one()
    assert problem(start(own_clients, shop, **change)) == (422, code, field)
    assert run(demo_copy, count).scalar_one() == before


def test_o5_only_for_who_may_read_people_and_only_inside(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    number = start(own_clients, shop).json()["id"]
    for name in ("department", "screen"):
        assert listed(own_clients, shop, name) is None
        assert own_clients(name).get(f"{PREMISES}/{shop}/file").json()["employees"] is None
    looks = "SELECT count(*) FROM audit WHERE action = 'look' AND entity = 'premises_employee'"
    before = run(demo_copy, looks).scalar_one()
    assert len(listed(own_clients, shop, "patrol")) == 1
    assert run(demo_copy, looks).scalar_one() == before + 1
    for name in ("patrol", "department", "screen", "admin"):
        client = own_clients(name)
        sent = client.post(f"{EMPLOYEES}/{number}/stop", json={"version": 1})
        assert problem(sent)[:2] == (403, "forbidden"), name
    grid = run(demo_copy, f"SELECT {MICRO}").scalar_one()
    other = run(
        demo_copy, "SELECT id FROM premises WHERE grid_id <> :g LIMIT 1", g=grid
    ).scalar_one()
    county = own_clients("county").post(f"{PREMISES}/{other}/employees", json={"name": "某某"})
    theirs, micro = county.json()["id"], own_clients("micro")
    assert micro.post(f"{EMPLOYEES}/{theirs}/stop", json={"version": 1}).status_code == 404
    assert micro.patch(f"{EMPLOYEES}/{theirs}", json={"version": 1}).status_code == 404
    outside = run(
        demo_copy, "SELECT id FROM person WHERE grid_id <> :g AND status = 'active' LIMIT 1", g=grid
    ).scalar_one()
    assert problem(start(own_clients, shop, person_id=outside)) == (422, "person", "person_id")


def test_o5_the_audit_holds_no_name_in_clear_and_forgetting_takes_the_row(
    own_clients: Clients, demo_copy: Database, shop: int, person: int
) -> None:
    number = start(own_clients, shop, person_id=person).json()["id"]
    held = run(demo_copy, "SELECT before::text || after::text || note FROM audit").scalars().all()
    assert not any("黄小溪" in (words or "") for words in held)
    run(
        demo_copy,
        "UPDATE person SET status = 'cancelled', cancelled_at = '2010-01-01', "
        "cancel_reason = 'left', household_id = NULL WHERE id = :i", i=person,
    )  # fmt: skip
    run(demo_copy, "UPDATE household SET head_id = NULL WHERE head_id = :i", i=person)
    assert anonymise.apply(demo_copy, date(2026, 1, 1), 5) >= 1
    query = "SELECT count(*) FROM premises_employee WHERE id = :i"
    assert run(demo_copy, query, i=number).scalar_one() == 0
