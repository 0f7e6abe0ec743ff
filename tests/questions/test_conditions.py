"""D7: combined conditions find what a plain evaluation over the rows finds, within the rights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from services.access.actor import Actor, system
from services.db.session import Database
from services.errors import AppError
from services.incidents.register import INCIDENTS
from services.kit import register as mechanism
from services.kit.asking import OPS
from services.kit.conditions import MAX_DEPTH, MAX_NODES
from services.kit.crypto import Keys
from services.kit.paging import Search
from services.kit.register import Caller, Register
from services.people.service import FAMILIES, HOUSEHOLDS, PEOPLE
from services.places.service import BUILDINGS, HOUSES
from services.premises.service import PREMISES
from tests.conftest import Clients

ActorOf = Callable[[Database, str], Actor]
Tree = dict[str, Any]
Row = dict[str, Any]
REGISTERS: dict[str, Register[Any]] = {
    r.name: r for r in (PEOPLE, HOUSEHOLDS, FAMILIES, HOUSES, BUILDINGS, PREMISES, INCIDENTS)
}
BEIJING = ZoneInfo("Asia/Shanghai")
AS = "village"  # sees every column and not every row
EXAMPLES = 30
SEARCH = "/api/v1/{}/search"


@dataclass
class World:
    """All rows that one caller sees, and what else a plain evaluation needs."""

    caller: Caller
    rows: dict[str, list[Row]]
    paths: dict[int, list[int]]
    groups: dict[str, str]

    def found(self, register: Register[Any], tree: Tree) -> set[int]:
        """What the service finds."""
        search = Search[register.filters].model_validate({"conditions": tree})  # type: ignore[name-defined]
        question = mechanism.ask(self.caller, register, search)
        query = select(register.id).select_from(register.source).where(*question.clauses)
        return set(self.caller.session.scalars(query))


@pytest.fixture(scope="module")
def world(demo_db: Database, actor_of: ActorOf) -> Iterator[World]:
    keys = Keys.load(demo_db.settings.key_file)
    with demo_db.session(actor_of(demo_db, AS)) as session:
        caller = Caller(session, actor_of(demo_db, AS), keys)
        rows = {}
        for name, register in REGISTERS.items():
            found = mechanism.ask(caller, register, Search[register.filters]())  # type: ignore[name-defined]
            rows[name] = [{**row, "grid_id": row["grid_id"]} for row in mechanism.rows(found)]
        births = {r[0]: r[1] for r in session.execute(text("SELECT id, birth_date FROM person"))}
        for row in rows["people"]:
            row["birth_date"] = births[row["id"]]
        for row in rows["premises"]:
            row["kind"] = [row["kind"], *row["also"]]
        paths = dict(session.execute(text("SELECT id, path FROM grid")).all())
        parents = session.execute(text("SELECT code, parent FROM incident_category")).all()
        yield World(caller, rows, paths, {c: p for c, p in parents if p})


# ---- a plain evaluation -------------------------------------------------------------------------


def holds(world: World, register: Register[Any], row: Row, tree: Tree) -> bool:
    if "and" in tree:
        return all(holds(world, register, row, one) for one in tree["and"])
    if "or" in tree:
        return any(holds(world, register, row, one) for one in tree["or"])
    if "not" in tree:
        return not holds(world, register, row, tree["not"])
    if "in" in tree:
        return lies_in(world, row, tree["in"])
    kind = register.asked[tree["column"]].kind
    return compares(world, kind, row[tree["column"]], tree)


def lies_in(world: World, row: Row, place: Row) -> bool:
    if "grid" in place:
        return place["grid"] in world.paths[row["grid_id"]]
    shape = shapely.Polygon(place["polygon"]["coordinates"][0])
    return row["point"] is not None and bool(shape.covers(shapely.Point(row["point"])))


def compares(world: World, kind: str, value: Any, tree: Tree) -> bool:
    op = tree["op"]
    if kind == "codes":
        held = value if isinstance(value, list) else [value]
        held = [*held, *(world.groups[v] for v in held if v in world.groups)]
        return not held if op == "empty" else bool(set(held) & set(tree["values"]))
    if op == "empty":
        return value is None or value == ""
    if op == "ne":
        return bool(value is None or value != _as(kind, tree["value"]))
    if value is None:
        return False
    if op == "in":
        return value in [_as(kind, one) for one in tree["values"]]
    if op == "days":
        day = value.astimezone(BEIJING).date() if isinstance(value, datetime) else value
        ago = (day - datetime.now(BEIJING).date()).days
        return bool(tree.get("since", ago) <= ago <= tree.get("until", ago))
    if op == "between":
        since, until = tree.get("since"), tree.get("until")
        after = since is None or value >= _as(kind, since)
        return bool(after and (until is None or value <= _as(kind, until)))
    asked = _as(kind, tree["value"])
    if op == "eq":
        return bool(value == asked)
    words, held = asked.lower(), value.lower()
    return bool(held.startswith(words) if op == "starts" else words in held)


def _as(kind: str, value: Any) -> Any:
    reads = {"date": date.fromisoformat, "time": datetime.fromisoformat}
    return reads[kind](value) if kind in reads else value


# ---- trees made up -------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _values(world: World, register: Register[Any], name: str) -> st.SearchStrategy[Any]:
    """Values that rows have in a column, and strangers."""
    column = register.asked[name]
    held = [row[name] for row in world.rows[register.name] if row[name] not in (None, "", [])]
    listed = column.options(world.caller) if column.options else None
    if column.kind == "yes":
        return st.booleans()
    if column.kind == "codes":
        known = listed or [*(one for v in held for one in _several(v)), *world.groups.values()]
        return st.sampled_from(sorted(set(known)))
    found = st.sampled_from(sorted(set(held))[:400]).map(_plain) if held else st.nothing()
    if column.kind in ("text", "code"):
        return found | st.sampled_from(["%", "_", "\\", "'", "无此", "x" * 60])
    return found | st.integers(-2, 90) | st.floats(-2, 90) if column.kind == "number" else found


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def comparisons(world: World, register: Register[Any]) -> st.SearchStrategy[Tree]:
    """One comparison with values that rows have, parts of them, and strangers."""
    offered = {name: _values(world, register, name) for name in register.asked}

    @st.composite
    def made(draw: st.DrawFn) -> Tree:
        name = draw(st.sampled_from(sorted(register.asked)))
        column, values = register.asked[name], offered[name]
        op = draw(st.sampled_from(column.ops))
        if op == "empty":
            return {"column": name, "op": op}
        if op == "in":
            return {
                "column": name,
                "op": op,
                "values": draw(st.lists(values, min_size=1, max_size=4)),
            }
        if op == "days":
            ends = sorted((draw(st.integers(-900, 60)), draw(st.integers(-900, 60))))
        if op == "between":
            ends = sorted((draw(values), draw(values)), key=lambda v: _as(column.kind, v))
        if op in ("between", "days"):
            part = dict(zip(("since", "until"), ends, strict=True))
            gone = draw(st.sampled_from(["since", "until", None]))
            return {"column": name, "op": op, **{k: v for k, v in part.items() if k != gone}}
        value = draw(values)
        if op in ("contains", "starts"):
            first = 0 if op == "starts" else draw(st.integers(0, len(value) - 1))
            value = value[first : first + draw(st.integers(1, 4))]
        return {"column": name, "op": op, "value": value}

    return made()


def areas(world: World, register: Register[Any]) -> st.SearchStrategy[Tree]:
    seen = sorted({grid for row in world.rows[register.name] for grid in (row["grid_id"],)})
    points = [row["point"] for row in world.rows[register.name] if row["point"]]

    def box(corners: tuple[list[float], list[float]]) -> Tree:
        (a, b), (c, d) = corners
        west, south, east, north = (
            min(a, c) - 1e-4,
            min(b, d) - 1e-4,
            max(a, c) + 1e-4,
            max(b, d) + 1e-4,
        )
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"in": {"polygon": {"type": "Polygon", "coordinates": [ring]}}}

    corners = st.tuples(st.sampled_from(points), st.sampled_from(points))
    return st.sampled_from(seen).map(lambda grid: {"in": {"grid": grid}}) | corners.map(box)


def trees(world: World, register: Register[Any]) -> st.SearchStrategy[Tree]:
    leaves = st.one_of(comparisons(world, register), comparisons(world, register),
                       comparisons(world, register), areas(world, register))  # fmt: skip

    def grown(inside: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        several = st.lists(inside, min_size=1, max_size=3)
        return (
            several.map(lambda one: {"and": one})
            | several.map(lambda one: {"or": one})
            | inside.map(lambda one: {"not": one})
        )

    def fits(tree: Tree) -> bool:
        words = json.dumps(tree)
        return words.count('"in": {') <= 5 and words.count("{") < MAX_NODES // 2

    return st.recursive(leaves, grown, max_leaves=7).filter(fits)


@pytest.mark.parametrize("name", REGISTERS)
def test_d7_a_tree_finds_what_a_plain_evaluation_finds(world: World, name: str) -> None:
    register = REGISTERS[name]
    assert len(world.rows[name]) > 50

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(tree=trees(world, register))
    def agree(tree: Tree) -> None:
        expected = {row["id"] for row in world.rows[name] if holds(world, register, row, tree)}
        assert world.found(register, tree) == expected, tree

    agree()


def test_d7_every_column_and_operator_is_answered(world: World) -> None:
    """Each on its own and turned round: the two divide the rows."""
    for name, register in REGISTERS.items():
        everything = {row["id"] for row in world.rows[name]}
        for column, asked in register.asked.items():
            some = next(
                (r[column] for r in world.rows[name] if r[column] not in (None, "", [])), "x"
            )
            value = _plain(some[0] if isinstance(some, list) else some)
            for op in asked.ops:
                given = {
                    "in": {"values": [value]}, "between": {"since": value}, "empty": {},
                    "days": {"since": -30},
                }.get(op, {"value": value})  # fmt: skip
                tree = {"column": column, "op": op, **given}
                inside, outside = world.found(register, tree), world.found(register, {"not": tree})
                assert inside | outside == everything and not inside & outside, tree
                assert inside == {
                    r["id"] for r in world.rows[name] if holds(world, register, r, tree)
                }, tree


# ---- rights --------------------------------------------------------------------------------------

# Who is refused which columns: everybody what is stored encrypted, others what their list masks.
HIDDEN = {
    "county": {
        "people": {"id_number", "phone", "birth_date", "address", "house"},
        "households": {"address", "house"},
        "premises": {"phone"},
    },
    "department": {
        "houses": {"owner", "people", "households"},
        "buildings": {"people", "households"},
        "premises": {"phone"},
    },
    "screen": {"houses": {"owner", "people", "households"}, "buildings": {"people", "households"}},
    "township": {"people": {"id_number", "phone"}, "premises": {"phone"}},
}
SECRET = {"id_number": "id_enc", "phone": "phone_enc"}


def _ways(column: str, values: list[Any]) -> Iterator[Tree]:
    """Every way of asking about a column, alone and hidden in other conditions."""
    for op in sorted({op for ops in OPS.values() for op in ops}):
        for value in values:
            given = {"in": {"values": [value]}, "between": {"since": value}, "empty": {}}
            given["days"] = {"since": 1}
            leaf = {"column": column, "op": op, **given.get(op, {"value": value})}
            yield leaf
            if op in ("eq", "empty"):
                yield {"not": leaf}
                yield {"or": [{"not": {"and": [leaf]}}]}


@pytest.mark.parametrize("user", HIDDEN)
def test_d7_what_is_masked_cannot_be_found_by_asking(
    clients: Clients, demo_db: Database, user: str
) -> None:
    """Whatever value is asked for, right or wrong, the answer is one and the same refusal."""
    client = clients(user)
    keys = Keys.load(demo_db.settings.key_file)
    with demo_db.engine.connect() as connection:
        person = connection.execute(
            text("SELECT * FROM person WHERE status = 'active' AND phone_enc IS NOT NULL LIMIT 1")
        ).one()
    real = {
        "id_number": keys.decrypt(bytes(person.id_enc)) if person.id_enc else "x",
        "phone": keys.decrypt(bytes(person.phone_enc)),
        "birth_date": person.birth_date.isoformat(),
        "address": person.address,
    }
    for register, columns in HIDDEN[user].items():
        for column in columns:
            answers = set()
            for tree in _ways(column, [real.get(column, 3), "1"]):
                exported = user != "screen" and tree.get("op") == "eq"
                for act in ("search", "export") if exported else ("search",):
                    answer = client.post(f"/api/v1/{register}/{act}", json={"conditions": tree})
                    assert answer.status_code == 403, (register, tree, answer.text)
                    error = answer.json()["error"]
                    assert error.pop("field").startswith("conditions")
                    answers.add(json.dumps(error, sort_keys=True))
            assert len(answers) == 1, column
        listed = client.get(f"/api/v1/views/columns/{register}").json()
        assert columns.isdisjoint(one["column"] for one in listed)


def test_d7_what_a_list_masks_its_conditions_ask_for_the_same_right() -> None:
    """Whoever masks another column of a register has to close it here as well."""
    for register in REGISTERS.values():
        assert not set(register.sealed) & set(register.asked)
        for name, permission in register.guarded.items():
            assert permission in register.asked[name].needs, (register.name, name)
        for name, asked in register.asked.items():
            # A column that nobody's list shows in clear needs a right of its own.
            shown = {**register.columns(system("test")), "grid": None}
            assert name in shown or asked.needs, (register.name, name)
            assert asked.kind != "code" or name in register.dictionaries, (register.name, name)


def test_d7_an_order_tells_no_masked_birthday(clients: Clients, demo_db: Database) -> None:
    """Who sees birthdays masked gets people of one year and age in the order of their entry."""
    with demo_db.engine.connect() as connection:
        births = {r[0]: r[1] for r in connection.execute(text("SELECT id, birth_date FROM person"))}
    place = {"grid": clients("micro").get("/api/v1/me").json()["home_grid"]["id"]}
    for user, exact in (("county", False), ("township", True)):
        body = {"sort": "birth_year", "place": place, "size": 500}
        items = clients(user).post(SEARCH.format("people"), json=body).json()["items"]
        days = [births[item["id"]] for item in items if births[item["id"]]]
        assert len(days) > 50 and (days == sorted(days)) is exact
        keys = [(i["birth_year"], -i["age"], i["id"]) for i in items if births[i["id"]]]
        assert exact or keys == sorted(keys)


def test_d7_nobody_asks_about_statutory_labels(
    clients: Clients, demo_db: Database, actor_of: ActorOf
) -> None:
    """A statutory label is refused sign by sign like one that does not exist; and "no label"
    means no care label that the reader may see."""
    with demo_db.engine.connect() as connection:
        codes = dict(connection.execute(text("SELECT code, label_group FROM label")).all())
        held = connection.execute(
            text(
                "SELECT count(DISTINCT person_id) FROM person_label p JOIN label l"
                " ON l.code = p.label_code WHERE l.label_group = 'statutory'"
            )
        ).scalar_one()
    assert held > 0
    statutory = [code for code, group in codes.items() if group == "statutory"]
    for user in ("township", "micro"):
        client, told = clients(user), set()
        for code in [*statutory, "no_such_label"]:
            tree = {"not": {"column": "labels", "op": "in", "values": [code]}}
            answer = client.post(SEARCH.format("people"), json={"conditions": tree})
            assert answer.status_code == 422
            told.add(answer.text)
        assert len(told) == 1
        offered = client.get("/api/v1/views/columns/people").json()
        listed = next(one for one in offered if one["column"] == "labels")["options"]
        assert {one["code"] for one in listed}.isdisjoint(statutory) and listed
        # Who has a statutory label only is without a label here.
        asked = {"conditions": {"column": "labels", "op": "empty"}, "size": 500}
        without = client.post(SEARCH.format("people"), json=asked).json()
        assert all(item["labels"] == [] for item in without["items"])


def test_d7_conditions_never_reach_beyond_the_scope(
    clients: Clients, demo_db: Database, actor_of: ActorOf
) -> None:
    wide = {"or": [{"column": "number", "op": "ne", "value": "x"},
                   {"not": {"column": "number", "op": "empty"}}]}  # fmt: skip
    del wide["or"][1]
    for user in ("township", "village", "micro"):
        actor, client = actor_of(demo_db, user), clients(user)
        plain = client.post(SEARCH.format("households"), json={"size": 500}).json()
        asked = client.post(SEARCH.format("households"), json={"conditions": wide, "size": 500})
        assert asked.json()["total"] == plain["total"]
        assert all(actor.scope.sees(item["grid_id"]) for item in asked.json()["items"])
        with demo_db.engine.connect() as connection:
            grids = connection.execute(text("SELECT id FROM grid ORDER BY id")).scalars()
            outside = next(g for g in grids if not actor.scope.sees(g))
        told = set()
        for grid in (outside, 999_999_999):
            tree = {"not": {"in": {"grid": grid}}}
            answer = client.post(SEARCH.format("people"), json={"conditions": tree})
            assert answer.status_code == 404
            told.add(answer.text)
        assert len(told) == 1


def test_d7_totals_and_files_follow_the_conditions(clients: Clients) -> None:
    """List, totals, tally and export are of the same rows; the grid may be stated beside."""
    client = clients("township")
    tree = {"and": [{"column": "class", "op": "in", "values": ["floating", "overseas"]},
                    {"column": "age", "op": "between", "since": 18, "until": 40}]}  # fmt: skip
    home = client.get("/api/v1/me").json()["home_grid"]["id"]
    body = {"conditions": tree, "place": {"grid": home}, "size": 500}
    found = client.post(SEARCH.format("people"), json=body).json()
    assert 0 < found["total"] == sum(found["totals"]["class"].values())
    assert set(found["totals"]["class"]) <= {"floating", "overseas"}
    asked = {k: v for k, v in body.items() if k != "size"}
    file = client.post("/api/v1/people/export?format=csv", json=asked)
    assert file.content.decode("utf-8-sig").count("\r\n") == found["total"] + 1


@pytest.mark.parametrize(
    ("tree", "field"),
    [
        ({}, "conditions"),
        ({"and": []}, "conditions.and"),
        ({"and": [], "or": []}, "conditions.and"),
        ({"and": [{"column": "name", "op": "eq", "value": "x"}], "op": "eq"}, "conditions"),
        ({"and": [{"column": "name", "op": "eq"}]}, "conditions.and.0"),
        ({"column": "name", "op": "like", "value": "x"}, "conditions.op"),
        ({"column": "name", "op": "between", "since": "x"}, "conditions.op"),
        ({"column": "nothing", "op": "empty"}, "conditions.column"),
        ({"not": {"column": "age", "op": "eq", "value": "x"}}, "conditions.not.value"),
        ({"column": "age", "op": "eq", "value": 10**16}, "conditions.value"),
        ({"column": "age", "op": "between", "since": 9, "until": 1}, "conditions.since"),
        ({"column": "age", "op": "in", "values": list(range(101))}, "conditions.values"),
        ({"column": "sex", "op": "eq", "value": True}, "conditions.value"),
        ({"column": "confirmed_on", "op": "eq", "value": "20261120"}, "conditions.value"),
        ({"column": "confirmed_on", "op": "between", "until": "2026-02-30"}, "conditions.until"),
        ({"column": "name", "op": "contains", "value": "x" * 61}, "conditions.value"),
        ({"column": "name", "op": "contains", "value": "\u0000"}, "conditions.value"),
        ({"in": {"nearest": {"lon": 105, "lat": 24}}}, "conditions.in.nearest"),
        ({"in": {"grid": 1, "unplaced": True}}, "conditions.in"),
        ({"in": {"near": {"lon": 0, "lat": 0, "metres": 5}}}, "conditions.in.near"),
    ],
)
def test_d7_bad_conditions_are_named(clients: Clients, tree: Tree, field: str) -> None:
    answer = clients("township").post(SEARCH.format("people"), json={"conditions": tree})
    assert answer.status_code == 422, answer.text
    error = answer.json()["error"]
    assert error["field"].startswith(field), error
    assert error["message_zh"] and error["message_en"]


def test_d7_trees_are_bounded(clients: Clients) -> None:
    client = clients("township")
    leaf = {"column": "name", "op": "eq", "value": "x"}

    def deep(levels: int) -> Tree:
        tree = leaf
        for _ in range(levels - 1):
            tree = {"not": tree}
        return tree

    area = {"in": {"unplaced": True}}
    for tree, good in (
        (deep(MAX_DEPTH), True), (deep(MAX_DEPTH + 1), False), (deep(400), False),
        ({"or": [leaf] * (MAX_NODES - 1)}, True), ({"or": [leaf] * MAX_NODES}, False),
        ({"or": [area] * 5}, True), ({"or": [area] * 6}, False),
    ):  # fmt: skip
        answer = client.post(SEARCH.format("people"), json={"conditions": tree})
        assert answer.status_code == (200 if good else 422), answer.text[:200]
        assert good or answer.json()["error"]["field"] == "conditions"


def test_d7_a_register_without_columns_takes_no_conditions(clients: Clients) -> None:
    tree = {"column": "name", "op": "eq", "value": "x"}
    answer = clients("township").post(SEARCH.format("staff"), json={"conditions": tree})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "conditions.column"


def test_d7_an_error_is_the_same_whatever_the_rows(world: World) -> None:
    """A refused tree is refused before anything is looked up."""
    for tree in ({"column": "phone", "op": "empty"}, {"column": "id_number", "op": "empty"}):
        with pytest.raises(AppError):
            world.found(PEOPLE, tree)
