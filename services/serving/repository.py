"""Services to people in the database; every statement carries the caller's scope."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Date, Row, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.access.actor import Actor
from services.access.models import User
from services.access.scope import Scope, visible_grids
from services.grids.models import Staff
from services.kit.place import Clause
from services.kit.register import contains
from services.people.models import Person
from services.serving.models import (
    ServiceObject,
    ServicePhoto,
    ServiceRecord,
    ServiceRecordMember,
)
from services.serving.schemas import ObjectFilters, RecordFilters
from services.teams.models import ServiceTeam, TeamMember

ALIVE: Clause = (
    exists()
    .where(Person.id == ServiceObject.person_id, Person.status == "active")
    .correlate(ServiceObject)
)
IN_FORCE: Clause = and_(ServiceObject.stopped_on.is_(None), ALIVE)


def _of_person(actor: Actor, link: Any, what: Any) -> Any:
    query = select(what).where(Person.id == link, visible_grids(actor).where(Person.grid_id))
    return query.scalar_subquery()


def _served(actor: Actor) -> Any:
    """The day of the last service to a person, of any team."""
    return (
        select(func.max(ServiceRecord.served_at))
        .where(
            ServiceRecord.person_id == ServiceObject.person_id,
            ServiceRecord.withdrawn_at.is_(None),
            visible_grids(actor).where(ServiceRecord.grid_id),
        )
        .correlate(ServiceObject)
        .scalar_subquery()
    )


def _staff(actor: Actor) -> Any:
    return select(Staff.name).where(Staff.id == ServiceObject.staff_id, _seen(actor))


def _seen(actor: Actor) -> Clause:
    """Staff of visible grids, and oneself."""
    scope: Clause = visible_grids(actor).where(Staff.grid_id)
    return scope if actor.staff_id is None else or_(scope, Staff.id == actor.staff_id)


def object_columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a service object."""
    return {
        "name": _of_person(actor, ServiceObject.person_id, Person.name),
        "person_id": ServiceObject.person_id,
        "kind": ServiceObject.kind,
        "staff_id": ServiceObject.staff_id,
        "staff": _staff(actor).scalar_subquery(),
        "started_on": ServiceObject.started_on,
        "served_at": _served(actor),
    }


def record_columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a record: not its words."""
    team = select(ServiceTeam.name).where(ServiceTeam.id == ServiceRecord.team_id)
    served = select(func.count()).where(ServiceRecordMember.record_id == ServiceRecord.id)
    person = _of_person(actor, ServiceRecord.person_id, Person.name)
    return {
        "served_at": ServiceRecord.served_at,
        "kind": ServiceRecord.kind,
        "team_id": ServiceRecord.team_id,
        "team": team.scalar_subquery(),
        "name": func.coalesce(person, ServiceRecord.name),
        "person_id": ServiceRecord.person_id,
        "members": served.scalar_subquery(),
        "withdrawn_at": ServiceRecord.withdrawn_at,
        "withdraw_reason": ServiceRecord.withdraw_reason,
    }


def person_point(link: Any) -> Any:
    """Where the person of a row lives; the row itself is in the scope."""
    return select(Person.geom).where(Person.id == link).scalar_subquery()


def _named(scope: Scope, link: Any, name: str) -> Clause:
    people = select(Person.id).where(contains(name, Person.name), scope.where(Person.grid_id))
    found: Clause = link.in_(people)
    return found


def object_where(filters: ObjectFilters, actor: Actor) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.kind is not None:
        found.append(ServiceObject.kind.in_(filters.kind))
    if filters.mine is not None:
        mine: Clause = ServiceObject.staff_id == (actor.staff_id or 0)
        found.append(mine if filters.mine else ~mine)
    if filters.staff is not None:
        found.append(ServiceObject.staff_id == filters.staff)
    if filters.name is not None:
        found.append(_named(visible_grids(actor), ServiceObject.person_id, filters.name))
    return found


def record_where(filters: RecordFilters, actor: Actor) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.kind is not None:
        found.append(ServiceRecord.kind.in_(filters.kind))
    if filters.team is not None:
        found.append(ServiceRecord.team_id == filters.team)
    day = cast(ServiceRecord.served_at, Date)  # in the time zone of the place
    if filters.since is not None:
        found.append(day >= filters.since)
    if filters.until is not None:
        found.append(day <= filters.until)
    if filters.withdrawn is not None:
        gone: Clause = ServiceRecord.withdrawn_at.is_not(None)
        found.append(gone if filters.withdrawn else ~gone)
    if filters.name is not None:
        linked = _named(visible_grids(actor), ServiceRecord.person_id, filters.name)
        found.append(or_(linked, contains(filters.name, ServiceRecord.name)))
    return found


# ---- service objects ----------------------------------------------------------------------------


def _objects(actor: Actor) -> Any:
    return (
        select(
            ServiceObject, Staff.name.label("staff"), Person.name.label("name"),
            Person.status.label("person_status"), func.ST_X(Person.geom).label("lon"),
            func.ST_Y(Person.geom).label("lat"),
        )
        .join(Person, Person.id == ServiceObject.person_id)
        .outerjoin(Staff, and_(Staff.id == ServiceObject.staff_id, _seen(actor)))
        .where(visible_grids(actor).where(ServiceObject.grid_id))
    )  # fmt: skip


def object_of(session: Session, actor: Actor, object_id: int) -> Row[Any] | None:
    """A visible service object with the names of both sides."""
    row: Row[Any] | None = session.execute(
        _objects(actor).where(ServiceObject.id == object_id)
    ).one_or_none()
    return row


def objects_of(session: Session, actor: Actor, person_id: int) -> list[Row[Any]]:
    """Who looks and looked after a visible person, those of now first."""
    query = _objects(actor).where(ServiceObject.person_id == person_id)
    order = (ServiceObject.stopped_on.desc().nulls_first(), ServiceObject.id.desc())
    return list(session.execute(query.order_by(*order)))


def locked_object(session: Session, scope: Scope, object_id: int) -> ServiceObject | None:
    """A visible service object as stored now, locked until the transaction ends."""
    query = select(ServiceObject).where(
        ServiceObject.id == object_id, scope.where(ServiceObject.grid_id)
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def in_force(session: Session, scope: Scope, person_id: int, staff_id: int) -> int | None:
    """Id of the service object of both in force."""
    return session.scalar(
        select(ServiceObject.id).where(
            ServiceObject.person_id == person_id, ServiceObject.staff_id == staff_id,
            ServiceObject.stopped_on.is_(None), scope.where(ServiceObject.grid_id),
        )
    )  # fmt: skip


def is_staff(session: Session, actor: Actor, staff_id: int) -> bool:
    """Whether there is such an active member of the grid staff in sight."""
    query = select(exists().where(Staff.id == staff_id, Staff.status == "active", _seen(actor)))
    return bool(session.scalar(query))


# ---- service records ----------------------------------------------------------------------------


def by_txn(session: Session, scope: Scope, txn: uuid.UUID) -> ServiceRecord | None:
    """The visible record that was sent under ``txn``."""
    return session.scalar(
        select(ServiceRecord).where(ServiceRecord.txn == txn, scope.where(ServiceRecord.grid_id))
    )


def locked_record(session: Session, scope: Scope, record_id: int) -> ServiceRecord | None:
    """A visible record as it is stored now, locked until the transaction ends."""
    query = select(ServiceRecord).where(
        ServiceRecord.id == record_id, scope.where(ServiceRecord.grid_id)
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _records(actor: Actor) -> Any:
    """Records with team, person and who wrote and withdrew them. A team's name is no secret."""
    wrote, withdrew = aliased(User), aliased(User)
    scope = visible_grids(actor)
    return (
        select(
            ServiceRecord, ServiceTeam.name.label("team"), Person.name.label("person"),
            wrote.name.label("user"), withdrew.name.label("withdrawn_by"),
            func.ST_X(ServiceRecord.geom).label("lon"), func.ST_Y(ServiceRecord.geom).label("lat"),
        )
        .join(ServiceTeam, ServiceTeam.id == ServiceRecord.team_id)
        .outerjoin(
            Person, and_(Person.id == ServiceRecord.person_id, scope.where(Person.grid_id))
        )
        .outerjoin(wrote, wrote.id == ServiceRecord.user_id)
        .outerjoin(withdrew, withdrew.id == ServiceRecord.withdrawn_by)
        .where(scope.where(ServiceRecord.grid_id))
    )  # fmt: skip


def record_of(session: Session, actor: Actor, record_id: int) -> Row[Any] | None:
    """A visible record."""
    query = _records(actor).where(ServiceRecord.id == record_id)
    row: Row[Any] | None = session.execute(query).one_or_none()
    return row


def records_of(session: Session, actor: Actor, person_id: int, limit: int | None) -> list[Row[Any]]:
    """The latest services to a visible person."""
    query = _records(actor).where(ServiceRecord.person_id == person_id)
    query = query.order_by(ServiceRecord.served_at.desc(), ServiceRecord.id.desc())
    return list(session.execute(query.limit(limit)))


def count_of(session: Session, scope: Scope, person_id: int) -> int:
    """How many services a visible person has received, withdrawn records aside."""
    query = select(func.count()).where(
        ServiceRecord.person_id == person_id, ServiceRecord.withdrawn_at.is_(None),
        scope.where(ServiceRecord.grid_id),
    )  # fmt: skip
    return session.scalar(query) or 0


def served_by(session: Session, actor: Actor, records: Sequence[int]) -> list[Row[Any]]:
    """Who served in visible records: (record, name or None when out of sight)."""
    query = (
        select(ServiceRecordMember.record_id, Staff.name)
        .join(ServiceRecord, ServiceRecord.id == ServiceRecordMember.record_id)
        .outerjoin(TeamMember, TeamMember.id == ServiceRecordMember.member_id)
        .outerjoin(Staff, and_(Staff.id == TeamMember.staff_id, _seen(actor)))
        .where(
            ServiceRecordMember.record_id.in_(records),
            visible_grids(actor).where(ServiceRecord.grid_id),
        )
        .order_by(ServiceRecordMember.record_id, ServiceRecordMember.member_id)
    )
    return list(session.execute(query))


def photos(session: Session, scope: Scope, records: Sequence[int]) -> list[ServicePhoto]:
    """Photos of visible records, oldest first."""
    query = (
        select(ServicePhoto)
        .join(ServiceRecord, ServiceRecord.id == ServicePhoto.record_id)
        .where(ServicePhoto.record_id.in_(records), scope.where(ServiceRecord.grid_id))
    )
    return list(session.scalars(query.order_by(ServicePhoto.id)))
