"""What people do with their own account, and administrators with the account of others."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.access import passwords, preview, repository, totp
from services.access.actor import Actor
from services.access.emergency import Emergency, EmergencyReadOnly
from services.access.models import User
from services.access.preview import Preview
from services.access.service import Door, load_actor
from services.db import hook
from services.errors import BadInput, Conflict, NotFound


def _own(session: Session, actor: Actor) -> User:
    assert actor.user_id is not None
    return session.get_one(User, actor.user_id)


def _check_password(door: Door, actor: Actor, password: str, field: str) -> None:
    """Raise :class:`BadInput` on ``field`` unless it is the password; counts like a sign-in."""
    door.locks.reserve(actor.username)
    with door.database.session(None) as session:
        stored = _own(session, actor).password_hash
    if not passwords.verified(stored, password):
        with door.database.session(actor) as session:
            hook.note(session, "password refused", entity="app_user", entity_id=actor.user_id)
        zh, en = "密码不对。", "The password is wrong."
        raise BadInput("wrong_password", zh, en, field=field)
    door.locks.forget(actor.username)


def change_password(door: Door, actor: Actor, current: str, new: str) -> None:
    """Change the actor's own password; all other sessions of the actor end.

    Raises :class:`BadInput` on ``current`` or ``new``.
    """
    _check_password(door, actor, current, "current")
    if new == current:
        zh, en = "新密码和原密码一样。", "The new password is the old one."
        raise BadInput("same", zh, en, field="new")
    passwords.check(new, actor.username, field="new")
    fresh = passwords.hashed(new)
    with door.database.session(actor) as session:
        user = _own(session, actor)
        user.password_hash, user.must_change = fresh, False
        repository.end_sessions(session, user.id, but=actor.token_hash or b"")
        hook.note(session, "password change", entity="app_user", entity_id=user.id)


def reset_password(session: Session, username: str, password: str) -> None:
    """Give somebody a new first password: all sessions end, and it has to be changed."""
    user = _named(session, username)
    passwords.check(password, user.username)
    user.password_hash, user.must_change = passwords.hashed(password), True
    session.flush()
    repository.end_sessions(session, user.id)
    hook.note(session, "password reset", entity="app_user", entity_id=user.id)


def reset_second_factor(session: Session, username: str) -> None:
    """Switch off the second factor of somebody who lost the phone and the recovery codes."""
    totp.clear(session, _named(session, username))


def id_of(session: Session, username: str) -> int:
    """Id of the user with that sign-in name; raises :class:`NotFound`."""
    return _named(session, username).id


def _named(session: Session, username: str) -> User:
    user = repository.user_by_name(session, username)
    if user is None:
        raise NotFound("user")
    return user


def begin_totp(door: Door, actor: Actor, password: str) -> dict[str, Any]:
    """A new secret for the authenticator app, not yet in force: ``{secret, uri, svg}``."""
    _check_password(door, actor, password, "password")
    with door.database.session(actor) as session:
        return totp.enrol(session, door.keys, _own(session, actor))


def confirm_totp(door: Door, actor: Actor, code: str) -> list[str]:
    """Put the second factor in force; returns the recovery codes, shown this once."""
    door.locks.reserve(actor.username)
    with door.database.session(actor) as session:
        codes = totp.confirm(session, door.keys, _own(session, actor), code)
    door.locks.forget(actor.username)
    return codes


def end_totp(door: Door, actor: Actor, password: str, code: str) -> None:
    """Switch the second factor off: needs the password and a code."""
    _check_password(door, actor, password, "password")
    door.locks.reserve(actor.username)
    with door.database.session(actor) as session:
        totp.disable(session, door.keys, _own(session, actor), code)
    door.locks.forget(actor.username)


def begin_preview(session: Session, actor: Actor, user_id: int) -> None:
    """From now on the actor's session sees what that user sees, and writes nothing.

    Raises as :func:`services.access.preview.check`; :class:`Conflict` in a preview.
    """
    if isinstance(actor, Preview):
        raise Conflict("in_preview", "已在预览中，请先结束。", "End the other preview first.")
    if isinstance(actor, Emergency):
        raise EmergencyReadOnly()
    actor.require(preview.ADMIN)
    target = preview.check(actor, load_actor(session, user_id))
    assert actor.token_hash is not None
    repository.preview_as(session, actor.token_hash, user_id)
    note = f"as {target.username}"
    hook.note(session, "preview begin", entity="app_user", entity_id=user_id, note=note)


def end_preview(session: Session, actor: Actor) -> None:
    """The session is its owner's again; harmless without a preview."""
    if isinstance(actor, Preview):
        assert actor.token_hash is not None
        repository.preview_as(session, actor.token_hash, None)
        note = f"as {actor.target_username}"
        hook.note(session, "preview end", entity="app_user", entity_id=actor.target_id, note=note)


def me(session: Session, actor: Actor) -> dict[str, Any]:
    """The actor's account: who, preview, and the state of password and second factor."""
    user = _own(session, actor)
    shown = {"id": actor.user_id, "username": actor.username, "name": actor.name}
    told: dict[str, Any] = {"user": shown, "preview": None, "emergency": None}
    if isinstance(actor, Emergency):
        told["emergency"] = {"id": actor.look_id, "grid_id": actor.opened_grid_id}
        told["emergency"]["until"] = actor.until
    if isinstance(actor, Preview):
        shown |= {"id": actor.target_id, "username": actor.target_username}
        told["preview"] = {"by": actor.by}
        return told
    left = repository.count_recovery(session, user.id) if user.totp_on else 0
    told["must_change"] = user.must_change
    told["totp"] = {"on": user.totp_on, "recovery_codes": left}
    return told
