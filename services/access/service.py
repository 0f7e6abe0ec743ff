"""Signing in and out, who may, and who an account is."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.access import passwords, repository, totp
from services.access.actor import Actor, system
from services.access.locks import Locks
from services.access.models import Role, User, UserRole, UserSession
from services.access.oidc import Identity, unknown
from services.access.schemas import Login
from services.access.scope import Scope, load_scope
from services.config import Settings
from services.db import hook
from services.db.session import Database
from services.errors import BadInput, Unauthenticated
from services.kit.crypto import Keys


class BadLogin(Unauthenticated):
    """Wrong name or password; the answer does not say which."""

    def __init__(self) -> None:
        super().__init__()
        self.code = "bad_login"
        self.zh = "用户名或密码不对。"
        self.en = "The user name or the password is wrong."


class CodeNeeded(Unauthenticated):
    """The password is right; the code of the second factor is still to come."""

    def __init__(self) -> None:
        super().__init__()
        self.code, self.field = "code_needed", "code"
        self.zh = "请输入验证器里的 6 位验证码。"
        self.en = "Enter the 6-digit code of your authenticator app."


class BadCode(Unauthenticated):
    """The code of the second factor is wrong or was used before."""

    def __init__(self) -> None:
        super().__init__()
        wrong = totp.wrong_code()
        self.code, self.field, self.zh, self.en = "bad_code", "code", wrong.zh, wrong.en


@dataclass
class Door:
    """What signing in needs: the database, the keys, the settings, the locks of names."""

    database: Database
    keys: Keys = field(repr=False)
    settings: Settings = field(repr=False)

    def __post_init__(self) -> None:
        self.locks = Locks(self.database, self.keys)


@dataclass(frozen=True)
class Caller:
    """The program that signs in: its short name, and the session that it brings along."""

    agent: str = ""
    old_token: str | None = field(default=None, repr=False)


def token_hash(token: str) -> bytes:
    """SHA-256 of a session token: all that the database keeps of it."""
    return hashlib.sha256(token.encode()).digest()


def _doorman(user: User | None, name: str = "sign-in") -> Actor:
    """Somebody at the door: named in the audit, sees nothing."""
    return Actor(user.id if user else None, name, "", frozenset(), Scope(False))


def _failed(door: Door, user: User | None) -> None:
    """Audit a failure, in a transaction of its own, and forget old ones."""
    with door.database.session(_doorman(user)) as session:
        hook.note(session, "sign-in failed", entity="app_user", entity_id=user.id if user else None)
    door.locks.prune()


def sign_in(door: Door, login: Login, caller: Caller) -> str:
    """Check the password (and the code) and open a session; returns its token.

    Raises :class:`BadLogin`; :class:`CodeNeeded` and :class:`BadCode` where a second factor is
    in force; and, after repeated failures, ``TooMany`` with the seconds to wait. Nothing of this
    tells whether somebody has the name.
    """
    door.locks.reserve(login.username)
    with door.database.session(None) as session:
        user = repository.user_by_name(session, login.username)
    good = passwords.verified(user.password_hash if user else None, login.password)
    if not (user and good and user.active):
        _failed(door, user)
        raise BadLogin()
    if user.totp_on:
        _check_code(door, user, login.code)
    door.locks.forget(login.username)
    return open_session(door, user, caller)


def _check_code(door: Door, user: User, code: str) -> None:
    if not code.strip():
        door.locks.undo(user.username)
        raise CodeNeeded()
    with door.database.session(_doorman(user, user.username)) as session:
        good = totp.use(session, door.keys, user, code)
    if not good:
        _failed(door, user)
        raise BadCode()


def open_session(door: Door, user: User, caller: Caller, via: str = "password") -> str:
    """A new session of ``user``, instead of the one that the caller had; returns its token."""
    token = secrets.token_urlsafe(32)
    expires = datetime.now(UTC) + timedelta(hours=door.settings.session_hours)
    with door.database.session(_doorman(user, user.username)) as session:
        repository.forget_over(session, user.id, door.settings.session_idle_minutes)
        if caller.old_token:
            repository.end_session(session, token_hash(caller.old_token))
        row = UserSession(token_hash=token_hash(token), user_id=user.id, expires_at=expires)
        row.agent, row.via = caller.agent, via
        session.add(row)
        hook.note(session, "sign-in", entity="app_user", entity_id=user.id)
    return token


def sign_in_with(door: Door, identity: Identity, caller: Caller) -> str:
    """Open a session for whom the OpenID Connect provider vouches; returns its token.

    A user is found by the linked subject, the first time by the name. Nobody is made. Raises
    :class:`services.access.oidc.OidcProblem`.
    """
    with door.database.session(system("openid connect")) as session:
        user = repository.user_by_subject(session, identity.subject)
        if user is None and identity.name.isprintable():
            user = repository.user_by_name(session, identity.name)
            if user is not None and user.oidc_subject is None and user.active:
                user.oidc_subject = identity.subject
                session.flush()
    if user is None or user.oidc_subject != identity.subject or not user.active:
        _failed(door, user)
        raise unknown()
    return open_session(door, user, caller, via="oidc")


def sign_out(session: Session, actor: Actor) -> None:
    """End the actor's session."""
    assert actor.token_hash is not None
    repository.end_session(session, actor.token_hash)
    hook.note(session, "sign-out", entity="app_user", entity_id=actor.user_id)


def sign_out_everywhere(session: Session, actor: Actor) -> None:
    """End all sessions of the actor, this one included."""
    assert actor.user_id is not None
    repository.end_sessions(session, actor.user_id)
    hook.note(session, "sign-out everywhere", entity="app_user", entity_id=actor.user_id)


def forget_all_over(database: Database) -> int:
    """Forget everybody's sessions that are over, and old tries of names; returns the sessions."""
    with database.bulk(system("daily")) as session:
        return repository.forget_all_over(session, database.settings.session_idle_minutes)


def sessions(session: Session, actor: Actor, idle: int) -> list[dict[str, Any]]:
    """The actor's live sessions: when opened and last seen, with what, which one is this."""
    assert actor.user_id is not None
    return [
        {
            "created_at": row.created_at,
            "seen_at": row.seen_at,
            "agent": row.agent,
            "via": row.via,
            "current": bytes(row.token_hash) == actor.token_hash,
        }
        for row in repository.sessions_of(session, actor.user_id, idle)
    ]


def begin_emergency(session: Session, actor: Actor, look_id: int) -> None:
    """The actor's session is in that emergency look from the next request on."""
    assert actor.user_id is not None and actor.token_hash is not None
    repository.look_in_emergency(session, actor.user_id, actor.token_hash, look_id)


def leave_emergency(session: Session, actor: Actor) -> None:
    """The actor's sessions see the own scope again; their open streams notice at once."""
    assert actor.user_id is not None
    repository.leave_emergency(session, actor.user_id)


def set_language(session: Session, actor: Actor, lang: str) -> None:
    """Remember the language in which the pages speak to the actor."""
    assert actor.user_id is not None
    session.get_one(User, actor.user_id).lang = lang


def add_user(
    session: Session, username: str, password: str, role: str, grid_id: int | None
) -> User:
    """A new user with one role over ``grid_id`` and below, or over everything.

    Whoever adds the user knows the password, so the user has to change it at the first sign-in.
    Raises :class:`BadInput` for a taken name, an unknown role or a password that is not allowed.
    """
    if session.get(Role, role) is None:
        raise BadInput("role", "没有这个角色。", "There is no such role.", field="role")
    user = new_user(session, username, username, password)
    kind = "all" if grid_id is None else "own_below"
    session.add(UserRole(user_id=user.id, role_code=role, scope_kind=kind, grid_id=grid_id))
    session.flush()
    return user


def new_user(session: Session, username: str, name: str, password: str) -> User:
    """A new user without a post, who has to change the first password.

    Raises :class:`BadInput` for a taken name or a password that is not allowed.
    """
    if repository.user_by_name(session, username):
        raise BadInput("taken", "这个用户名已有人用。", "This name is taken.", field="username")
    passwords.check(password, username)
    fresh = passwords.hashed(password)
    user = User(username=username, name=name, password_hash=fresh, must_change=True)
    session.add(user)
    session.flush()
    return user


def load_actor(session: Session, user_id: int, digest: bytes | None = None) -> Actor | None:
    """The actor for a user, with rights as they are now; None for an inactive one."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        return None
    roles = repository.roles_of(session, user_id)
    home = next((r.grid_id for r in roles if r.grid_id is not None), None)
    codes = [r.role_code for r in roles]
    return Actor(
        user_id=user.id,
        username=user.username,
        name=user.name,
        permissions=repository.permissions_of(session, codes),
        scope=load_scope(session, user_id),
        home_grid_id=home,
        staff_id=user.staff_id,
        roles=frozenset(codes),
        lang=user.lang,
        token_hash=digest,
    )
