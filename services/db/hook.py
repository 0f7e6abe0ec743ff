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

from services.db import chain

# Tables that are themselves a log, or hold only live state.
UNAUDITED = {
    "audit", "audit_seal", "outbox", "user_session", "incident_action", "look_grant", "notice",
}  # fmt: skip
SECRET = ("_enc", "_hash")
# Rows of one insert need the same columns.
BLANK: dict[str, Any] = dict.fromkeys(("entity", "entity_id", "grid_id", "before", "after"))
BLANK["note"] = ""


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool | list):
        return value
    if isinstance(value, WKBElement):
        return value.desc
    return str(value)


def _kept(obj: Any, key: str) -> bool:
    """Whether the audit keeps a value. Personal ones are marked only: it can never forget them."""
    personal = getattr(obj, "__personal__", ())
    return not key.endswith(SECRET) and key != "geom_3857" and key not in personal


def _row(obj: Any, action: str) -> dict[str, Any]:
    state = inspect(obj)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for attr in state.mapper.column_attrs:
        history = state.attrs[attr.key].history
        if not _kept(obj, attr.key):
            if history.has_changes() and attr.key != "geom_3857":
                after[attr.key] = "changed"
            continue
        if action != "insert" and history.deleted:
            before[attr.key] = _plain(history.deleted[0])
        if action != "delete" and history.added:
            after[attr.key] = _plain(history.added[0])
    key = state.mapper.primary_key_from_instance(obj)
    number = key[0] if len(key) == 1 and isinstance(key[0], int) else None
    return {
        "action": action,
        "entity": obj.__tablename__,
        "entity_id": number,
        "grid_id": getattr(obj, "grid_id", None),
        "before": before or None,
        "after": after or None,
    }


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


def install_audit(maker: sessionmaker[Session], key: Callable[[], bytes]) -> None:
    """Attach the hook to every session of ``maker``; ``key`` gives the key of the chain."""

    def before_commit(session: Session) -> None:
        session.flush()
        if rows := session.info.pop("audit", None):
            chain.append(session.connection(), key(), rows)

    def forget(session: Session) -> None:
        session.info.pop("audit", None)

    event.listen(maker, "after_flush", _record)
    event.listen(maker, "before_commit", before_commit)
    event.listen(maker, "after_rollback", forget)
