"""Who answers for a grid: users whose post reaches it and whose role holds a right there."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

# A post over everything is the farthest one.
_NEAREST = text(
    """
    SELECT DISTINCT user_id FROM (
        SELECT r.user_id, rank() OVER (ORDER BY coalesce(g.level, 0) DESC) AS place
        FROM user_role r
        JOIN app_user u ON u.id = r.user_id AND u.active
        JOIN role_permission p ON p.role_code = r.role_code AND p.permission = :permission
        LEFT JOIN user_role_grid c ON c.user_role_id = r.id AND r.scope_kind = 'chosen'
        LEFT JOIN grid g ON g.id = coalesce(c.grid_id, r.grid_id) AND r.scope_kind <> 'all'
        WHERE r.role_code = ANY(:roles) AND (
            r.scope_kind = 'all'
            OR (r.scope_kind = 'own' AND g.id = :grid)
            OR (r.scope_kind IN ('own_below', 'chosen')
                AND g.id = ANY((SELECT path FROM grid WHERE id = :grid)::bigint[]))
        )
    ) AS reaching
    WHERE place = 1
    ORDER BY user_id
    """
)


def nearest(session: Session, grid_id: int, permission: str, roles: Iterable[str]) -> list[int]:
    """Users with one of ``roles`` and ``permission`` whose post is nearest above ``grid_id``."""
    asked = {"grid": grid_id, "permission": permission, "roles": sorted(roles)}
    return list(session.scalars(_NEAREST, asked))
