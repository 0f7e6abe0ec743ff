"""Emergency looks in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.emergency import REVIEWS
from services.access.scope import visible_grids
from services.db.audit import Audit
from services.emergencies.models import EmergencyLook
from services.kit.models import DictionaryItem

# A post looks up to whoever holds a post further up in the chain of its grid; a seat at the root
# or over everything is above all.
_SEATS = """
    SELECT r.user_id, CASE r.scope_kind WHEN 'own_below' THEN r.grid_id
                                        WHEN 'chosen' THEN c.grid_id END AS grid_id,
           r.scope_kind = 'all' AS everything
    FROM user_role r LEFT JOIN user_role_grid c ON c.user_role_id = r.id
"""
_SUPERIORS = text(
    f"""
    SELECT s.user_id, max(coalesce(g.level, 0)) AS level
    FROM ({_SEATS}) s
    JOIN app_user u ON u.id = s.user_id AND u.active AND u.id <> :looker
    LEFT JOIN grid g ON g.id = s.grid_id
    WHERE (s.everything OR g.level = 1 OR g.id <> :home AND g.id = ANY(
              (SELECT path FROM grid WHERE id = :home)::bigint[]))
      AND EXISTS (SELECT FROM user_role r JOIN role_permission p ON p.role_code = r.role_code
                  WHERE r.user_id = s.user_id AND p.permission = :permission)
    GROUP BY s.user_id
    """  # noqa: S608 - own parts only
)
_SEEN = f"""
    (l.user_id = :me OR :reviews AND (:scope_all OR l.home_grid_id = ANY(:scope_ids) AND EXISTS (
        SELECT FROM ({_SEATS}) s JOIN grid h ON h.id = l.home_grid_id
        WHERE s.user_id = :me AND s.grid_id = ANY(h.path) AND s.grid_id <> h.id)))
"""
_LOOKS = f"""
    SELECT l.id, l.user_id, u.name, u.username, l.home_grid_id, l.opened_grid_id, l.reason,
           d.name_zh AS reason_zh, d.name_en AS reason_en, l.words, l.begun_at, l.until,
           CASE WHEN coalesce(l.ended_at, l.until) <= now()
                THEN least(l.ended_at, l.until) END AS ended_at,
           r.name AS reviewed_by, l.reviewed_at, l.in_order, l.review_words,
           h.name AS home_grid, o.name AS opened_grid, o.path AS opened_path
    FROM emergency_look l JOIN app_user u ON u.id = l.user_id
    JOIN grid o ON o.id = l.opened_grid_id LEFT JOIN grid h ON h.id = l.home_grid_id
    LEFT JOIN app_user r ON r.id = l.reviewed_by
    LEFT JOIN dictionary_item d ON d.dictionary = 'emergency_reason' AND d.code = l.reason
    WHERE {_SEEN}
"""  # noqa: S608 - own parts only
_ONE = text(f"{_LOOKS} AND l.id = :id")
_PAGE = text(f"{_LOOKS} ORDER BY l.id DESC LIMIT :size OFFSET :skip")
_COUNT = text(f"SELECT count(*) FROM emergency_look l WHERE {_SEEN}")  # noqa: S608


def _who(actor: Actor) -> dict[str, Any]:
    who = {"me": actor.user_id, "reviews": actor.may(REVIEWS)}
    return {**who, **visible_grids(actor).params()}


def superiors(session: Session, looker: int, home: int | None) -> dict[int, int]:
    """User id -> level of the post (0 = over everything) of all who are above ``looker``."""
    asked = {"looker": looker, "home": home, "permission": REVIEWS}
    return {row.user_id: row.level for row in session.execute(_SUPERIORS, asked)}


def one(session: Session, actor: Actor, look_id: int) -> Row[Any] | None:
    """A look that the actor began or may review."""
    return session.execute(_ONE, {**_who(actor), "id": look_id}).one_or_none()


def page(session: Session, actor: Actor, size: int, skip: int) -> tuple[int, list[Row[Any]]]:
    """(number, one page) of the looks that the actor began or may review, the newest first."""
    who = _who(actor)
    total = session.scalar(_COUNT, who) or 0
    return total, list(session.execute(_PAGE, {**who, "size": size, "skip": skip}))


def reasons(session: Session) -> list[Row[Any]]:
    """The reasons one may choose from: code, names."""
    query = select(DictionaryItem.code, DictionaryItem.name_zh, DictionaryItem.name_en).where(
        DictionaryItem.dictionary == "emergency_reason", DictionaryItem.active
    )
    return list(session.execute(query.order_by(DictionaryItem.sort)))


def unended(session: Session, user_id: int) -> EmergencyLook | None:
    """The look of a user that nobody ended, over or not."""
    query = select(EmergencyLook).where(
        EmergencyLook.user_id == user_id, EmergencyLook.ended_at.is_(None)
    )
    return session.scalars(query.with_for_update()).one_or_none()


def since(session: Session, user_id: int, moment: datetime) -> list[datetime]:
    """When the looks of a user began that began after ``moment``, oldest first."""
    query = select(EmergencyLook.begun_at).where(
        EmergencyLook.user_id == user_id, EmergencyLook.begun_at > moment
    )
    return list(session.scalars(query.order_by(EmergencyLook.begun_at)))


def now(session: Session) -> datetime:
    """The database's clock, by which looks begin and end."""
    return session.execute(select(func.now())).scalar_one()


def acts(session: Session, user_id: int, mark: str, begun: datetime, limit: int) -> list[Row[Any]]:
    """The audit rows of a look, oldest first: those of its user, since then, with its mark."""
    query = (
        select(
            Audit.id,
            Audit.at,
            Audit.action,
            Audit.entity,
            Audit.entity_id,
            Audit.grid_id,
            Audit.note,
        )
        .where(Audit.actor_id == user_id, Audit.at >= begun)
        .where((Audit.note == mark) | Audit.note.startswith(f"{mark} ", autoescape=True))
        .order_by(Audit.at, Audit.id)
        .limit(limit)
    )
    return list(session.execute(query))
