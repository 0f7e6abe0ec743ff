"""Premises in the database; every statement carries the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope
from services.kit.place import Clause
from services.kit.register import contains
from services.places.models import Building
from services.premises.models import Premises, PremisesAlso, PremisesKind
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


def kinds(session: Session, codes: list[str]) -> list[Row[Any]]:
    """Names of kinds in their order."""
    query = select(PremisesKind.code, PremisesKind.name_zh, PremisesKind.name_en)
    query = query.where(PremisesKind.code.in_(codes))
    return list(session.execute(query.order_by(PremisesKind.sort, PremisesKind.code)))


def in_building(session: Session, scope: Scope, building_id: int) -> list[Row[Any]]:
    """Visible active premises of a building, in brief."""
    query = select(
        Premises.id, Premises.name, Premises.kind, Premises.attention, Premises.due_on
    ).where(Premises.building_id == building_id, ACTIVE, scope.where(Premises.grid_id))
    return list(session.execute(query.order_by(Premises.id)))
