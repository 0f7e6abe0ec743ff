"""The registers on the demo county: every figure adds up, every code has a word."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import select

from services.access.actor import system
from services.config import Settings
from services.db.session import Database
from services.grids.models import Grid
from services.grids.register import STAFF
from services.incidents.register import INCIDENTS
from services.kit import register as mechanism
from services.kit.crypto import Keys
from services.kit.paging import Search
from services.kit.place import Place
from services.kit.register import Caller, Register
from services.kit.tabular import Sheet
from services.people.service import FAMILIES, HOUSEHOLDS, PEOPLE
from services.places.service import BUILDINGS, HOUSES
from services.premises.service import PREMISES

REGISTERS = [PEOPLE, HOUSEHOLDS, FAMILIES, HOUSES, BUILDINGS, PREMISES, INCIDENTS, STAFF]
IDS = [r.name for r in REGISTERS]


@pytest.mark.parametrize("register", REGISTERS, ids=IDS)
def test_each_grid_is_the_sum_of_its_children_and_its_own_rows(
    demo_db: Database, settings: Settings, register: Register[Any]
) -> None:
    with demo_db.session(system("test")) as session:
        caller = Caller(session, system("test"), Keys.load(settings.key_file))
        own: dict[int, int] = defaultdict(int)
        column = register.placing.grid
        rows = session.execute(select(column).where(register.alive)).scalars()
        for grid_id in rows:
            own[grid_id] += 1
        children = defaultdict(list)
        got = {}
        for grid in session.execute(select(Grid.id, Grid.parent_id)):
            children[grid.parent_id].append(grid.id)
            question = Search[register.filters](place=Place(grid=grid.id))
            total, split = mechanism.totals(mechanism.ask(caller, register, question))
            got[grid.id] = total
            assert all(sum(part.values()) == total for part in split.values())
        assert len(got) > 100 and sum(own.values()) > 100
        for grid_id, total in got.items():
            assert total == own[grid_id] + sum(got[child] for child in children[grid_id])


@pytest.mark.parametrize("register", REGISTERS, ids=IDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_of_the_demo_has_a_word_in_the_export(
    demo_db: Database, settings: Settings, register: Register[Any], lang: str
) -> None:
    with demo_db.session(system("test")) as session:
        caller = Caller(session, system("test"), Keys.load(settings.key_file))
        sheet = Sheet(session, register, lang)
        question = mechanism.ask(caller, register, Search[register.filters]())
        for item in mechanism.rows(question):
            for name, words in sheet.words.items():
                values = item[name] if isinstance(item[name], list) else [item[name]]
                for value in values:
                    code = value["kind"] if isinstance(value, dict) else value
                    text = str(code).lower() if isinstance(code, bool) else str(code)
                    assert code is None or text in words, (name, code)
