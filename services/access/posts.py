"""Posts 岗位 of users: a role each, and how far it reaches 数据范围."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.access import authority, manage_repository, repository
from services.access.actor import Actor
from services.access.authority import Authority, Beyond
from services.access.manage_schemas import PostBody
from services.access.models import Role, User, UserRole, UserRoleGrid
from services.access.scope import load_scope
from services.errors import BadInput, Conflict, NotFound


def told(session: Session, users: list[int]) -> dict[int, list[dict[str, Any]]]:
    """User -> posts: role with its names, kind of scope, grids with theirs."""
    held = manage_repository.posts(session, users)
    chosen = manage_repository.chosen(session, [post.id for post in held])
    ids = {c.grid_id for c in chosen} | {p.grid_id for p in held if p.grid_id is not None}
    grids = {
        i: {"id": i, "code": row.code, "name": row.name, "level": row.level}
        for i, row in manage_repository.grids(session, ids).items()
    }
    roles = {role.code: role for role in manage_repository.roles(session)}
    found: dict[int, list[dict[str, Any]]] = {user_id: [] for user_id in users}
    for post in held:
        role = roles[post.role_code]
        found[post.user_id].append({
            "id": post.id,
            "role": {"code": role.code, "name_zh": role.name_zh, "name_en": role.name_en},
            "scope": post.scope_kind,
            "grid": grids[post.grid_id] if post.grid_id is not None else None,
            "grids": [grids[c.grid_id] for c in chosen if c.user_role_id == post.id],
        })  # fmt: skip
    return found


def put(mine: Authority, user: User, body: PostBody, post: UserRole | None = None) -> UserRole:
    """Give ``user`` a post, or change ``post`` to it, after every check.

    Raises :class:`BadInput` for what does not fit together, :class:`Beyond` for what is not the
    administrator's to give.
    """
    session = mine.session
    if session.get(Role, body.role) is None:
        raise BadInput("role", "没有这个角色。", "There is no such role.", field="role")
    mine.may_give(mine.lacks(repository.permissions_of(session, [body.role])), "role")
    _check_grids(mine, body)
    _check_reach(mine, body)
    if post is None:
        post = UserRole(user_id=user.id)
        session.add(post)
    else:
        _drop_grids(session, post)
    post.role_code, post.scope_kind, post.grid_id = body.role, body.scope, body.grid_id
    session.flush()
    for grid_id in sorted(set(body.grids)):
        session.add(UserRoleGrid(user_role_id=post.id, grid_id=grid_id))
    session.flush()
    _check_result(mine, user)
    return post


def _check_grids(mine: Authority, body: PostBody) -> None:
    """Which grids the kind of scope needs, and that they are there to be seen."""
    if body.scope == "chosen" and not body.grids:
        zh, en = "请至少选一个网格。", "Choose at least one grid."
        raise BadInput("grids_needed", zh, en, field="grids")
    if body.scope != "chosen" and body.grids:
        zh, en = "只有“所选网格”才列出网格。", "Only the scope “chosen” lists grids."
        raise BadInput("grids_unused", zh, en, field="grids")
    if body.scope not in ("all", "chosen") and body.grid_id is None:
        zh, en = "请选这个岗位的网格。", "Choose the grid of this post."
        raise BadInput("grid_needed", zh, en, field="grid_id")
    named = dict.fromkeys(body.grids, "grids")
    if body.grid_id is not None:
        named[body.grid_id] = "grid_id"
    there = manage_repository.grids(mine.session, set(named))
    for grid_id, field in named.items():
        row = there.get(grid_id)
        if row is None or not row.current or not mine.reach.scope.sees(grid_id):
            zh, en = "没有这个网格，或不在您的范围内。", "No such grid in your area."
            raise BadInput("grid", zh, en, field=field)


def _check_reach(mine: Authority, body: PostBody) -> None:
    """Nothing wider than the administrator's own scope."""
    deep = set(body.grids) | ({body.grid_id} if body.scope == "own_below" else set())
    wide = body.scope == "all" and not mine.everywhere
    if wide or not all(mine.reach.solid.sees(g) for g in deep if g is not None):
        field = "scope" if wide else "grids" if body.grids else "grid_id"
        zh, en = "这个范围比您自己的大，不能授予。", "This scope is wider than your own."
        raise Beyond("beyond_scope", zh, en, field=field)


def _check_result(mine: Authority, user: User) -> None:
    """What came out, whatever the checks before it thought."""
    if mine.everywhere:
        return
    scope = load_scope(mine.session, user.id)
    if scope.all or not scope.ids <= mine.actor.scope.ids or not mine.may_manage(user):
        zh, en = "这样用户的权限会超过您自己的。", "The user would have more rights than you."
        raise Beyond("beyond", zh, en, field="role")


def _drop_grids(session: Session, post: UserRole) -> None:
    for row in manage_repository.chosen(session, [post.id]):
        session.delete(row)
    session.flush()


def _post(session: Session, user: User, post_id: int) -> UserRole:
    post = session.get(UserRole, post_id)
    if post is None or post.user_id != user.id:
        raise NotFound("post")
    return post


def add(session: Session, actor: Actor, user_id: int, body: PostBody) -> int:
    """Give a user one more post; returns its id."""
    mine, user = authority.over(session, actor, user_id)
    authority.not_oneself(actor, user)
    return put(mine, user, body).id


def change(session: Session, actor: Actor, user_id: int, post_id: int, body: PostBody) -> None:
    """Change a post of a user."""
    mine, user = authority.over(session, actor, user_id)
    authority.not_oneself(actor, user)
    put(mine, user, body, _post(session, user, post_id))
    authority.keep_somebody_in_charge(session)


def remove(session: Session, actor: Actor, user_id: int, post_id: int) -> None:
    """Take a post away; the last one only an administrator of everything can."""
    mine, user = authority.over(session, actor, user_id)
    authority.not_oneself(actor, user)
    post = _post(session, user, post_id)
    if not mine.everywhere and len(repository.roles_of(session, user.id)) == 1:
        raise Conflict(
            "last_post",
            "这是最后一个岗位，去掉后您就管不到这个用户了。可以停用账号，或先加新的岗位。",
            "It is the last post; without it the user is out of your reach. "
            "Switch the account off, or add another post first.",
        )
    _drop_grids(session, post)
    session.delete(post)
    authority.keep_somebody_in_charge(session)
