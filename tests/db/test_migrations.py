"""The migrated database is what the models say, and keeps what must not change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from services.access.actor import system
from services.config import Settings
from services.db import hook, migrate, reference
from services.db.embedded import Cluster
from services.db.session import Database
from services.db.tables import metadata
from services.errors import Conflict
from services.kit.models import DictionaryItem
from tests.roots import plant


def _ours(obj: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    return not (kind == "table" and name in {"spatial_ref_sys", "alembic_version", "access_epoch"})


def test_models_equal_the_migrated_database(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours})
        assert compare_metadata(context, metadata) == []


@pytest.fixture
def first_schema(cluster: Cluster, settings: Settings) -> Iterator[Database]:
    """A database at the first migration."""
    database = Database(cluster.clone("first_schema", "template1"), settings)
    migrate.upgrade(database, "0001")
    yield database
    database.close()
    cluster.drop("first_schema")


def test_a_filled_database_migrates_forward(first_schema: Database) -> None:
    with Session(first_schema.engine) as session:  # the hooks need the newest schema
        grid = plant(session).at(5)[0]
        session.execute(
            text(
                "INSERT INTO person (class, name, sex, birth_date, id_kind, grid_id) "
                "SELECT 'floating', 'x', 'f', date '1950-01-01' + n, 'none', :g "
                "FROM generate_series(1, 500) n"
            ),
            {"g": grid},
        )
        session.execute(
            text(
                "INSERT INTO person (class, name, name_pinyin, sex, birth_date, id_kind, grid_id) "
                "VALUES ('floating', '欧阳明', 'ouyangming oym', 'm', '1950-01-01', 'none', :g)"
            ),
            {"g": grid},
        )
        session.commit()
    rows = text("SELECT id, grid_id, class, sex, birth_date, status FROM person ORDER BY id")
    tally = text("SELECT grid_id, class, sum(n) FROM person_tally GROUP BY 1, 2")
    with first_schema.engine.begin() as connection:
        before = [connection.execute(q).all() for q in (rows, tally)]
    assert before[1] == [(grid, "floating", 501)]
    migrate.upgrade(first_schema)
    with first_schema.engine.begin() as connection:
        assert [connection.execute(q).all() for q in (rows, tally)] == before
        heard = "SELECT name_pinyin FROM person WHERE words @@ CAST(:word AS tsquery)"
        assert connection.execute(text(heard), {"word": "nyangming"}).scalars().all() == [
            "ou yang ming"
        ]
        context = MigrationContext.configure(connection, opts={"include_object": _ours})
        assert compare_metadata(context, metadata) == []


def test_a_role_without_rights_is_told_what_to_ask_for(
    cluster: Cluster, settings: Settings
) -> None:
    owner = Database(cluster.clone("no_rights", "template1"), settings)
    with owner.engine.begin() as connection:
        connection.execute(text("CREATE ROLE plain LOGIN"))
        connection.execute(text("ALTER DATABASE no_rights OWNER TO plain"))
    owner.close()
    plain = Database(owner.url.set(username="plain"), settings)
    with pytest.raises(Conflict, match="CREATE EXTENSION postgis"):
        migrate.upgrade(plain)
    plain.close()
    cluster.drop("no_rights")


def test_migrating_again_is_harmless(db: Database) -> None:
    migrate.upgrade(db)


def test_every_foreign_key_has_an_index(db: Database) -> None:
    """A missing one makes a delete or a join read the whole table."""
    missing = []
    for table in metadata.tables.values():
        firsts = {next(iter(i.columns)).name for i in table.indexes}
        firsts |= {next(iter(table.primary_key.columns)).name}
        for column in table.columns:
            big = table.name in {
                "person",
                "household",
                "family",
                "house",
                "building",
                "premises",
                "incident",
            }
            if column.foreign_keys and big and column.name not in firsts:
                missing.append(f"{table.name}.{column.name}")
    assert missing == ["incident.reporter_id"]  # users are never deleted, nobody joins on it


def test_a_write_without_an_actor_raises(db: Database) -> None:
    with pytest.raises(RuntimeError, match="without an actor"), db.session(None) as session:
        session.add(DictionaryItem(dictionary="sex", code="x", name_zh="某", name_en="x"))


def test_a_write_leaves_an_audit_row_in_the_same_transaction(db: Database) -> None:
    with db.session(system("test")) as session:
        session.add(DictionaryItem(dictionary="sex", code="x", name_zh="某", name_en="x"))
    with db.session(system("test")) as session:
        session.get_one(DictionaryItem, ("sex", "x")).name_zh = "别"
    with db.session(None) as session:
        rows = session.execute(
            text("SELECT actor_name, action, before, after FROM audit ORDER BY id")
        ).all()
    assert [(r.actor_name, r.action) for r in rows] == [
        ("system:test", "insert"),
        ("system:test", "update"),
    ]
    assert rows[1].before == {"name_zh": "某"}
    assert rows[1].after == {"name_zh": "别"}


@pytest.mark.parametrize("statement", ["UPDATE audit SET note = 'x'", "DELETE FROM audit"])
def test_the_audit_cannot_be_changed(db: Database, statement: str) -> None:
    with db.session(system("test")) as session:
        hook.note(session, "look")
    with pytest.raises(ProgrammingError, match="permission denied"), db.session(None) as session:
        session.execute(text(statement))
    with pytest.raises(IntegrityError, match="append-only"), db.bulk(system("test")) as session:
        session.execute(text(statement))


def test_an_installation_gets_the_reference_rows_that_a_new_one_reads(
    cluster: Cluster, settings: Settings
) -> None:
    """Dictionary items, permissions, and which labels begin by rule."""
    database = Database(cluster.clone("at_0012", "template1"), settings)
    migrate.upgrade(database, "0012")
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO role VALUES ('micro_leader', 'x', 'x'), ('patrol_officer', 'x', 'x');"
            "INSERT INTO dictionary_item (dictionary, code, name_zh, name_en) "
            "VALUES ('label_stop_reason', 'settled', 'x', 'x');"
            "INSERT INTO label (code, name_zh, name_en, label_group, legal_basis, start_age, "
            "sensitivity) VALUES ('elderly', 'x', 'x', 'care', 'x', 60, 1), "
            "('youth_at_risk', 'x', 'x', 'statutory', 'x', 6, 3)"
        )
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        items = connection.exec_driver_sql(
            "SELECT dictionary, code, name_zh, name_en, sort::text FROM dictionary_item"
        ).all()
        ruled = connection.exec_driver_sql("SELECT code FROM label WHERE starts_by_rule").all()
        rights = connection.exec_driver_sql("SELECT * FROM role_permission").all()
    shipped = {tuple(row.values()) for row in reference.read("dictionaries")}
    new = {tuple(row) for row in items if row.code != "settled"}
    assert new <= shipped
    whole = {"rent_stop_reason", "team_kind", "service_kind", "property_kind"}
    assert {row for row in shipped if row[0] in whole} <= new
    assert {row[1] for row in new if row[0] == "label_stop_reason"} == {
        "age", "years", "term", "birth_date", "again",
    }  # fmt: skip
    assert ruled == [("elderly",)]
    assert set(map(tuple, rights)) == {
        ("micro_leader", "labels.write"), ("micro_leader", "places.write"),
        ("micro_leader", "claims.claim"), ("micro_leader", "premises.write"),
        ("micro_leader", "premises.inspect"), ("patrol_officer", "premises.inspect"),
        ("micro_leader", "services.read"), ("patrol_officer", "services.read"),
        ("micro_leader", "services.write"), ("patrol_officer", "services.write"),
    }  # fmt: skip
    database.close()
    cluster.drop("at_0012")
