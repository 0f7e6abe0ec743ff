"""Users, roles and sessions in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.access.models import RolePermission, User, UserRole

_EPOCH = text(
    """
    SELECT s.user_id, (SELECT n FROM access_epoch) AS epoch
    FROM user_session s WHERE s.token_hash = :token_hash AND s.expires_at > now()
    """
)


def session_epoch(session: Session, token_hash: bytes) -> Row[Any] | None:
    """(user_id, epoch of rights) of a live session; None when there is none."""
    return session.execute(_EPOCH, {"token_hash": token_hash}).one_or_none()


def user_by_name(session: Session, username: str) -> User | None:
    """The user with that sign-in name."""
    return session.scalar(select(User).where(User.username == username))


def roles_of(session: Session, user_id: int) -> list[UserRole]:
    """The roles that a user holds, oldest first."""
    return list(
        session.scalars(select(UserRole).where(UserRole.user_id == user_id).order_by(UserRole.id))
    )


def permissions_of(session: Session, roles: list[str]) -> frozenset[str]:
    """The union of the permissions of ``roles``."""
    found = select(RolePermission.permission).where(RolePermission.role_code.in_(roles))
    return frozenset(session.scalars(found))


def end_sessions(session: Session, user_id: int, before: datetime) -> None:
    """Forget the sessions of a user that ended before ``before``."""
    session.execute(
        text("DELETE FROM user_session WHERE user_id = :u AND expires_at < :t"),
        {"u": user_id, "t": before},
    )
