"""What administrators look up: users within reach, posts and grids, who is left in charge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.orm import Session

from services.access.manage_schemas import UserSearch
from services.access.models import Role, RolePermission, User, UserRole, UserRoleGrid
from services.access.scope import Scope
from services.db.session import lifted

_STAFF = table("staff", column("id"), column("name"), column("grid_id"), column("status"))
_OFFICER = table("patrol_officer", column("area_id"), column("staff_id"))
_AREA = table("patrol_area", column("id"), column("grid_id"))
_GRIDS = text(
    "SELECT id, code, name, level, valid_to IS NULL AS current FROM grid "
    "WHERE id = ANY(CAST(:ids AS bigint[]))"
)
_OUTSIDE = "SELECT DISTINCT unnest(path) FROM grid WHERE NOT (id = ANY(CAST(:ids AS bigint[])))"


@dataclass(frozen=True)
class Reach:
    """How far an administrator reaches: the visible grids, and those visible with all below."""

    scope: Scope
    solid: Scope


def reach(session: Session, scope: Scope) -> Reach:
    """The reach of somebody with ``scope``."""
    if scope.all:
        return Reach(scope, scope)
    broken = session.scalars(text(_OUTSIDE), {"ids": scope.listed})
    return Reach(scope, Scope(False, scope.ids.difference(broken)))


def lock_rights(session: Session) -> None:
    """One change of rights at a time: who looks at all of them sees what is so."""
    session.execute(text("SELECT n FROM access_epoch FOR UPDATE"))


def user(session: Session, user_id: int, *, lock: bool = False) -> User | None:
    """One user as stored now."""
    query = select(User).where(User.id == user_id)
    if lock:
        query = query.with_for_update(of=User).execution_options(populate_existing=True)
    return session.scalar(query)


def _within(reach: Reach) -> ColumnElement[bool]:
    """Whether all posts, and the staff behind the user, lie within ``reach``."""
    if reach.scope.all:
        return true()
    held, chosen = UserRole.grid_id, UserRoleGrid.grid_id
    grids = exists().where(UserRoleGrid.user_role_id == UserRole.id, ~reach.solid.where(chosen))
    too_far = or_(
        UserRole.scope_kind == "all",
        and_(held.is_not(None), ~reach.scope.where(held)),
        and_(UserRole.scope_kind == "own_below", ~reach.solid.where(held)),
        grids,
    )
    mine = UserRole.user_id == User.id
    return and_(
        exists().where(mine), ~exists().where(mine, too_far), ~_staff_beyond(reach, User.staff_id)
    )


def _staff_beyond(reach: Reach, staff_id: Any) -> ColumnElement[bool]:
    """Whether somebody serves, or patrols, where ``reach`` does not go."""
    areas = select(_AREA.c.id).where(~reach.scope.where(_AREA.c.grid_id))
    return or_(
        exists().where(_STAFF.c.id == staff_id, ~reach.scope.where(_STAFF.c.grid_id)),
        exists().where(_OFFICER.c.staff_id == staff_id, _OFFICER.c.area_id.in_(areas)),
    )


def is_within(session: Session, reach: Reach, user_id: int) -> bool:
    """Whether a user lies within ``reach``."""
    if reach.scope.all:
        return True
    with lifted(session):
        found = session.scalar(select(User.id).where(User.id == user_id, _within(reach)))
    return found is not None


def may_link(session: Session, reach: Reach, staff_id: int) -> bool:
    """Whether somebody on the staff lies within ``reach``, patrols included."""
    query = select(_STAFF.c.id).where(_STAFF.c.id == staff_id, _STAFF.c.status == "active")
    if not reach.scope.all:
        query = query.where(~_staff_beyond(reach, literal(staff_id)))
    with lifted(session):
        return session.scalar(query) is not None


def page(session: Session, reach: Reach, asked: UserSearch) -> tuple[int, list[User]]:
    """(how many, one page) of the users within ``reach``."""
    found: list[ColumnElement[bool]] = [_within(reach)]
    if asked.words:
        found.append(_contains(asked.words))
    if asked.role is not None:
        found.append(exists().where(UserRole.user_id == User.id, UserRole.role_code == asked.role))
    if asked.active is not None:
        found.append(User.active.is_(asked.active))
    query = select(User).where(*found).order_by(User.username, User.id)
    with lifted(session):
        total = session.scalar(select(func.count()).select_from(User).where(*found)) or 0
        rows = session.scalars(query.limit(asked.size).offset((asked.page - 1) * asked.size))
        return total, list(rows)


def _contains(words: str) -> ColumnElement[bool]:
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(User.username.ilike(like), User.name.ilike(like))


def posts(session: Session, users: list[int]) -> list[UserRole]:
    """The posts of users, oldest first."""
    query = select(UserRole).where(UserRole.user_id.in_(users)).order_by(UserRole.id)
    return list(session.scalars(query))


def chosen(session: Session, posts: list[int]) -> list[UserRoleGrid]:
    """The chosen grids of posts."""
    query = select(UserRoleGrid).where(UserRoleGrid.user_role_id.in_(posts))
    return list(session.scalars(query.order_by(UserRoleGrid.user_role_id, UserRoleGrid.grid_id)))


def grids(session: Session, ids: set[int]) -> dict[int, Row[Any]]:
    """(id, code, name, level, current) of grids by id."""
    listed = "{" + ",".join(map(str, sorted(ids))) + "}"
    return {row.id: row for row in session.execute(_GRIDS, {"ids": listed})}


def staff_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Names of visible staff by id."""
    query = select(_STAFF.c.id, _STAFF.c.name).where(_STAFF.c.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


def roles(session: Session) -> list[Role]:
    """All roles, in the order of their codes."""
    return list(session.scalars(select(Role).order_by(Role.code)))


def permissions(session: Session) -> dict[str, set[str]]:
    """Role -> its permissions."""
    found: dict[str, set[str]] = {}
    for row in session.scalars(select(RolePermission)):
        found.setdefault(row.role_code, set()).add(row.permission)
    return found


def holders(session: Session) -> dict[str, int]:
    """Role -> how many users hold it."""
    query = select(UserRole.role_code, func.count(UserRole.user_id.distinct()))
    return {row[0]: row[1] for row in session.execute(query.group_by(UserRole.role_code))}


def in_audience(session: Session, role: str) -> bool:
    """Whether the catalogue of labels names the role."""
    query = text("SELECT EXISTS (SELECT FROM label_audience WHERE role_code = :role)")
    return bool(session.scalar(query, {"role": role}))


def in_charge(session: Session, permission: str) -> list[int]:
    """Active users who hold ``permission``."""
    query = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .join(RolePermission, RolePermission.role_code == UserRole.role_code)
        .where(User.active, RolePermission.permission == permission)
    )
    return list(session.scalars(query.distinct()))
