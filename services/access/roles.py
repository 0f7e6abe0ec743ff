"""Roles 角色: named sets of permissions, the same for every area."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from services.access import authority, manage_repository
from services.access.actor import PERMISSIONS, Actor
from services.access.manage_schemas import NewRole, RoleBody
from services.access.models import Role, RolePermission
from services.errors import BadInput, Conflict, NotFound


def listed(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """All roles with permissions, how many hold them, and what the reader lacks to give them."""
    mine = authority.of(session, actor)
    permissions = manage_repository.permissions(session)
    holders = manage_repository.holders(session)
    return [
        {
            "code": role.code,
            "name_zh": role.name_zh,
            "name_en": role.name_en,
            "permissions": sorted(permissions.get(role.code, ())),
            "users": holders.get(role.code, 0) if mine.everywhere else None,
            "missing": sorted(mine.lacks(permissions.get(role.code, ()))),
        }
        for role in manage_repository.roles(session)
    ]


def _known(permissions: Collection[str]) -> set[str]:
    wanted = set(permissions)
    strange = sorted(wanted - PERMISSIONS)
    if strange:
        zh = f"没有这个权限：{strange[0]}。可用的见权限列表。"
        en = f"There is no permission {strange[0]}; see the list of permissions."
        raise BadInput("permission", zh, en, field="permissions")
    return wanted


def add(session: Session, actor: Actor, body: NewRole) -> None:
    """A new role; it is in nobody's audience of labels 标签.

    Raises :class:`Conflict` for a taken code, ``Beyond`` for permissions not one's own.
    """
    mine = authority.to_change(session, actor)
    mine.needs_everything()
    if session.get(Role, body.code) is not None:
        zh, en = "这个代码已有角色在用，请换一个。", "This code is taken; choose another."
        raise Conflict("taken", zh, en, field="code")
    wanted = _known(body.permissions)
    mine.may_give(wanted, "permissions")
    session.add(Role(code=body.code, name_zh=body.name_zh, name_en=body.name_en))
    session.flush()
    session.add_all(RolePermission(role_code=body.code, permission=p) for p in sorted(wanted))
    session.flush()


def change(session: Session, actor: Actor, code: str, body: RoleBody) -> None:
    """Other names or permissions; only own permissions can be added, any can be taken away."""
    mine = authority.to_change(session, actor)
    mine.needs_everything()
    role = _role(session, code)
    held = manage_repository.permissions(session).get(code, set())
    wanted = _known(body.permissions)
    mine.may_give(wanted - held, "permissions")
    role.name_zh, role.name_en = body.name_zh, body.name_en
    for permission in sorted(held - wanted):
        session.delete(session.get_one(RolePermission, (code, permission)))
    for permission in sorted(wanted - held):
        session.add(RolePermission(role_code=code, permission=permission))
    authority.keep_somebody_in_charge(session)


def remove(session: Session, actor: Actor, code: str) -> None:
    """Remove a role that nobody holds and that no label names."""
    mine = authority.to_change(session, actor)
    mine.needs_everything()
    role = _role(session, code)
    if users := manage_repository.holders(session).get(code, 0):
        zh = f"还有 {users} 个用户是这个角色，先给他们换岗位。"
        en = f"{users} users hold this role; give them other posts first."
        raise Conflict("role_used", zh, en, users=users)
    if manage_repository.in_audience(session, code):
        zh = "标签目录里写着这个角色能看哪些标签，不能删除；可以去掉它的权限。"
        en = "The catalogue of labels names this role; take its permissions away instead."
        raise Conflict("role_named", zh, en)
    for permission in sorted(manage_repository.permissions(session).get(code, set())):
        session.delete(session.get_one(RolePermission, (code, permission)))
    session.flush()
    session.delete(role)
    session.flush()


def _role(session: Session, code: str) -> Role:
    role = session.get(Role, code)
    if role is None:
        raise NotFound("role")
    return role
