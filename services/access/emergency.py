"""Emergency look 紧急查看 (break glass): a session sees one more area for a short time.

It reads and writes nothing. The one exception is opening a person's masked field with a reason: an
emergency without a telephone number helps nobody, and that look is recorded by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import below
from services.db import hook
from services.errors import AppError

OPENS, REVIEWS = "break_glass", "emergency.review"
# What nobody may take along into an emergency look.
CLOSED = {
    "admin", "audit.read", "export", "incidents.handle", "incidents.report", "people.write",
    "households.write", "claims.import", "claims.claim", "labels.write", "places.write",
    "premises.write", "premises.inspect", "services.read", "services.write", "teams.write",
    "dictionaries.manage", REVIEWS,
}  # fmt: skip
REQUEST = "emergency request"

_READS = {"GET", "HEAD", "OPTIONS"}
_POST = re.compile(
    r"/(api/v1/[a-z_-]+/search|api/v1/people/[0-9]+/reveal|(screen|desk)/_dash-update-component)"
)
_OTHERS = {
    ("DELETE", "/api/v1/emergencies/current"),
    ("DELETE", "/api/v1/session"),
    ("DELETE", "/api/v1/me/sessions"),
    ("PUT", "/api/v1/me/lang"),
}
_TAKEN_OUT = "/print/"  # what is held about a person, in clear, to take away
# Parts of the pages that show nobody's data.
_SCRIPTS = re.compile(r"/(screen|desk)/(assets|_dash-component-suites)/")
_WRITTEN = {"look_grant", "emergency_look"}
_MARK = re.compile(r"emergency ([0-9]+)(?: |$)")


class EmergencyReadOnly(AppError):
    """Something was to be written, or taken out, during an emergency look."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "emergency_read_only",
            "正在紧急查看，只能看，不能改动、导出；先结束紧急查看再操作。",
            "During an emergency look you can only read: nothing can be changed or exported. "
            "End it first.",
        )


@dataclass(frozen=True, kw_only=True)
class Emergency(Actor):
    """Somebody who sees the own scope and, until ``until``, the grids below one more."""

    look_id: int
    opened_grid_id: int
    until: datetime

    @property
    def seen_as(self) -> str:
        """Stands before every note of the audit while the look is open."""
        return f"emergency {self.look_id}"

    def refusal(self, changed: object) -> AppError | None:
        """Only the look itself, a field opened with a reason and the own language are written."""
        table = getattr(changed, "__tablename__", "")
        own = table == "app_user" and getattr(changed, "id", None) == self.user_id
        return None if own or table in _WRITTEN else EmergencyReadOnly()


def looking(session: Session, actor: Actor, look: Row[Any]) -> Actor:
    """``actor`` with the area of an open look; unchanged once the permission is gone."""
    if not actor.may(OPENS) or actor.scope.all:
        return actor
    given = {f.name: getattr(actor, f.name) for f in fields(Actor)}
    given["permissions"] = actor.permissions - CLOSED
    opened = frozenset(below(session, [look.opened_grid_id]))
    given["scope"] = replace(actor.scope, ids=actor.scope.ids | opened)
    number, until = look.emergency_id, look.emergency_until
    return Emergency(**given, look_id=number, opened_grid_id=look.opened_grid_id, until=until)


def may_call(method: str, path: str) -> bool:
    """Whether a request may pass during an emergency look."""
    if path.startswith(_TAKEN_OUT):
        return False
    if method == "POST":
        return _POST.fullmatch(path) is not None
    return method in _READS or (method, path) in _OTHERS


def note_request(session: Session, actor: Emergency, method: str, path: str) -> None:
    """Audit one request. The query is left out: it may name people."""
    if not _SCRIPTS.match(path):
        hook.note(
            session,
            REQUEST,
            entity="emergency_look",
            entity_id=actor.look_id,
            grid_id=actor.opened_grid_id,
            note=f"{method} {path}"[:300],
        )


def unmarked(note: str) -> tuple[int | None, str]:
    """(number of the emergency look or None, the note itself) of an audit row's note."""
    found = _MARK.match(note)
    return (int(found[1]), note[found.end() :]) if found else (None, note)
