"""Looking for people: what one box finds, against a brute force over everybody (D7)."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import select, text

from services.access.actor import Actor, system
from services.db.session import Database
from services.errors import Forbidden
from services.kit.crypto import Keys
from services.kit.paging import Search
from services.kit.register import Caller, ask
from services.people import word_repository
from services.people.models import Person
from services.people.names import pinyin
from services.people.schemas import PeopleFilters
from services.people.service import PEOPLE

Row = tuple[int, str, str]


@pytest.fixture(scope="module")
def keys(demo_db: Database) -> Keys:
    return demo_db.keys


@pytest.fixture(scope="module")
def everybody(demo_db: Database) -> list[Row]:
    with demo_db.engine.connect() as connection:
        query = "SELECT id, name, address FROM person WHERE status = 'active'"
        return [(r.id, r.name, r.address) for r in connection.execute(text(query))]


def found(database: Database, keys: Keys, actor: Actor | None = None, **filters: Any) -> set[int]:
    """Ids of everybody whom the filters find."""
    with database.session(actor or system("test")) as session:
        caller = Caller(session, actor or system("test"), keys)
        search = Search[PeopleFilters](filters=PeopleFilters(**filters))
        question = ask(caller, PEOPLE, search)
        return set(session.scalars(select(Person.id).where(*question.clauses)))


def by_sound(typed: str, name: str) -> bool:
    """From any syllable on: spelled out, or by initials."""
    parts = pinyin(name).split(" ")
    endings = [parts[i:] for i in range(len(parts))]
    spelled = any("".join(e).startswith(typed) for e in endings)
    return spelled or any("".join(p[:1] for p in e).startswith(typed) for e in endings)


def test_d7_parts_of_names(demo_db: Database, keys: Keys, everybody: list[Row]) -> None:
    """Any run of signs of a name, pinyin from any syllable on, initials: as a brute force finds."""
    rng = random.Random(4)
    for _, name, _ in rng.sample(everybody, 6):
        start = rng.randrange(len(name))
        signs = name[start : rng.randint(start + 1, len(name))]
        expected = {i for i, other, _ in everybody if signs in other}
        assert found(demo_db, keys, name=signs) == expected
        assert found(demo_db, keys, name=f" {signs} ") == expected
        parts = pinyin(name).split(" ")
        for typed in ("".join(parts), parts[-1][:2], "".join(p[0] for p in parts)):
            heard = {i for i, other, _ in everybody if by_sound(typed, other)}
            assert found(demo_db, keys, name=typed) == heard
        apart = {i for i, other, _ in everybody if by_sound("".join(parts), other)}
        assert found(demo_db, keys, name=" ".join(parts).title()) == apart


def test_d7_parts_of_addresses(demo_db: Database, keys: Keys, everybody: list[Row]) -> None:
    """Any part of an address, from one sign on."""
    rng = random.Random(5)
    for _, _, address in rng.sample([row for row in everybody if row[2]], 12):
        start = rng.randrange(len(address))
        part = address[start : rng.randint(start + 1, len(address))]
        expected = {i for i, _, other in everybody if part in other}
        assert found(demo_db, keys, address=part) == expected


def test_d7_one_box(demo_db: Database, keys: Keys, everybody: list[Row]) -> None:
    """The box takes a name, an address, a whole id number as people type it, a whole phone."""
    with demo_db.engine.connect() as connection:
        query = (
            "SELECT id, id_enc, phone_enc FROM person WHERE status = 'active' "
            "AND phone_enc IS NOT NULL AND id_kind = 'resident' ORDER BY id LIMIT 1"
        )
        row = connection.execute(text(query)).one()
    number, phone = keys.decrypt(row.id_enc), keys.decrypt(row.phone_enc)
    assert row.id in found(demo_db, keys, q=f"{number[:6]} {number[6:14]} {number[14:].lower()}")
    assert row.id in found(demo_db, keys, q=phone)
    _, name, address = next(r for r in everybody if r[2])
    assert found(demo_db, keys, q=name) == {i for i, n, a in everybody if name in n or name in a}
    assert found(demo_db, keys, q=address) == {
        i for i, n, a in everybody if address in n or address in a
    }


@pytest.mark.parametrize("most", [20_000, 3])
def test_d5_only_people_of_the_area_are_found(
    demo_db: Database, keys: Keys, actor_of: Any, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A village's leader finds those of the village, by few and by many candidates."""
    monkeypatch.setattr(word_repository, "LOOKED_UP", most)
    actor = actor_of(demo_db, "village")
    with demo_db.engine.connect() as connection:
        query = "SELECT id, name, address, grid_id FROM person WHERE status = 'active'"
        rows = list(connection.execute(text(query)))
    own = [row for row in rows if actor.scope.sees(row.grid_id)]
    others = [row for row in rows if not actor.scope.sees(row.grid_id)]
    assert own and others
    surname = own[0].name[0]
    expected = {row.id for row in own if surname in row.name}
    assert len(expected) > 3 and any(surname in row.name for row in others)
    assert found(demo_db, keys, actor, name=surname) == expected
    street = next(row.address for row in own if row.address)[:3]
    there = {row.id for row in own if street in row.address}
    assert found(demo_db, keys, actor, address=street) == there
    elsewhere = {row.name for row in others} - {row.name for row in own}
    assert found(demo_db, keys, actor, q=min(elsewhere)) == set()


@pytest.mark.parametrize(
    "typed", [" ", "'", "\\", "a'b", "张&李", "!", ":*", "(", "'':*", "%", "_", "\\'"]
)
def test_d7_no_sign_is_an_operator(demo_db: Database, keys: Keys, typed: str) -> None:
    """What somebody types is looked for as it stands; nothing breaks and nothing matches all."""
    for name in ("q", "name", "address"):
        assert found(demo_db, keys, **{name: typed}) == set()


def test_d5_address_is_not_guessed(demo_db: Database, keys: Keys, everybody: list[Row]) -> None:
    """Whose post hides addresses does not learn one by looking for it."""
    base = system("test")
    blind = Actor(None, "blind", "blind", base.permissions - {"people.address"}, base.scope)
    address = next(a for _, _, a in everybody if a)
    with pytest.raises(Forbidden):
        found(demo_db, keys, blind, address=address)
    assert found(demo_db, keys, blind, q=address) == set()
