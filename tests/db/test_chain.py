"""The chain over the audit: whatever is done to it as the owner of the database shows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.access.actor import system
from services.audit import service
from services.config import Settings
from services.db import chain, hook
from services.db.embedded import Cluster
from services.db.session import Database


@pytest.fixture
def written(cluster: Cluster, settings: Settings, empty_template: str, tmp_path: Path) -> Database:
    """Ten audit rows, noted anchors in a folder of this test's own."""
    own = settings.model_copy(update={"data_dir": tmp_path})
    database = Database(cluster.clone(f"c{tmp_path.name[-12:]}", empty_template), own)
    for n in range(10):
        _note(database, n)
    assert service.verify(database).problems == []
    return database


def _note(database: Database, n: int) -> None:
    with database.session(system("test")) as session:
        hook.note(session, "look", entity="person", entity_id=n, note=f"第 {n} 次 \\ \" '")


OPEN = "ALTER TABLE audit DISABLE TRIGGER ALL; ALTER TABLE audit_seal DISABLE TRIGGER ALL;"


def _tamper(database: Database, statement: str) -> list[str]:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"{OPEN} {statement}")
    return service.verify(database).problems


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        ("UPDATE audit SET note = 'x' WHERE entity_id = 4", ["was changed"]),
        ("UPDATE audit SET actor_name = 'other' WHERE entity_id = 4", ["was changed"]),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE entity_id = 4", ["changed"]),
        ("UPDATE audit SET after = '{\"a\": 1}' WHERE entity_id = 4", ["was changed"]),
        ("UPDATE audit SET key_id = 1, sealed = '\\x01' WHERE entity_id = 4", ["was changed"]),
        ("DELETE FROM audit WHERE entity_id = 4", ["is missing"]),
        (
            "DELETE FROM audit_seal WHERE n = 5; DELETE FROM audit WHERE entity_id = 4",
            ["links 5 to 5 are missing", "was changed"],
        ),
        ("DELETE FROM audit_seal WHERE n = 10; DELETE FROM audit WHERE entity_id = 9", ["noted"]),
        ("DELETE FROM audit_seal; DELETE FROM audit", ["noted and is missing"]),
        ("INSERT INTO audit (actor_name, action) VALUES ('x', 'look')", ["has no link"]),
        (
            "INSERT INTO audit (id, actor_name, action) VALUES (999, 'x', 'look');"
            "INSERT INTO audit_seal VALUES (11, 999, '\\x00')",
            ["was changed"],
        ),
        (
            # The two rows change places together with their links.
            "UPDATE audit_seal SET audit_id = -1 WHERE n = 3;"
            "UPDATE audit_seal SET audit_id = (SELECT audit_id FROM audit_seal WHERE n = 4) - 1 "
            "WHERE n = 4; UPDATE audit_seal SET audit_id = 4 WHERE n = 3",
            ["changed", "changed"],
        ),
    ],
)
def test_tampering_as_owner_shows(written: Database, statement: str, problems: list[str]) -> None:
    found = _tamper(written, statement)
    assert len(found) >= len(problems)
    for words in problems:
        assert any(words in problem for problem in found), found


def test_a_forged_chain_needs_the_key(written: Database) -> None:
    """Somebody computes the whole chain anew, with a key of his own."""
    with written.engine.begin() as connection:
        connection.exec_driver_sql(f"{OPEN} UPDATE audit SET note = 'x'; DELETE FROM audit_seal")
        chain.seal_earlier(connection, b"another key")
    assert len(service.verify(written).problems) >= 10


def test_rows_from_before_the_chain_are_sealed_once(written: Database) -> None:
    with written.engine.begin() as connection:
        connection.exec_driver_sql(f"{OPEN} DELETE FROM audit_seal")
        chain.seal_earlier(connection, written.keys.chain)
    assert service.verify(written).problems == []
    with written.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO audit (actor_name, action) VALUES ('x', 'look')")
        chain.seal_earlier(connection, written.keys.chain)
    assert len(service.verify(written).problems) == 1


def test_many_writers_make_one_chain(written: Database) -> None:
    threads = [
        threading.Thread(target=lambda n=n: [_note(written, n) for _ in range(8)]) for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = service.verify(written)
    assert verdict.problems == [] and verdict.rows == 10 + 48


def test_a_rolled_back_write_leaves_no_row_and_no_gap(written: Database) -> None:
    with pytest.raises(ZeroDivisionError), written.session(system("test")) as session:
        hook.note(session, "look")
        session.flush()
        raise ZeroDivisionError
    _note(written, 10)
    verdict = service.verify(written)
    assert verdict.problems == [] and verdict.rows == 11


def test_old_rows_go_after_their_time_and_the_chain_stays_whole(written: Database) -> None:
    with written.engine.begin() as connection:
        connection.exec_driver_sql(
            f"{OPEN} UPDATE audit SET at = at - interval '7 years' WHERE entity_id < 6;"
            "DELETE FROM audit_seal; ALTER TABLE audit ENABLE TRIGGER ALL"
        )
        chain.seal_earlier(connection, written.keys.chain)
    written.settings.anchor_file.unlink()
    before = service.retained_from(6)
    assert service.prune(written, before, apply=False) == 6
    assert service.verify(written).rows == 10
    assert service.prune(written, before, apply=True) == 6
    verdict = service.verify(written)
    assert (verdict.problems, verdict.rows, verdict.pruned) == ([], 5, 6)
    assert service.prune(written, before, apply=True) == 0
    with written.engine.begin() as connection:
        connection.exec_driver_sql(f"{OPEN} DELETE FROM audit WHERE entity_id = 7")
    assert len(service.verify(written).problems) == 1


def test_the_retention_time_of_a_leap_day() -> None:
    day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert service.retained_from(6, day) == datetime(2022, 2, 28, 12, tzinfo=UTC)
    assert service.retained_from(4, day) == day - timedelta(days=1461)
