"""Saved views in the database: the own ones, and those of owners whose area holds the reader's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, func, or_, select, text
from sqlalchemy.orm import Session

from services.access.models import User
from services.access.scope import Scope
from services.views.models import SavedView

# Owners of shared views whose posts reach every grid of the reader. A post that sees single grids
# or own records only shares with nobody but those who see no more than these.
_ABOVE = text(
    """
    WITH reach AS (
        SELECT DISTINCT v.owner_id, r.scope_kind, coalesce(c.grid_id, r.grid_id) AS grid_id
        FROM saved_view v
        JOIN app_user u ON u.id = v.owner_id AND u.active
        JOIN user_role r ON r.user_id = v.owner_id
        LEFT JOIN user_role_grid c ON c.user_role_id = r.id
        WHERE v.shared AND v.register = :register
    ), whole AS (
        SELECT x.owner_id FROM reach x LEFT JOIN grid g ON g.id = x.grid_id
        WHERE x.scope_kind = 'all'
            OR (x.scope_kind IN ('own_below', 'chosen') AND g.level = 1 AND g.valid_to IS NULL)
    )
    SELECT owner_id FROM whole
    UNION
    SELECT o.owner_id FROM (SELECT DISTINCT owner_id FROM reach) AS o
    WHERE NOT :all AND cardinality(CAST(:ids AS bigint[])) > 0 AND NOT EXISTS (
        SELECT FROM grid AS g
        WHERE g.id = ANY(CAST(:ids AS bigint[])) AND NOT EXISTS (
            SELECT FROM reach AS x
            WHERE x.owner_id = o.owner_id AND (
                (x.scope_kind IN ('own_below', 'chosen') AND g.path @> ARRAY[x.grid_id])
                OR (x.scope_kind = 'own' AND x.grid_id = g.id)
            )
        )
    )
    """
)


def owners_above(session: Session, scope: Scope, register: str) -> list[int]:
    """Ids of those who share views of a register with whoever has ``scope``."""
    found = session.scalars(
        _ABOVE, {"register": register, "all": scope.all, "ids": sorted(scope.ids)}
    )
    return list(found)


def listed(
    session: Session, user_id: int | None, owners: list[int], register: str
) -> list[Row[Any]]:
    """(view, name of its owner): the own ones first, then those that ``owners`` share."""
    shared = and_(SavedView.shared, SavedView.owner_id.in_(owners))
    query = (
        select(SavedView, User.name.label("owner"))
        .join(User, User.id == SavedView.owner_id)
        .where(SavedView.register == register, or_(SavedView.owner_id == user_id, shared))
        .order_by(SavedView.owner_id != user_id, SavedView.name, SavedView.id)
    )
    return list(session.execute(query))


def own(session: Session, user_id: int | None, view_id: int) -> SavedView | None:
    """A view of one's own, locked until the transaction ends."""
    query = select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == user_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def count(session: Session, user_id: int | None) -> int:
    """How many views a user keeps."""
    query = select(func.count()).select_from(SavedView).where(SavedView.owner_id == user_id)
    return session.scalar(query) or 0


def named(session: Session, view: SavedView, name: str) -> bool:
    """Whether the owner has another view of that name in the same register."""
    query = select(SavedView.id).where(
        SavedView.owner_id == view.owner_id,
        SavedView.register == view.register,
        SavedView.name == name,
    )
    return session.scalar(query) not in (None, view.id)
