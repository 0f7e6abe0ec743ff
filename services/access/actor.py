"""The actor: who is asking, what they may do, and how far they may see."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field

from services.access.scope import Scope
from services.errors import AppError, Forbidden, Unauthenticated


@dataclass(frozen=True)
class Actor:
    """Everything the rest of the system knows about the caller.

    ``user_id`` is None only for the system itself (loads, jobs), which is named in
    ``username`` so that an audit row always says who wrote.
    """

    user_id: int | None
    username: str
    name: str
    permissions: frozenset[str]
    scope: Scope
    home_grid_id: int | None = None
    staff_id: int | None = None
    roles: frozenset[str] = frozenset()
    lang: str = "zh"
    token_hash: bytes | None = field(default=None, repr=False)

    @property
    def seen_as(self) -> str:
        """What the audit adds when somebody sees more than the own scope; else nothing."""
        return ""

    def refusal(self, changed: object) -> AppError | None:
        """Why the actor may not write the row ``changed``; None unless the actor only looks."""
        return None

    def may(self, permission: str) -> bool:
        """Whether the actor holds ``permission``."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise :class:`Forbidden` unless the actor holds ``permission``."""
        if permission not in self.permissions:
            raise Forbidden(permission)


def system(task: str) -> Actor:
    """The system itself doing ``task``: sees everything, is named in the audit."""
    return Actor(None, f"system:{task}", task, PERMISSIONS, Scope.everything())


PERMISSIONS = frozenset(
    [
        "screen.view",
        "desk.view",
        "patrol.view",
        "stats.read",
        "people.read",
        "people.address",
        "people.birth_date",
        "people.reveal",
        "people.correct",
        "services.read",
        "services.write",
        "teams.write",
        "people.write",
        "households.write",
        "claims.import",
        "claims.claim",
        "labels.write",
        "places.write",
        "households.read",
        "places.read",
        "premises.read",
        "premises.write",
        "premises.inspect",
        "incidents.read",
        "incidents.report",
        "incidents.handle",
        "staff.read",
        "export",
        "audit.read",
        "break_glass",
        "emergency.review",
        "dictionaries.manage",
        "admin",
    ]
)

CURRENT: ContextVar[Actor | None] = ContextVar("gridgov_actor", default=None)


def current() -> Actor:
    """The actor of the request being served; raises :class:`Unauthenticated` without one."""
    actor = CURRENT.get()
    if actor is None:
        raise Unauthenticated()
    return actor
