"""The sweep of the pages: every server-side callback of wall and desk x roles x rows outside.

The callbacks come from the pages' own lists; one that is in no table below fails the first test.
What a page answers about a row outside of the reader's scope is, sign by sign, what it answers
about a row that does not exist.
"""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from services.access.actor import Actor
from services.db.session import Database
from tests.access.test_sweep import REGISTERS
from tests.conftest import Clients

ActorOf = Callable[[Database, str], Actor]
DESK = ("county", "township", "village", "micro", "department")
WALL = ("county", "township", "village", "screen")
NOBODY = 999_999_999
Values = dict[str, Any]
INTENT = re.compile(r'{\\"do\\": \\"grid\\", \\"id\\": (\d+)}')  # a grid to go to
# Register of the desk -> its table, and which rows of it are listed.
TABLES = {**REGISTERS, "grid": ("grid", "valid_to IS NULL")}
for name in ("audit", "teams", "services"):  # no registers of the desk
    del TABLES[name]
PLACES = {"building": "buildings", "house": "houses", "household": "households",
          "family": "families", "grid": "grid"}  # fmt: skip


def _question(number: int) -> Values:
    place = {"grid": number}
    return {"register": "people", "place": place, "filters": {}, "sort": None, "size": 20,
            "page": 1, "room": 1200}  # fmt: skip


def _deed(number: int) -> Values:
    txn = str(uuid.UUID(int=number))
    return {"id": number, "action": "urge", "note": "请尽快处理", "txn": txn}


# The input that starts a callback of the desk -> what it is about: register -> the input's value.
Asked = dict[str, Callable[[int], Any]]
ASKED: dict[str, Asked] = {
    "map.grid": {"grid": lambda n: n},
    "panel.children": {"grid": lambda n: n},
    "tabs.children": {reg: (lambda n, k=kind: {k: n}) for kind, reg in PLACES.items()},
    "table.columnDefs": {"grid": _question},
    "card.children": {
        name: (lambda n, r=name: {"register": r, "id": n, "depth": 1})
        for name in TABLES if name != "grid"
    },
    "tick.data": {"incidents": _deed},
}  # fmt: skip
STARTS = {
    "map.grid": "grid.data",
    "panel.children": "grid.data",
    "tabs.children": "place.data",
    "table.columnDefs": "question.data",
    "card.children": "card-of.data",
    "tick.data": "deed.data",
}
ELSEWHERE = {
    "unplaced.children": "below: test_the_unplaced_are_counted_inside",
    "found.children": "below: test_names_outside_are_not_found",
    "filters.children": "draws a form; takes no row's id",
}
WALL_CALLBACKS = {"people.children", "card.children"}


def _first(output: str) -> str:
    return output.removeprefix("..").split("...")[0].removesuffix("..")


def _callbacks(client: TestClient, page: str) -> dict[str, dict[str, Any]]:
    """First output -> the callback, for those that the server answers."""
    listed = client.get(f"/{page}/_dash-dependencies").json()
    return {_first(c["output"]): c for c in listed if not c.get("clientside_function")}


def _ask(client: TestClient, page: str, callback: dict[str, Any], values: Values) -> Any:
    """One call as the page's own script would make it; values by "id.property", else None."""
    outputs = [
        dict(zip(("id", "property"), o.rsplit(".", 1), strict=True))
        for o in callback["output"].strip(".").split("...")
    ]
    given = {
        kind: [{**i, "value": values.get(f"{i['id']}.{i['property']}")} for i in callback[kind]]
        for kind in ("inputs", "state")
    }
    body = {
        "output": callback["output"],
        "outputs": outputs if callback["output"].startswith("..") else outputs[0],
        "changedPropIds": [next(iter(values))],
        **given,
    }
    return client.post(f"/{page}/_dash-update-component", json=body)


def test_every_callback_is_declared(clients: Clients) -> None:
    client = clients("county")
    assert set(_callbacks(client, "desk")) == {*ASKED, *ELSEWHERE}
    assert set(_callbacks(client, "screen")) == WALL_CALLBACKS


def _rows(database: Database, register: str, actor: Actor, *, inside: bool) -> list[int]:
    table, alive = TABLES[register]
    grid = "id" if register == "grid" else "grid_id"
    query = f"SELECT id, {grid} FROM {table} WHERE {alive} ORDER BY id"
    with database.engine.connect() as connection:
        found = [i for i, g in connection.execute(text(query)) if actor.scope.sees(g) == inside]
    return random.Random(11).sample(found, min(3, len(found)))


def _alike(one: str, two: str, number: int) -> bool:
    """Whether two answers differ in the asked id only."""
    ids = re.compile(rf"\b({number}|{NOBODY})\b")
    plain = [json.dumps(json.loads(t), ensure_ascii=False, sort_keys=True) for t in (one, two)]
    return ids.sub("#", plain[0]) == ids.sub("#", plain[1])


@pytest.mark.parametrize("username", DESK)
def test_the_desk_tells_nothing_of_rows_outside(
    own_clients: Clients, demo_copy: Database, actor_of: ActorOf, username: str
) -> None:
    actor, client = actor_of(demo_copy, username), own_clients(username)
    callbacks = _callbacks(client, "desk")
    state = {"question.data": {**_question(1), "place": {}}}
    for output, kinds in ASKED.items():
        for register, value in kinds.items():

            def ask(number: int, output: str = output, value: Any = value) -> str:
                values = {STARTS[output]: value(number)} | (
                    {} if STARTS[output] == "question.data" else state
                )
                answer = _ask(client, "desk", callbacks[output], values)
                assert answer.status_code in {200, 403}, answer.text
                return str(answer.text)

            missing = ask(NOBODY)
            for number in _rows(demo_copy, register, actor, inside=False):
                assert _alike(ask(number), missing, number), (output, register, number)
            if username == "county":  # the same call does tell, where there is something to tell
                for number in _rows(demo_copy, register, actor, inside=True):
                    assert not _alike(ask(number), missing, number), (output, register, number)


@pytest.mark.parametrize("username", WALL)
def test_the_wall_tells_nothing_of_rows_outside(
    clients: Clients, demo_db: Database, actor_of: ActorOf, username: str
) -> None:
    actor, client = actor_of(demo_db, username), clients(username)
    callbacks = _callbacks(client, "screen")
    seen = {"grid": {"gridId": 1}, "mode": "overview", "metric": "open"}

    def card(number: int) -> str:
        values = {"card-of.data": {"incident": str(number)}, "seen.data": seen, "lang.data": "zh"}
        answer = _ask(client, "screen", callbacks["card.children"], values)
        assert answer.status_code == 200
        return str(answer.text)

    def wall(number: int) -> str:
        values = {"want.data": {"grid": str(number)}, "lang.data": "zh"}
        answer = _ask(client, "screen", callbacks["people.children"], values)
        assert answer.status_code == 200
        told = answer.json()["response"]
        told["seen"]["data"].pop("as_of")  # the moment of the answer
        return json.dumps(told)

    for ask, register in ((card, "incidents"), (wall, "grid")):
        missing = ask(NOBODY)
        for number in _rows(demo_db, register, actor, inside=False):
            assert _alike(ask(number), missing, number), (register, number)
        for number in _rows(demo_db, register, actor, inside=True):
            assert not _alike(ask(number), missing, number), (register, number)


@pytest.mark.parametrize("username", DESK)
def test_names_outside_are_not_found(
    clients: Clients, demo_db: Database, actor_of: ActorOf, username: str
) -> None:
    actor, client = actor_of(demo_db, username), clients(username)
    find = _callbacks(client, "desk")["found.children"]
    with demo_db.engine.connect() as connection:
        rows = list(connection.execute(text("SELECT id, code FROM grid ORDER BY id")))
    for number, code in random.Random(2).sample(rows, 30):
        told = _ask(client, "desk", find, {"words.value": code}).json()
        offered = INTENT.findall(json.dumps(told["response"], ensure_ascii=False))
        assert (str(number) in offered) == actor.scope.sees(number)
        assert all(actor.scope.sees(int(grid)) for grid in offered)


@pytest.mark.parametrize("username", DESK)
def test_the_unplaced_are_counted_inside(
    own_clients: Clients, demo_copy: Database, actor_of: ActorOf, username: str
) -> None:
    actor, client = actor_of(demo_copy, username), own_clients(username)
    somebody = "SELECT id, grid_id FROM person WHERE status = 'active' ORDER BY id"
    with demo_copy.engine.begin() as connection:
        chosen = random.Random(4).sample(list(connection.execute(text(somebody))), 300)
        connection.execute(
            text(
                "UPDATE person SET geom = NULL, no_place_reason = NULL, building_id = NULL,"
                " house_id = NULL WHERE id = ANY(:ids)"
            ),
            {"ids": [i for i, _ in chosen]},
        )
        query = (
            "SELECT grid_id FROM person WHERE status = 'active' AND geom IS NULL"
            " AND no_place_reason IS NULL"
        )
        owners = connection.execute(text(query)).scalars().all()
    callback = _callbacks(client, "desk")["unplaced.children"]
    answer = _ask(client, "desk", callback, {"boot.data": {}})
    shown = answer.json()["response"]["unplaced"]["children"]
    if not actor.may("people.read"):
        assert shown == ""
        return
    assert int(shown.replace(",", "") or 0) == sum(actor.scope.sees(g) for g in owners)
