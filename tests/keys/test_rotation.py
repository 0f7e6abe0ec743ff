"""Rotating the keys: nothing is lost, nothing is unreadable at any moment, the same is found."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services.access.actor import system
from services.audit import service as audit
from services.db import hook
from services.db.session import Database
from services.errors import BadInput, Conflict
from services.keys import repository, service
from services.kit import keyring
from services.kit.crypto import Keys
from services.people.models import Person
from tests.conftest import ROOT, Clients

COLUMNS = {
    ("app_user", "totp_enc"),
    ("person", "id_enc"),
    ("person", "phone_enc"),
    ("premises", "phone_enc"),
    ("staff", "phone_enc"),
    ("subject_key", "key_enc"),
}


def plain(database: Database) -> dict[tuple[str, str], dict[int, str]]:
    """Every sealed value in clear, and a check that each hash is that of its value."""
    keys, found = Keys.load(database.settings.key_file), {}
    with database.engine.connect() as connection:
        for store in repository.stores():
            for column, twin in store.columns.items():
                query = text(
                    f"SELECT {store.key}, {column}, {twin or 'NULL'} FROM {store.table} "
                    f"WHERE {column} IS NOT NULL"
                )
                values = {}
                for key, sealed, hashed in connection.execute(query):
                    values[key] = keys.decrypt(sealed)
                    assert twin is None or bytes(hashed) in keys.digests(values[key])
                found[store.table, column] = values
    return found


def versions(database: Database) -> set[int]:
    found = service.counts(database)
    return {v for columns in found.values() for by in columns.values() for v in by}


def enrol(database: Database) -> None:
    """Somebody with a second factor, and somebody of whom the audit holds what changed."""
    sealed = Keys.load(database.settings.key_file).encrypt("JBSWY3DPEHPK3PXP")
    with database.engine.begin() as connection:
        connection.execute(
            text("UPDATE app_user SET totp_enc = :s WHERE username = 'micro'"), {"s": sealed}
        )
    with database.session(system("test")) as session:
        person = session.query(Person).filter(Person.status == "active").first()
        assert person is not None
        person.name = "新名字"


def later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=2)


def test_every_sealed_column_is_known() -> None:
    found = {(s.table, c) for s in repository.stores() for c in s.columns}
    assert found >= COLUMNS
    person = next(s for s in repository.stores() if s.table == "person")
    assert person.columns == {"id_enc": "id_hash", "phone_enc": "phone_hash"}


def test_all_values_are_the_same_afterwards(own: Database) -> None:
    enrol(own)
    before, rows = plain(own), state(own)
    assert all(before[name] for name in COLUMNS), "nothing to rotate"
    assert audit.verify(own).problems == []
    told: list[tuple[str, int]] = []
    done = service.rotate(own, lambda table, n: told.append((table, n)), batch=200)
    assert done.version == 2 and done.whole and versions(own) == {2}
    assert sum(n for _, n in told) == sum(done.rows.values())
    assert plain(own) == before
    assert state(own) == rows, "a rotation is no change of the rows"
    service.forget(own, 1, later())
    assert plain(own) == before
    assert set(keyring.load(own.settings.key_file).versions) == {2}
    verdict = audit.verify(own)
    assert verdict.problems == [] and verdict.rows > 0
    again = service.rotate(own)
    assert again.version == 3 and plain(own) == before


def state(database: Database) -> list[tuple[object, ...]]:
    query = text("SELECT id, version, updated_at, name, grid_id FROM person ORDER BY id")
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_the_file_is_written_whole_and_for_the_owner_only(own: Database) -> None:
    file = own.settings.key_file
    service.rotate(own)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir() if "keys" in p.name] == ["keys.json"]
    held = json.loads(file.read_text())
    assert held["current"] == 2 and not held["rotating"] and held["versions"]["1"]["retired"]


def test_the_audit_says_so_without_a_key(own: Database) -> None:
    service.rotate(own)
    service.forget(own, 1, later())
    with own.engine.connect() as connection:
        query = "SELECT action, note FROM audit WHERE entity = 'key_ring' ORDER BY id"
        rows = connection.execute(text(query)).all()
    assert [r.action for r in rows] == ["keys rotate", "keys rotated", "keys forget"]
    held = json.loads(own.settings.key_file.read_text())
    words = " ".join(r.note for r in rows)
    assert held["chain"] not in words and held["versions"]["2"]["seal"] not in words


CHILD = """
import sys
from services.config import Settings
from services.db.session import Database
from services.keys import service
database = Database(sys.argv[1], Settings(data_dir=sys.argv[2]))
def step(table, rows):
    print(table, flush=True)
    sys.stdin.readline()
service.rotate(database, step, batch=150)
"""


@pytest.mark.parametrize("batches", [0, 1, 3, 7])
def test_killed_in_the_middle_it_goes_on(own: Database, batches: int) -> None:
    """``batches`` are committed, then the process is killed while the next one is under way."""
    enrol(own)
    before = plain(own)
    url = own.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", CHILD, url, str(own.settings.data_dir)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        assert child.stdin and child.stdout
        for _ in range(batches):
            assert child.stdout.readline()
            child.stdin.write("\n")
            child.stdin.flush()
        assert child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
    assert plain(own) == before
    assert versions(own) == {1, 2}
    until_free(own)
    done = service.rotate(own)
    assert done.version == 2, "it went on instead of beginning anew"
    assert done.whole and versions(own) == {2} and plain(own) == before
    assert audit.verify(own).problems == []


def until_free(database: Database) -> None:
    """Until the server has noticed that the killed process is gone."""
    query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(query).scalar_one():
            pass


def test_a_kill_between_the_file_and_the_first_row(
    own: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = plain(own)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, "_one_table", killed)
        with pytest.raises(KeyboardInterrupt):
            service.rotate(own)
    assert keyring.load(own.settings.key_file).rotating
    assert plain(own) == before and versions(own) == {1}
    assert service.rotate(own).version == 2
    assert plain(own) == before


def look_up(client: object, number: str) -> list[int]:
    body = {"filters": {"id_number": number}}
    answer = client.post("/api/v1/people/search", json=body)  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_the_site_reads_and_finds_all_along(own: Database) -> None:
    """One site process, started before the rotation, is asked after every batch."""
    numbers = plain(own)["person", "id_enc"]
    with own.engine.connect() as connection:
        active = connection.execute(
            text("SELECT id FROM person WHERE status = 'active' AND id_enc IS NOT NULL ORDER BY id")
        ).scalars().all()  # fmt: skip
    asked = [active[0], active[len(active) // 2], active[-1]]
    site = Clients(own.settings, own)
    try:
        county = site("county")
        expected = {i: look_up(county, numbers[i]) for i in asked}
        assert all(i in found for i, found in expected.items())
        seen: list[set[int]] = []

        def step(table: str, rows: int) -> None:
            assert {i: look_up(county, numbers[i]) for i in asked} == expected
            listed = county.post("/api/v1/people/search", json={"size": 200})
            assert listed.status_code == 200
            seen.append(versions(own))

        service.rotate(own, step, batch=300)
        assert {1, 2} in seen, "the site was never asked in the middle"
        service.forget(own, 1, later())
        assert {i: look_up(county, numbers[i]) for i in asked} == expected
    finally:
        site.close()


def test_what_is_written_meanwhile_is_under_the_new_version(own: Database) -> None:
    """A process that loaded the ring before writes a row in the middle of the rotation."""
    held = Keys.load(own.settings.key_file)
    held.encrypt("x")
    added: list[int] = []

    def step(table: str, rows: int) -> None:
        if table == "person" and not added:
            with own.session(system("test")) as session:
                grid = session.scalar(text("SELECT grid_id FROM person LIMIT 1"))
                sealed, hashed = held.sealed_pair("29900119800101001X")
                person = Person(
                    person_class="registered", name="甲", sex="m", id_enc=sealed, id_hash=hashed,
                    grid_id=grid, address="",
                )  # fmt: skip
                session.add(person)
                session.flush()
                added.append(person.id)

    done = service.rotate(own, step, batch=500)
    assert done.whole and versions(own) == {2}
    assert plain(own)["person", "id_enc"][added[0]] == "29900119800101001X"


def test_rows_that_somebody_holds_are_left_and_done_next_time(own: Database) -> None:
    before = plain(own)
    with own.engine.connect() as other:
        query = "SELECT id FROM person WHERE id_enc IS NOT NULL ORDER BY id LIMIT 3 FOR UPDATE"
        other.execute(text(query))
        done = service.rotate(own)
        assert done.left >= 3 and not done.whole
        assert keyring.load(own.settings.key_file).rotating
        other.rollback()
    done = service.rotate(own)
    assert done.version == 2 and done.whole and plain(own) == before


def test_two_entries_of_one_person_are_told_and_stay_readable(own: Database) -> None:
    """While both versions are looked for, the database alone cannot see that they are the same."""
    keys = Keys.load(own.settings.key_file)
    with own.engine.begin() as connection:
        row = connection.execute(
            text("SELECT id, id_enc FROM person WHERE status = 'active' AND id_enc IS NOT NULL "
                 "ORDER BY id DESC LIMIT 1")
        ).one()  # fmt: skip
    number = keys.decrypt(row.id_enc)
    made: list[int] = []

    def step(table: str, rows: int) -> None:
        if not made:
            sealed, hashed = Keys.load(own.settings.key_file).sealed_pair(number)
            with own.engine.begin() as connection:
                query = text(
                    "INSERT INTO person (class, name, sex, grid_id, id_enc, id_hash) SELECT class, "
                    "name, sex, grid_id, :e, :h FROM person WHERE id = :i RETURNING id"
                )
                found = connection.execute(query, {"e": sealed, "h": hashed, "i": row.id})
                made.append(found.scalar_one())

    done = service.rotate(own, step, batch=200)
    assert done.stuck == {"person": [row.id]} and done.left
    assert plain(own)["person", "id_enc"][row.id] == number
    with own.engine.begin() as connection:
        connection.execute(text("DELETE FROM person WHERE id = :i"), {"i": made[0]})
    assert service.rotate(own).whole
    assert plain(own)["person", "id_enc"][row.id] == number


def test_a_key_is_forgotten_only_when_nobody_needs_it(own: Database) -> None:
    with pytest.raises(BadInput):
        service.forget(own, 1, later())  # in use
    with pytest.raises(BadInput):
        service.forget(own, 7, later())

    def stop(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service.rotate(own, stop, batch=100)
    with pytest.raises(Conflict, match="sealed under version 1"):
        service.forget(own, 1, later())
    service.rotate(own)
    with pytest.raises(Conflict, match="less than an hour"):
        service.forget(own, 1)
    service.forget(own, 1, later())
    with pytest.raises(BadInput):
        service.forget(own, 1, later())


def test_one_at_a_time(own: Database) -> None:
    inside, go = threading.Event(), threading.Event()

    def step(table: str, rows: int) -> None:
        inside.set()
        assert go.wait(60)

    first = threading.Thread(target=service.rotate, args=(own, step))
    first.start()
    assert inside.wait(60)
    with pytest.raises(Conflict, match="Another process"):
        service.rotate(own)
    go.set()
    first.join(120)
    assert versions(own) == {2}


def test_chain_and_recovery_codes_outlive_a_rotation(own: Database) -> None:
    with own.session(system("test")) as session:
        hook.note(session, "look", entity="person", entity_id=1)
    keys = Keys.load(own.settings.key_file)
    chain, mark = keys.chain, keys.mark("ABCD")
    old = json.loads(own.settings.key_file.read_text())
    service.rotate(own)
    service.forget(own, 1, later())
    assert (keys.chain, keys.mark("abcd")) == (chain, mark)
    fresh = Database(own.url, own.settings)
    try:
        assert audit.verify(fresh).problems == []
    finally:
        fresh.close()
    assert old["ring"]["1"] not in own.settings.key_file.read_text()


def test_the_ring_ends_at_the_byte() -> None:
    ring = keyring.Ring.fresh()
    for _ in range(254):
        ring = ring.rotated(datetime.now(UTC))
    assert ring.current == 255
    with pytest.raises(OverflowError):
        ring.rotated(datetime.now(UTC))


def test_a_new_ring_is_made_once(tmp_path: Path) -> None:
    """Many processes start on an empty folder at once."""
    file, found = tmp_path / "keys.json", []
    start = threading.Barrier(8)

    def load(add: Callable[[bytes], None]) -> None:
        start.wait()
        add(keyring.load(file).newest.seal)

    threads = [threading.Thread(target=load, args=(found.append,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(list(tmp_path.iterdir())) == 1
