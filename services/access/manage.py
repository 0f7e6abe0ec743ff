"""Administrators manage users: find, add, change, new passwords, end sessions."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.access import (
    authority,
    manage_repository,
    passwords,
    posts,
    preview,
    repository,
    totp,
)
from services.access.actor import Actor
from services.access.authority import Authority
from services.access.manage_schemas import NewUser, UserChange, UserSearch
from services.access.models import User
from services.access.service import load_actor, new_user
from services.db import hook
from services.errors import AppError, BadInput, NotFound


def search(session: Session, actor: Actor, asked: UserSearch) -> dict[str, Any]:
    """One page of the users within reach: ``{total, page, size, items}``."""
    mine = authority.of(session, actor)
    total, users = manage_repository.page(session, mine.reach, asked)
    held = posts.told(session, [user.id for user in users])
    items = [_brief(user) | {"posts": held[user.id]} for user in users]
    return {"total": total, "page": asked.page, "size": asked.size, "items": items}


def _brief(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "active": user.active,
        "must_change": user.must_change,
        "second_factor": user.totp_on,
    }


def one(session: Session, actor: Actor, user_id: int, idle: int) -> dict[str, Any]:
    """One user with posts, live sessions, and what the administrator may do with the account."""
    mine = authority.of(session, actor)
    user = manage_repository.user(session, user_id)
    if user is None or not mine.sees(user_id):
        raise NotFound("user")
    live = repository.sessions_of(session, user_id, idle)
    told = _brief(user) | {"posts": posts.told(session, [user_id])[user_id]}
    told["staff"] = None
    if user.staff_id is not None:
        names = manage_repository.staff_names(session, {user.staff_id})
        told["staff"] = {"id": user.staff_id, "name": names.get(user.staff_id)}
    told["created_at"], told["sessions"] = user.created_at, len(live)
    told["seen_at"] = live[0].seen_at if live else None
    told["oneself"] = user.id == actor.user_id
    told["may"] = {"manage": mine.may_manage(user), "preview": _may_preview(session, actor, user)}
    return told


def _may_preview(session: Session, actor: Actor, user: User) -> bool:
    try:
        preview.check(actor, load_actor(session, user.id))
    except AppError:
        return False
    return True


def add(session: Session, actor: Actor, body: NewUser) -> dict[str, Any]:
    """A new user with a first post; a made-up password is answered this once.

    Raises :class:`BadInput`, or :class:`services.access.authority.Beyond` for a post that is not
    the administrator's to give.
    """
    actor.require(authority.ADMIN)  # before anything is told of a name
    made = None if body.password is not None else passwords.generated()
    password = body.password if body.password is not None else made
    assert password is not None
    user = new_user(session, body.username, body.name, password)
    mine = authority.to_change(session, actor)
    if body.staff_id is not None:
        _link(mine, user, body.staff_id)
    posts.put(mine, user, body.post)
    return {"id": user.id, "password": made}


def _link(mine: Authority, user: User, staff_id: int) -> None:
    if not manage_repository.may_link(mine.session, mine.reach, staff_id):
        zh, en = "没有这位网格员，或不在您的范围内。", "No such member of staff in your area."
        raise BadInput("staff", zh, en, field="staff_id")
    user.staff_id = staff_id


def change(session: Session, actor: Actor, user_id: int, body: UserChange) -> None:
    """Change name, state or the staff behind a user; one who is switched off is out at once."""
    mine, user = authority.over(session, actor, user_id)
    given = body.model_fields_set
    if body.name is not None:
        user.name = body.name
    if "staff_id" in given and body.staff_id != user.staff_id:
        authority.not_oneself(actor, user, "staff_id")
        if body.staff_id is None:
            user.staff_id = None
        else:
            _link(mine, user, body.staff_id)
    if body.active is not None and body.active != user.active:
        authority.not_oneself(actor, user, "active")
        user.active = body.active
        session.flush()
        if not user.active:
            repository.end_sessions(session, user.id)
        authority.keep_somebody_in_charge(session)
    session.flush()


def new_password(
    session: Session, actor: Actor, user_id: int, password: str | None
) -> tuple[str, str | None]:
    """A new first password; returns (sign-in name, the password if it was made up)."""
    actor.require(authority.ADMIN)
    made = None if password is not None else passwords.generated()
    chosen = password if password is not None else made
    assert chosen is not None
    fresh = passwords.hashed(chosen)  # it takes long, so before anything is locked
    _, user = authority.over(session, actor, user_id)
    authority.not_oneself(actor, user)
    passwords.check(chosen, user.username)
    user.password_hash, user.must_change = fresh, True
    session.flush()
    repository.end_sessions(session, user.id)
    hook.note(session, "password reset", entity="app_user", entity_id=user.id)
    return user.username, made


def second_factor_off(session: Session, actor: Actor, user_id: int) -> None:
    """Switch off the second factor of somebody who lost the phone; all sessions end."""
    _, user = authority.over(session, actor, user_id)
    authority.not_oneself(actor, user)
    totp.clear(session, user)
    session.flush()
    repository.end_sessions(session, user.id)


def end_sessions(session: Session, actor: Actor, user_id: int) -> None:
    """Sign a user out everywhere."""
    _, user = authority.over(session, actor, user_id)
    repository.end_sessions(session, user.id)
    hook.note(session, "sign-out everywhere", entity="app_user", entity_id=user.id)
