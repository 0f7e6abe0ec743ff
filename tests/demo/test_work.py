"""Staff, premises, patrol areas and incidents."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pytest
import shapely

from services.demo.county import County
from services.demo.incidents import WorkClock, make_incidents, read_categories
from services.demo.layout import TOWNSHIPS
from services.kit.clock import ZONE, add_working_hours, working_hours_between

MOMENTS = (
    datetime(2026, 11, 20, 15, 42, tzinfo=ZONE),  # a working afternoon
    datetime(2026, 11, 22, 3, 5, tzinfo=ZONE),  # Sunday night
    datetime(2026, 10, 4, 12, 0, tzinfo=ZONE),  # in the long October holiday
    datetime(2027, 1, 1, 0, 0, 30, tzinfo=ZONE),  # the first minute of a year
    datetime(2026, 3, 2, 8, 30, tzinfo=ZONE),  # Monday, the first second of work
)


def test_staff_numbers_are_the_users(county: County) -> None:
    staff, grids = county.staff, county.grids
    assert len(staff.grid) == 3_327
    by_level = Counter(grids.level[staff.grid].tolist())
    assert by_level == {1: 22, 2: 104, 3: 392, 4: 294, 5: 2_515}
    for plan in TOWNSHIPS:
        mine = [c.startswith(plan.code) for c in np.array(grids.code)[staff.grid]]
        assert sum(mine) == plan.staff


def test_all_but_a_handful_of_grids_have_one_leader(county: County) -> None:
    staff, grids = county.staff, county.grids
    leaders = Counter(staff.grid[staff.post == "leader"].tolist())
    assert max(leaders.values()) == 1
    vacant = [int(grids.level[g]) for g in range(len(grids.code)) if g not in leaders]
    assert Counter(vacant) == {3: 1, 4: 3, 5: 14}
    assert all(g in leaders for g in grids.path(county.demo_micro))


def test_premises_are_of_all_kinds_and_in_different_buildings(county: County) -> None:
    premises = county.premises
    assert len(premises.kind) == 2_600
    assert len(set(premises.kind)) == 10
    assert len(set(premises.building.tolist())) == 2_600
    assert (county.buildings.micro[premises.building] == premises.micro).all()
    assert 100 < (premises.also != "").sum() < 300
    assert (premises.also != premises.kind).all()
    assert (county.buildings.use[premises.building] != "farm").all()
    assert Counter(premises.attention.tolist()).keys() == {1, 2, 3}


def test_patrol_areas_lie_in_the_grid_they_name_and_have_officers(county: County) -> None:
    areas = county.patrols
    assert 35 <= len(areas) <= 45
    assert len({a.name for a in areas}) == len(areas)
    for area in areas:
        home = county.grids.shape[area.grid]
        assert shapely.difference(area.shape, home).area < 1e-9
        assert 1 <= len(area.officers) <= 3
        assert (area.line is None) == (area.width is None)
        children = county.grids.shape[county.grids.parent == area.grid]
        assert not any(shapely.difference(area.shape, c).area < 1e-12 for c in children)


@pytest.mark.parametrize("now", MOMENTS, ids=lambda m: m.strftime("%m-%d %H:%M"))
def test_the_demo_is_alive_whenever_it_is_loaded(county: County, now: datetime) -> None:
    found = make_incidents(county.ground, county.buildings, county.ground.households, now)
    moment = now.timestamp()
    is_open = np.isnan(found.closed)
    red = is_open & (moment > found.due)
    yellow = is_open & ~red & (moment > found.warn)
    assert (red.sum(), yellow.sum(), is_open.sum()) == (7, 19, 168)
    assert (found.reported < moment).all()
    assert (found.closed[~is_open] < moment).all()
    assert (found.reported[is_open] > moment - 5_400).sum() >= 10  # something just happened
    assert (found.reported <= found.warn).all() and (found.warn <= found.due).all()
    steps = found.steps
    order = np.diff(steps, axis=1)
    assert (order[~np.isnan(order)] >= 0).all()
    assert (steps[~np.isnan(steps)] <= moment).all()
    assert (~np.isnan(steps[:, 4]) == ~is_open).all()
    on_time = (found.closed[~is_open] <= found.due[~is_open]).mean()
    assert 0.94 < on_time < 0.975


def test_deadlines_follow_the_working_calendar(county: County) -> None:
    found, kinds = county.incidents, read_categories()
    number = {c: i for i, c in enumerate(kinds.code)}
    for i in range(0, len(found.category), 499):
        kind = number[found.category[i]]
        reported = datetime.fromtimestamp(found.reported[i], ZONE)
        due = add_working_hours(reported, float(kinds.deadline[kind]))
        assert abs(due.timestamp() - found.due[i]) < 1
        warn = add_working_hours(reported, float(kinds.deadline[kind] - kinds.warn[kind]))
        assert abs(warn.timestamp() - found.warn[i]) < 1


def test_the_work_clock_agrees_with_the_calendar_of_the_service() -> None:
    rng = np.random.default_rng(5)
    first = datetime(2025, 9, 1, tzinfo=ZONE)
    clock = WorkClock(first, first + timedelta(days=400))
    start = first.timestamp() + rng.uniform(0, 300 * 86_400, 300)
    hours = rng.choice([0.25, 1, 3.5, 7, 14, 40.5, 70], 300)
    end = clock.add(start, hours)
    for a, h, b in zip(start, hours, end, strict=True):
        begin = datetime.fromtimestamp(a, ZONE)
        assert abs(add_working_hours(begin, h).timestamp() - b) < 1e-3
        later = datetime.fromtimestamp(b, ZONE)
        assert abs(working_hours_between(begin, later) - h) < 1e-3
        back = clock.back(b, np.array([h]))
        assert abs(clock.worked(back)[0] - clock.worked(np.array([a]))[0]) < 1e-3


def test_incidents_follow_the_week_and_the_day(county: County) -> None:
    closed = county.incidents.reported[~np.isnan(county.incidents.closed)]
    local = [datetime.fromtimestamp(t, ZONE) for t in closed]
    week = Counter(t.weekday() for t in local)
    assert (week[5] + week[6]) / 2 < 0.7 * sum(week[d] for d in range(5)) / 5
    day = Counter(t.hour for t in local)
    assert day[9] + day[10] > 8 * (day[2] + day[3])
    assert len(closed) == 24_000
