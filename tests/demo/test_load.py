"""The small variant in a real database: complete, placed by the one rule, safe to repeat."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from sqlalchemy import text

from gis import locate
from services import banner
from services.access.actor import PERMISSIONS, Actor
from services.config import Settings
from services.db.copying import Table
from services.db.session import Database
from services.demo.county import County, make_county
from services.demo.inspections import inspection_tables
from services.demo.load import PLACED, load_demo, loaded_at
from services.demo.rows import (
    base_map_tables,
    family_table,
    grid_tables,
    household_table,
    label_table,
    person_table,
    place_tables,
)
from services.demo.services import service_tables
from services.demo.work_rows import (
    checked_ago,
    incident_tables,
    patrol_tables,
    premises_tables,
    staff_tables,
)
from services.errors import Conflict
from services.kit.crypto import Keys
from services.kit.keyring import Ring, Version

NOW = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)
KEYS = Keys(Ring(1, {1: Version(b"k" * 32, b"h" * 32)}, b"c" * 32, b"m" * 32))


def fingerprint(county: County) -> dict[str, str]:
    """A hash of every table, without the columns whose encryption is random."""
    tables: list[Table] = [
        *grid_tables(county),
        *base_map_tables(county),
        *place_tables(county),
        household_table(county),
        family_table(county),
        person_table(county, KEYS),
        label_table(county),
        *premises_tables(county, KEYS),
        *inspection_tables(county, checked_ago(county)),
        *staff_tables(county, KEYS),
        *patrol_tables(county),
        *incident_tables(county),
        *service_tables(county),
    ]
    return {
        t.name: hashlib.sha256(
            repr({c: v for c, v in t.columns.items() if not c.endswith("_enc")}).encode()
        ).hexdigest()
        for t in tables
    }


def scalar(database: Database, query: str) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def test_two_generations_are_equal() -> None:
    once, again = (fingerprint(make_county("small", NOW)) for _ in range(2))
    assert len(once) == 30
    assert once == again


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("grid", 1 + 1 + 17 + 17 + 168),
        ("household", 9_862),
        ("staff", 22 + 762),
        ("app_user", 8),
        ("premises_kind", 10),
    ],
)
def test_the_small_county_is_one_whole_township(demo_db: Database, table: str, rows: int) -> None:
    assert scalar(demo_db, f"SELECT count(*) FROM {table}") == rows


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("person", "class", 4),
        ("person", "id_kind", 5),
        ("premises", "kind", 10),
        ("premises", "attention", 3),
        ("incident", "state", 5),
        ("patrol_area", "kind", 2),
        ("basemap_line", "kind", 2),
        ("person_label", "label_code", 15),
        ("premises_attention", "cause", 2),
        ("finding", "state", 2),
        ("service_team", "kind", 8),
        ("service_object", "kind", 2),
        ("service_record", "kind", 8),
        ("property", "kind", 6),
    ],
)
def test_the_small_county_has_every_kind(
    demo_db: Database, table: str, column: str, values: int
) -> None:
    query = f'SELECT count(DISTINCT "{column}") FROM {table}'
    assert scalar(demo_db, query) == values


@pytest.mark.parametrize("table", PLACED)
def test_every_placed_row_is_in_the_grid_of_its_place(demo_db: Database, table: str) -> None:
    with demo_db.engine.begin() as connection:
        assert locate.differences(connection, table, place=PLACED[table]) == []


def test_rows_without_a_place_belong_to_an_upper_grid(demo_db: Database) -> None:
    query = """
        SELECT count(*) FILTER (WHERE g.level < 5) FROM person p JOIN grid g ON g.id = p.grid_id
        WHERE p.status = 'active' AND p.geom IS NULL AND p.no_place_reason IS NULL
    """
    assert scalar(demo_db, query) >= 4
    assert scalar(demo_db, query.replace("g.level < 5", "g.level = 5")) == 0


def test_base_map_rows_are_cut_at_village_lines(demo_db: Database) -> None:
    for table in ("basemap_line", "basemap_area"):
        outside = f"""
            SELECT count(*) FROM {table} b JOIN grid g ON g.id = b.grid_id
            WHERE g.level <> 3 OR NOT ST_DWithin(b.geom, g.geom, 0)
               OR NOT ST_CoveredBy(b.geom, ST_Buffer(g.geom, 1e-7))
        """
        assert scalar(demo_db, outside) == 0


def test_the_accounts_form_one_chain(
    demo_db: Database, actor_of: Callable[[Database, str], Actor]
) -> None:
    levels = {
        "screen": 1, "county": 1, "township": 2, "village": 3, "micro": 5, "patrol": 3,
        "department": 1, "admin": 1,
    }  # fmt: skip
    chain = []
    for name, level in levels.items():
        actor = actor_of(demo_db, name)
        path = scalar(demo_db, f"SELECT level FROM grid WHERE id = {actor.home_grid_id}")
        assert path == level, name
        assert actor.permissions and actor.permissions <= PERMISSIONS
        assert actor.staff_id is not None
        if name in ("county", "township", "village", "micro"):
            chain.append(actor.home_grid_id)
            leads = f"""
                SELECT count(*) FROM post WHERE staff_id = {actor.staff_id}
                AND grid_id = {actor.home_grid_id} AND kind = 'leader'
            """
            assert scalar(demo_db, leads) == 1
    inside = f"SELECT count(*) FROM grid WHERE id = {chain[-1]} AND path @> ARRAY{chain}::bigint[]"
    assert scalar(demo_db, inside) == 1
    patrol = actor_of(demo_db, "patrol")
    mine = f"SELECT count(*) FROM patrol_officer WHERE staff_id = {patrol.staff_id}"
    assert scalar(demo_db, mine) >= 1


def test_everybody_who_uses_the_system_has_the_same_admin_rights_only_once(
    demo_db: Database, actor_of: Callable[[Database, str], Actor]
) -> None:
    holders = [
        name
        for name in ("screen", "county", "township", "village", "micro", "patrol", "department")
        if actor_of(demo_db, name).may("admin")
    ]
    assert holders == []
    # The administrator of accounts needs neither the door nor the birthday of anybody, and neither
    # corrects people nor looks, or reviews a look, in an emergency.
    kept = {
        "people.address",
        "people.birth_date",
        "people.correct",
        "people.write",
        "households.write",
        "claims.claim",
        "labels.write",
        "places.write",
        "premises.write",
        "premises.inspect",
        "services.read",
        "services.write",
        "teams.write",
        "break_glass",
    }
    kept |= {"emergency.review"}
    assert actor_of(demo_db, "admin").permissions == PERMISSIONS - kept


def test_one_audit_row_says_what_was_loaded(demo_db: Database) -> None:
    query = """
        SELECT count(*) FROM audit
        WHERE action = 'demo load' AND actor_name = 'system:demo load' AND note LIKE '%small%'
    """
    assert scalar(demo_db, query) == 1


def test_nothing_of_a_person_is_stored_in_the_clear(demo_db: Database) -> None:
    leaks = """
        SELECT count(*) FROM person
        WHERE encode(id_enc, 'escape') ~ '299001[12]' OR encode(phone_enc, 'escape') ~ '129[0-9]{8}'
    """
    assert scalar(demo_db, leaks) == 0
    assert scalar(demo_db, "SELECT count(*) FROM person WHERE id_hash IS NOT NULL") > 34_000


def test_a_second_load_is_refused_and_changes_nothing(demo_copy: Database) -> None:
    before = scalar(demo_copy, "SELECT count(*) FROM person")
    with pytest.raises(Conflict, match="--replace"):
        load_demo(demo_copy, size="small", progress=False)
    assert scalar(demo_copy, "SELECT count(*) FROM person") == before


def test_only_an_aged_demo_says_so(demo_db: Database, db: Database) -> None:
    assert loaded_at(db) is None
    since = loaded_at(demo_db)
    assert since is not None
    for days, said in ((0, False), (3, True)):
        words = io.StringIO()
        console = Console(file=words, width=200)
        settings = Settings(demo=True, database_url=None)
        banner.show(console, settings, since - timedelta(days=days))
        assert ("demo load --replace" in words.getvalue()) is said
        assert "gridgov-demo" in words.getvalue()


def test_a_load_with_replace_starts_anew(demo_copy: Database) -> None:
    with demo_copy.engine.begin() as connection:
        connection.execute(text("DELETE FROM premises_also"))
    counts = load_demo(demo_copy, size="small", progress=False, replace=True, now=NOW)
    assert counts["grid"] == 204
    assert scalar(demo_copy, "SELECT count(*) FROM grid") == 204
    assert scalar(demo_copy, "SELECT count(*) FROM premises_also") == counts["premises_also"] > 0
