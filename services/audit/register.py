"""The register of the audit 审计: who did, changed, looked at or exported what, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_, select

from services.access.actor import Actor
from services.access.models import User
from services.audit import shown
from services.db.audit import Audit
from services.kit.paging import Codes, Filters, Id, Words
from services.kit.place import Clause, Placing
from services.kit.register import Caller, Register

Group = Literal["looks", "changes", "exports", "sign_ins", "emergencies"]
GROUPS: dict[Group, tuple[str, ...]] = {
    "looks": ("look", "reveal", "list", "preview look", "emergency request"),
    "changes": ("insert", "update", "delete", "import", "demo load", "reference data"),
    "exports": ("export", "export person"),
    "sign_ins": (
        "sign-in", "sign-in failed", "sign-out", "sign-out everywhere", "password change",
        "password reset", "password refused", "second factor on", "second factor off",
        "recovery code used", "preview begin", "preview end",
    ),
    "emergencies": ("emergency begin", "emergency end", "emergency request"),
}  # fmt: skip
"""Actions by what somebody wants to know."""

REQUESTS = ("preview look", "emergency request")


class AuditInUrl(Filters):
    """Filters of the audit that may stand in a URL; ``since`` counts, ``until`` does not.

    ``requests``: with the single requests of previews and emergency looks, whose cards and lists
    have rows of their own.
    """

    group: Group | None = None
    requests: bool = True
    actor_id: Id | None = None
    action: Codes | None = None
    entity: Codes | None = None
    entity_id: Id | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditFilters(AuditInUrl):
    """All filters; ``actor`` is a name or a sign-in name and travels in a body only."""

    actor: Words | None = None


def _columns(_: Actor) -> Mapping[str, Any]:
    name = select(User.name).where(User.id == Audit.actor_id)
    return {
        "at": Audit.at,
        "actor_id": Audit.actor_id,
        "actor": Audit.actor_name,
        "name": name.scalar_subquery(),
        "action": Audit.action,
        "entity": Audit.entity,
        "entity_id": Audit.entity_id,
        "note": Audit.note,
        "before": Audit.before,
        "after": Audit.after,
        **shown.NEEDED,
    }


def _by(name: str, caller: Caller) -> ColumnElement[bool]:
    """Acts of whoever has that sign-in name or name; of the system under that name.

    By number where there is an account: the index of acts is by number and time.
    """
    query = select(User.id).where(or_(User.username == name, User.name == name))
    users = list(caller.session.scalars(query))
    if users:
        return Audit.actor_id.in_(users)
    return and_(Audit.actor_id.is_(None), Audit.actor_name == name)


def _where(filters: AuditFilters, caller: Caller) -> Sequence[Clause]:
    found: list[Clause] = []
    if filters.group is not None:
        found.append(Audit.action.in_(GROUPS[filters.group]))
    if not filters.requests:
        found.append(Audit.action.not_in(REQUESTS))
    if filters.actor_id is not None:
        found.append(Audit.actor_id == filters.actor_id)
    if filters.action is not None:
        found.append(Audit.action.in_(filters.action))
    if filters.entity is not None:
        found.append(Audit.entity.in_(filters.entity))
    if filters.entity_id is not None:
        found.append(Audit.entity_id == filters.entity_id)
    if filters.since is not None:
        found.append(Audit.at >= filters.since)
    if filters.until is not None:
        found.append(Audit.at < filters.until)
    if filters.actor is not None:
        found.append(_by(filters.actor, caller))
    return found


AUDIT = Register(
    name="audit",
    permission="audit.read",
    source=Audit,
    id=Audit.id,
    filters=AuditFilters,
    url_filters=AuditInUrl,
    columns=_columns,
    where=_where,
    sorts={"at": Audit.id, "actor": Audit.actor_name, "action": Audit.action, "id": Audit.id},
    order=(Audit.id.desc(),),
    placing=Placing(grid=Audit.grid_id),
    dictionaries={"action": "act", "entity": "entity"},
    finish=shown.finish,
)
