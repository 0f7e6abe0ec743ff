"""What is personal in the audit: sealed under a key of whom it tells of.

The audit is only ever added to and its chain notices every change, yet a person has to be
forgotten some day. So the values stand there under a key of that person alone, and that key is kept
outside of the audit, itself sealed under the key ring. Throwing it away leaves who changed which
field, and when, but not the values. See services/decisions/0010.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.db.audit import SubjectKey
from services.kit import crypto
from services.kit.crypto import Keys

Subject = tuple[str, int]
"""Table and id of the row whose key it is."""


@dataclass(frozen=True)
class Held:
    """Values before and after that are to be sealed; bytes are still under the key ring."""

    subject: Subject
    before: dict[str, Any]
    after: dict[str, Any]

    def words(self, keys: Keys) -> str:
        """Both sides as JSON, in clear."""
        return json.dumps([_clear(self.before, keys), _clear(self.after, keys)], ensure_ascii=False)


def _clear(side: dict[str, Any], keys: Keys) -> dict[str, Any]:
    return {k: keys.decrypt(v) if isinstance(v, bytes) else v for k, v in side.items()}


def seal(connection: Connection, keys: Keys, rows: Sequence[dict[str, Any]]) -> None:
    """Put ciphertext and key number in the place of what audit rows hold (:class:`Held`)."""
    holding = [row for row in rows if row["sealed"] is not None]
    if not holding:
        return
    found = _keys_of(connection, keys, {row["sealed"].subject for row in holding})
    for row in holding:
        row["key_id"], key = found[row["sealed"].subject]
        row["sealed"] = crypto.seal(key, row["sealed"].words(keys))


def opened(key_enc: bytes, sealed: bytes, keys: Keys) -> list[dict[str, Any]]:
    """The values before and after."""
    sides: list[dict[str, Any]] = json.loads(
        crypto.unseal(bytes.fromhex(keys.decrypt(key_enc)), bytes(sealed))
    )
    return sides


def _keys_of(
    connection: Connection, keys: Keys, subjects: set[Subject]
) -> dict[Subject, tuple[int, bytes]]:
    """Number and key of each subject; who has none gets one."""
    found = dict(_stored(connection, keys, subjects))
    missing = sorted(subjects - set(found))
    if missing:
        made = [
            {"entity": e, "entity_id": n, "key_enc": keys.encrypt(crypto.fresh_key().hex())}
            for e, n in missing
        ]
        connection.execute(insert(SubjectKey).on_conflict_do_nothing(), made)
        found |= _stored(connection, keys, missing)  # its own, or of whoever was faster
    return found


def _stored(
    connection: Connection, keys: Keys, subjects: Iterable[Subject]
) -> Iterable[tuple[Subject, tuple[int, bytes]]]:
    entity, number = SubjectKey.entity, SubjectKey.entity_id
    query = select(SubjectKey.id, entity, number, SubjectKey.key_enc).where(
        tuple_(entity, number).in_(list(subjects))
    )
    for row in connection.execute(query):
        key = bytes.fromhex(keys.decrypt(row.key_enc))
        yield (row.entity, row.entity_id), (row.id, key)
