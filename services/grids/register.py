"""The register of those who serve the grids 网格员, and their cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.dialects.postgresql import JSONB

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.errors import NotFound
from services.grids import service
from services.grids.models import Grid, Post, Staff
from services.kit.crypto import mask_phone
from services.kit.paging import Filters, Words
from services.kit.place import Clause, Placing
from services.kit.register import Caller, Register, contains

PostKind = Literal["leader", "deputy", "staff"]
HELD: Clause = Post.valid_to.is_(None)


class StaffInUrl(Filters):
    """Filters of staff that may stand in a URL; ``post`` is one of the posts held now."""

    post: PostKind | None = None


class StaffFilters(StaffInUrl):
    """All filters of staff."""

    name: Words | None = None


def _posts() -> Any:
    """The posts that somebody holds now: [{kind, grid_id, grid, level}], highest grid first."""
    entry = func.jsonb_build_object(
        "kind", Post.kind, "grid_id", Post.grid_id, "grid", Grid.name, "level", Grid.level
    )
    query = (
        select(func.jsonb_agg(entry, type_=JSONB))
        .select_from(Post)
        .join(Grid, Grid.id == Post.grid_id)
        .where(Post.staff_id == Staff.id, HELD)
    )
    return query.correlate(Staff).scalar_subquery()


def _columns(_: Actor) -> Mapping[str, Any]:
    return {
        "name": Staff.name,
        "sex": Staff.sex,
        "posts": _posts(),
        "duties": Staff.duties,
        "honour": Staff.honour,
        "service_area": Staff.service_area,
    }


def _where(filters: StaffFilters) -> list[Clause]:
    found: list[Clause] = []
    if filters.name is not None:
        found.append(contains(filters.name, Staff.name))
    if filters.post is not None:
        held = and_(Post.staff_id == Staff.id, HELD, Post.kind == filters.post)
        found.append(exists().where(held))
    return found


STAFF = Register(
    name="staff",
    permission="staff.read",
    source=Staff,
    id=Staff.id,
    filters=StaffFilters,
    url_filters=StaffInUrl,
    columns=_columns,
    where=lambda filters, _: _where(filters),
    sorts={"name": Staff.name, "id": Staff.id},
    order=(Staff.grid_id, Staff.id),
    placing=Placing(grid=Staff.grid_id),
    alive=Staff.status == "active",
    sealed={"phone": Staff.phone_enc},
    dictionaries={"sex": "dictionary_item/sex", "posts": "dictionary_item/post"},
)


def staff_card(caller: Caller, staff_id: int) -> dict[str, Any]:
    """The card of a member of staff; raises :class:`NotFound` outside the scope."""
    caller.actor.require("staff.read")
    query = select(Staff, _posts().label("posts")).where(
        Staff.id == staff_id, visible_grids(caller.actor).where(Staff.grid_id)
    )
    row = caller.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("staff")
    staff: Staff = row.Staff
    phone = caller.keys.decrypt(staff.phone_enc) if staff.phone_enc else None
    plain = ("id", "name", "sex", "duties", "honour", "service_area", "status", "grid_id")
    return {
        **{name: getattr(staff, name) for name in plain},
        "phone": mask_phone(phone),
        "posts": row.posts or [],
        "chain": service.chain(caller.session, service.path_of(caller.session, staff.grid_id)),
    }


def responsible(caller: Caller, path: list[int]) -> list[dict[str, Any]]:
    """Who holds a post in a visible grid of ``path``: the smallest grid first, leaders first."""
    caller.actor.require("staff.read")
    rank = case({"leader": 0, "deputy": 1}, value=Post.kind, else_=2)
    query = (
        select(
            Staff.id.label("staff_id"),
            Staff.name,
            Post.kind.label("post"),
            Post.grid_id,
            Grid.name.label("grid"),
            Grid.level,
        )
        .join(Post, Post.staff_id == Staff.id)
        .join(Grid, Grid.id == Post.grid_id)
        .where(
            Post.grid_id.in_(path),
            visible_grids(caller.actor).where(Post.grid_id),
            HELD,
            Staff.status == "active",
        )
        .order_by(Grid.level.desc(), rank, Staff.id)
        .limit(100)
    )
    return [dict(row._mapping) for row in caller.session.execute(query)]
