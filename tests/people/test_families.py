"""P4: families 家庭 in the wide sense, over the API; the same service as households."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import text

from services.db.session import Database
from tests.conftest import Clients
from tests.people import test_entries as entries
from tests.people.test_entries import MICRO, card, entered, number, problem, run
from tests.people.test_households import Village

FAMILIES = "/api/v1/families"
Json = dict[str, Any]
Make = Callable[..., list[int]]


@pytest.fixture
def houses(demo_copy: Database) -> list[int]:
    """Two houses of the micro leader's grid, and one of another grid of the village."""
    here = run(
        demo_copy,
        f"SELECT id FROM house WHERE grid_id = {MICRO} AND status = 'active' ORDER BY id LIMIT 2",
    ).scalars()
    there = run(
        demo_copy,
        f"SELECT h.id FROM house h JOIN grid g ON g.id = h.grid_id WHERE g.id <> {MICRO} "
        f"AND g.code LIKE (SELECT left(code, 12) FROM grid WHERE id = {MICRO}) || '%' "
        "AND h.status = 'active' ORDER BY h.id LIMIT 1",
    ).scalar_one()
    return [*here, there]


@pytest.fixture
def people(own_clients: Clients, houses: list[int]) -> Make:
    """``people("floating", "unsettled")``: ids of new entries of these classes."""
    turn = iter(range(100, 999))

    def make(*classes: str) -> list[int]:
        made: Json = {"name": "某人", "at": {"house_id": houses[0]}}
        return [
            entered(own_clients("micro"), {
                **made, "class": one,
                **({"id_kind": "passport", "id_number": f"E{next(turn)}00000", "sex": "f"}
                   if one == "overseas" else {"id_number": number(next(turn))}),
            })
            for one in classes
        ]  # fmt: skip

    return make


def founded(client: TestClient, number_: str, members: list[int]) -> int:
    answer = client.post(FAMILIES, json={"number": number_, "members": members})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def act(client: TestClient, family: int, what: str, **more: Any) -> Any:
    version = client.get(f"{FAMILIES}/{family}").json()["version"]
    return client.post(f"{FAMILIES}/{family}/{what}", json={"version": version, **more})


def ties(database: Database, family: int) -> dict[int, str]:
    """Active member -> what it is to the head."""
    query = "SELECT id, family_relation FROM person WHERE family_id = :i AND status = 'active'"
    return {row.id: row.family_relation for row in run(database, query, i=family)}


def kinds(client: TestClient, family: int) -> list[str]:
    """The history of a family, the earliest first, as its card tells it."""
    changes = client.get(f"{FAMILIES}/{family}").json()["changes"]
    return [change["kind"] for change in reversed(changes)]


def test_p4_a_family_is_of_any_residents_and_apart_from_the_household(
    own_clients: Clients, demo_copy: Database, people: Make, houses: list[int]
) -> None:
    micro = own_clients("micro")
    a, b, c, d = people("registered", "floating", "unsettled", "overseas")
    booklet = {"number": "H-1", "members": [b, a]}
    household = micro.post("/api/v1/households", json=booklet).json()["id"]
    home = founded(micro, "J-1", [a, b, c])
    assert act(micro, home, "join", person_id=d, relation="spouse").status_code == 204
    assert ties(demo_copy, home) == {a: "head", b: "other", c: "other", d: "spouse"}
    shown = card(micro, b)
    assert shown["household"]["id"] == household and shown["family"]["id"] == home
    assert {m["id"]: m["head"] for m in shown["household"]["members"]} == {a: False, b: True}
    assert {m["id"]: m["head"] for m in shown["family"]["members"]} == {
        a: True, b: False, c: False, d: False}  # fmt: skip
    house = micro.get(f"/api/v1/houses/{houses[0]}").json()
    assert home in [one["id"] for one in house["families"]]
    listed = micro.post("/api/v1/people/search", json={"place": {"family": home}}).json()
    assert {p["id"] for p in listed["items"]} == {a, b, c, d}
    found = micro.post(f"{FAMILIES}/search", json={"filters": {"number": "J-1"}}).json()
    assert [(i["id"], i["members"]) for i in found["items"]] == [(home, 4)]


def test_p4_change_renumber_head_and_the_end(
    own_clients: Clients, demo_copy: Database, people: Make
) -> None:
    micro, (a, b) = own_clients("micro"), people("floating", "floating")
    home = founded(micro, "1", [a, b])
    assert act(micro, home, "change", address="新址 1 号").status_code == 204
    assert act(micro, home, "renumber", number="2").status_code == 204
    assert problem(act(micro, home, "leave", person_id=a)) == (409, "is_head", "new_head_id")
    assert act(micro, home, "head", person_id=b, old_relation="spouse").status_code == 204
    assert ties(demo_copy, home) == {a: "spouse", b: "head"}
    assert problem(act(micro, home, "dissolve"))[:2] == (409, "not_empty")
    assert act(micro, home, "leave", person_id=a).status_code == 204
    assert act(micro, home, "leave", person_id=b).status_code == 204
    assert act(micro, home, "dissolve").status_code == 204
    assert problem(act(micro, home, "join", person_id=a))[:2] == (409, "cancelled")
    assert kinds(micro, home) == [
        "founded", "joined", "joined", "changed", "renumbered", "head", "left", "left", "dissolved",
    ]  # fmt: skip
    assert act(micro, founded(micro, "2", [a]), "renumber", number="3").status_code == 204


def test_p4_the_number_is_unique_in_the_micro_grid_even_when_two_press_at_once(
    own_clients: Clients, demo_copy: Database, people: Make, houses: list[int]
) -> None:
    micro, (a, b, c, d) = own_clients("micro"), people(*["floating"] * 4)
    founded(micro, "1", [a])
    taken = micro.post(FAMILIES, json={"number": "1", "members": [b]})
    assert problem(taken) == (409, "number_taken", "number")
    elsewhere = {"class": "floating", "name": "某人", "at": {"house_id": houses[2]}}
    far = entered(own_clients("county"), {**elsewhere, "id_number": number(99)})
    founded(own_clients("county"), "1", [far])  # the number of another grid is its own
    codes: list[int] = []

    def press(person: int) -> None:
        codes.append(micro.post(FAMILIES, json={"number": "7", "members": [person]}).status_code)

    both = [threading.Thread(target=press, args=(p,)) for p in (c, d)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(codes) == [201, 409]


def test_p4_merging_and_splitting_keep_everybody(
    own_clients: Clients, demo_copy: Database, people: Make
) -> None:
    micro, (a, b, c) = own_clients("micro"), people("floating", "registered", "unsettled")
    one, two = founded(micro, "1", [a, b]), founded(micro, "2", [c])
    assert act(micro, one, "merge", other_id=two).status_code == 204
    assert ties(demo_copy, one) == {a: "head", b: "other", c: "other"}
    made = act(micro, one, "split", number="2", members=[c, b])
    assert made.status_code == 201, made.text
    assert ties(demo_copy, made.json()["id"]) == {c: "head", b: "other"}
    assert kinds(micro, two)[-1] == "merged_into" and kinds(micro, one)[-1] == "split"
    ended = run(demo_copy, "SELECT status, cancel_reason FROM family WHERE id = :i", i=two).one()
    assert tuple(ended) == ("cancelled", "merged")


def test_p4_a_family_moves_with_those_who_go_along(
    own_clients: Clients, demo_copy: Database, people: Make, houses: list[int]
) -> None:
    """Inside the micro-grid, then to another one, where each of them gets a new entry."""
    county = own_clients("county")
    a, b, c = people("registered", "registered", "floating")
    booklet = county.post("/api/v1/households", json={"number": "H-1", "members": [a, b]})
    home = founded(county, "1", [c, a, b])
    near = {"at": {"house_id": houses[1]}, "address": "近处", "members": [c, a]}
    assert act(county, home, "move", **near).status_code == 204
    at = "SELECT id, house_id FROM person WHERE family_id = :i AND status = 'active'"
    assert {r.id: r.house_id for r in run(demo_copy, at, i=home)} == {
        a: houses[1], b: houses[0], c: houses[1]}  # fmt: skip
    far = {"at": {"house_id": houses[2]}, "address": "远处"}
    alone = act(county, home, "move", **far, members=[c, a])
    assert problem(alone) == (409, "is_head", "members")  # a is head of b in the household
    assert problem(act(county, home, "move", **far, members=[10**9]))[1:] == ("member", "members")
    assert act(county, home, "move", **far, members=[a, b, c]).status_code == 204
    query = ("SELECT previous_id, address, house_id, household_id, family_relation FROM person "
             "WHERE family_id = :i AND status = 'active'")  # fmt: skip
    moved = {r.previous_id: r for r in run(demo_copy, query, i=home)}
    assert set(moved) == {a, b, c} and moved[c].family_relation == "head"
    assert {r.address for r in moved.values()} == {"远处"}
    assert {r.household_id for r in moved.values()} == {None}  # the booklet stays behind
    left = county.get(f"/api/v1/households/{booklet.json()['id']}").json()
    assert left["members"] == [] and left["head_id"] is None
    shown = county.get(f"{FAMILIES}/{home}").json()
    assert shown["address"].startswith("远处") and shown["house_id"] == houses[2]
    assert sum(m["head"] for m in shown["members"]) == 1
    assert kinds(county, home)[-2:] == ["moved", "moved"]
    micro = own_clients("micro").get(f"{FAMILIES}/{home}")
    assert micro.status_code == 404


def test_p4_what_becomes_of_a_family_when_a_member_is_cancelled_moved_or_settled(
    own_clients: Clients, demo_copy: Database, people: Make, houses: list[int]
) -> None:
    county, (a, b, c, d) = own_clients("county"), people(*["unsettled"] * 4)
    home = founded(county, "1", [a, b, c, d])
    gone = entries.act(county, a, "cancel", reason="deceased")
    assert problem(gone) == (409, "is_head", "new_family_head_id")
    gone = entries.act(county, a, "cancel", reason="deceased", new_family_head_id=b)
    assert gone.status_code == 204 and ties(demo_copy, home)[b] == "head"
    settled = entries.act(county, b, "settle").json()["id"]
    assert ties(demo_copy, home) == {settled: "head", c: "other", d: "other"}
    assert card(county, settled)["family"]["id"] == home
    away = entries.act(county, settled, "move", at={"house_id": houses[2]}, new_family_head_id=c)
    assert away.status_code == 201 and card(county, away.json()["id"])["family"] is None
    assert entries.act(county, d, "move", at={"house_id": houses[1]}).status_code == 201
    assert ties(demo_copy, home) == {c: "head", d: "other"}  # inside the grid one stays a member
    assert entries.act(county, a, "restore").status_code == 204
    assert card(county, a)["family"] is None
    assert kinds(county, home)[-2:] == ["died", "left"]


def test_p4_a_death_in_the_household_asks_for_the_head_of_the_family(
    own_clients: Clients, demo_copy: Database, people: Make
) -> None:
    micro, (a, b) = own_clients("micro"), people("registered", "registered")
    household = micro.post("/api/v1/households", json={"number": "H-1", "members": [a, b]}).json()
    founded(micro, "1", [a, b])
    path = f"/api/v1/households/{household['id']}"
    dead = {"version": micro.get(path).json()["version"], "person_id": a, "new_head_id": b}
    asked = micro.post(f"{path}/death", json=dead)
    assert problem(asked) == (409, "is_head", "new_family_head_id")
    told = micro.post(f"{path}/death", json={**dead, "new_family_head_id": b})
    assert told.status_code == 204, told.text


def test_p4_who_does_not_see_all_of_a_family_or_may_not_write_changes_nothing(
    own_clients: Clients, demo_copy: Database, people: Make
) -> None:
    micro, (a, b) = own_clients("micro"), people("floating", "floating")
    home = founded(micro, "1", [a, b])
    outside = f"(SELECT id FROM grid WHERE level = 5 AND id <> {MICRO} ORDER BY id LIMIT 1)"
    run(demo_copy, f"UPDATE person SET grid_id = {outside} WHERE id = :i", i=b)
    assert problem(act(micro, home, "leave", person_id=a))[:2] == (409, "beyond")
    cancelled = entries.act(micro, a, "cancel", reason="left")
    assert problem(cancelled)[:2] == (409, "beyond")
    for name in ("patrol", "screen", "department"):
        client, body = own_clients(name), {"version": 1, "number": "9"}
        assert client.post(f"{FAMILIES}/{home}/renumber", json=body).status_code == 403, name
        assert client.post(FAMILIES, json={"number": "9", "members": [a]}).status_code == 403, name
    run(demo_copy, f"UPDATE family SET grid_id = {outside} WHERE id = :i", i=home)
    assert micro.get(f"{FAMILIES}/{home}").status_code == 404
    late = micro.post(f"{FAMILIES}/{home}/renumber", json={"version": 1, "number": "9"})
    assert late.status_code == 404


class Families(Village):
    """The same random changes on families; who dies is cancelled, and some are settled."""

    name, register, link, tie = "family", FAMILIES, "family_id", "family_relation"

    def _dies(self, home: int, person: int, more: Json) -> Any:
        heir = more.get("new_head_id")
        return entries.act(
            self.client, person, "cancel", reason="deceased", new_family_head_id=heir
        )

    @rule(which=st.integers(0, 9), near=st.booleans())
    def move(self, which: int, near: bool) -> None:
        """To another house of the micro-grid, with half of them."""
        home = self._home(which)
        if home is None:
            return
        at = {"house_id": self.houses[0 if near else 1]}
        going = self.homes[home][::2]
        assert self._act(home, "move", at=at, address="x", members=going).status_code == 204

    houses: list[int]


def test_p4_any_sequence_of_changes_keeps_the_rules(
    own_clients: Clients, demo_copy: Database, people: Make, houses: list[int]
) -> None:
    Families.client, Families.database, Families.houses = own_clients("county"), demo_copy, houses
    Families.people = people("registered", "floating", "unsettled", "floating", "overseas")
    Families.TestCase.settings = settings(
        max_examples=12, stateful_step_count=25, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    Families.TestCase().runTest()
    with demo_copy.engine.connect() as connection:
        tried = set(connection.execute(text("SELECT DISTINCT kind FROM family_change")).scalars())
    assert tried >= {"founded", "joined", "left", "merged", "split", "moved"}, "nothing was tried"
