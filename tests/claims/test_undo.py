"""D2: a file is taken back; D1: what is finished is forgotten after some days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from services.claims import forgetting
from services.db.session import Database
from services.people import anonymise
from tests.claims.sheets import BATCHES, HEAD, PEOPLE, Json, book, loaded, number, plain
from tests.claims.test_claiming import SHOPS, claim, entry, house, now, outcome, put
from tests.claims.test_files import NASTY, held, run
from tests.conftest import Clients
from tests.people.test_entries import act, entered, problem

__all__ = ["house"]


def undo(client: Any, batch: int, **more: Any) -> Any:
    version = client.get(f"{BATCHES}/{batch}").json()["version"]
    body = {"version": version, "reason": "发错了文件", **more}
    return client.post(f"{BATCHES}/{batch}/undo", json=body)


def state(database: Database, batch: int) -> Json:
    found = run(database, "SELECT * FROM claim_batch WHERE id = :b", b=batch).one()
    return dict(found._mapping)


def test_d2_before_anything_is_claimed_all_of_it_goes(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    department = own_clients("department")
    rows = [HEAD, ["韦小暖", number(12), "户籍", "", house["address"], ""]]
    card = loaded(department, book(rows))
    assert problem(undo(department, card["id"], version=99)) == (409, "stale", "version")
    assert undo(department, card["id"], reason="x").status_code == 422
    answer = undo(department, card["id"])
    assert outcome(answer) == {"gone": 1, "cancelled": 0, "kept": 0, "kept_rows": []}
    assert held(demo_copy, card["id"]) == []
    after = state(demo_copy, card["id"])
    assert (after["state"], after["reason"]) == ("undone", "发错了文件")
    assert problem(undo(department, card["id"])) == (409, "not_loaded", None)


def test_d2_afterwards_entries_that_nobody_changed_are_cancelled_and_others_kept(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro, county = own_clients("micro"), own_clients("county")
    there = entered(micro, entry(house, name="原有", id_number=number(90)))
    at = house["address"]
    rows = put(own_clients, demo_copy, [
        ["甲", number(21), "户籍", "", at, ""],
        ["甲", number(21), "户籍", "", at, ""],
        ["乙", number(22), "户籍", "", at, ""],
        ["原有", number(90), "户籍", "", at, ""],
        ["丙", number(23), "户籍", "", at, ""],
    ])  # fmt: skip
    batch = rows[0]["batch_id"]
    first = outcome(claim(micro, rows[0]))["entry_id"]
    changed = outcome(claim(micro, rows[2]))["entry_id"]
    outcome(claim(micro, rows[3], settle={"entry_id": there, "verdict": "same"}))
    phone = {"version": 1, "phone": "12900000005"}
    assert micro.patch(f"/api/v1/people/{changed}", json=phone).status_code == 204
    assert undo(own_clients("department"), batch).status_code == 403
    assert len(held(demo_copy, batch)) == 5
    told = outcome(undo(county, batch))
    assert (told["gone"], told["cancelled"], told["kept"]) == (1, 1, 2)
    assert told["kept_rows"] == [
        {"row_id": rows[2]["id"], "entry_id": changed, "why": "changed"},
        {"row_id": rows[3]["id"], "entry_id": there, "why": "settled"},
    ]
    people = run(
        demo_copy, "SELECT id, status, cancel_reason FROM person WHERE id = ANY(:i) ORDER BY id",
        i=[there, first, changed],
    ).all()  # fmt: skip
    assert [tuple(p) for p in people] == [
        (there, "active", None), (first, "cancelled", "import_undone"), (changed, "active", None),
    ]  # fmt: skip
    assert [now(demo_copy, r)["state"] for r in rows[:4]] == ["undone", "undone", "claimed", "same"]


def test_d2_entries_that_were_cancelled_since_stay_as_they_are(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    (row,) = put(own_clients, demo_copy, [
        ["甲", number(21), "户籍", "", house["address"], ""]])  # fmt: skip
    person = outcome(claim(micro, row))["entry_id"]
    assert act(micro, person, "cancel", reason="moved_out").status_code == 204
    told = outcome(undo(own_clients("county"), row["batch_id"]))
    assert (told["cancelled"], told["kept"]) == (0, 1)
    reason = run(demo_copy, "SELECT cancel_reason FROM person WHERE id = :i", i=person)
    assert reason.scalar_one() == "moved_out"


def test_d2_premises_are_taken_back_as_well(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    kind = run(demo_copy, "SELECT code FROM premises_kind ORDER BY sort LIMIT 1").scalar_one()
    lines = [[f"店{n}", f"示例A{n}", kind, "", "", house["address"], ""] for n in (1, 2)]
    card = loaded(own_clients("county"), plain([SHOPS, *lines]), register="premises")
    rows = held(demo_copy, card["id"], "held_premises")
    url = "/api/v1/claims/premises/claim"
    body = {"rows": [{"id": r["id"], "version": 1} for r in rows]}
    assert outcome(own_clients("micro").post(url, json=body))["counts"] == {"claimed": 2}
    run(demo_copy, "UPDATE premises SET version = version + 1 WHERE licence = '示例A2'")
    told = outcome(undo(own_clients("county"), card["id"]))
    assert (told["cancelled"], told["kept"]) == (1, 1)
    states = run(
        demo_copy, "SELECT status FROM premises WHERE licence ~ '示例A[12]$' ORDER BY licence"
    )
    assert list(states.scalars()) == ["cancelled", "active"]


def keys_of_rows(database: Database) -> int:
    query = "SELECT count(*) FROM subject_key WHERE entity = 'held_person'"
    return int(run(database, query).scalar_one())


def test_d1_finished_files_are_forgotten_after_some_days(
    own_clients: Clients, demo_alone: Database, demo_copy: Database, house: Json
) -> None:
    micro, county = own_clients("micro"), own_clients("county")
    at = house["address"]
    done = put(own_clients, demo_copy, [["甲", number(21), "户籍", "", at, ""]])
    waits = put(own_clients, demo_copy, [["乙", number(22), "户籍", "", "", ""]])
    send = {"version": 1, "reason": "elsewhere", "grid_id": house["grid_id"]}
    assert county.post(f"{PEOPLE}/{waits[0]['id']}/send", json=send).status_code == 204
    patch = {"version": 1, "phone": "12900000003"}
    assert micro.patch(f"{PEOPLE}/{done[0]['id']}", json=patch).status_code == 200
    assert keys_of_rows(demo_copy) == 1
    person = outcome(claim(micro, now(demo_copy, done[0])))["entry_id"]
    bad = loaded(county, book([HEAD, *[row for row, _ in NASTY]]), dry_run="true")
    today = date.today()
    nothing = {"files": 0, "rows": 0, "keys": 0}
    assert forgetting.forget(demo_copy, today + timedelta(days=29), 30) == nothing
    done_at = state(demo_copy, done[0]["batch_id"])["finished_at"]
    assert done_at == now(demo_copy, done[0])["claimed_at"]
    told = forgetting.forget(demo_copy, today + timedelta(days=32), 30)
    assert told["files"] == 2 and told["keys"] == 1
    assert held(demo_copy, done[0]["batch_id"]) == []
    assert state(demo_copy, bad["id"])["state"] == "forgotten"
    assert run(demo_copy, "SELECT count(*) FROM claim_fault").scalar_one() == 0
    assert len(held(demo_copy, waits[0]["batch_id"])) == 1
    assert run(demo_copy, "SELECT 1 FROM person WHERE id = :i", i=person).scalar_one()
    assert forgetting.forget(demo_copy, today + timedelta(days=32), 30) == nothing
    assert county.get(f"{BATCHES}/{bad['id']}").json()["problems"] == []


def test_d1_an_anonymised_person_takes_the_row_along(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    micro = own_clients("micro")
    (row,) = put(own_clients, demo_copy, [
        ["甲", number(21), "户籍", "", house["address"], ""]])  # fmt: skip
    person = outcome(claim(micro, row))["entry_id"]
    assert act(micro, person, "cancel", reason="moved_out").status_code == 204
    run(demo_copy, "UPDATE person SET cancelled_at = now() - interval '9 years' WHERE id = :i",
        i=person)  # fmt: skip
    assert anonymise.apply(demo_copy, date.today(), 5) > 0
    assert held(demo_copy, row["batch_id"]) == []


def test_d1_an_abandoned_file_is_noted_as_failed(own_clients: Clients, demo_copy: Database) -> None:
    card = loaded(own_clients("county"), book([HEAD, ["甲", "", "", "", "", ""]]), dry_run="true")
    run(demo_copy, "UPDATE claim_batch SET state = 'reading', "
                   "created_at = now() - interval '2 hours'")  # fmt: skip
    forgetting.forget(demo_copy, date.today(), 30)
    after = state(demo_copy, card["id"])
    assert (after["state"], after["problem"]) == ("failed", "abandoned")
