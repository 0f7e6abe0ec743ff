"""The audit hook: each flushed change becomes an audit row in the same transaction.

The rows are gathered and written as the last thing before the commit, because the chain over them
(:mod:`services.db.chain`) has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geoalchemy2.elements import WKBElement
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, UOWTransaction, sessionmaker

from services.db import chain, sealed
from services.db.sealed import Held, Subject
from services.kit.crypto import Keys

# Tables that are themselves a log, or hold only live state.
UNAUDITED = {
    "audit", "audit_seal", "subject_key", "outbox", "user_session", "incident_action", "look_grant",
    "notice", "household_change", "family_change", "claim_fault", "house_change",
    "premises_attention", "inspection_answer", "finding", "recheck", "patrol_warning",
    "patrol_stop", "service_record_member",
}  # fmt: skip
DERIVED = ("geom_3857", "words")
CHANGED = "changed"
"""Stands for a value that the audit does not hold in clear."""
Sides = dict[str, dict[str, Any]]
# Rows of one insert need the same columns.
BLANK: dict[str, Any] = dict.fromkeys(
    ("entity", "entity_id", "grid_id", "before", "after", "key_id", "sealed")
)
BLANK["note"] = ""


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool | list):
        return value
    if isinstance(value, WKBElement):
        return value.desc
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


def _row(obj: Any, action: str) -> dict[str, Any]:
    """What changed: values in clear, and of personal ones a mark here and the values sealed."""
    state = inspect(obj)
    clear: Sides = {"before": {}, "after": {}}
    held: Sides = {"before": {}, "after": {}}
    for attr in state.mapper.column_attrs:
        key, history = attr.key, state.attrs[attr.key].history
        if key in DERIVED or (action != "delete" and not history.has_changes()):
            continue
        sides = {
            "before": () if action == "insert" else history.deleted or history.unchanged,
            "after": () if action == "delete" else history.added,
        }
        kind = _kind(obj, key)
        for side, values in sides.items():
            if values and kind != "secret":
                sealed_already = key.endswith("_enc") and values[0] is not None
                value = bytes(values[0]) if sealed_already else _plain(values[0])
                (clear if kind == "clear" else held)[side][key] = value
        if kind != "clear":
            clear["before" if action == "delete" else "after"][key] = CHANGED
    key = state.mapper.primary_key_from_instance(obj)
    number = key[0] if len(key) == 1 and isinstance(key[0], int) else None
    return {
        "action": action,
        "entity": obj.__tablename__,
        "entity_id": number,
        "grid_id": getattr(obj, "grid_id", None),
        "before": clear["before"] or None,
        "after": clear["after"] or None,
        "sealed": Held(_subject(obj), **held) if held["before"] or held["after"] else None,
    }


def _kind(obj: Any, key: str) -> str:
    if key.endswith("_hash") or key in getattr(obj, "__secret__", ()):
        return "secret"
    personal = key.endswith("_enc") or key in getattr(obj, "__personal__", ())
    return "personal" if personal else "clear"


def _subject(obj: Any) -> Subject:
    """Under whose key the personal values of ``obj`` go: a person's, or its own."""
    person = getattr(obj, "person_id", None)
    return ("person", person) if person else (obj.__tablename__, obj.id)


def _record(session: Session, _: UOWTransaction) -> None:
    changes = [("insert", session.new), ("update", session.dirty), ("delete", session.deleted)]
    rows = [
        _row(obj, action)
        for action, objects in changes
        for obj in objects
        if obj.__tablename__ not in UNAUDITED and (action != "update" or session.is_modified(obj))
    ]
    if rows:
        write(session, rows)


def write(session: Session, rows: list[dict[str, Any]]) -> None:
    """Gather audit rows in the name of the session's actor; raises without an actor."""
    actor = session.info.get("actor")
    if actor is None:
        raise RuntimeError("a write without an actor")
    who = {"actor_id": actor.user_id, "actor_name": actor.username}
    made = [{**BLANK, **who, **row} for row in rows]
    for row in made:
        if not row["note"].startswith(actor.seen_as):
            row["note"] = f"{actor.seen_as} {row['note']}".strip()
    session.info.setdefault("audit", []).extend(made)


def note(session: Session, action: str, **fields: Any) -> None:
    """Record an act that is no row change: a look, an export, a sign-in, a bulk load."""
    write(session, [{"action": action, **fields}])


def install_audit(maker: sessionmaker[Session], keys: Callable[[], Keys]) -> None:
    """Attach the hook to every session of ``maker``; ``keys`` gives the key ring."""

    def before_commit(session: Session) -> None:
        session.flush()
        if rows := session.info.pop("audit", None):
            sealed.seal(session.connection(), keys(), rows)
            chain.append(session.connection(), keys().chain, rows)

    def forget(session: Session) -> None:
        session.info.pop("audit", None)

    event.listen(maker, "after_flush", _record)
    event.listen(maker, "before_commit", before_commit)
    event.listen(maker, "after_rollback", forget)
