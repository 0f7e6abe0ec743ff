"""Who a session belongs to, as whom it looks, and what its owner has to do first."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access import emergency, preview, repository
from services.access.actor import Actor
from services.access.emergency import Emergency
from services.access.preview import Preview
from services.access.service import load_actor, token_hash
from services.config import Settings
from services.db.session import Database
from services.errors import AppError

PASSWORD, SECOND_FACTOR = "password", "second_factor"  # duties


@dataclass(frozen=True)
class Seen:
    """The actor of a live session, and the duty that comes before everything else."""

    actor: Actor
    duty: str | None = None


def codes(listed: str) -> frozenset[str]:
    """The codes of a comma list."""
    return frozenset(code.strip() for code in listed.split(",") if code.strip())


class Actors:
    """Finds the actor of a token. Cached per epoch of rights, so a change counts at once."""

    def __init__(self, database: Database, settings: Settings):
        self._database, self._idle = database, settings.session_idle_minutes
        self._totp_roles = codes(settings.totp_roles)
        self._lock = threading.Lock()
        self._epoch = -1
        self._known: dict[Hashable, Actor] = {}
        preview.guard_sessions()

    def of(self, token: str) -> Actor | None:
        """The actor of a session that may work; None when it is unknown, over, or has a duty."""
        seen = self.look(token)
        return seen.actor if seen and seen.duty is None else None

    def look(self, token: str) -> Seen | None:
        """The actor of a session and its duty; None when the session is unknown or over.

        One statement for a known session; that it was in use is noted once a minute.
        """
        digest = token_hash(token)
        with self._database.session(None) as session:
            found = repository.live_session(session, digest, self._idle)
            if found is None:
                return None
            if found.stale:
                repository.touch(session, digest)
            actor = self._cached(session, digest, found)
        return Seen(actor, self._duty(actor, found)) if actor else None

    def note_look(self, actor: Preview | Emergency, method: str, path: str) -> None:
        """Audit one request of a preview or of an emergency look."""
        with self._database.session(actor) as session:
            if isinstance(actor, Preview):
                preview.note_look(session, actor, method, path)
            else:
                emergency.note_request(session, actor, method, path)

    def _cached(self, session: Session, digest: bytes, found: Row[Any]) -> Actor | None:
        # An emergency look that is over is not found any more: the next request has another key.
        key = (digest, found.as_user_id, found.emergency_id, found.emergency_until)
        with self._lock:
            if found.epoch != self._epoch:
                self._known.clear()
                self._epoch = found.epoch
            actor = self._known.get(key)
        if actor is None:
            actor = _load(session, digest, found)
            if actor is not None:
                with self._lock:
                    if found.epoch == self._epoch:
                        self._known[key] = actor
        return actor

    def _duty(self, actor: Actor, found: Row[Any]) -> str | None:
        if found.via != "password" or isinstance(actor, Preview):
            return None  # the provider asks for its own password and second factor
        if found.must_change:
            return PASSWORD
        return SECOND_FACTOR if not found.totp_on and actor.roles & self._totp_roles else None


def _load(session: Session, digest: bytes, found: Row[Any]) -> Actor | None:
    actor = load_actor(session, found.user_id, digest)
    if actor is not None and found.emergency_id is not None:
        return emergency.looking(session, actor, found)
    if actor is None or found.as_user_id is None:
        return actor
    target = load_actor(session, found.as_user_id)
    try:  # rights move: what was allowed at the start may be no longer
        return preview.looking(actor, target) if target else None
    except AppError:
        return None
