"""The audit in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Row, func, select, text
from sqlalchemy.orm import Session

from services.access.models import User, UserRole
from services.db.audit import Audit, AuditSeal


def looks(session: Session, person_id: int, actions: Sequence[str], limit: int) -> list[Row[Any]]:
    """(at, name, action, note) of the looks at a person, the latest first."""
    query = (
        select(Audit.at, User.name, Audit.action, Audit.note)
        .outerjoin(User, User.id == Audit.actor_id)
        .where(Audit.entity == "person", Audit.entity_id == person_id, Audit.action.in_(actions))
        .order_by(Audit.id.desc())
        .limit(limit)
    )
    return list(session.execute(query))


def all_looks(
    session: Session, person_id: int, actions: Sequence[str], limit: int
) -> tuple[int, list[Row[Any]]]:
    """How many looks at a person there were; the latest with (at, name, roles, action, note)."""
    at_person = (
        Audit.entity == "person", Audit.entity_id == person_id, Audit.action.in_(actions)
    )  # fmt: skip
    held = select(UserRole.role_code).where(UserRole.user_id == Audit.actor_id).distinct()
    roles = func.array(held.order_by(UserRole.role_code).scalar_subquery())
    query = (
        select(Audit.at, User.name, roles.label("roles"), Audit.action, Audit.note)
        .outerjoin(User, User.id == Audit.actor_id)
        .where(*at_person)
        .order_by(Audit.id.desc())
        .limit(limit)
    )
    total = session.scalar(select(func.count()).select_from(Audit).where(*at_person)) or 0
    return total, list(session.execute(query))


def rows_up_to(session: Session, link: int) -> int:
    """How many audit rows have a link up to ``link``."""
    sealed = select(AuditSeal.audit_id).where(AuditSeal.n <= link)
    return session.scalar(select(func.count()).where(Audit.id.in_(sealed))) or 0


def remove_up_to(session: Session, link: int) -> int:
    """Remove the rows with a link up to ``link``; only the owner of the table may."""
    session.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
    gone: CursorResult[Any] = session.connection().execute(
        text("DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_seal WHERE n <= :n)"),
        {"n": link},
    )
    session.execute(text("ALTER TABLE audit ENABLE TRIGGER audit_append_only"))
    return gone.rowcount
