"""The tally of people stays equal to a count of the rows, whatever is done to them."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from services.access.actor import system
from services.access.scope import Scope
from services.db.session import Database
from services.people.service import class_counts, class_counts_by_grid
from tests.questions.county import County, _grids, _insert

CLASSES = ["registered", "floating", "unsettled", "overseas"]
INSERT = text(
    "INSERT INTO person (class, name, sex, id_kind, grid_id, status, cancelled_at, cancel_reason) "
    "SELECT :c, 'x', 'f', 'none', :g, :s, CASE WHEN :s = 'cancelled' THEN now() END, "
    "CASE WHEN :s = 'cancelled' THEN 'left' END FROM generate_series(1, :n)"
)
CANCEL = text(
    "UPDATE person SET status = 'cancelled', cancelled_at = now(), cancel_reason = 'left' "
    "WHERE status = 'active' AND id % 7 = :k"
)
REVIVE = text(
    "UPDATE person SET status = 'active', cancelled_at = NULL, cancel_reason = NULL "
    "WHERE status = 'cancelled' AND id % 5 = :k"
)
MOVE = text("UPDATE person SET grid_id = :g WHERE id % 6 = :k")
SETTLE = text("UPDATE person SET class = :c WHERE id % 4 = :k")
DELETE = text("DELETE FROM person WHERE id % 9 = :k")


def _counted(connection: Connection) -> Counter[tuple[int, str]]:
    rows = connection.execute(
        text("SELECT grid_id, class, count(*) FROM person WHERE status = 'active' GROUP BY 1, 2")
    )
    return Counter({(r[0], r[1]): r[2] for r in rows})


def _tallied(database: Database) -> Counter[tuple[int, str]]:
    with database.session(system("test")) as session:
        found = class_counts_by_grid(session, Scope.everything())
        whole = class_counts(session, Scope.everything())
    split = Counter({(g, c): n for g, classes in found.items() for c, n in classes.items()})
    by_class: Counter[str] = Counter()
    for (_, name), n in split.items():
        by_class[name] += n
    assert by_class == whole
    return split


def _plant(database: Database) -> list[int]:
    county = County()
    _grids(county, (2, 1, 1, 2))
    with database.engine.begin() as connection:
        _insert(connection, "grid", county.rows["grid"])
    return list(county.paths)


steps = st.lists(
    st.tuples(
        st.sampled_from(["insert", "cancel", "revive", "move", "settle", "delete", "truncate"]),
        st.integers(0, 8),
        st.integers(0, 6),
        st.sampled_from(CLASSES),
        st.integers(1, 40),
        st.booleans(),
    ),
    min_size=3,
    max_size=25,
)


def _do(connection: Connection, step: Any, grids: list[int]) -> None:
    what, k, g, c, n, flag = step
    grid = grids[g % len(grids)]
    if what == "insert":
        status = "cancelled" if flag else "active"
        connection.execute(INSERT, {"c": c, "g": grid, "s": status, "n": n})
    elif what == "cancel":
        connection.execute(CANCEL, {"k": k % 7})
    elif what == "revive":
        connection.execute(REVIVE, {"k": k % 5})
    elif what == "move":
        connection.execute(MOVE, {"g": grid, "k": k % 6})
    elif what == "settle":
        connection.execute(SETTLE, {"c": c, "k": k % 4})
    elif what == "delete":
        connection.execute(DELETE, {"k": k})
    elif flag:
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        connection.execute(text("TRUNCATE person CASCADE"))


def test_tally_equals_the_count_after_any_sequence(db: Database) -> None:
    grids = _plant(db)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=steps, keep=st.booleans())
    def run(steps: list[Any], keep: bool) -> None:
        with db.engine.connect() as connection:
            transaction = connection.begin()
            for step in steps:
                _do(connection, step, grids)
            if keep:
                transaction.commit()
            else:
                transaction.rollback()
            assert _tallied(db) == _counted(connection)

    run()


def test_tally_stays_right_and_short_under_many_writers(db: Database) -> None:
    """Four writers, 3,000 single-row changes: more than one fold happens, nobody waits or fails."""
    grids = _plant(db)
    errors: list[Exception] = []

    def write(seed: int) -> None:
        try:
            for i in range(750):
                with db.engine.begin() as connection:
                    values = {"c": CLASSES[(i + seed) % 4], "g": grids[(i * seed) % len(grids)]}
                    connection.execute(INSERT, {**values, "s": "active", "n": 1})
                    if i % 50 == 49:
                        connection.execute(CANCEL, {"k": seed})
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(seed,)) for seed in (1, 2, 3, 4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    with db.engine.connect() as connection:
        assert _tallied(db) == _counted(connection)
        assert connection.scalar(text("SELECT count(*) FROM person_tally")) < 2048
