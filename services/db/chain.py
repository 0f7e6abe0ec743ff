"""The chain over the audit: what was written there cannot be changed without being noticed.

Each audit row gets a link: HMAC-SHA-256, under a key that the database never sees, of the row and
of the link before. So whoever owns the database can neither change nor remove a row nor add one
later without breaking the chain. The last rows could be cut off together with their links; against
that the newest link is noted outside of the database (:func:`anchor`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Text, insert, literal_column, select, text

from services.db.audit import Audit, AuditSeal

Link = tuple[int, bytes]
START: Link = (0, b"")
# What is linked, as the database itself writes it; time in UTC, whatever the session's zone. Rows
# without personal values read as they did before there were any.
WORDS = """jsonb_build_array(audit.id, audit.at AT TIME ZONE 'UTC', audit.actor_id,
    audit.actor_name, audit.action, audit.entity, audit.entity_id, audit.grid_id, audit.before,
    audit.after, audit.note)::text
    || coalesce(' ' || audit.key_id || ' ' || encode(audit.sealed, 'hex'), '')"""
# One chain needs one writer at a time; held from here to the end of the commit.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('audit_seal'), hashtext(current_schema()))")
_HEAD = text("SELECT n, hash FROM audit_seal ORDER BY n DESC LIMIT 1")
_UNSEALED = text(
    f"""
    SELECT id, {WORDS} FROM audit
    WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.audit_id = audit.id) ORDER BY id
    """  # noqa: S608 - own parts only
)
_CHAIN = f"""
    SELECT s.n, s.hash, s.audit_id, CASE WHEN audit.id IS NOT NULL THEN {WORDS} END,
           audit.action, audit.note
    FROM audit_seal s LEFT JOIN audit ON audit.id = s.audit_id ORDER BY s.n
"""  # noqa: S608 - own parts only
_INSERT = insert(Audit).returning(Audit.id, literal_column(WORDS, Text))
PRUNED = "audit prune"


def _next(key: bytes, before: Link, words: str) -> Link:
    n = before[0] + 1
    message = b"%d\n%s\n%s" % (n, before[1], words.encode())
    return n, hmac.new(key, message, hashlib.sha256).digest()


def append(connection: Connection, key: bytes, rows: Sequence[dict[str, Any]]) -> None:
    """Write audit rows with their links, as the last thing before a commit."""
    connection.execute(_LOCK)
    head = _head(connection)
    written = connection.execute(_INSERT, list(rows))
    _seal(connection, key, head, sorted(tuple(row) for row in written))


def seal_earlier(connection: Connection, key: bytes) -> None:
    """Seal the rows that were written before there was a chain; harmless afterwards."""
    connection.execute(_LOCK)
    if _head(connection) == START:
        _seal(connection, key, START, [tuple(r) for r in connection.execute(_UNSEALED)])


def _head(connection: Connection) -> Link:
    row = connection.execute(_HEAD).first()
    return START if row is None else (row.n, bytes(row.hash))


def _seal(connection: Connection, key: bytes, link: Link, rows: list[tuple[Any, ...]]) -> None:
    links = []
    for audit_id, words in rows:
        link = _next(key, link, words)
        links.append({"n": link[0], "audit_id": audit_id, "hash": link[1]})
    if links:
        connection.execute(insert(AuditSeal), links)


@dataclass
class Verdict:
    """What a check of the chain found; ``problems`` is empty when nothing was tampered with."""

    rows: int = 0
    pruned: int = 0
    head: Link = START
    problems: list[str] = field(default_factory=list)


def verify(connection: Connection, key: bytes, anchors: Path) -> Verdict:
    """Compute the whole chain anew and compare it with rows, links and anchors."""
    verdict = Verdict()
    pruned_to = 0
    expected = dict(_anchors(anchors))
    missing: list[tuple[int, int]] = []
    for n, digest, audit_id, words, action, note in connection.execute(text(_CHAIN)):
        link, before = (n, bytes(digest)), verdict.head
        verdict.head = link
        if n != before[0] + 1:
            verdict.problems.append(f"links {before[0] + 1} to {n - 1} are missing")
        if words is None:
            missing.append((n, audit_id))
        elif _next(key, (n - 1, before[1]), words) != link:
            verdict.problems.append(f"audit row {audit_id} (link {n}) was changed")
        else:
            verdict.rows += 1
            pruned_to = max(pruned_to, json.loads(note)["to"]) if action == PRUNED else pruned_to
        if expected.pop(n, link[1]) != link[1]:
            verdict.problems.append(f"link {n} is not the one that was noted")
    lost = [(n, audit_id) for n, audit_id in missing if n > pruned_to]
    verdict.pruned = len(missing) - len(lost)
    verdict.problems += [f"audit row {audit_id} (link {n}) is missing" for n, audit_id in lost]
    verdict.problems += [f"link {n} was noted and is missing" for n in sorted(expected)]
    unsealed = [row[0] for row in connection.execute(_UNSEALED)]
    verdict.problems += [f"audit row {audit_id} has no link" for audit_id in unsealed]
    return verdict


def anchor(connection: Connection, file: Path) -> None:
    """Note the newest link in ``file``, outside of the database."""
    head = _head(connection)
    if head != START and head not in list(_anchors(file)):
        with file.open("a") as out:
            out.write(json.dumps({"n": head[0], "hash": head[1].hex()}) + "\n")


def _anchors(file: Path) -> Iterator[Link]:
    if file.exists():
        for line in file.read_text().splitlines():
            noted = json.loads(line)
            yield noted["n"], bytes.fromhex(noted["hash"])


def newest_before(connection: Connection, moment: Any) -> int | None:
    """The highest link all of whose rows up to it were written before ``moment``."""
    query = (
        select(AuditSeal.n)
        .join(Audit, Audit.id == AuditSeal.audit_id)
        .where(Audit.at >= moment)
        .order_by(AuditSeal.n)
        .limit(1)
    )
    first_kept = connection.execute(query).scalar()
    return None if first_kept is None else first_kept - 1
