"""The one table of told figures: never late, the same from every scope, and read as the system."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.access.actor import Actor, system
from services.access.scope import Scope
from services.analytics import service, told
from services.db.session import Database, lifted
from services.errors import NotFound
from tests.roots import Root, plant

TODAY = date(2026, 2, 28)
RIGHTS = frozenset({"stats.read", "screen.view"})
ADD = text(
    "INSERT INTO person (class, name, sex, birth_date, id_kind, grid_id) "
    "SELECT 'floating', 'x', 'f', date '1950-01-01', 'none', :g FROM generate_series(1, :n)"
)
SETTLE = text(
    "INSERT INTO household (number, grid_id) SELECT :g || '-' || nextval('household_id_seq'), :g "
    "FROM generate_series(1, :n)"
)
CHANGES = {
    "people": ADD,
    "households": SETTLE,
    "a class": text("UPDATE person SET class = 'registered' WHERE grid_id = :g AND id % 2 = 0"),
    "ages": text("UPDATE person SET birth_date = date '2020-01-01' WHERE grid_id = :g"),
    "a household": text(
        "UPDATE household SET status = 'cancelled', cancelled_at = now(), cancel_reason = 'x' "
        "WHERE id = (SELECT min(id) FROM household WHERE grid_id = :g AND status = 'active')"
    ),
    "a move": text("UPDATE household SET grid_id = :other WHERE grid_id = :g"),
}


def somebody(scope: Scope) -> Actor:
    """A reader of statistics who may not read people."""
    return Actor(None, "reader", "", RIGHTS, scope)


@pytest.fixture
def root(db: Database) -> Root:
    with db.session(system("test")) as session:
        made = plant(session, (2, 1, 1, 3))
        for n, grid in enumerate(made.at(5)):
            session.execute(ADD, {"g": grid, "n": 20 + n})
            session.execute(SETTLE, {"g": grid, "n": 6 + n})
    return made


def _figures(session: Session, root: Root) -> list[told.Counts]:
    table = told.table(session, TODAY)
    return [table.of([grid]) for grid in root.levels]


@pytest.mark.parametrize("what", CHANGES)
def test_remembered_until_something_changes(db: Database, root: Root, what: str) -> None:
    everybody = somebody(Scope.everything())
    grid, other = root.at(5)[0], root.at(5)[-1]
    with db.session(everybody) as session:
        before, table = _figures(session, root), told.table(session, TODAY)
        assert told.table(session, TODAY) is table
    with db.engine.begin() as connection:
        connection.execute(CHANGES[what], {"g": grid, "other": other, "n": 3})
        with db.session(everybody) as session:
            assert told.table(session, TODAY) is table, "not committed yet"
    with db.session(everybody) as session:
        after = _figures(session, root)
        assert after != before
        told._known.clear()
        assert _figures(session, root) == after


def test_a_moved_grid_is_counted_where_it_lies(db: Database, root: Root) -> None:
    everybody, grid = somebody(Scope.everything()), root.at(5)[0]
    with db.session(everybody) as session:
        home = told.table(session, TODAY).paths
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE grid SET path = trim_array(path, 2) || :p || :g WHERE id = :g"),
            {"g": grid, "p": root.at(4)[-1]},
        )
    with db.session(everybody) as session:
        assert told.table(session, TODAY).paths != home


def test_every_scope_is_told_the_same(db: Database, root: Root) -> None:
    """A table of the whole tree, also for who sees a part of it; and the fence is closed again."""
    county, township = root.at(1)[0], root.at(2)[0]
    inside = frozenset(g for g in root.levels if g == township or _under(root, g, township))
    with db.session(somebody(Scope.everything())) as session:
        whole = service.panel(session, somebody(Scope.everything()), township)
    reader = somebody(Scope(False, inside))
    with db.session(reader) as session:
        assert session.scalar(text("SELECT count(DISTINCT grid_id) FROM person")) == 3
        part = service.panel(session, reader, township)
        assert session.scalar(text("SELECT count(DISTINCT grid_id) FROM person")) == 3
        with pytest.raises(NotFound):
            service.panel(session, reader, county)
    assert part.model_dump() == whole.model_dump()


def _under(root: Root, grid: int | None, top: int) -> bool:
    while grid is not None and grid != top:
        grid = root.parents[grid]
    return grid == top


def test_the_fence_is_closed_after_an_error(db: Database, root: Root) -> None:
    reader = somebody(Scope(False, frozenset(root.at(5)[:1])))
    with db.session(reader) as session:
        with pytest.raises(ZeroDivisionError), lifted(session):
            assert session.scalar(text("SELECT count(DISTINCT grid_id) FROM person")) == 6
            raise ZeroDivisionError
        assert session.scalar(text("SELECT count(DISTINCT grid_id) FROM person")) == 1


def test_a_scope_with_holes_is_told_whole_units_only(db: Database, root: Root) -> None:
    """Somebody who sees the county and two of its micro-grids: what they see makes a sum or not."""
    county, (one, two, *_) = root.at(1)[0], root.at(5)
    with db.engine.begin() as connection:
        connection.execute(ADD, {"g": county, "n": 2})
    for seen in ({county, one}, {county, one, two}, set(root.levels) - {two}):
        reader = somebody(Scope(False, frozenset(seen)))
        with db.session(reader) as session:
            panel = service.panel(session, reader, county)
            table = told.table(session, TODAY)
            expected = table.of([g for g in root.levels if g in seen])
        assert panel.people == expected["people"]
        assert panel.unassigned.people is None or panel.unassigned.people >= told.LIMIT
