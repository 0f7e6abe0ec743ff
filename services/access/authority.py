"""Who may manage whom: nobody gives what is not the own to give, nobody changes the own rights.

An administrator whose scope is not everything manages users whose posts lie within it and who
hold no permission that the administrator lacks: whoever sets somebody's password could sign in
as that user. One whose scope is everything gives others any role there is, or nobody could be made
a grid leader; what a role contains stays within what its editor holds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.access import catalogue, manage_repository, repository
from services.access.actor import Actor
from services.access.manage_repository import Reach
from services.access.models import User
from services.access.scope import load_scope
from services.access.service import load_actor
from services.errors import AppError, Conflict, Forbidden, NotFound

ADMIN = "admin"


class Beyond(AppError):
    """More than the administrator may give or touch."""

    status = 403


@dataclass(frozen=True)
class Authority:
    """An administrator, with rights as they are now, and how far they reach."""

    session: Session
    actor: Actor
    reach: Reach

    @property
    def everywhere(self) -> bool:
        """Whether the administrator's scope is everything."""
        return self.actor.scope.all

    def sees(self, user_id: int) -> bool:
        """Whether the administrator is told of that user."""
        return manage_repository.is_within(self.session, self.reach, user_id)

    def missing(self, permissions: Collection[str]) -> set[str]:
        """Those of ``permissions`` that the administrator does not hold."""
        return set(permissions) - self.actor.permissions

    def may_manage(self, user: User) -> bool:
        """Whether the administrator may change anything of a user who is seen."""
        roles = [post.role_code for post in repository.roles_of(self.session, user.id)]
        held = repository.permissions_of(self.session, roles)
        return self.everywhere or not self.missing(held)

    def lacks(self, permissions: Collection[str]) -> set[str]:
        """What keeps the administrator from giving somebody a role with ``permissions``."""
        return set() if self.everywhere else self.missing(permissions)

    def may_give(self, permissions: Collection[str], field: str) -> None:
        """Raise :class:`Beyond` unless the administrator holds all of ``permissions``."""
        lacking = self.missing(permissions)
        if lacking:
            zh, en = catalogue.named(lacking)
            raise Beyond(
                "beyond",
                f"您自己没有这些权限，不能授予：{zh}。请由有这些权限的管理员来授予。",
                f"You cannot give permissions that you do not hold: {en}. "
                "An administrator who holds them can.",
                field=field,
                missing=sorted(lacking),
            )

    def needs_everything(self) -> None:
        """Raise :class:`Forbidden` unless the administrator's scope is everything."""
        if not self.everywhere:
            raise Forbidden("admin: everything")


def of(session: Session, actor: Actor) -> Authority:
    """The authority of ``actor``, to look; raises :class:`Forbidden` for no administrator."""
    actor.require(ADMIN)
    return Authority(session, actor, manage_repository.reach(session, actor.scope))


def to_change(session: Session, actor: Actor) -> Authority:
    """The authority of ``actor`` as it is at this moment, while nobody else changes rights."""
    manage_repository.lock_rights(session)
    now = actor if actor.user_id is None else load_actor(session, actor.user_id)
    if now is None:
        raise Forbidden(ADMIN)
    return of(session, now)


def over(session: Session, actor: Actor, user_id: int) -> tuple[Authority, User]:
    """Authority to change one user, and the user, locked.

    Raises :class:`NotFound` out of reach, :class:`Beyond` for somebody with wider permissions.
    """
    user = manage_repository.user(session, user_id, lock=True)
    authority = to_change(session, actor)
    if user is None or not authority.sees(user_id):
        raise NotFound("user")
    if not authority.may_manage(user):
        raise Beyond(
            "above_you",
            "这个用户有您没有的权限，不能由您改动。请由上级管理员来办。",
            "This user holds permissions that you do not; a higher administrator has to do it.",
        )
    return authority, user


def not_oneself(actor: Actor, user: User, field: str | None = None) -> None:
    """Raise :class:`Conflict` when an administrator would change the own rights."""
    if user.id == actor.user_id:
        raise Conflict(
            "oneself",
            "不能改动自己的岗位、状态和凭据；密码和两步验证在“我的账号”里改，其余请另一位管理员办。",
            "You cannot change your own posts, state or credentials: password and second factor "
            "are on your account page, the rest is for another administrator.",
            field=field,
        )


def keep_somebody_in_charge(session: Session) -> None:
    """Raise :class:`Conflict` when nobody would be left who manages everything."""
    session.flush()
    left = manage_repository.in_charge(session, ADMIN)
    if not any(load_scope(session, user_id).all for user_id in left):
        raise Conflict(
            "last_admin",
            "这样就没有人能管理全部用户了。先让另一位成为管理员，再改这里。",
            "Nobody would be left to manage all users. Make somebody else an administrator first.",
        )
