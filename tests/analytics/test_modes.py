"""S1, S2: what the wall's modes show is what the rows say, and no more than the reader may know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.access.actor import Actor
from services.analytics import modes, service
from services.db.session import Database
from services.kit.clock import ZONE
from tests.conftest import Clients

GRIDS = "SELECT id, level, path, valid_to FROM grid"
PEOPLE = "SELECT grid_id, confirmed_on, house_id FROM person WHERE status = 'active'"
HOUSES = "SELECT grid_id, rented FROM house WHERE status = 'active'"
PREMISES = (
    "SELECT id, grid_id, attention, due_on, last_check_on FROM premises WHERE status = 'active'"
)
LOOKS = """SELECT i.grid_id, i.made_at, EXISTS (SELECT FROM inspection_answer a
    WHERE a.inspection_id = i.id AND a.answer = 'not_ok') AS bad FROM inspection i"""
FINDINGS = "SELECT premises_id, state, rectify_by, closed_at FROM finding"
POSTS = """SELECT p.grid_id, p.kind FROM post p JOIN staff s ON s.id = p.staff_id
    WHERE p.valid_to IS NULL AND s.status = 'active'"""
ActorOf = Callable[[Database, str], Actor]


class World:
    """All rows of the demo, in plain Python."""

    def __init__(self, database: Database):
        with database.engine.connect() as connection:

            def read(query: str) -> list[Any]:
                return list(connection.execute(text(query)))

            self.grids = read(GRIDS)
            self.people, self.houses, self.premises = read(PEOPLE), read(HOUSES), read(PREMISES)
            self.looks, self.findings, self.posts = read(LOOKS), read(FINDINGS), read(POSTS)

    def below(self, grid_id: int) -> set[int]:
        return {g.id for g in self.grids if grid_id in g.path}


@pytest.fixture(scope="module")
def world(demo_db: Database) -> World:
    return World(demo_db)


@pytest.fixture(scope="module")
def shown(world: World) -> list[int]:
    """Grids of every level, the one with most people of each first."""
    own = Counter(p.grid_id for p in world.people)
    sizes = {g.id: sum(own[i] for i in world.below(g.id)) for g in world.grids}
    chosen = []
    for level in range(1, 6):
        living = [g.id for g in world.grids if g.level == level and g.valid_to is None]
        chosen += sorted(living, key=lambda i: -sizes[i])[:: max(1, len(living) // 3)][:3]
    return chosen


def today() -> date:
    return datetime.now(ZONE).date()


def test_s1_people_by_hand(
    demo_db: Database, world: World, shown: list[int], actor_of: ActorOf
) -> None:
    actor = actor_of(demo_db, "county")
    with demo_db.session(actor) as session:
        for grid in shown:
            below, found = world.below(grid), modes.people(session, actor, grid)
            people = [p for p in world.people if p.grid_id in below]
            ages = Counter(
                "old" if p.confirmed_on is None or p.confirmed_on < today() - timedelta(365)
                else "aging" if p.confirmed_on < today() - timedelta(90) else "fresh"
                for p in people
            )  # fmt: skip
            for kind in ("fresh", "aging", "old"):
                part = getattr(found.freshness, kind)
                assert part.n == ages[kind]
                assert part.percent == (round(100 * part.n / len(people)) if people else None)
            houses = [h for h in world.houses if h.grid_id in below]
            assert found.houses.total == len(houses)
            assert found.houses.rented == sum(h.rented for h in houses)
            assert found.houses.lived_in.n == len({p.house_id for p in people} - {None})
            assert {label.group for label in found.care} == {"care"}
            panel = service.panel(session, actor, grid)
            assert (panel.people, panel.houses) == (len(people), len(houses))


def test_s1_shares_only_without_the_right_to_read_people(
    demo_db: Database, world: World, shown: list[int], actor_of: ActorOf
) -> None:
    """A percent of fewer than 500 people could tell of fewer than five."""
    actor = actor_of(demo_db, "screen")
    told = set()
    with demo_db.session(actor) as session:
        for grid in shown:
            found, below = modes.people(session, actor, grid), world.below(grid)
            many = sum(p.grid_id in below for p in world.people) >= modes.TOLD_FROM
            shares = [*dict(found.freshness).values(), found.houses.lived_in]
            assert all(part.n is None for part in shares)
            assert all((part.percent is not None) == many for part in shares)
            told.add(many)
    assert told == {True, False}


def test_s1_premises_by_hand(
    demo_db: Database, world: World, shown: list[int], actor_of: ActorOf
) -> None:
    actor = actor_of(demo_db, "screen")
    first = today() - timedelta(29)
    with demo_db.session(actor) as session:
        for grid in shown:
            below, found = world.below(grid), modes.premises(session, actor, grid)
            inside = [p for p in world.premises if p.grid_id in below]
            levels = Counter(p.attention for p in inside)
            assert list(found.attention.model_dump().values()) == [levels[n] for n in (1, 2, 3)]
            due = Counter(_due(p) for p in inside)
            assert found.due.model_dump() == {
                k: due[k] for k in ("overdue", "due", "soon", "later")
            }
            parts = {c: world.below(c) for c in found.due_by_part}
            for child, grids in parts.items():
                late = [p for p in inside if p.grid_id in grids and _due(p) in ("overdue", "due")]
                assert found.due_by_part[child] == len(late)
            looks = [(x.made_at.astimezone(ZONE).date(), x.bad) for x in world.looks
                     if x.grid_id in below and x.made_at <= datetime.now(ZONE)]  # fmt: skip
            assert [d.day for d in found.days] == [first + timedelta(n) for n in range(30)]
            for day in found.days:
                assert day.looks == sum(d == day.day for d, _ in looks)
                assert day.bad == sum(d == day.day and bad for d, bad in looks)
            _check_findings(found, [f for f in world.findings
                                    if f.premises_id in {p.id for p in inside}])  # fmt: skip


def _due(row: Any) -> str:
    if row.due_on is None:
        return "later" if row.last_check_on else "due"
    days = (row.due_on - today()).days
    return "overdue" if days < 0 else "due" if days == 0 else "soon" if days <= 7 else "later"


def _check_findings(found: modes.PremisesMode, rows: list[Any]) -> None:
    late = [f for f in rows if f.state == "open" and f.rectify_by < today()]
    since = today() - timedelta(29)
    mended = [f for f in rows if f.closed_at and f.closed_at.astimezone(ZONE).date() >= since]
    assert found.findings.model_dump() == {
        "open": sum(f.state == "open" for f in rows) - len(late),
        "late": len(late),
        "refused": sum(f.state == "refused" for f in rows),
        "rectified": len(mended),
    }


def test_s1_staff_by_hand(
    demo_db: Database, world: World, shown: list[int], actor_of: ActorOf
) -> None:
    actor = actor_of(demo_db, "screen")
    level = {g.id: g.level for g in world.grids}
    with demo_db.session(actor) as session:
        for grid in shown:
            below, found = world.below(grid), modes.staff(session, actor, grid)
            living = {g.id for g in world.grids if g.id in below and g.valid_to is None}
            posts = Counter((level[p.grid_id], p.kind) for p in world.posts if p.grid_id in living)
            led = {p.grid_id for p in world.posts if p.kind == "leader"}
            for row in found.offices:
                assert [row.leader, row.deputy, row.staff] == [
                    posts[row.level, kind] for kind in ("leader", "deputy", "staff")
                ]
                assert row.grids == sum(level[g] == row.level for g in living)
                assert row.vacant == sum(level[g] == row.level for g in living - led)
            assert found.vacancies.total == len(living - led)
            assert {v.id for v in found.vacancies.items} <= living - led


def test_o7_a_round_on_the_wall_is_the_round_of_the_officer(clients: Clients) -> None:
    """The premises and what is due in each patrol area, as the phone of its officer says."""
    client = clients("township")
    grid = client.get("/api/v1/wall").json()["grid"]["id"]
    rounds = client.get(f"/api/v1/wall/premises?grid={grid}").json()["rounds"]
    assert rounds
    for one in rounds:
        answer = client.get(f"/api/v1/patrol-areas/{one['id']}/round").json()
        counts = answer["counts"]
        assert (one["premises"], one["due"]) == (counts["total"], counts["due"] + counts["overdue"])


@pytest.mark.parametrize("mode", ["people", "premises", "staff"])
def test_d5_modes_need_the_wall_and_the_grid(clients: Clients, mode: str) -> None:
    grid = clients("county").get("/api/v1/wall").json()["grid"]["id"]
    path = f"/api/v1/wall/{mode}?grid={grid}"
    assert clients("patrol").get(path).status_code == 403
    assert clients("township").get(path).status_code == 404
    assert clients("county").get(f"/api/v1/wall/{mode}").status_code == 422
