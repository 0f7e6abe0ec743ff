"""O4: two warnings, then stop, day by day; nothing twice, and nobody stopped who was not warned."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.access.models import User
from services.errors import Conflict, Forbidden, NotFound
from services.grids.models import Post, Staff
from services.jobs import daily
from services.patrols import warnings
from services.premises.models import Premises
from tests.patrols.world import AREA, EAST, OFFICER, WEST, World, premises

DUE = date(2026, 3, 10)
LEADER = 72
DAYS = 3


@pytest.fixture
def patrol(world: World) -> World:
    """One premises of the area that is due, one outside, a leader of the area's grid."""
    world.add(
        Premises,
        premises(1, 105.004, 24.405, due_on=DUE),
        premises(2, 105.001, 24.4001, due_on=DUE),
    )
    world.add(Premises, premises(3, 105.012, 24.405, due_on=DUE, last_check_on=DUE))
    world.add(Staff, {"id": LEADER, "name": "示例长", "grid_id": 4})
    world.add(Post, {"staff_id": LEADER, "grid_id": 4, "kind": "leader", "valid_from": DUE})
    world.add(
        User,
        {"id": 2, "username": "leader", "name": "示例", "password_hash": "-", "staff_id": LEADER},
    )
    return world


def give(world: World, day: date) -> tuple[int, int, int]:
    found = warnings.give(world.database, day, DAYS)
    return found["first"], found["second"], found["stopped"]


def rows(world: World, query: str) -> list[Any]:
    with world.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def told(world: World) -> list[Any]:
    return rows(world, "SELECT user_id, kind, entity_id FROM notice ORDER BY id")


def test_o4_two_warnings_then_stop(patrol: World) -> None:
    seen = {n: give(patrol, DUE + timedelta(days=n)) for n in range(-1, 12)}
    steps = {n: found for n, found in seen.items() if any(found)}
    assert steps == {1: (1, 0, 0), 4: (0, 1, 0), 7: (0, 0, 1)}
    kinds = [
        (1, "patrol_warning_1"),
        (1, "patrol_warning_2"),
        (1, "patrol_stop"),
        (2, "patrol_stopped"),
    ]
    assert told(patrol) == [(user, kind, AREA) for user, kind in kinds]
    (stop,) = rows(patrol, "SELECT area_id, staff_id, stopped_on, reason FROM patrol_stop")
    assert stop == (AREA, OFFICER, DUE + timedelta(days=7), warnings.REASON)
    assert rows(patrol, "SELECT DISTINCT premises_id FROM patrol_warning") == [(1,)]


def test_o4_a_day_twice_changes_nothing(patrol: World) -> None:
    for n in (1, 4, 7):
        day = DUE + timedelta(days=n)
        assert sum(give(patrol, day)) == 1
        before = told(patrol)
        assert give(patrol, day) == (0, 0, 0)
        assert told(patrol) == before


def test_o4_after_an_outage_it_begins_with_the_first_warning(patrol: World) -> None:
    assert give(patrol, DUE + timedelta(days=40)) == (1, 0, 0)
    assert give(patrol, DUE + timedelta(days=42)) == (0, 0, 0)
    assert give(patrol, DUE + timedelta(days=60)) == (0, 1, 0)
    assert [job.each_day for job in daily.JOBS if job.name == "two warnings"] == [False]


def test_o4_a_check_ends_it(patrol: World) -> None:
    give(patrol, DUE + timedelta(days=1))
    with patrol.database.engine.begin() as connection:
        connection.execute(
            text("UPDATE premises SET last_check_on = '2026-03-12', due_on = '2026-06-10'")
        )
    for n in range(2, 20):
        assert give(patrol, DUE + timedelta(days=n)) == (0, 0, 0)
    assert give(patrol, date(2026, 6, 11))[0] == 1, "the next date begins anew"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE patrol_area SET status = 'closed'",
        "UPDATE staff SET status = 'left'",
        "UPDATE premises SET status = 'cancelled', cancelled_at = now(), cancel_reason = 'left'",
        "UPDATE premises SET kind = 'factory'",
        "DELETE FROM patrol_officer",
    ],
)
def test_o4_nobody_is_warned_without_cause(patrol: World, change: str) -> None:
    with patrol.database.engine.begin() as connection:
        connection.execute(text(change))
    assert give(patrol, DUE + timedelta(days=5)) == (0, 0, 0)


def test_o4_a_leader_lifts_it_with_a_reason(patrol: World) -> None:
    for n in (1, 4, 7):
        give(patrol, DUE + timedelta(days=n))
    ((number,),) = rows(patrol, "SELECT id FROM patrol_stop")
    leader, outside = patrol.actor({4, WEST, EAST}), patrol.actor({WEST})
    officer = patrol.actor({4, WEST}, staff=OFFICER)
    with patrol.session(outside) as session:
        assert warnings.stops(session, outside) == []
        with pytest.raises(NotFound):
            warnings.lift(session, outside, number, "因为")
    with patrol.session(officer) as session:
        assert [one["id"] for one in warnings.stops(session, officer)] == [number]
        with pytest.raises(Forbidden):
            warnings.lift(session, officer, number, "因为")
    without = patrol.actor({4}, without="premises.write")
    with patrol.session(without) as session, pytest.raises(Forbidden):
        warnings.lift(session, without, number, "因为")
    with patrol.session(leader) as session:
        warnings.lift(session, leader, number, "请假已说明")
    with patrol.session(leader) as session:
        (one,) = warnings.stops(session, leader)
        assert one["lift_reason"] == "请假已说明" and one["lifted_at"]
        with pytest.raises(Conflict):
            warnings.lift(session, leader, number, "再来")
    assert give(patrol, DUE + timedelta(days=8)) == (0, 0, 0), "not again for the same date"
