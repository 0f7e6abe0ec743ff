"""``gridgov grids check`` on the small demo county: right as loaded, and every kind of mistake."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from services.access.actor import system
from services.config import Settings
from services.db.session import Database
from services.grids import cli
from services.grids.check import FOLLOWING, HELD, PLACED, check, reassign

SCOPED = """
    SELECT DISTINCT c.table_name FROM information_schema.columns c
    JOIN information_schema.columns g USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND c.column_name = 'grid_id'
      AND g.udt_name = 'geometry'
"""


def test_the_demo_county_is_right(demo_db: Database):
    with demo_db.session(system("test")) as session:
        result = check(session)
    assert result.wrong == []
    assert result.broken == []
    assert {code: faults[:2] for code, faults in result.faults.items()} == {}
    assert result.exact


def test_every_table_with_a_place_is_checked(demo_db: Database):
    with demo_db.engine.connect() as conn:
        tables = set(conn.execute(text(SCOPED)).scalars())
    # The drawn lines of grids are no register: each is its own grid. An inspection keeps the grid
    # in which it was made, a service that of the person; an imported row is in the one that it was
    # led or sent to.
    others = {"grid_drawn", "inspection", "service_record", "held_person", "held_premises"}
    assert tables == {one.table for one in PLACED} | set(HELD) | others


SPOIL = """
    UPDATE {0} SET grid_id = (SELECT max(id) FROM grid WHERE level = 5 AND id <> {0}.grid_id)
    WHERE id = (SELECT {1}(id) FROM {0}) RETURNING id, grid_id
"""


def test_a_row_put_wrong_in_each_table_is_found_and_mended(demo_copy: Database):
    """One row of each table is sent elsewhere; each is found, and all that can be is mended."""
    placed = [one.table for one in PLACED if one.table != "organisation"]  # the demo has none
    following = [one.table for one in FOLLOWING]
    spoil = [SPOIL.format(name, "max") for name in (*placed, *HELD)]
    spoil += [SPOIL.format(name, "min") for name in following]
    with demo_copy.session(system("test")) as session:
        spoilt = [tuple(session.execute(text(query)).one()) for query in spoil]
        wrong = check(session, coverage=False).wrong
        found = {(row.table, row.id, row.stored) for row in wrong}
        for name, (number, stored) in zip((*placed, *HELD, *following), spoilt, strict=True):
            assert (name, number, stored) in found
        # Besides, a spoilt building or person leaves its followers behind, and nothing else.
        assert len([row for row in wrong if row.table not in following]) == len(placed) + len(HELD)
        moved = reassign(session)
        assert set(moved) == {*placed, *following}
        left = check(session, coverage=False).wrong
    assert sorted(row.table for row in left) == sorted(HELD)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("path = ARRAY[path[1], path[1], id]", "path"),
        ("parent_id = path[1]", "level"),
    ],
)
def test_a_broken_tree_is_found(demo_copy: Database, change: str, what: str):
    with demo_copy.session(system("test")) as session:
        code = session.execute(
            text(
                f"UPDATE grid SET {change} WHERE id = (SELECT max(id) FROM grid WHERE level = 3)"
                " RETURNING code"
            )
        ).scalar_one()
        broken = check(session, coverage=False).broken
        assert (code, what) in {(one.code, one.what) for one in broken}


def test_a_gap_is_measured(demo_copy: Database):
    with demo_copy.session(system("test")) as session:
        session.execute(
            text(
                "UPDATE grid SET geom = ST_Multi(ST_Difference(geom, ST_Buffer(label, 0.0001)))"
                " WHERE id = (SELECT max(id) FROM grid WHERE level = 5)"
            )
        )
        result = check(session)
    assert not result.exact
    (faults,) = result.faults.values()
    assert [fault.kind for fault in faults] == ["gap"]
    assert not faults[0].sliver


def test_the_command_tells_by_its_exit_code(demo_copy: Database, settings: Settings, monkeypatch):
    url = demo_copy.url.render_as_string(hide_password=False)
    chosen = settings.model_copy(update={"database_url": url})
    monkeypatch.setattr(cli, "settings", lambda: chosen)
    right = CliRunner().invoke(cli.app, ["check"])
    assert right.exit_code == 0, right.output
    assert json.loads(right.output.splitlines()[-1])["wrong"] == 0
    with demo_copy.engine.begin() as conn:
        conn.execute(
            text(
                "UPDATE premises SET grid_id = (SELECT id FROM grid WHERE level = 1)"
                " WHERE id = (SELECT min(id) FROM premises WHERE geom IS NOT NULL)"
            )
        )
    wrong = CliRunner().invoke(cli.app, ["check"])
    assert wrong.exit_code == 1
    first = json.loads(wrong.output.splitlines()[0])
    assert (first["table"], first["stored"] == first["right"]) == ("premises", False)
