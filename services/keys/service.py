"""Rotating the keys 密钥轮换 of what is stored sealed, while the site is up.

A new version of the key ring is written to the file first; from then on everybody writes under it
and reads and looks up under both. Then row after row gets the new version, in short transactions of
their own. Whatever stops this in the middle leaves every row readable, under the one or the other;
the next ``rotate`` goes on with the same version. See services/decisions/0010.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from services.access.actor import system
from services.db import hook
from services.db.session import Database
from services.errors import BadInput, Conflict
from services.keys import repository
from services.keys.repository import Store
from services.kit import keyring
from services.kit.crypto import Keys

BATCH = 2_000
REST = timedelta(hours=1)
"""How long a retired version stays: longer than any transaction."""
PASSES = 5
Counts = dict[str, dict[str, dict[int, int]]]
Step = Callable[[str, int], None]


@dataclass
class Rotated:
    """What a rotation did: the version, rows by table, and rows that could not be moved."""

    version: int
    rows: dict[str, int] = field(default_factory=dict)
    stuck: dict[str, list[int]] = field(default_factory=dict)
    left: int = 0

    @property
    def whole(self) -> bool:
        """Whether every row is of the new version."""
        return self.left == 0


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """One at a time changes the key ring; raises :class:`Conflict` for the second."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(repository.LOCK).scalar_one():
            raise Conflict(
                "rotating",
                "另一个程序正在轮换密钥，请等它结束。",
                "Another process is rotating the keys; wait until it has ended.",
            )
        try:
            yield
        finally:
            connection.execute(repository.UNLOCK)


def counts(database: Database) -> Counts:
    """Table -> column -> version -> number of rows."""
    with database.bulk(system("keys status")) as session:
        return {s.table: repository.counts(session, s) for s in repository.stores()}


def _of_other_versions(found: Counts, version: int) -> int:
    return sum(n for t in found.values() for c in t.values() for v, n in c.items() if v != version)


def rotate(
    database: Database,
    step: Step = lambda table, rows: None,
    batch: int = BATCH,
    now: datetime | None = None,
) -> Rotated:
    """Bring every row under a new version, or go on with a rotation that was stopped.

    ``step`` is told of each batch once it is committed. Raises :class:`Conflict` while another
    process rotates.
    """
    file = database.settings.key_file
    with _alone(database):
        keys = Keys.load(file)
        if not keys.ring.rotating:
            _note(database, "keys rotate", {"from": keys.ring.current})
            keyring.save(keys.ring.rotated(now or datetime.now(UTC)), file)
        done = Rotated(keys.ring.current)
        for _ in range(PASSES):
            for store in repository.stores():
                _one_table(database, keys, store, done, step=step, batch=batch)
            done.left = _of_other_versions(counts(database), done.version)
            if done.whole or done.stuck:
                break
        if done.whole:
            keyring.save(keys.ring.settled(), file)
        stuck = {table: len(ids) for table, ids in done.stuck.items()}
        told = {"to": done.version, "rows": done.rows, "left": done.left, "stuck": stuck}
        _note(database, "keys rotated", told)
    return done


def _note(database: Database, action: str, told: dict[str, Any]) -> None:
    with database.session(system("keys")) as session:
        hook.note(session, action, entity="key_ring", note=json.dumps(told))


def _one_table(
    database: Database, keys: Keys, store: Store, done: Rotated, *, step: Step, batch: int
) -> None:
    after, stuck = 0, done.stuck.get(store.table, [])
    while True:
        with database.bulk(system("keys rotate")) as session:
            rows = repository.old_rows(
                session, store, done.version, after=after, skip=stuck, size=batch
            )
            made = [_renewed(keys, store, row._mapping, done.version) for row in rows]
            clashing = _write(session, store, made) if made else []
        if not rows:
            break
        after = rows[-1].id
        stuck = [*stuck, *clashing]
        done.rows[store.table] = done.rows.get(store.table, 0) + len(made) - len(clashing)
        step(store.table, len(made))
    if stuck:
        done.stuck[store.table] = stuck


def _renewed(keys: Keys, store: Store, row: Any, version: int) -> dict[str, Any]:
    """The row under the new version; a hash always follows the value that it is the hash of."""
    made = {"id": row["id"]}
    for column, twin in store.columns.items():
        sealed, looked = row[column], row[twin] if twin else None
        if sealed is not None and bytes(sealed)[0] != version:
            sealed, hashed = keys.sealed_pair(keys.decrypt(sealed))
            looked = hashed if twin else None
        made[column] = None if sealed is None else bytes(sealed)
        if twin:
            made[twin] = None if looked is None else bytes(looked)
    return made


def _write(session: Any, store: Store, rows: list[dict[str, Any]]) -> list[int]:
    """Write a batch; returns the rows whose new hash clashes with that of another row.

    Two entries of one person in a grid may have come to be while both versions were looked for.
    They are left as they are, readable, and somebody has to settle them.
    """
    try:
        with session.begin_nested():
            repository.write(session, store, rows)
    except IntegrityError:
        clashing = []
        for row in rows:
            try:
                with session.begin_nested():
                    repository.write(session, store, [row])
            except IntegrityError:
                clashing.append(row["id"])
        return clashing
    return []


def forget(database: Database, number: int, now: datetime | None = None) -> None:
    """Remove an old version from the ring.

    Raises :class:`BadInput` for a version that is not there or is in use, and :class:`Conflict`
    while a row needs it or it was retired less than :data:`REST` ago.
    """
    file = database.settings.key_file
    with _alone(database):
        ring = keyring.load(file)
        _check_old(ring, number, now or datetime.now(UTC))
        with database.bulk(system("keys forget")) as session:
            stores = repository.stores()
            repository.lock_against_writers(session, stores)
            found = {s.table: repository.counts(session, s) for s in stores}
            needed = sum(n for t in found.values() for c in t.values() for n in (c.get(number, 0),))
            if needed:
                raise Conflict(
                    "key_needed",
                    f"还有 {needed} 个值用第 {number} 版密钥加密，请先运行 gridgov keys rotate。",
                    f"{needed} values are sealed under version {number}: "
                    "run gridgov keys rotate first.",
                )
            hook.note(session, "keys forget", entity="key_ring", entity_id=number)
        keyring.save(ring.without(number), file)


def _check_old(ring: keyring.Ring, number: int, now: datetime) -> None:
    if number not in ring.versions or number == ring.current:
        raise BadInput(
            "version",
            f"没有可删除的第 {number} 版密钥（在用的是第 {ring.current} 版）。",
            f"There is no old version {number} to remove (version {ring.current} is in use).",
            field="version",
        )
    retired = ring.versions[number].retired
    if retired is not None and now - retired < REST:
        raise Conflict(
            "key_fresh",
            "这版密钥停用不到一小时，可能还有未提交的写入；请稍后再删。",
            "This version was retired less than an hour ago; a write under it may not be "
            "committed yet. Try again later.",
        )
