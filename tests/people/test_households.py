"""P3: changes of households, over the API; each in one transaction, each in the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from services.db.session import Database
from tests.conftest import Clients
from tests.people.test_entries import MICRO, entered, number, problem, run

HOUSEHOLDS = "/api/v1/households"
Json = dict[str, Any]


@pytest.fixture
def house(demo_copy: Database) -> int:
    """A house of the micro leader's grid."""
    query = (
        f"SELECT id FROM house WHERE grid_id = {MICRO} AND status = 'active' ORDER BY id LIMIT 1"
    )
    return int(run(demo_copy, query).scalar_one())


@pytest.fixture
def people(own_clients: Clients, house: int) -> Callable[..., list[int]]:
    """``people(3)``: ids of so many new entries."""
    turn = iter(range(100, 999))

    def make(n: int) -> list[int]:
        client = own_clients("micro")
        made = {"class": "registered", "name": "某人", "at": {"house_id": house}}
        return [entered(client, {**made, "id_number": number(next(turn))}) for _ in range(n)]

    return make


def founded(
    client: TestClient, number_: str, members: list[int], register: str = HOUSEHOLDS
) -> int:
    answer = client.post(register, json={"number": number_, "members": members})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def act(database: Database, client: TestClient, household: int, what: str, **more: Any) -> Any:
    version = run(database, "SELECT version FROM household WHERE id = :i", i=household).scalar()
    return client.post(f"{HOUSEHOLDS}/{household}/{what}", json={"version": version, **more})


def members(database: Database, household: int) -> dict[int, str | None]:
    """Active member -> relation."""
    query = "SELECT id, relation FROM person WHERE household_id = :i AND status = 'active'"
    return {row.id: row.relation for row in run(database, query, i=household)}


def head(database: Database, household: int) -> int | None:
    found = run(database, "SELECT head_id FROM household WHERE id = :i", i=household).scalar()
    return None if found is None else int(found)


def kinds(client: TestClient, household: int) -> list[str]:
    """The history of a household, the earliest first, as its card tells it."""
    answer = client.get(f"{HOUSEHOLDS}/{household}")
    assert answer.status_code == 200, answer.text
    return [change["kind"] for change in reversed(answer.json()["changes"])]


def test_p3_founding_and_the_head_rule(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]]
) -> None:
    micro, (a, b, c) = own_clients("micro"), people(3)
    home = founded(micro, "H-1", [a, b])
    assert members(demo_copy, home) == {a: "head", b: "other"} and head(demo_copy, home) == a
    assert act(demo_copy, micro, home, "join", person_id=c, relation="son").status_code == 204
    assert problem(act(demo_copy, micro, home, "join", person_id=c)) == (
        409, "member", "person_id")  # fmt: skip
    answer = act(demo_copy, micro, home, "leave", person_id=a)
    assert problem(answer) == (409, "is_head", "new_head_id")
    answer = act(demo_copy, micro, home, "leave", person_id=a, new_head_id=c)
    assert answer.status_code == 204 and members(demo_copy, home) == {b: "other", c: "head"}
    answer = act(demo_copy, micro, home, "head", person_id=b, old_relation="father")
    assert answer.status_code == 204 and members(demo_copy, home) == {b: "head", c: "father"}
    assert problem(act(demo_copy, micro, home, "head", person_id=a)) == (422, "member", "person_id")
    bad = act(demo_copy, micro, home, "head", person_id=c, old_relation="neighbour")
    assert problem(bad) == (422, "relation", "old_relation")
    assert kinds(micro, home) == ["founded", "joined", "joined", "joined", "left", "head"]


def test_p3_a_number_is_unique_and_the_clash_is_told(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]]
) -> None:
    micro, (a, b) = own_clients("micro"), people(2)
    outside = run(
        demo_copy,
        f"SELECT number FROM household WHERE grid_id <> {MICRO} AND status = 'active' LIMIT 1",
    ).scalar_one()
    taken = micro.post(HOUSEHOLDS, json={"number": outside, "members": [a]})
    assert problem(taken) == (409, "number_taken", "number")
    home, other = founded(micro, "H-1", [a]), founded(micro, "H-2", [b])
    clash = act(demo_copy, micro, home, "renumber", number="H-2")
    assert problem(clash) == (409, "number_taken", "number")
    assert act(demo_copy, micro, home, "renumber", number="H-1").status_code == 204
    assert act(demo_copy, micro, home, "renumber", number="H-3").status_code == 204
    assert act(demo_copy, micro, other, "renumber", number="H-1").status_code == 204


def test_p3_birth_death_and_the_end(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]], house: int
) -> None:
    micro, (a,) = own_clients("micro"), people(1)
    home = founded(micro, "H-1", [a])
    child = {"class": "registered", "name": "小某", "id_kind": "none", "sex": "f",
             "birth_date": "2026-11-01", "at": {"house_id": house}}  # fmt: skip
    answer = act(demo_copy, micro, home, "birth", child=child, relation="daughter")
    assert answer.status_code == 201, answer.text
    born = answer.json()["id"]
    assert members(demo_copy, home) == {a: "head", born: "daughter"}
    count = "SELECT count(*) FROM person"
    before = run(demo_copy, count).scalar_one()
    bad = act(demo_copy, micro, home, "birth", child={**child, "sex": None}, relation="daughter")
    assert problem(bad) == (422, "sex", "sex") and run(demo_copy, count).scalar_one() == before
    assert problem(act(demo_copy, micro, home, "death", person_id=a))[1] == "is_head"
    assert problem(act(demo_copy, micro, home, "dissolve"))[:2] == (409, "not_empty")
    assert act(demo_copy, micro, home, "death", person_id=a, new_head_id=born).status_code == 204
    assert members(demo_copy, home) == {born: "head"}
    assert act(demo_copy, micro, home, "leave", person_id=born).status_code == 204
    assert head(demo_copy, home) is None
    assert act(demo_copy, micro, home, "dissolve").status_code == 204
    assert problem(act(demo_copy, micro, home, "join", person_id=born))[:2] == (409, "cancelled")
    assert kinds(micro, home) == ["founded", "joined", "born", "died", "left", "dissolved"]
    founded(micro, "H-1", [born])  # the number is free again


def test_p3_merging_and_splitting_keep_everybody(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]]
) -> None:
    micro, (a, b, c, d) = own_clients("micro"), people(4)
    one, two = founded(micro, "H-1", [a, b]), founded(micro, "H-2", [c, d])
    assert problem(act(demo_copy, micro, one, "merge", other_id=one))[1:] == ("other", "other_id")
    assert act(demo_copy, micro, one, "merge", other_id=two).status_code == 204
    assert members(demo_copy, one) == {a: "head", b: "other", c: "other", d: "other"}
    assert members(demo_copy, two) == {} and head(demo_copy, two) is None
    ended = run(demo_copy, "SELECT status, cancel_reason FROM household WHERE id = :i", i=two).one()
    assert tuple(ended) == ("cancelled", "merged")
    whole = act(demo_copy, micro, one, "split", number="H-9", members=[a, b, c, d])
    assert problem(whole) == (422, "members", "members")
    headless = act(demo_copy, micro, one, "split", number="H-9", members=[a, b])
    assert problem(headless) == (409, "is_head", "new_head_id")
    made = act(demo_copy, micro, one, "split", number="H-9", members=[b, a], new_head_id=d)
    assert made.status_code == 201, made.text
    assert members(demo_copy, made.json()["id"]) == {b: "head", a: "other"}
    assert members(demo_copy, one) == {c: "other", d: "head"}
    assert kinds(micro, two)[-1] == "merged_into" and kinds(micro, one)[-1] == "split"


def test_p3_a_lost_update_is_told(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]]
) -> None:
    micro, (a, b) = own_clients("micro"), people(2)
    home = founded(micro, "H-1", [a])
    version = run(demo_copy, "SELECT version FROM household WHERE id = :i", i=home).scalar()
    assert act(demo_copy, micro, home, "join", person_id=b).status_code == 204
    body = {"version": version, "number": "H-7"}
    late = micro.post(f"{HOUSEHOLDS}/{home}/renumber", json=body)
    assert problem(late) == (409, "stale", "version")


def test_p3_who_does_not_see_all_of_a_household_changes_nothing(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]]
) -> None:
    micro, (a, b) = own_clients("micro"), people(2)
    home = founded(micro, "H-1", [a, b])
    run(
        demo_copy,
        "UPDATE person SET grid_id = (SELECT id FROM grid WHERE level = 5 AND id <> grid_id "
        f"AND id <> {MICRO} ORDER BY id LIMIT 1) WHERE id = :i", i=b,
    )  # fmt: skip
    assert problem(act(demo_copy, micro, home, "leave", person_id=a))[:2] == (409, "beyond")
    county = own_clients("county")
    answer = act(demo_copy, county, home, "leave", person_id=a, new_head_id=b)
    assert answer.status_code == 204 and head(demo_copy, home) == b


def test_p3_a_head_does_not_leave_behind_whom_the_caller_does_not_see(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]]
) -> None:
    """By cancelling the entry, or by settling elsewhere than the household lies."""
    micro, (a, b) = own_clients("micro"), people(2)
    home = founded(micro, "H-1", [a, b])
    outside = f"(SELECT id FROM grid WHERE level = 5 AND id <> {MICRO} ORDER BY id LIMIT 1)"
    run(demo_copy, f"UPDATE person SET grid_id = {outside} WHERE id = :i", i=b)
    version = run(demo_copy, "SELECT version FROM person WHERE id = :i", i=a).scalar()
    cancel = {"version": version, "reason": "deceased"}
    assert problem(micro.post(f"/api/v1/people/{a}/cancel", json=cancel))[:2] == (409, "beyond")
    run(demo_copy, f"UPDATE household SET grid_id = {outside} WHERE id = :i", i=home)
    assert problem(micro.post(f"/api/v1/people/{a}/cancel", json=cancel))[:2] == (409, "beyond")
    run(demo_copy, "UPDATE person SET class = 'unsettled' WHERE id = :i", i=a)
    settle = micro.post(f"/api/v1/people/{a}/settle", json={"version": version})
    assert problem(settle)[:2] == (409, "beyond") and head(demo_copy, home) == a
    county = own_clients("county")
    assert county.post(f"/api/v1/people/{a}/settle", json={"version": version}).status_code == 201
    assert head(demo_copy, home) not in (a, None)
    assert sorted(members(demo_copy, home).values()) == ["head", "other"]


class Village(RuleBasedStateMachine):
    """Random changes of the households, or the families, of five people, against a plain model."""

    client: TestClient
    database: Database
    people: list[int]
    turn = 0
    name, register, link, tie = "household", HOUSEHOLDS, "household_id", "relation"

    @initialize()
    def begin(self) -> None:
        self.homes: dict[int, list[int]] = {}  # active household -> members, the head first
        for person in self.people:
            run(self.database, f"UPDATE person SET {self.link} = NULL, {self.tie} = NULL, "
                "status = 'active', cancelled_at = NULL, cancel_reason = NULL WHERE id = :i",
                i=person)  # fmt: skip
        run(self.database, f"UPDATE {self.name} SET head_id = NULL, status = 'cancelled', "
            "cancelled_at = now(), cancel_reason = 'empty' WHERE number LIKE 'V-%' "
            "AND status = 'active'")  # fmt: skip
        self.alive = set(self.people)
        self.found(0, 1)
        self.found(2, 3)

    def _home(self, pick: int) -> int | None:
        return sorted(self.homes)[pick % len(self.homes)] if self.homes else None

    def _of(self, person: int) -> int | None:
        return next((h for h, m in self.homes.items() if person in m), None)

    def _bound(self, person: int) -> bool:
        """Whether others need this head."""
        home = self._of(person)
        return home is not None and len(self.homes[home]) > 1 and self.homes[home][0] == person

    def _out(self, person: int) -> None:
        home = self._of(person)
        if home is not None:
            self.homes[home].remove(person)

    def _act(self, home: int, what: str, **more: Any) -> Any:
        query = f"SELECT version FROM {self.name} WHERE id = :i"
        sent = {"version": run(self.database, query, i=home).scalar(), **more}
        return self.client.post(f"{self.register}/{home}/{what}", json=sent)

    def _dies(self, home: int, person: int, more: Json) -> Any:
        return self._act(home, "death", person_id=person, **more)

    @rule(pick=st.integers(0, 4), other=st.integers(0, 4))
    def found(self, pick: int, other: int) -> None:
        type(self).turn += 1
        asked = list(dict.fromkeys([self.people[pick], self.people[other]]))
        body = {"number": f"V-{self.turn}", "members": asked}
        answer = self.client.post(self.register, json=body)
        # They leave one after the other: the first may set the second free.
        homes = {h: list(m) for h, m in self.homes.items()}
        may = True
        for person in asked:
            may = may and person in self.alive and not self._bound(person)
            if may:
                self._out(person)
        assert answer.status_code == 201 if may else answer.status_code in (409, 422), answer.text
        if may:
            self.homes[answer.json()["id"]] = asked
        else:
            self.homes = homes

    @rule(pick=st.integers(0, 4), which=st.integers(0, 9))
    def join(self, pick: int, which: int) -> None:
        person, home = self.people[pick], self._home(which)
        if home is None:
            return
        may = person in self.alive and self._of(person) != home and not self._bound(person)
        answer = self._act(home, "join", person_id=person)
        assert answer.status_code == 204 if may else answer.status_code in (409, 422), answer.text
        if may:
            self._out(person)
            self.homes[home].append(person)

    @rule(which=st.integers(0, 9), at=st.integers(0, 4), dies=st.booleans())
    def leave(self, which: int, at: int, dies: bool) -> None:
        home = self._home(which)
        if home is None or not self.homes[home]:
            return
        person = self.homes[home][at % len(self.homes[home])]
        rest = [p for p in self.homes[home] if p != person]
        heads = self.homes[home][0] == person and bool(rest)
        more = {"new_head_id": rest[-1]} if heads else {}
        if dies:
            answer = self._dies(home, person, more)
        else:
            answer = self._act(home, "leave", person_id=person, **more)
        assert answer.status_code == 204, answer.text
        self.homes[home] = [rest[-1], *rest[:-1]] if heads else rest
        if dies:
            self.alive.discard(person)

    @rule(which=st.integers(0, 9), at=st.integers(0, 4))
    def change_head(self, which: int, at: int) -> None:
        home = self._home(which)
        if home is None or not self.homes[home]:
            return
        person = self.homes[home][at % len(self.homes[home])]
        assert self._act(home, "head", person_id=person).status_code == 204
        self.homes[home].remove(person)
        self.homes[home].insert(0, person)

    @rule(which=st.integers(0, 9), other=st.integers(0, 9))
    def merge(self, which: int, other: int) -> None:
        home, second = self._home(which), self._home(other)
        if home is None or second is None:
            return
        answer = self._act(home, "merge", other_id=second)
        assert answer.status_code == (422 if home == second else 204), answer.text
        if home != second:
            self.homes[home] += self.homes.pop(second)

    @rule(which=st.integers(0, 9), size=st.integers(1, 4))
    def split(self, which: int, size: int) -> None:
        home = self._home(which)
        if home is None or len(self.homes[home]) < 2:
            return
        type(self).turn += 1
        going = self.homes[home][-size:]
        answer = self._act(home, "split", number=f"V-{self.turn}", members=going)
        may = len(going) < len(self.homes[home])
        assert answer.status_code == (201 if may else 422), answer.text
        if may:
            self.homes[home] = self.homes[home][:-size]
            self.homes[answer.json()["id"]] = going

    @rule(which=st.integers(0, 9))
    def dissolve(self, which: int) -> None:
        home = self._home(which)
        if home is None:
            return
        empty = not self.homes[home]
        assert self._act(home, "dissolve").status_code == (204 if empty else 409)
        if empty:
            del self.homes[home]

    @invariant()
    def the_database_says_the_same(self) -> None:
        query = (
            "SELECT h.id, h.head_id, array_agg(p.id ORDER BY p.id) FILTER (WHERE p.id IS NOT NULL) "
            f"AS members, count(*) FILTER (WHERE p.{self.tie} = 'head') AS heads "
            f"FROM {self.name} h "
            f"LEFT JOIN person p ON p.{self.link} = h.id AND p.status = 'active' "
            "WHERE h.number LIKE 'V-%' AND h.status = 'active' GROUP BY h.id"
        )
        rows = run(self.database, query).all()
        assert {r.id: r.members or [] for r in rows} == {
            h: sorted(m) for h, m in self.homes.items()
        }
        for row in rows:
            assert row.heads == bool(row.members)
            assert row.head_id == (self.homes[row.id][0] if row.members else None)
        query = "SELECT id FROM person WHERE id = ANY(:ids) AND status = 'active'"
        alive = run(self.database, query, ids=self.people).scalars()
        assert set(alive) == self.alive


def test_p3_any_sequence_of_changes_keeps_the_rules(
    own_clients: Clients, demo_copy: Database, people: Callable[..., list[int]]
) -> None:
    Village.client, Village.database = own_clients("county"), demo_copy
    Village.people = people(5)
    Village.TestCase.settings = settings(
        max_examples=30, stateful_step_count=25, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    Village.TestCase().runTest()
    with demo_copy.engine.connect() as connection:
        tried = set(
            connection.execute(text("SELECT DISTINCT kind FROM household_change")).scalars()
        )
    assert tried >= {"founded", "joined", "left", "merged", "split"}, "nothing was tried"
