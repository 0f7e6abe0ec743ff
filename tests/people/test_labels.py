"""P5, P6: labels by hand over the API, who is told of the rules, and what they will do."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.access.actor import system
from services.db.session import Database
from services.kit.clock import current_day
from services.people import label_rules
from tests.conftest import Clients
from tests.people.test_entries import act, body, card, entered, house, number, problem, run

__all__ = ["house"]
PEOPLE = "/api/v1/people"
UPCOMING = "/api/v1/labels/upcoming"
Json = dict[str, Any]
DAY = timedelta(days=1)
OPEN = {"what": ["labels"], "reason": "verify", "words": "核实法定帮扶对象"}


@pytest.fixture
def today(demo_copy: Database) -> date:
    with demo_copy.session(system("test")) as session:
        return current_day(session)


def born(day: date) -> Json:
    return {"id_kind": "none", "id_number": None, "sex": "f", "birth_date": day.isoformat()}


def put(client: TestClient, person: int, code: str, what: str = "", **more: Any) -> Any:
    path = f"{PEOPLE}/{person}/labels" + (f"/{what}" if what else "")
    return client.post(path, json={"code": code, **more})


def codes(client: TestClient, person: int) -> list[str]:
    return [label["code"] for label in card(client, person)["labels"]]


def periods(database: Database, person: int, code: str) -> list[Any]:
    query = "SELECT * FROM person_label WHERE person_id = :i AND label_code = :c ORDER BY id"
    return list(run(database, query, i=person, c=code))


def add(database: Database, person: int, code: str, **more: Any) -> None:
    given = {"started_on": "2020-01-01", "started_by": "hand", **more}
    names = ", ".join(given)
    run(
        database,
        f"INSERT INTO person_label (person_id, grid_id, label_code, {names}) SELECT id, grid_id, "
        f":code, {', '.join(f':{n}' for n in given)} FROM person WHERE id = :i",
        i=person, code=code, **given,
    )  # fmt: skip


def test_p5_a_label_is_started_stopped_with_reason_and_restarted(
    own_clients: Clients, demo_copy: Database, house: Json, today: date
) -> None:
    micro = own_clients("micro")
    person = entered(micro, body(house))
    assert problem(put(micro, person, "disabled", "restart"))[:2] == (409, "never")
    assert problem(put(micro, person, "disabled", "stop", reason="error"))[1] == "not_in_force"
    assert put(micro, person, "disabled").status_code == 201
    assert codes(micro, person) == ["disabled"]
    assert problem(put(micro, person, "disabled"))[:2] == (409, "in_force")
    assert problem(put(micro, person, "disabled", "restart"))[:2] == (409, "in_force")
    for reason in ("age", "term", "rule", "because"):
        answer = put(micro, person, "disabled", "stop", reason=reason)
        assert problem(answer) == (422, "reason", "reason")
    assert put(micro, person, "disabled", "stop", reason="settled").status_code == 204
    assert codes(micro, person) == []
    assert put(micro, person, "disabled", "restart").status_code == 201
    assert codes(micro, person) == ["disabled"]
    first, second = periods(demo_copy, person, "disabled")
    assert (first.stopped_on, first.stopped_by, first.stop_reason) == (today, "hand", "settled")
    assert (second.started_on, second.started_by, second.held) == (today, "hand", False)
    told = micro.get(f"{PEOPLE}/{person}/labels").json()
    assert [p["code"] for p in told["in_force"]] == ["disabled"]
    assert [p["stop_reason"] for p in told["past"]] == ["settled"]
    assert "disabled" not in {x["code"] for x in told["may_start"]}
    assert {x["code"] for x in told["stop_reasons"]} == {"settled", "error"}


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"code": "nonsense"}, "label", "code"),
        ({"code": "lost_only_child"}, "label", "code"),  # not for a micro-grid's leader
        ({"code": "correction", "term_ends_on": "2099-01-01"}, "label", "code"),
        ({"code": "elderly"}, "age", "code"),
        ({"code": "left_behind_child"}, "age", "code"),
        ({"code": "maternity"}, "term", "term_ends_on"),
        ({"code": "maternity", "term_ends_on": "2020-01-01"}, "term", "term_ends_on"),
        ({"code": "maternity", "term_ends_on": "9999-12-31"}, "term", "term_ends_on"),
        ({"code": "disabled", "term_ends_on": "2099-01-01"}, "no_term", "term_ends_on"),
        ({"code": "disabled", "since": "2020-01-01"}, "since", "since"),
        ({"code": "disabled", "more": 1}, "invalid", "more"),
        ({"code": ""}, "invalid", "code"),
    ],
)
def test_p5_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, house: Json, sent: Json, code: str, field: str
) -> None:
    micro = own_clients("micro")
    person = entered(micro, body(house))
    answer = micro.post(f"{PEOPLE}/{person}/labels", json=sent)
    assert problem(answer) == (422, code, field)
    found = run(demo_copy, "SELECT count(*) FROM person_label WHERE person_id = :i", i=person)
    assert found.scalar_one() == 0


def test_p5_without_a_birth_date_no_label_by_age(own_clients: Clients, house: Json) -> None:
    micro = own_clients("micro")
    given = {"id_kind": "none", "id_number": None, "sex": "f"}
    person = entered(micro, body(house, **given))
    assert problem(put(micro, person, "elderly")) == (422, "birth_date", "code")


def test_p5_what_a_hand_stopped_stays_stopped_until_a_hand_restarts_it(
    own_clients: Clients, demo_copy: Database, house: Json, today: date
) -> None:
    micro = own_clients("micro")
    birth = today.replace(year=today.year - 60, day=min(today.day, 28)) - 40 * DAY
    person = entered(micro, body(house, **born(birth)))
    label_rules.run(demo_copy, today)
    assert codes(micro, person) == ["elderly"]
    (ruled,) = periods(demo_copy, person, "elderly")
    assert (ruled.started_by, ruled.started_on) == ("rule", birth.replace(year=birth.year + 60))
    assert put(micro, person, "elderly", "stop", reason="error").status_code == 204
    label_rules.run(demo_copy, today + 400 * DAY)
    assert codes(micro, person) == []
    moved = act(own_clients("village"), person, "move", at=elsewhere(demo_copy, house))
    assert moved.status_code == 201, moved.text
    person = moved.json()["id"]
    label_rules.run(demo_copy, today + 400 * DAY)
    village = own_clients("village")
    assert codes(village, person) == [], "nor at the next home"
    assert put(village, person, "elderly", "restart").status_code == 201
    label_rules.run(demo_copy, today + 400 * DAY)
    assert codes(village, person) == ["elderly"]


def elsewhere(database: Database, house: Json) -> Json:
    found = run(
        database,
        "SELECT h.id FROM house h JOIN grid g ON g.id = h.grid_id WHERE h.grid_id <> :g "
        "AND g.path[3] = (SELECT path[3] FROM grid WHERE id = :g) ORDER BY h.id LIMIT 1",
        g=house["grid_id"],
    )  # fmt: skip
    return {"house_id": found.scalar_one()}


def test_p5_one_restarted_after_its_time_is_held(
    own_clients: Clients, demo_copy: Database, house: Json, today: date
) -> None:
    township = own_clients("township")
    person = entered(township, body(house, **born(today - 26 * 366 * DAY)))
    add(demo_copy, person, "youth_at_risk")
    add(demo_copy, person, "released", started_on=today - 6 * 366 * DAY)
    label_rules.run(demo_copy, today)
    reasons = {
        p: periods(demo_copy, person, p)[0].stop_reason for p in ("youth_at_risk", "released")
    }
    assert reasons == {"youth_at_risk": "age", "released": "years"}
    assert township.post(f"{PEOPLE}/{person}/reveal", json=OPEN).status_code == 200
    for code in reasons:
        assert put(township, person, code, "restart").status_code == 201
    label_rules.run(demo_copy, today + 400 * DAY)
    for code in reasons:
        last = periods(demo_copy, person, code)[-1]
        assert last.held and last.stopped_on is None
    assert put(township, person, "released", "stop", reason="settled").status_code == 204


def test_p5_years_go_on_from_where_they_counted(
    own_clients: Clients, demo_copy: Database, house: Json, today: date
) -> None:
    township = own_clients("township")
    person = entered(township, body(house))
    township.post(f"{PEOPLE}/{person}/reveal", json=OPEN)
    since = today - 2 * 365 * DAY
    over = put(township, person, "released", since=str(today - 6 * 365 * DAY))
    assert problem(over) == (422, "years_over", "since")
    late = put(township, person, "released", since=str(today + DAY))
    assert problem(late) == (422, "since", "since")
    assert put(township, person, "released", since=str(since)).status_code == 201
    assert put(township, person, "released", "stop", reason="error").status_code == 204
    assert put(township, person, "released", "restart").status_code == 201
    last = periods(demo_copy, person, "released")[-1]
    assert (last.counts_from, last.started_on, last.held) == (since, today, False)


def test_p6_a_statutory_label_only_after_it_was_opened_and_sealed_in_the_audit(
    own_clients: Clients, demo_copy: Database, house: Json, today: date
) -> None:
    township, micro = own_clients("township"), own_clients("micro")
    person = entered(micro, body(house))
    term = {"term_ends_on": str(today + 100 * DAY)}
    refused = put(township, person, "correction", **term)
    assert problem(refused)[:2] == (403, "labels_not_opened")
    assert problem(put(micro, person, "correction", **term))[:2] == (422, "label")
    assert township.post(f"{PEOPLE}/{person}/reveal", json=OPEN).status_code == 200
    assert put(township, person, "correction", **term).status_code == 201
    told = township.get(f"{PEOPLE}/{person}/labels").json()
    assert [p["code"] for p in told["in_force"]] == ["correction"]
    for client in (micro, own_clients("village"), own_clients("county")):
        for path in (f"{PEOPLE}/{person}/labels", f"{PEOPLE}/{person}", UPCOMING):
            assert (
                "correction"
                not in client.get(path, params={"size": 500} if path == UPCOMING else {}).text
            )
    row = run(
        demo_copy,
        "SELECT actor_name, after::text, sealed FROM audit WHERE entity = 'person_label' "
        "ORDER BY id DESC LIMIT 1",
    ).one()
    assert row.actor_name == "township" and "correction" not in row.after and row.sealed
    run(demo_copy, "UPDATE look_grant SET until = now()")
    assert problem(put(township, person, "correction", "stop", reason="error"))[0] == 403
    assert township.get(f"{PEOPLE}/{person}/labels").json()["in_force"] == []


def test_p5_nobody_without_the_right_and_nobody_cancelled(
    own_clients: Clients, house: Json
) -> None:
    micro = own_clients("micro")
    person = entered(micro, body(house))
    for name in ("patrol", "department", "screen", "admin"):
        assert problem(put(own_clients(name), person, "disabled"))[:2] == (403, "forbidden"), name
    assert act(micro, person, "cancel", reason="left").status_code == 204
    assert problem(put(micro, person, "disabled"))[:2] == (409, "cancelled")


def test_p5_two_who_start_the_same_label_at_once(
    own_clients: Clients, demo_copy: Database, house: Json
) -> None:
    clients, start = [own_clients("micro"), own_clients("village")], threading.Barrier(2)
    person = entered(clients[0], body(house))
    told: list[int] = []

    def begin(client: TestClient) -> None:
        start.wait(10)
        told.append(put(client, person, "aid").status_code)

    threads = [threading.Thread(target=begin, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [201, 409]
    assert len(periods(demo_copy, person, "aid")) == 1


def notices(database: Database) -> set[tuple[str, str, str, int]]:
    query = (
        "SELECT u.username, n.kind, n.entity, n.entity_id FROM notice n "
        "JOIN app_user u ON u.id = n.user_id"
    )
    return {tuple(row) for row in run(database, query)}


def test_p5_the_leader_who_may_see_the_label_is_told_and_only_of_whom(
    own_clients: Clients, demo_copy: Database, house: Json, today: date
) -> None:
    label_rules.run(demo_copy, today)
    run(demo_copy, "DELETE FROM notice")
    micro = own_clients("micro")
    old = entered(micro, body(house, **born(today - 61 * 366 * DAY)))
    kept = entered(micro, body(house, id_number=number(77)))
    add(demo_copy, kept, "correction", term_ends_on=today - DAY)
    label_rules.run(demo_copy, today)
    assert notices(demo_copy) == {
        ("micro", "label_started", "person", old),
        ("township", "label_started", "person", kept),
        ("township", "label_stopped", "person", kept),
    }
    bell = micro.get("/api/v1/me/notices").json()
    assert [(n["kind"], n["entity_id"]) for n in bell["items"]] == [("label_started", old)]
    rows = run(
        demo_copy,
        "SELECT action, after::text AS after, before::text AS before, sealed FROM audit "
        "WHERE entity = 'person_label' AND actor_name = 'system:labels' ORDER BY id DESC LIMIT 3",
    ).all()
    assert sorted(r.action for r in rows) == ["insert", "insert", "update"]
    assert all(r.sealed for r in rows)
    assert not any(c in f"{r.after}{r.before}" for r in rows for c in ("correction", "released"))


def test_p5_what_will_change_is_told_within_the_scope_and_the_audience(
    own_clients: Clients, demo_copy: Database, house: Json, today: date
) -> None:
    label_rules.run(demo_copy, today)
    micro, township = own_clients("micro"), own_clients("township")
    soon = entered(micro, body(house, **born(date(today.year - 60, 3, 1))))
    to = today + 366 * DAY
    turns = (today + 10 * DAY).replace(day=min((today + 10 * DAY).day, 28))
    birth = turns.replace(year=turns.year - 60)
    run(demo_copy, "UPDATE person SET birth_date = :b WHERE id = :i", i=soon, b=birth)
    kept = entered(micro, body(house, id_number=number(78)))
    add(demo_copy, kept, "correction", term_ends_on=today + 5 * DAY)
    add(demo_copy, kept, "maternity", term_ends_on=today + 5 * DAY)

    def asked(client: TestClient, **more: Any) -> list[Json]:
        answer = client.get(UPCOMING, params={"to": str(to), "size": 500, **more})
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["items"]
        return found

    mine = asked(micro)
    got = {(i["person_id"], i["label"]["code"], i["act"]) for i in mine}
    assert {(soon, "elderly", "start"), (kept, "maternity", "stop")} <= got
    assert {i["grid_id"] for i in mine} == {house["grid_id"]}
    assert not {"correction", "released"} & {i["label"]["code"] for i in asked(township)}
    township.post(f"{PEOPLE}/{kept}/reveal", json=OPEN)
    opened = [i for i in asked(township) if i["person_id"] == kept]
    end = str(today + 6 * DAY)
    assert {(i["label"]["code"], i["act"], i["day"]) for i in opened} == {
        ("maternity", "stop", end), ("correction", "stop", end), ("released", "becomes", end),
    }  # fmt: skip
    assert [i["out_of"]["code"] for i in opened if i["out_of"]] == ["correction"]
    assert not {"correction"} & {i["label"]["code"] for i in asked(own_clients("county"))}
    grid = run(demo_copy, "SELECT grid_id FROM person WHERE grid_id <> :g LIMIT 1",
               g=house["grid_id"]).scalar_one()  # fmt: skip
    assert micro.get(UPCOMING, params={"grid": grid}).status_code == 404
    assert asked(own_clients("county"), grid=house["grid_id"]) == [
        i for i in asked(own_clients("county")) if i["grid_id"] == house["grid_id"]
    ]
    for name in ("department", "screen"):
        assert own_clients(name).get(UPCOMING).status_code == 403


@pytest.mark.parametrize(
    ("first", "last", "field"), [(-1, 5, "from"), (5, 4, "to"), (1, 367, "to"), (367, 368, "from")]
)
def test_p5_a_span_is_from_today_and_at_most_a_year(
    clients: Clients, first: int, last: int, field: str
) -> None:
    now = date.fromisoformat(clients("micro").get(UPCOMING).json()["from"])
    span = {"from": str(now + first * DAY), "to": str(now + last * DAY)}
    answer = clients("micro").get(UPCOMING, params=span)
    assert problem(answer) == (422, field, field)
    answer = clients("micro").get(UPCOMING, params={"from": "9999-12-31"})
    assert problem(answer) == (422, "from", "from")


def test_p5_the_forecast_for_the_demo_is_what_the_job_then_does(
    own_clients: Clients, demo_copy: Database, today: date
) -> None:
    label_rules.run(demo_copy, today)
    before = {
        r.id for r in run(demo_copy, "SELECT id FROM person_label WHERE stopped_on IS NOT NULL")
    }
    known = {r.id for r in run(demo_copy, "SELECT id FROM person_label")}
    page = own_clients("county").get(UPCOMING, params={"to": str(today + 60 * DAY), "size": 500})
    told = {(i["person_id"], i["label"]["code"], i["act"], i["day"]) for i in page.json()["items"]}
    assert len(told) == page.json()["total"] > 20
    for n in range(1, 61):
        label_rules.run(demo_copy, today + n * DAY)
    rows = run(demo_copy, "SELECT l.* FROM person_label l JOIN label c ON c.code = l.label_code "
               "WHERE c.label_group = 'care'").all()  # fmt: skip
    done = {
        (r.person_id, r.label_code, "start", str(r.started_on)) for r in rows if r.id not in known
    }
    done |= {
        (r.person_id, r.label_code, "stop", str(r.stopped_on))
        for r in rows if r.stopped_on is not None and r.id not in before
    }  # fmt: skip
    assert done == told


def test_p5_one_label_is_in_force_once(demo_copy: Database, house: Json) -> None:
    person = run(demo_copy, "SELECT person_id FROM person_label WHERE stopped_on IS NULL AND "
                 "label_code = 'aid' LIMIT 1").scalar_one()  # fmt: skip
    with pytest.raises(Exception, match="uq_person_label_in_force"):
        add(demo_copy, person, "aid", started_on="2021-01-01")
