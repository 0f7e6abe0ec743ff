"""The register of the audit 审计: who did, changed, looked at or exported what, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from services.access.actor import Actor
from services.access.models import User
from services.db.audit import Audit
from services.kit.paging import Codes, Filters, Id, Words
from services.kit.place import Clause, Placing
from services.kit.register import Caller, Register


class AuditInUrl(Filters):
    """Filters of the audit that may stand in a URL; ``since`` counts, ``until`` does not."""

    action: Codes | None = None
    entity: Codes | None = None
    entity_id: Id | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditFilters(AuditInUrl):
    """All filters; ``actor`` is a sign-in name and travels in a body only."""

    actor: Words | None = None


def _columns(_: Actor) -> Mapping[str, Any]:
    name = select(User.name).where(User.id == Audit.actor_id)
    return {
        "at": Audit.at,
        "actor": Audit.actor_name,
        "name": name.scalar_subquery(),
        "action": Audit.action,
        "entity": Audit.entity,
        "entity_id": Audit.entity_id,
        "note": Audit.note,
        "before": Audit.before,
        "after": Audit.after,
    }


def _where(filters: AuditFilters, _: Caller) -> Sequence[Clause]:
    found: list[Clause] = []
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
        found.append(Audit.actor_name == filters.actor)
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
)
