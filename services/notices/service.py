"""Telling somebody 通知, and what somebody was told. The live channel rings in the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.preview import Preview
from services.notices import repository

LISTED = 50


def tell(session: Session, users: Iterable[int], kind: str, *, entity: str, entity_id: int) -> None:
    """A notice to each of ``users``, in the caller's transaction; their open pages hear of it."""
    told = {"kind": kind, "entity": entity, "entity_id": entity_id}
    rows = [{"user_id": user, **told} for user in sorted(set(users))]
    if rows:
        repository.add(session, rows)


def mine(session: Session, actor: Actor) -> dict[str, Any]:
    """``{unread, items}``: the newest notices of the actor; none of the target's in a preview."""
    if actor.user_id is None or isinstance(actor, Preview):
        return {"unread": 0, "items": []}
    keys = ("id", "kind", "entity", "entity_id", "at", "read_at")
    rows = repository.latest(session, actor.user_id, LISTED)
    items = [{key: getattr(row, key) for key in keys} for row in rows]
    return {"unread": repository.unread(session, actor.user_id), "items": items}


def read(session: Session, actor: Actor, ids: Sequence[int]) -> None:
    """Mark own notices as read; ids of others' notices do nothing."""
    assert actor.user_id is not None
    repository.mark_read(session, actor.user_id, ids)
