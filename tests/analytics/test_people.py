"""Remembered figures of people equal a fresh count after every commit, whoever writes meanwhile."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from services.access.actor import PERMISSIONS, Actor, system
from services.access.scope import Scope
from services.analytics import ages, people, repository
from services.db.session import Database
from tests.roots import plant

TODAY = date(2026, 2, 28)
NEAR_FOLD = text(
    "SELECT setval(pg_get_serial_sequence('person_tally', 'id'), "
    "greatest(last_value, last_value / 1024 * 1024 + 1022)) FROM person_tally_id_seq"
)
# Each writer has a micro-grid of its own (:g), so that none of them waits for another.
STEPS = {
    "insert": "INSERT INTO person (class, name, sex, birth_date, id_kind, grid_id) SELECT "
    "'floating', 'x', 'f', date '1950-01-01' + (365 * :k)::int, 'none', :g "
    "FROM generate_series(1, :k)",
    "age": "UPDATE person SET birth_date = birth_date + 400 * :k WHERE grid_id = :g AND id % 3 = 0",
    "no age": "UPDATE person SET birth_date = NULL WHERE grid_id = :g AND id % :k = 0",
    "sex": "UPDATE person SET sex = 'm' WHERE grid_id = :g AND id % :k = 0",
    "class": "UPDATE person SET class = 'registered' WHERE grid_id = :g AND id % :k = 0",
    "cancel": "UPDATE person SET status = 'cancelled', cancelled_at = now(), "
    "cancel_reason = 'left' WHERE grid_id = :g AND status = 'active' AND id % :k = 0",
    "name": "UPDATE person SET name = name || 'y' WHERE grid_id = :g AND id % 2 = 0",
    "delete": "DELETE FROM person WHERE grid_id = :g AND id % :k = 0",
}
moves = st.lists(
    st.tuples(
        st.sampled_from([*STEPS, "near fold", "commit", "commit", "commit", "rollback"]),
        st.integers(0, 2),
        st.integers(1, 9),
    ),
    min_size=5,
    max_size=40,
)


def _figures(rows: repository.Rows) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in rows}


def _equal(database: Database, root: int) -> None:
    with database.session(system("test")) as session:
        area = repository.area(session, Scope.everything(), root)
        assert area is not None
        kept = people.counted(session, area, TODAY)
        fresh = repository.run(session, "people", **area.lists, bounds=ages.bounds(TODAY))
    assert _figures(kept) == _figures(fresh)


def _move(writer: Connection, what: str, grid: int, k: int) -> None:
    if what == "commit":
        writer.commit()
    elif what == "rollback":
        writer.rollback()
    elif what == "near fold":
        writer.execute(NEAR_FOLD)
    else:
        writer.execute(text(STEPS[what]), {"g": grid, "k": k})


def test_remembered_figures_are_those_of_the_last_commit(db: Database) -> None:
    with db.session(system("test")) as session:
        root = plant(session, (1, 1, 1, 3))
    county, grids = root.at(1)[0], root.at(5)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves=moves)
    def run(moves: list[tuple[str, int, int]]) -> None:
        with ExitStack() as stack:
            writers = [stack.enter_context(db.engine.connect()) for _ in grids]
            for what, who, k in moves:
                _move(writers[who], what, grids[who], k)
                _equal(db, county)
            for writer in writers:
                writer.commit()
                _equal(db, county)

    run()


def test_nobody_gets_the_figures_of_a_wider_scope(db: Database) -> None:
    with db.session(system("test")) as session:
        root = plant(session, (2, 1, 1, 1))
    county, grids = root.at(1)[0], root.at(5)
    with db.engine.begin() as connection:
        for n, grid in enumerate(grids, 2):
            connection.execute(text(STEPS["insert"]), {"g": grid, "k": n})
    for scope, expected in (
        (Scope.everything(), 5),
        (Scope(False, frozenset({county, grids[0]})), 2),
        (Scope(False, frozenset({county, grids[1]})), 3),
    ):
        with db.session(Actor(None, "test", "", PERMISSIONS, scope)) as session:
            area = repository.area(session, scope, county)
            assert area is not None
            assert sum(row.n for row in people.counted(session, area, TODAY)) == expected
