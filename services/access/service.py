"""Signing in and out, and who a session belongs to."""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.access import repository
from services.access.actor import Actor
from services.access.models import Role, User, UserRole, UserSession
from services.access.scope import Scope, load_scope
from services.db import hook
from services.errors import BadInput, TooMany, Unauthenticated

if TYPE_CHECKING:
    from services.db.session import Database

HASHER = PasswordHasher()
# Verified when the name is unknown, so that a wrong name takes as long as a wrong password.
DUMMY = HASHER.hash(secrets.token_hex(16))
FREE_TRIES = 5
SHORTEST_PASSWORD = 10
LONGEST_LOCK = timedelta(minutes=15)


class BadLogin(Unauthenticated):
    """Wrong name or password; the answer does not say which."""

    def __init__(self) -> None:
        super().__init__()
        self.code = "bad_login"
        self.zh = "用户名或密码不对。"
        self.en = "The user name or the password is wrong."


def token_hash(token: str) -> bytes:
    """SHA-256 of a session token: all that the database keeps of it."""
    return hashlib.sha256(token.encode()).digest()


def _verified(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _failed(database: Database, user: User | None, username: str) -> None:
    """Count a failure and lock with a growing wait, in a transaction of its own."""
    who = Actor(user.id if user else None, "sign-in", "", frozenset(), scope=_nothing())
    with database.session(who) as session:
        hook.note(session, "sign-in failed", entity="app_user", entity_id=user.id if user else None)
        if user:
            row = session.get_one(User, user.id, with_for_update=True)
            row.failures += 1
            if row.failures >= FREE_TRIES:
                wait = timedelta(seconds=2 ** min(row.failures - FREE_TRIES + 1, 10))
                row.locked_until = datetime.now(UTC) + min(wait, LONGEST_LOCK)


def _nothing() -> Scope:
    return Scope(False)


def sign_in(database: Database, username: str, password: str, hours: int) -> str:
    """Check the password and open a session; returns its token (the cookie's value).

    Raises :class:`BadLogin` and, after repeated failures, :class:`TooMany` with the seconds
    to wait.
    """
    with database.session(None) as session:
        user = repository.user_by_name(session, username)
    now = datetime.now(UTC)
    if user and user.locked_until and user.locked_until > now:
        wait = int((user.locked_until - now).total_seconds()) + 1
        raise TooMany(
            "locked",
            f"连续输错，请 {wait} 秒后再试。",
            f"Too many failures; try again in {wait} s.",
            retry_after=wait,
        )
    good = _verified(user.password_hash if user else DUMMY, password)
    if not (user and good and user.active):
        _failed(database, user, username)
        raise BadLogin()
    token = secrets.token_urlsafe(32)
    actor = Actor(user.id, user.username, user.name, frozenset(), _nothing())
    with database.session(actor) as session:
        row = session.get_one(User, user.id)
        if row.failures:
            row.failures, row.locked_until = 0, None
        expires = now + timedelta(hours=hours)
        repository.end_sessions(session, user.id, now)
        session.add(UserSession(token_hash=token_hash(token), user_id=user.id, expires_at=expires))
        hook.note(session, "sign-in", entity="app_user", entity_id=user.id)
    return token


def sign_out(session: Session, actor: Actor) -> None:
    """End the actor's session."""
    session.execute(delete(UserSession).where(UserSession.token_hash == actor.token_hash))
    hook.note(session, "sign-out", entity="app_user", entity_id=actor.user_id)


def set_language(session: Session, actor: Actor, lang: str) -> None:
    """Remember the language in which the pages speak to the actor."""
    assert actor.user_id is not None
    session.get_one(User, actor.user_id).lang = lang


def add_user(
    session: Session, username: str, password: str, role: str, grid_id: int | None
) -> User:
    """A new user with one role over ``grid_id`` and below, or over everything.

    Raises :class:`BadInput` for a taken name, an unknown role or a password under ten signs.
    """
    if repository.user_by_name(session, username):
        raise BadInput("taken", "这个用户名已有人用。", "This name is taken.", field="username")
    if session.get(Role, role) is None:
        raise BadInput("role", "没有这个角色。", "There is no such role.", field="role")
    if len(password) < SHORTEST_PASSWORD:
        zh = f"密码至少 {SHORTEST_PASSWORD} 个字符。"
        en = f"The password needs at least {SHORTEST_PASSWORD} characters."
        raise BadInput("password", zh, en, field="password")
    user = User(username=username, name=username, password_hash=HASHER.hash(password))
    session.add(user)
    session.flush()
    kind = "all" if grid_id is None else "own_below"
    session.add(UserRole(user_id=user.id, role_code=role, scope_kind=kind, grid_id=grid_id))
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


class Actors:
    """Finds the actor of a token. Cached per epoch of rights, so a change counts at once."""

    def __init__(self, database: Database):
        self._database = database
        self._lock = threading.Lock()
        self._epoch = -1
        self._known: dict[bytes, Actor] = {}

    def of(self, token: str) -> Actor | None:
        """The actor of a session token; None when the session is unknown or over."""
        digest = token_hash(token)
        with self._database.session(None) as session:
            found = repository.session_epoch(session, digest)
            if found is None:
                return None
            with self._lock:
                if found.epoch != self._epoch:
                    self._known.clear()
                    self._epoch = found.epoch
                actor = self._known.get(digest)
            if actor is None:
                actor = load_actor(session, found.user_id, digest)
                if actor is not None:
                    with self._lock:
                        if found.epoch == self._epoch:
                            self._known[digest] = actor
            return actor
