"""Premises in the database; every statement carries the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Row, and_, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from services.access.actor import Actor
from services.access.models import User
from services.access.scope import Scope
from services.kit.place import Clause
from services.kit.register import contains
from services.people.models import Person
from services.places.models import Building
from services.premises.models import (
    Premises,
    PremisesAlso,
    PremisesAttention,
    PremisesEmployee,
    PremisesKind,
)
from services.premises.schemas import PremisesFilters

ACTIVE: Clause = Premises.status == "active"
UNPLACED: Clause = and_(Premises.geom.is_(None), Premises.no_place_reason.is_(None))


def _further_kinds() -> Any:
    kinds = select(PremisesAlso.kind).where(PremisesAlso.premises_id == Premises.id)
    kinds = kinds.order_by(PremisesAlso.kind).correlate(Premises)
    return func.array(kinds.scalar_subquery(), type_=ARRAY(PremisesAlso.kind.type))


def columns(_: Actor) -> Mapping[str, Any]:
    """What a list shows of a premises."""
    building = select(Building.name).where(Building.id == Premises.building_id)
    return {
        "licence": Premises.licence,
        "name": Premises.name,
        "kind": Premises.kind,
        "also": _further_kinds(),
        "attention": Premises.attention,
        "in_charge": Premises.in_charge,
        "address": Premises.address,
        "building_id": Premises.building_id,
        "building": building.scalar_subquery(),
        "floor_area_m2": Premises.floor_area_m2,
        "employees": Premises.employees,
        "last_check_on": Premises.last_check_on,
        "due_on": Premises.due_on,
        "no_place_reason": Premises.no_place_reason,
    }


def where(filters: PremisesFilters) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.q is not None:
        found.append(contains(filters.q, Premises.name, Premises.licence, Premises.address))
    if filters.kind is not None:
        further = select(PremisesAlso.premises_id).where(PremisesAlso.kind.in_(filters.kind))
        found.append(or_(Premises.kind.in_(filters.kind), Premises.id.in_(further)))
    if filters.attention is not None:
        found.append(Premises.attention.in_(filters.attention))
    if filters.due is not None:
        never = and_(Premises.due_on.is_(None), Premises.last_check_on.is_(None))
        found.append(or_(Premises.due_on <= filters.due, never))
    if filters.small is not None:
        small = select(PremisesKind.code).where(PremisesKind.small.is_(filters.small))
        found.append(Premises.kind.in_(small))
    if filters.unplaced is not None:
        found.append(UNPLACED if filters.unplaced else ~UNPLACED)
    if filters.in_charge is not None:
        found.append(contains(filters.in_charge, Premises.in_charge))
    return found


def one(session: Session, scope: Scope, premises_id: int) -> Row[Any] | None:
    """A visible premises with its point and its kinds, cancelled ones included."""
    query = select(
        Premises,
        _further_kinds().label("also"),
        func.ST_X(Premises.geom).label("lon"),
        func.ST_Y(Premises.geom).label("lat"),
    ).where(Premises.id == premises_id, scope.where(Premises.grid_id))
    return session.execute(query).one_or_none()


def locked(session: Session, scope: Scope, premises_id: int) -> Premises | None:
    """A visible premises as it is stored now, locked until the transaction ends."""
    query = select(Premises).where(Premises.id == premises_id, scope.where(Premises.grid_id))
    query = query.with_for_update(of=Premises).execution_options(populate_existing=True)
    return session.scalar(query)


def with_licence(
    session: Session, scope: Scope, grid_id: int, licence: str, but: int | None
) -> int | None:
    """Id of another active premises of a grid with that licence."""
    query = select(Premises.id).where(
        Premises.grid_id == grid_id, Premises.licence == licence, ACTIVE,
        scope.where(Premises.grid_id),
    )  # fmt: skip
    return session.scalar(query.where(Premises.id != but) if but is not None else query)


def further(session: Session, premises_id: int) -> list[PremisesAlso]:
    """The further kinds of a premises that the caller has found before."""
    query = select(PremisesAlso).where(PremisesAlso.premises_id == premises_id)
    return list(session.scalars(query))


def kinds_of(session: Session, premises_id: int) -> list[PremisesKind]:
    """All kinds of a premises that the caller has found before, the main one first."""
    main = select(Premises.kind).where(Premises.id == premises_id).scalar_subquery()
    also = select(PremisesAlso.kind).where(PremisesAlso.premises_id == premises_id)
    query = select(PremisesKind).where(or_(PremisesKind.code == main, PremisesKind.code.in_(also)))
    return list(session.scalars(query.order_by(PremisesKind.code != main, PremisesKind.sort)))


def level_in_force(session: Session, premises_id: int, cause: str) -> PremisesAttention | None:
    """The level of that cause in force on a premises that the caller has locked."""
    return session.scalar(
        select(PremisesAttention).where(
            PremisesAttention.premises_id == premises_id,
            PremisesAttention.cause == cause,
            PremisesAttention.stopped_at.is_(None),
        )
    )


def highest_level(session: Session, premises_id: int) -> int:
    """The highest level in force on a premises that the caller has locked; 1 without any."""
    query = select(func.max(PremisesAttention.level)).where(
        PremisesAttention.premises_id == premises_id, PremisesAttention.stopped_at.is_(None)
    )
    return session.scalar(query) or 1


def levels(session: Session, scope: Scope, premises_id: int) -> list[Row[Any]]:
    """All levels of a visible premises with the names of who set them, the latest first."""
    started, stopped = aliased(User), aliased(User)
    level = PremisesAttention
    query = (
        select(
            level.id, level.level, level.cause, level.reason, level.started_at,
            started.name.label("started_by"), level.stopped_at,
            stopped.name.label("stopped_by"), level.stop_reason,
        )
        .join(Premises, Premises.id == level.premises_id)
        .outerjoin(started, started.id == level.started_by)
        .outerjoin(stopped, stopped.id == level.stopped_by)
        .where(level.premises_id == premises_id, scope.where(Premises.grid_id))
        .order_by(level.id.desc())
    )  # fmt: skip
    return list(session.execute(query))


def note_levels(
    session: Session, scope: Scope, cause: str, reason: str, user_id: int | None
) -> None:
    """A level in force for each visible premises that has one and no row that says so."""
    known = select(PremisesAttention.id).where(
        PremisesAttention.premises_id == Premises.id, PremisesAttention.stopped_at.is_(None)
    )
    raised = select(
        Premises.id,
        Premises.attention,
        literal(cause),
        literal(reason),
        literal(user_id, BigInteger),
    ).where(Premises.attention > 1, ~known.exists(), scope.where(Premises.grid_id))
    columns = ["premises_id", "level", "cause", "reason", "started_by"]
    session.execute(insert(PremisesAttention).from_select(columns, raised))


def employees(session: Session, scope: Scope, premises_id: int) -> list[Row[Any]]:
    """Employees of a visible premises, those at work first, with the links to visible people."""
    query = (
        select(PremisesEmployee, Person.id.label("person_id"))
        .join(Premises, Premises.id == PremisesEmployee.premises_id)
        .outerjoin(
            Person, and_(Person.id == PremisesEmployee.person_id, scope.where(Person.grid_id))
        )
        .where(PremisesEmployee.premises_id == premises_id, scope.where(Premises.grid_id))
        .order_by(PremisesEmployee.stopped_on.desc().nulls_first(), PremisesEmployee.id)
    )
    return list(session.execute(query))


def locked_employee(session: Session, scope: Scope, employee_id: int) -> PremisesEmployee | None:
    """An employee of a visible premises as stored now, locked until the transaction ends."""
    query = (
        select(PremisesEmployee)
        .join(Premises, Premises.id == PremisesEmployee.premises_id)
        .where(PremisesEmployee.id == employee_id, scope.where(Premises.grid_id))
    )
    query = query.with_for_update(of=PremisesEmployee).execution_options(populate_existing=True)
    return session.scalar(query)


def employed(session: Session, premises_id: int, person_id: int) -> int | None:
    """Id of the employee at work who is that person, in a premises that the caller has found."""
    return session.scalar(
        select(PremisesEmployee.id).where(
            PremisesEmployee.premises_id == premises_id,
            PremisesEmployee.person_id == person_id,
            PremisesEmployee.stopped_on.is_(None),
        )
    )


def all_kinds(session: Session) -> list[Row[Any]]:
    """Every kind: code and name in both languages, in its order."""
    query = select(PremisesKind.code, PremisesKind.name_zh.label("name"), PremisesKind.name_en)
    return list(session.execute(query.order_by(PremisesKind.sort, PremisesKind.code)))


def kinds(session: Session, codes: list[str]) -> list[Row[Any]]:
    """Names and limits of kinds in their order."""
    query = select(
        PremisesKind.code, PremisesKind.name_zh, PremisesKind.name_en,
        PremisesKind.limit_zh, PremisesKind.limit_en,
    )  # fmt: skip
    query = query.where(PremisesKind.code.in_(codes))
    return list(session.execute(query.order_by(PremisesKind.sort, PremisesKind.code)))


def in_building(session: Session, scope: Scope, building_id: int) -> list[Row[Any]]:
    """Visible active premises of a building, in brief."""
    query = select(
        Premises.id, Premises.name, Premises.kind, Premises.attention, Premises.due_on
    ).where(Premises.building_id == building_id, ACTIVE, scope.where(Premises.grid_id))
    return list(session.execute(query.order_by(Premises.id)))
