"""No sequence of management calls by a narrower administrator yields more than that administrator.

Everybody whose password the administrator could know acts as well: new users, and those who were
given a new password. The rights that count are asked of the same functions that the gate uses.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.access import manage, passwords, posts, roles
from services.access.actor import Actor, system
from services.access.manage_schemas import NewRole, NewUser, PostBody, RoleBody, UserChange
from services.access.models import UserRole
from services.access.repository import permissions_of, roles_of
from services.access.scope import Scope, load_scope
from services.access.service import load_actor
from services.db.session import ENTER, Database, entry
from services.errors import AppError
from tests import roots

OWN = "three green tables"
PERMISSIONS = ["admin", "people.read", "stats.read", "export", "people.reveal"]
ROLES = ["boss", "local", "peer", "weak", "strong", "far", "none"]
KINDS = ["all", "chosen", "own", "own_below", "records"]


class Undo(Exception):
    """Ends an example: nothing of it stays."""


@dataclass(frozen=True)
class Rights:
    """What somebody may do and see, whether switched off or not."""

    permissions: frozenset[str]
    scope: Scope

    def __le__(self, other: Rights) -> bool:
        scope = other.scope.all or (not self.scope.all and self.scope.ids <= other.scope.ids)
        return scope and self.permissions <= other.permissions


def rights(session: Session, user_id: int) -> Rights:
    held = [post.role_code for post in roles_of(session, user_id)]
    return Rights(permissions_of(session, held), load_scope(session, user_id))


@pytest.fixture
def world(db: Database, monkeypatch: pytest.MonkeyPatch) -> roots.Root:
    """Users of every kind; ``local`` has two posts, one of them narrow."""
    monkeypatch.setattr(passwords, "HASHER", roots.QUICK)
    with db.session(system("test")) as session:
        root = roots.plant(session)
        (a, b), village = root.at(2), root.at(3)[0]
        grants: dict[str, tuple[str, int | None]] = {
            "boss": (" ".join(PERMISSIONS), None),
            "local": ("admin people.read stats.read", a),
            "peer": ("admin stats.read", village),
            "weak": ("stats.read", village),
            "strong": ("people.read people.reveal", a),
            "far": ("stats.read", b),
        }
        roots.people_of_the_office(session, grants)
        local = session.scalar(text("SELECT id FROM app_user WHERE username = 'local'"))
        weak = session.scalar(text("SELECT id FROM app_user WHERE username = 'weak'"))
        for user, kind, grid in ((local, "own", b), (weak, "records", village)):
            session.add(UserRole(user_id=user, role_code="weak", scope_kind=kind, grid_id=grid))
    return root


@dataclass
class Play:
    """One example: who may act by now, and what a step does."""

    session: Session
    grids: list[int]
    acting: list[int]

    def users(self) -> list[int]:
        return list(self.session.scalars(text("SELECT id FROM app_user ORDER BY id")))

    def actor(self, which: int) -> Actor | None:
        actor = load_actor(self.session, self.acting[which % len(self.acting)])
        if actor is not None:
            self.session.info["actor"] = actor
            self.session.connection().exec_driver_sql(ENTER, entry(actor))
        return actor

    def step(self, do: str, who: int, whom: int, role: str, kind: str, picks: list[int]) -> None:
        session, actor = self.session, self.actor(who)
        if actor is None:
            return
        users, grids = self.users(), [self.grids[i % len(self.grids)] for i in picks]
        user = users[whom % len(users)]
        chosen = grids if kind == "chosen" else []
        grid = None if kind in ("all", "chosen") else grids[0]
        body = PostBody(role=role, scope=kind, grid_id=grid, grids=chosen)  # type: ignore[arg-type]
        wanted = [PERMISSIONS[i % len(PERMISSIONS)] for i in picks]
        own = {"name_zh": "x", "name_en": "x", "permissions": wanted}
        held = roles_of(session, user)
        if do == "user":
            name = f"u{len(users)}"
            new = NewUser(username=name, name=name, password=OWN, post=body)
            self.acting.append(manage.add(session, actor, new)["id"])
        elif do == "password":
            manage.new_password(session, actor, user, OWN)
            self.acting.append(user)
        elif do == "post":
            posts.add(session, actor, user, body)
        elif do == "change" and held:
            posts.change(session, actor, user, held[whom % len(held)].id, body)
        elif do == "remove" and held:
            posts.remove(session, actor, user, held[whom % len(held)].id)
        elif do == "state":
            manage.change(session, actor, user, UserChange(active=bool(picks[0] % 2)))
        elif do == "role":
            roles.add(session, actor, NewRole(code=f"r{len(picks)}x", **own))
        elif do == "permissions":
            roles.change(session, actor, role, RoleBody(**own))
        elif do == "drop":
            roles.remove(session, actor, role)


DEEDS = ["user", "password", "post", "change", "remove", "state", "role", "permissions", "drop"]
STEP = st.tuples(
    st.sampled_from(DEEDS),
    st.integers(0, 5),
    st.integers(0, 9),
    st.sampled_from(ROLES),
    st.sampled_from(KINDS),
    st.lists(st.integers(0, 30), min_size=1, max_size=3),
)


def state(session: Session) -> dict[int, Any]:
    """What could have been changed of each user."""
    query = text(
        "SELECT id, username, active, staff_id, password_hash, "
        "ARRAY(SELECT (r.id, r.role_code, r.scope_kind, r.grid_id)::text FROM user_role r "
        "WHERE r.user_id = u.id ORDER BY r.id) FROM app_user u"
    )
    return {row.id: (str(tuple(row)), rights(session, row.id)) for row in session.execute(query)}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=1, max_size=14))
def test_nobody_ends_up_above_a_narrower_administrator(
    db: Database, world: roots.Root, steps: list[Any]
) -> None:
    with contextlib.suppress(Undo), db.session(system("test")) as session:
        before = state(session)
        local = next(i for i, (row, _) in before.items() if "'local'" in row)
        most = rights(session, local)
        play = Play(session, sorted(world.boxes), [local])
        for step in steps:
            with contextlib.suppress(AppError), session.begin_nested():
                play.step(*step)
        _check(before, state(session), most, local)
        session.info["audit"] = []
        raise Undo


def _check(before: dict[int, Any], after: dict[int, Any], most: Rights, local: int) -> None:
    assert after[local][1] <= most
    assert before.keys() <= after.keys()
    for user, (row, held) in after.items():
        was = before.get(user)
        if was is None or was != (row, held):
            assert held <= most, row
        if was is not None and not was[1] <= most:
            assert (row, held) == was, f"{row} was out of reach"


@pytest.fixture
def sample(db: Database, world: roots.Root) -> Iterator[Play]:
    with contextlib.suppress(Undo), db.session(system("test")) as session:
        local = session.scalar(text("SELECT id FROM app_user WHERE username = 'local'"))
        yield Play(session, sorted(world.boxes), [local])
        raise Undo


def test_the_steps_of_the_model_do_something(sample: Play) -> None:
    """Each deed succeeds for some choice; else the test above would show nothing."""
    done = set()
    before = state(sample.session)
    for do, whom in product(DEEDS[:6], range(10)):
        if do not in done:
            with contextlib.suppress(AppError), sample.session.begin_nested():
                sample.step(do, 0, whom, "weak", "own_below", [6])
                now = state(sample.session)
                if now != before:
                    done.add(do)
                before = now
    assert done == set(DEEDS[:6])
