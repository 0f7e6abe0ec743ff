"""Routes for administrators: users, their posts, roles. Names travel in bodies only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from services.access import catalogue, manage, posts, roles
from services.access.authority import ADMIN
from services.access.deps import Db, Me
from services.access.manage_schemas import (
    NewPassword,
    NewRole,
    NewUser,
    PostBody,
    RoleBody,
    UserChange,
    UserSearch,
)
from services.kit.paging import Id

router = APIRouter(prefix="/access", tags=["access"])
RoleInPath = Annotated[str, Path(max_length=30)]


@router.post("/users/search")
def search(body: UserSearch, actor: Me, db: Db) -> dict[str, Any]:
    """Users within the administrator's reach, by part of a name, role, or state."""
    return manage.search(db, actor, body)


@router.get("/users/{user_id}")
def one(user_id: Id, actor: Me, db: Db, request: Request) -> dict[str, Any]:
    """One user with posts."""
    return manage.one(db, actor, user_id, request.app.state.settings.session_idle_minutes)


@router.post("/users", status_code=201)
def add(body: NewUser, actor: Me, db: Db) -> dict[str, Any]:
    """Add a user with a first post; the password has to be changed at the first sign-in."""
    return manage.add(db, actor, body)


@router.patch("/users/{user_id}", status_code=204)
def change(user_id: Id, body: UserChange, actor: Me, db: Db) -> None:
    """Change name, state, or the member of staff behind a user."""
    manage.change(db, actor, user_id, body)


@router.put("/users/{user_id}/password")
def new_password(
    user_id: Id, body: NewPassword, actor: Me, db: Db, request: Request
) -> dict[str, Any]:
    """Give a new first password; all sessions of the user end."""
    username, made = manage.new_password(db, actor, user_id, body.password)
    request.app.state.door.locks.forget(username)
    return {"password": made}


@router.delete("/users/{user_id}/second-factor", status_code=204)
def second_factor_off(user_id: Id, actor: Me, db: Db) -> None:
    """Switch off the second factor of somebody who lost it."""
    manage.second_factor_off(db, actor, user_id)


@router.delete("/users/{user_id}/sessions", status_code=204)
def end_sessions(user_id: Id, actor: Me, db: Db) -> None:
    """Sign a user out everywhere."""
    manage.end_sessions(db, actor, user_id)


@router.post("/users/{user_id}/posts", status_code=201)
def add_post(user_id: Id, body: PostBody, actor: Me, db: Db) -> dict[str, int]:
    """Give a user one more post."""
    return {"id": posts.add(db, actor, user_id, body)}


@router.put("/users/{user_id}/posts/{post_id}", status_code=204)
def change_post(user_id: Id, post_id: Id, body: PostBody, actor: Me, db: Db) -> None:
    """Change role or reach of a post."""
    posts.change(db, actor, user_id, post_id, body)


@router.delete("/users/{user_id}/posts/{post_id}", status_code=204)
def remove_post(user_id: Id, post_id: Id, actor: Me, db: Db) -> None:
    """Take a post away."""
    posts.remove(db, actor, user_id, post_id)


@router.get("/permissions")
def permissions(actor: Me) -> list[dict[str, str]]:
    """Every permission with its names, by group."""
    actor.require(ADMIN)
    return list(catalogue.listed())


@router.get("/roles")
def list_roles(actor: Me, db: Db) -> list[dict[str, Any]]:
    """All roles with their permissions."""
    return roles.listed(db, actor)


@router.post("/roles", status_code=204)
def add_role(body: NewRole, actor: Me, db: Db) -> None:
    """Add a role."""
    roles.add(db, actor, body)


@router.put("/roles/{code}", status_code=204)
def change_role(code: RoleInPath, body: RoleBody, actor: Me, db: Db) -> None:
    """Change names and permissions of a role."""
    roles.change(db, actor, code, body)


@router.delete("/roles/{code}", status_code=204)
def remove_role(code: RoleInPath, actor: Me, db: Db) -> None:
    """Remove a role that nobody holds."""
    roles.remove(db, actor, code)
