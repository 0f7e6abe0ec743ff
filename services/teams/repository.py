"""Service teams in the database; every statement carries the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, any_, case, exists, func, literal, or_, select, text
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope, visible_grids
from services.db.session import lifted
from services.grids.models import Grid, Staff
from services.kit.place import Clause
from services.kit.register import contains
from services.teams.models import LEADER, ServiceTeam, TeamMember
from services.teams.schemas import TeamFilters

ACTIVE: Clause = ServiceTeam.status == "active"
NOW: Clause = TeamMember.left_on.is_(None)
RANK = case({"leader": 0, "deputy": 1, "liaison": 2}, value=TeamMember.post, else_=3)
# Records may be of people out of sight: asked for without the fence, answered with a day alone.
_LAST_SERVED = text(
    """
    SELECT max(CAST(r.served_at AS date)) FROM service_record_member m
    JOIN service_record r ON r.id = m.record_id
    WHERE m.team_id = :team AND m.member_id = :member AND r.withdrawn_at IS NULL
    """
)


def columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a team; the leader's name where it is in sight."""
    leader = (
        select(Staff.name)
        .join(TeamMember, TeamMember.staff_id == Staff.id)
        .where(
            TeamMember.team_id == ServiceTeam.id, NOW, TeamMember.post == LEADER,
            visible_grids(actor).where(Staff.grid_id),
        )
    )  # fmt: skip
    members = select(func.count()).where(TeamMember.team_id == ServiceTeam.id, NOW)
    return {
        "kind": ServiceTeam.kind,
        "name": ServiceTeam.name,
        "leader": leader.correlate(ServiceTeam).scalar_subquery(),
        "members": members.correlate(ServiceTeam).scalar_subquery(),
        "founded_on": ServiceTeam.founded_on,
    }


def where(filters: TeamFilters) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.q is not None:
        found.append(contains(filters.q, ServiceTeam.name))
    if filters.kind is not None:
        found.append(ServiceTeam.kind.in_(filters.kind))
    if filters.staff is not None:
        found.append(_has(filters.staff))
    return found


def _has(staff_id: int) -> Clause:
    return exists().where(
        TeamMember.team_id == ServiceTeam.id, NOW, TeamMember.staff_id == staff_id
    )


def seen(actor: Actor) -> Clause:
    """Teams of visible grids, and those of which the actor is a member."""
    mine: Clause = visible_grids(actor).where(ServiceTeam.grid_id)
    return mine if actor.staff_id is None else or_(mine, _has(actor.staff_id))


def one(session: Session, scope: Scope, team_id: int) -> ServiceTeam | None:
    """A visible team."""
    query = select(ServiceTeam).where(ServiceTeam.id == team_id, scope.where(ServiceTeam.grid_id))
    return session.scalar(query)


def locked(session: Session, shown: Clause, team_id: int) -> ServiceTeam | None:
    """A team that ``shown`` lets see, as it is stored now, locked until the transaction ends."""
    query = select(ServiceTeam).where(ServiceTeam.id == team_id, shown)
    query = query.with_for_update(of=ServiceTeam).execution_options(populate_existing=True)
    return session.scalar(query)


def members(session: Session, actor: Actor, team_id: int) -> list[Row[Any]]:
    """All members of a team that the caller has found, those of today first; a name in sight."""
    query = (
        select(
            TeamMember.id, TeamMember.staff_id, Staff.name, TeamMember.post, TeamMember.joined_on,
            TeamMember.left_on,
        )
        .outerjoin(Staff, and_(Staff.id == TeamMember.staff_id, staff_seen(actor)))
        .where(TeamMember.team_id == team_id)
        .order_by(TeamMember.left_on.desc().nulls_first(), RANK, TeamMember.id)
    )  # fmt: skip
    return list(session.execute(query))


def staff_seen(actor: Actor) -> Clause:
    """Staff of visible grids, and oneself."""
    scope: Clause = visible_grids(actor).where(Staff.grid_id)
    return scope if actor.staff_id is None else or_(scope, Staff.id == actor.staff_id)


def member(session: Session, team_id: int, member_id: int) -> TeamMember | None:
    """A time of somebody in a team that the caller has locked."""
    query = select(TeamMember).where(TeamMember.id == member_id, TeamMember.team_id == team_id)
    return session.scalar(query.execution_options(populate_existing=True))


def leader(session: Session, team_id: int) -> TeamMember | None:
    """The leader of a team that the caller has locked."""
    query = select(TeamMember).where(TeamMember.team_id == team_id, NOW, TeamMember.post == LEADER)
    return session.scalar(query.execution_options(populate_existing=True))


def is_member(session: Session, team_id: int, staff_id: int) -> bool:
    """Whether somebody is a member now, of a team that the caller has locked."""
    query = select(exists().where(
        TeamMember.team_id == team_id, TeamMember.staff_id == staff_id, NOW
    ))  # fmt: skip
    return bool(session.scalar(query))


def on_day(session: Session, team_id: int, ids: Sequence[int], day: date) -> set[int]:
    """Which of ``ids`` are members on a day, of a team that the caller has locked."""
    query = select(TeamMember.id).where(
        TeamMember.team_id == team_id, TeamMember.id.in_(ids), _serving(day)
    )
    return set(session.scalars(query))


def _serving(day: date) -> Clause:
    since: Clause = TeamMember.joined_on <= day
    return and_(since, or_(TeamMember.left_on.is_(None), TeamMember.left_on >= day))


def last_served(session: Session, team_id: int, member_id: int) -> date | None:
    """The last day on which a member of a locked team has served anybody."""
    with lifted(session):
        found: date | None = session.scalar(_LAST_SERVED, {"team": team_id, "member": member_id})
        return found


def serves_in(session: Session, scope: Scope, staff_id: int, grid_id: int) -> bool:
    """Whether a visible active member of the grid staff serves in a grid or below it."""
    inside = select(Grid.id).where(literal(grid_id) == any_(Grid.path))
    query = select(exists().where(
        Staff.id == staff_id, Staff.status == "active", Staff.grid_id.in_(inside),
        scope.where(Staff.grid_id),
    ))  # fmt: skip
    return bool(session.scalar(query))


def offered(session: Session, actor: Actor, day: date, limit: int) -> list[Row[Any]]:
    """Members in sight of the teams that the actor sees or is in, on a day: own teams first."""
    own = literal(False) if actor.staff_id is None else _has(actor.staff_id)
    teams = (
        select(ServiceTeam.id, (~own).label("other"))
        .where(ACTIVE, seen(actor), ServiceTeam.founded_on <= day)
        .order_by("other", ServiceTeam.grid_id, ServiceTeam.id)
        .limit(limit)
        .subquery()
    )
    query = (
        select(
            ServiceTeam.id.label("team_id"), ServiceTeam.name.label("team"), ServiceTeam.kind,
            TeamMember.id, Staff.name, TeamMember.post, TeamMember.staff_id,
        )
        .join(teams, teams.c.id == ServiceTeam.id)
        .join(TeamMember, TeamMember.team_id == ServiceTeam.id)
        .join(Staff, and_(Staff.id == TeamMember.staff_id, staff_seen(actor)))
        .where(_serving(day))
        .order_by(teams.c.other, ServiceTeam.grid_id, ServiceTeam.id, RANK, TeamMember.id)
    )  # fmt: skip
    return list(session.execute(query))
