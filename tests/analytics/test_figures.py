"""Every figure of panel and wall against counting by hand, on every grid of a random area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

import pytest
from sqlalchemy.orm import Session

from services.access.actor import PERMISSIONS, Actor, system
from services.access.scope import Scope
from services.analytics import service
from services.db.session import Database
from services.errors import NotFound
from services.kit.clock import ZONE, working_hours_between
from tests.analytics.world import GROUPS, NOW, World, build

TODAY = NOW.astimezone(ZONE).date()


@pytest.fixture(params=[1, 2])
def made(request: pytest.FixtureRequest, db: Database) -> Iterator[tuple[Session, World]]:
    with db.session(system("test")) as session:
        yield session, build(session, request.param)


def active(rows: list[dict], grids: set[int]) -> list[dict]:
    return [r for r in rows if r["status"] == "active" and r["grid_id"] in grids]


def light(row: dict) -> str:
    return "red" if row["due_at"] < NOW else "yellow" if row["warn_at"] < NOW else "green"


def by_hand(world: World, grids: set[int]) -> dict:
    """All counts of a set of grids, in the shape of the panel."""
    people = active(world.people, grids)
    lights = Counter(
        light(r) for r in world.incidents if r["closed_at"] is None and r["grid_id"] in grids
    )
    classes = Counter(p["class"] for p in people)
    return {
        "staff_count": len(active(world.staff, grids)),
        "households": len(active(world.households, grids)),
        "people": len(people),
        "people_by_class": {
            c: classes[c] for c in ("registered", "floating", "unsettled", "overseas")
        },
        "buildings": 0,
        "houses": 0,
        "premises": len(active(world.premises, grids)),
        "open_incidents": {c: lights[c] for c in ("red", "yellow", "green")},
    }


def counts(model: object) -> dict:
    keys = by_hand(World(), set())
    return model.model_dump(include=set(keys))  # type: ignore[attr-defined]


def living(world: World) -> list[int]:
    return [g for g in world.grids if g != world.closed_grid]


def test_panel_of_every_grid(made: tuple[Session, World]) -> None:
    session, world = made
    for grid_id in living(world):
        panel = service.panel(session, system("test"), grid_id, NOW)
        below = world.below(grid_id)
        assert counts(panel) == by_hand(world, below)
        inside = set()
        for child in panel.children:
            assert counts(child) == by_hand(world, world.below(child.id))
            inside |= world.below(child.id)
        assert [c.id for c in panel.children] == world.children(grid_id)
        assert counts(panel.unassigned) == by_hand(world, below - inside)
        levels = Counter(len(world.grids[g]) for g in below - {grid_id, world.closed_grid})
        assert panel.levels == dict(levels)
        assert [g.id for g in panel.grid.chain] == world.grids[grid_id]


def age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def test_wall_of_every_grid(made: tuple[Session, World]) -> None:
    session, world = made
    for grid_id in living(world):
        wall = service.wall(session, system("test"), grid_id, NOW)
        below = world.below(grid_id)
        assert counts(wall) == by_hand(world, below)
        _check_people(wall, active(world.people, below))
        _check_incidents(wall, [r for r in world.incidents if r["grid_id"] in below])
        _check_levels(wall, world, below)
        premises = active(world.premises, below)
        for kind in wall.premises_kinds:
            same = [p for p in premises if p["kind"] == kind.code]
            assert kind.total == len(same)
            assert kind.medium == sum(p["attention"] == 2 for p in same)
            assert kind.serious == sum(p["attention"] == 3 for p in same)
            assert kind.due == sum(p["due_on"] <= TODAY for p in same)


def _check_people(wall: service.Wall, people: list[dict]) -> None:
    ages = [age(p["birth_date"], TODAY) for p in people if p["birth_date"]]
    assert wall.ages.unknown == len(people) - len(ages)
    assert wall.ages.young == sum(a < 15 for a in ages)
    assert wall.ages.working == sum(15 <= a < 60 for a in ages)
    assert wall.ages.old == sum(a >= 60 for a in ages)
    assert wall.ages.men + wall.ages.women == wall.people
    for band in wall.ages.bands:
        for sex, shown in (("m", band.men), ("f", band.women)):
            assert shown == sum(
                p["sex"] == sex
                and p["birth_date"] is not None
                and band.since <= age(p["birth_date"], TODAY) <= (band.to or 200)
                for p in people
            )


def _check_incidents(wall: service.Wall, rows: list[dict]) -> None:
    first = TODAY - timedelta(days=29)
    told = Counter(r["reported_at"].astimezone(ZONE).date() for r in rows)
    done = [
        r
        for r in rows
        if r["state"] == "closed" and first <= r["closed_at"].astimezone(ZONE).date() <= TODAY
    ]
    closed = Counter(r["closed_at"].astimezone(ZONE).date() for r in done)
    assert [d.day for d in wall.days] == [first + timedelta(days=n) for n in range(30)]
    assert [d.reported for d in wall.days] == [told[d.day] for d in wall.days]
    assert [d.closed for d in wall.days] == [closed[d.day] for d in wall.days]
    assert (wall.closed, wall.on_time) == (
        len(done),
        sum(r["closed_at"] <= r["due_at"] for r in done),
    )
    for category in wall.categories:
        leaves = GROUPS[category.code]
        same = [r for r in done if r["category"] in leaves]
        assert category.open == sum(
            r["closed_at"] is None and r["category"] in leaves for r in rows
        )
        assert category.closed == len(same)
        if same:
            hours = [working_hours_between(r["reported_at"], r["closed_at"]) for r in same]
            assert category.median_hours == pytest.approx(median(hours), abs=0.006)
    assert sum(c.open for c in wall.categories) == wall.open_incidents.total
    _check_lists(wall, rows)


def _check_lists(wall: service.Wall, rows: list[dict]) -> None:
    urgent = [
        r
        for r in rows
        if r["closed_at"] is None and (light(r) == "red" or r["escalated"] or r["urged"])
    ]
    urgent.sort(key=lambda r: r["due_at"])
    assert wall.urgent is not None and wall.latest is not None
    assert wall.urgent.total == len(urgent)
    assert [i.due_at for i in wall.urgent.items] == [
        r["due_at"] for r in urgent[: service.URGENT_SHOWN]
    ]
    for line in wall.urgent.items:
        ahead = working_hours_between(NOW, line.due_at)
        behind = working_hours_between(line.due_at, NOW)
        assert line.left_hours == pytest.approx(ahead - behind, abs=0.002)
    turns = [t for r in rows if not r["closed_at"] for t in (r["warn_at"], r["due_at"]) if t >= NOW]
    assert wall.turns_at == min(turns, default=None)
    latest = sorted(rows, key=lambda r: r["reported_at"], reverse=True)[: service.LATEST_SHOWN]
    assert [i.number for i in wall.latest] == [r["number"] for r in latest]
    assert [i.light for i in wall.latest] == [None if r["closed_at"] else light(r) for r in latest]


def _check_levels(wall: service.Wall, world: World, below: set[int]) -> None:
    led = {
        p["grid_id"]
        for p in world.posts
        if p["kind"] == "leader"
        and p["valid_to"] is None
        and world.staff[p["staff_id"] - 1]["status"] == "active"
    }
    staff = Counter(len(world.grids[s["grid_id"]]) for s in active(world.staff, below))
    for row in wall.levels:
        grids = {g for g in below if len(world.grids[g]) == row.level and g != world.closed_grid}
        assert (row.grids, row.vacant) == (len(grids), len(grids - led))
        assert row.staff == staff[row.level]
    assert sum(row.staff for row in wall.levels) == wall.staff_count


def test_ranking_needs_thirty_closed(made: tuple[Session, World]) -> None:
    session, _ = made
    wall = service.wall(session, system("test"), 1, NOW)
    ranked = [c for c in wall.children if c.rank is not None]
    assert ranked, "a world in which nothing can be ranked shows nothing"
    assert {c.id for c in ranked} == {c.id for c in wall.children if c.closed >= 30}
    ranked.sort(key=lambda c: c.rank or 0)
    rates = [c.on_time / c.closed for c in ranked]
    assert rates == sorted(rates, reverse=True)


def somebody(world: World, top: int, without: frozenset[str] = frozenset()) -> Actor:
    scope = Scope(False, frozenset(world.below(top)))
    return Actor(1, "somebody", "", PERMISSIONS - without, scope, home_grid_id=top)


def test_scope(made: tuple[Session, World]) -> None:
    session, world = made
    township = world.children(1)[0]
    actor = somebody(world, township)
    assert service.home(session, actor) == township
    inside = world.below(township)
    for grid_id in living(world):
        if grid_id in inside:
            shown = service.wall(session, actor, grid_id, NOW)
            assert counts(shown) == by_hand(world, world.below(grid_id))
        else:
            for ask in (service.wall, service.panel):
                with pytest.raises(NotFound):
                    ask(session, actor, grid_id, NOW)


def test_scope_with_holes(made: tuple[Session, World]) -> None:
    """Somebody who sees the county's own rows and one township gets no row of another one."""
    session, world = made
    county, township = 1, world.children(1)[1]
    seen = world.below(township) | {county}
    actor = Actor(1, "x", "", PERMISSIONS, Scope(False, frozenset(seen)))
    wall = service.wall(session, actor, county, NOW)
    assert counts(wall) == by_hand(world, seen)
    assert [c.id for c in wall.children] == [township]
    assert all(i.grid_id in seen for i in [*(wall.latest or []), *(wall.urgent.items)])  # type: ignore[union-attr]


def test_closed_grid_is_not_found(made: tuple[Session, World]) -> None:
    session, world = made
    with pytest.raises(NotFound):
        service.panel(session, system("test"), world.closed_grid, NOW)


def test_titles_need_the_right_to_read_incidents(made: tuple[Session, World]) -> None:
    session, world = made
    wall = service.wall(session, somebody(world, 1, frozenset({"incidents.read"})), 1, NOW)
    assert wall.urgent is None and wall.latest is None
    assert counts(wall) == by_hand(world, world.below(1))
