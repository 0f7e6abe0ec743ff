"""Notices in the database; row-level security shows each user the own ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from services.notices.models import Notice


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    """Store notices. The ids are not asked back: the writer may not see those of others."""
    session.execute(insert(Notice).inline(), rows)


def latest(session: Session, user_id: int, limit: int) -> list[Notice]:
    """The newest notices of a user, unread and read."""
    query = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc())
    return list(session.scalars(query.limit(limit)))


def unread(session: Session, user_id: int) -> int:
    """How many notices of a user are unread."""
    query = select(func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def mark_read(session: Session, user_id: int, ids: Iterable[int]) -> None:
    """Mark notices of a user as read; those of others stay untouched."""
    session.execute(
        update(Notice)
        .where(Notice.user_id == user_id, Notice.id.in_(list(ids)), Notice.read_at.is_(None))
        .values(read_at=func.now())
    )
