"""Users, roles and sessions in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, Row, select, text
from sqlalchemy.orm import Session

from services.access.models import RolePermission, User, UserRole, UserSession

# A session is over after its hours, and when nothing was asked in it for the idle time. When it
# was last seen is noted once a minute, not with each request.
_LIVE = """
    SELECT s.user_id, s.as_user_id, s.via, u.must_change, u.totp_on,
        s.seen_at < now() - interval '1 minute' AS stale, (SELECT n FROM access_epoch) AS epoch,
        e.id AS emergency_id, e.opened_grid_id, e.until AS emergency_until
    FROM user_session s JOIN app_user u ON u.id = s.user_id
    LEFT JOIN LATERAL open_emergency(s.emergency_id, s.user_id) e ON s.emergency_id IS NOT NULL
    WHERE s.token_hash = :token_hash AND s.expires_at > now()
        AND s.seen_at > now() - make_interval(mins => :idle)
"""
_EPOCH = text(_LIVE)
_TOUCH = text(
    "UPDATE user_session SET seen_at = now() "
    "WHERE token_hash = :token_hash AND seen_at < now() - interval '1 minute'"
)
_OVER = text(
    "DELETE FROM user_session WHERE user_id = :u "
    "AND (expires_at <= now() OR seen_at <= now() - make_interval(mins => :idle))"
)
_ALL_OVER = text(
    "DELETE FROM user_session "
    "WHERE expires_at <= now() OR seen_at <= now() - make_interval(mins => :idle)"
)


def live_session(session: Session, token_hash: bytes, idle: int) -> Row[Any] | None:
    """The live session of a token: owner, preview, open emergency look, duties, epoch of rights;
    None without."""
    return session.execute(_EPOCH, {"token_hash": token_hash, "idle": idle}).one_or_none()


def touch(session: Session, token_hash: bytes) -> None:
    """Note that the session was in use just now."""
    session.execute(_TOUCH, {"token_hash": token_hash})


def sessions_of(session: Session, user_id: int, idle: int) -> list[UserSession]:
    """The live sessions of a user, the newest use first."""
    live = text("expires_at > now() AND seen_at > now() - make_interval(mins => :idle)")
    return list(
        session.scalars(
            select(UserSession)
            .where(UserSession.user_id == user_id, live.bindparams(idle=idle))
            .order_by(UserSession.seen_at.desc(), UserSession.created_at.desc())
        )
    )


def end_sessions(session: Session, user_id: int, but: bytes = b"") -> None:
    """End the sessions of a user, all but the one of token hash ``but``."""
    session.execute(
        text("DELETE FROM user_session WHERE user_id = :u AND token_hash <> :but"),
        {"u": user_id, "but": but},
    )


def end_session(session: Session, token_hash: bytes) -> None:
    """End one session."""
    session.execute(text("DELETE FROM user_session WHERE token_hash = :t"), {"t": token_hash})


def forget_over(session: Session, user_id: int, idle: int) -> None:
    """Forget the sessions of a user that are over."""
    session.execute(_OVER, {"u": user_id, "idle": idle})


def forget_all_over(session: Session, idle: int) -> int:
    """Forget everybody's sessions that are over, and old tries of names."""
    gone: CursorResult[Any] = session.connection().execute(_ALL_OVER, {"idle": idle})
    session.execute(text("DELETE FROM sign_in_try WHERE at < now() - interval '1 day'"))
    return gone.rowcount


def preview_as(session: Session, token_hash: bytes, user_id: int | None) -> None:
    """From now on the session sees what that user would see; None: its owner again."""
    session.execute(
        text("UPDATE user_session SET as_user_id = :u, emergency_id = NULL WHERE token_hash = :t"),
        {"u": user_id, "t": token_hash},
    )


def look_in_emergency(session: Session, user_id: int, token_hash: bytes, look_id: int) -> None:
    """From now on this session, and no other of the user, is in that emergency look."""
    session.execute(
        text("UPDATE user_session SET emergency_id = CASE WHEN token_hash = :t THEN :e END "
             "WHERE user_id = :u"),
        {"u": user_id, "t": token_hash, "e": look_id},
    )  # fmt: skip


def leave_emergency(session: Session, user_id: int) -> None:
    """No session of the user is in an emergency look any more."""
    session.execute(
        text("UPDATE user_session SET emergency_id = NULL "
             "WHERE user_id = :u AND emergency_id IS NOT NULL"),
        {"u": user_id},
    )  # fmt: skip


def user_by_name(session: Session, username: str) -> User | None:
    """The user with that sign-in name."""
    return session.scalar(select(User).where(User.username == username))


def user_by_subject(session: Session, subject: str) -> User | None:
    """The user who is linked to that OpenID Connect account."""
    return session.scalar(select(User).where(User.oidc_subject == subject))


def roles_of(session: Session, user_id: int) -> list[UserRole]:
    """The roles that a user holds, oldest first."""
    return list(
        session.scalars(select(UserRole).where(UserRole.user_id == user_id).order_by(UserRole.id))
    )


def permissions_of(session: Session, roles: list[str]) -> frozenset[str]:
    """The union of the permissions of ``roles``."""
    found = select(RolePermission.permission).where(RolePermission.role_code.in_(roles))
    return frozenset(session.scalars(found))


_USE_STEP = text(
    "UPDATE app_user SET totp_step = :step "
    "WHERE id = :u AND (totp_step IS NULL OR totp_step < :step) RETURNING id"
)
_USE_RECOVERY = text(
    "DELETE FROM recovery_code WHERE user_id = :u AND code_hash = :c RETURNING user_id"
)


def use_step(session: Session, user_id: int, step: int) -> bool:
    """Use up a time step of the second factor; False when it, or a later one, was used."""
    return session.scalar(_USE_STEP, {"u": user_id, "step": step}) is not None


def use_recovery(session: Session, user_id: int, code_hash: bytes) -> bool:
    """Use up a recovery code; False when there is none such."""
    return session.scalar(_USE_RECOVERY, {"u": user_id, "c": code_hash}) is not None


def set_recovery(session: Session, user_id: int, hashes: list[bytes]) -> None:
    """Replace the recovery codes of a user."""
    session.execute(text("DELETE FROM recovery_code WHERE user_id = :u"), {"u": user_id})
    if hashes:
        session.execute(
            text("INSERT INTO recovery_code (user_id, code_hash) VALUES (:u, :c)"),
            [{"u": user_id, "c": h} for h in hashes],
        )


def count_recovery(session: Session, user_id: int) -> int:
    """How many recovery codes a user has left."""
    found = session.scalar(
        text("SELECT count(*) FROM recovery_code WHERE user_id = :u"), {"u": user_id}
    )
    return int(found or 0)
