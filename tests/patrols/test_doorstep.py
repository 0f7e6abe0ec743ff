"""Who lives here: masked on the server, scoped, and every look recorded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.access.actor import system
from services.access.models import Role
from services.db.audit import Audit
from services.errors import Forbidden, NotFound
from services.patrols import doorstep, service
from services.patrols.schemas import BuildingResidents
from services.people.models import Household, Label, LabelAudience, Person, PersonLabel
from services.places.models import House
from tests.patrols.world import EAST, WEST, World, person

HOUSE = {"id": 1, "number": "B1-201", "building_id": 1, "floor": 2, "room": "201", "grid_id": WEST}


def _ago(days: int) -> date:
    return service.today() - timedelta(days=days)


def _ask(world: World, grids: set[int], without: str = "") -> BuildingResidents:
    actor = world.actor(grids, without=without)
    with world.session(actor) as session:
        return doorstep.residents(session, actor, 1)


@given(st.text(min_size=2, max_size=8))
def test_of_a_name_only_the_surname_is_left(name: str) -> None:
    shown = doorstep.masked(name[:2], len(name))
    assert shown.endswith("**")
    kept = shown.removesuffix("**")
    assert name.startswith(kept)
    assert len(kept) == (2 if len(name) > 2 and name[:2] in doorstep.COMPOUND else 1)


def test_compound_surnames_stay_whole_only_if_a_given_name_is_left() -> None:
    assert doorstep.masked("欧阳", 3) == "欧阳**"
    assert doorstep.masked("欧阳", 2) == "欧**"
    assert doorstep.masked("Jo", 10) == "J**"


@given(st.dates(date(1900, 1, 1), date(2026, 11, 23)))
def test_the_age_band_holds_the_age_in_whole_years(born: date) -> None:
    on = date(2026, 11, 23)
    years = sum(1 for y in range(1, 130) if _birthday(born, born.year + y) <= on)
    band = doorstep.age_band(born, on)
    assert band is not None
    low, high = (80, 200) if band == "80+" else map(int, band.split("-"))
    assert low <= years <= high


def _birthday(born: date, year: int) -> date:
    leap_day = (born.month, born.day) == (2, 29)
    return date(year, 3, 1) if leap_day and not _leap(year) else born.replace(year=year)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def test_freshness_has_the_stated_limits() -> None:
    found = [doorstep.freshness(d) for d in (0, 90, 91, 365, 366, None)]
    assert found == ["fresh", "fresh", "aging", "aging", "old", "old"]


def test_families_by_house_oldest_confirmation_counts(world: World) -> None:
    world.add(House, HOUSE, {**HOUSE, "id": 2, "number": "B1-202", "room": "202", "rented": True})
    world.add(House, {**HOUSE, "id": 3, "number": "B1-101", "floor": 1, "room": "101"})
    world.add(
        Household, {"id": 1, "number": "H1", "house_id": 1, "building_id": 1, "grid_id": WEST}
    )
    home = {"house_id": 1, "household_id": 1}
    world.add(
        Person,
        person(1, **home, confirmed_on=_ago(128), birth_date=date(1940, 1, 1), sex="f"),
        person(2, **home, confirmed_on=_ago(3)),
        person(3, house_id=2, person_class="floating"),
        person(4),
    )
    found = _ask(world, {WEST})
    first, second, empty = found.houses
    assert (first.state, first.people, first.freshness, first.confirmed_days) == (
        "occupied",
        2,
        "aging",
        128,
    )
    (family,) = first.families
    assert (family.household, family.confirmed_days) == (True, 128)
    eldest = family.members[0]
    assert (eldest.name, eldest.sex, eldest.age_band) == ("王**", "f", "80+")
    assert (second.state, second.freshness) == ("unchecked", "old")
    assert (empty.state, empty.freshness, empty.families) == ("empty", None, [])
    assert (found.people, found.households, found.to_check) == (4, 1, 2)
    assert [len(f.members) for f in found.elsewhere] == [1]


def test_nothing_that_names_a_person_is_in_the_answer_or_the_log(world: World) -> None:
    world.add(House, HOUSE)
    secret = {"id_kind": "resident", "id_enc": b"x", "id_hash": b"i" * 32}
    phone = {"phone_enc": b"y", "phone_hash": b"p" * 32}
    world.add(
        Person, person(1, house_id=1, name="王小明", name_pinyin="wang xiaoming", **secret, **phone)
    )
    found = _ask(world, {WEST}).model_dump_json()
    assert "王**" in found
    for word in ("小明", "xiaoming", "1980", "id_enc", "phone"):
        assert word not in found
    with world.database.session(system("test")) as session:
        (look,) = session.scalars(select(Audit).where(Audit.action == "look")).all()
    assert (look.actor_name, look.entity, look.entity_id, look.grid_id) == (
        "tester",
        "building",
        1,
        5,
    )
    assert look.after == {"households": [], "people": 1}


def test_without_the_right_to_people_a_building_tells_nothing(world: World) -> None:
    """Not even a count: a building can be one household."""
    world.add(House, HOUSE)
    world.add(Person, *(person(i, house_id=1) for i in range(1, 8)))
    with pytest.raises(Forbidden):
        _ask(world, {WEST}, without="people.read")
    with world.database.session(system("test")) as session:
        assert session.scalars(select(Audit).where(Audit.action == "look")).all() == []


def test_care_labels_by_post_and_statutory_ones_never(world: World) -> None:
    def label(code: str, group: str) -> dict[str, object]:
        names = {"name_zh": code, "name_en": code, "legal_basis": "x", "sensitivity": 1}
        return {"code": code, "label_group": group, **names}

    world.add(
        Label, label("elderly", "care"), label("aid", "care"), label("correction", "statutory")
    )
    world.add(Role, {"code": "civil", "name_zh": "民政", "name_en": "Civil affairs"})
    leader = [{"label_code": c, "role_code": "leader"} for c in ("elderly", "correction")]
    world.add(LabelAudience, *leader, {"label_code": "aid", "role_code": "civil"})
    world.add(Person, person(1))
    on = {"person_id": 1, "grid_id": WEST, "started_on": _ago(9), "started_by": "hand"}
    world.add(PersonLabel, *({"label_code": c, **on} for c in ("elderly", "aid", "correction")))
    (family,) = _ask(world, {WEST}).elsewhere
    assert [c.code for c in family.members[0].care] == ["elderly"]
    assert "correction" not in _ask(world, {WEST}).model_dump_json()


def test_people_and_buildings_of_another_grid_are_absent(world: World) -> None:
    world.add(House, HOUSE)
    world.add(Person, person(1, house_id=1), person(2, house_id=1, grid_id=EAST))
    assert _ask(world, {WEST}).people == 1
    with pytest.raises(NotFound):
        _ask(world, {EAST})


def test_cancelled_entries_do_not_live_here(world: World) -> None:
    gone = {"status": "cancelled", "cancelled_at": "2026-01-01", "cancel_reason": "迁出"}
    world.add(Person, person(1, **gone))
    assert _ask(world, {WEST}).people == 0
