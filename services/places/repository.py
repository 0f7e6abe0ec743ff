"""Buildings and houses in the database; every statement carries the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, and_, exists, func, null, select
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope, visible_grids
from services.kit.place import SRID, Clause
from services.kit.register import contains
from services.people.models import Household, Person
from services.places.models import Building, Estate, House
from services.places.schemas import BuildingFilters, HouseFilters

LIVING: Clause = Person.status == "active"
STANDING: Clause = House.status == "active"


def _count(scope: Scope, model: Any, *clauses: Clause) -> Any:
    query = select(func.count()).select_from(model)
    return query.where(*clauses, scope.where(model.grid_id)).scalar_subquery()


def building_columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a building; counts of people only to those who may see them."""
    scope = visible_grids(actor)
    home = and_(Household.building_id == Building.id, Household.status == "active")
    lives = and_(Person.building_id == Building.id, LIVING)
    estate = select(Estate.name).where(Estate.id == Building.estate_id)
    return {
        "code": Building.code,
        "name": Building.name,
        "address": Building.address,
        "use": Building.use,
        "floors": Building.floors,
        "units": Building.units,
        "height_m": Building.height_m,
        "estate_id": Building.estate_id,
        "estate": estate.scalar_subquery(),
        "houses": _count(scope, House, House.building_id == Building.id, STANDING),
        "households": _count(scope, Household, home) if actor.may("households.read") else null(),
        "people": _count(scope, Person, lives) if actor.may("people.read") else null(),
    }


def building_where(filters: BuildingFilters, scope: Scope) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.q is not None:
        found.append(contains(filters.q, Building.name, Building.code, Building.address))
    if filters.use is not None:
        found.append(Building.use.in_(filters.use))
    if filters.floors_min is not None:
        found.append(Building.floors >= filters.floors_min)
    if filters.floors_max is not None:
        found.append(Building.floors <= filters.floors_max)
    if filters.estate is not None:
        found.append(Building.estate_id == filters.estate)
    if filters.inhabited is not None:
        someone = exists().where(
            Person.building_id == Building.id, LIVING, scope.where(Person.grid_id)
        )
        found.append(someone if filters.inhabited else ~someone)
    return found


def house_columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a house; the owner's name only to those who may read people."""
    scope, people = visible_grids(actor), actor.may("people.read")
    home = and_(Household.house_id == House.id, Household.status == "active")
    building = select(Building.name).where(Building.id == House.building_id).correlate(House)
    return {
        "number": House.number,
        "building_id": House.building_id,
        "building": building.scalar_subquery(),
        "unit": House.unit,
        "floor": House.floor,
        "room": House.room,
        "use": House.use,
        "rented": House.rented,
        "area_m2": House.area_m2,
        "owner": House.owner if people else null(),
        "households": _count(scope, Household, home) if actor.may("households.read") else null(),
        "people": _count(scope, Person, Person.house_id == House.id, LIVING) if people else null(),
    }


def house_where(filters: HouseFilters, scope: Scope) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.number is not None:
        found.append(contains(filters.number, House.number))
    if filters.use is not None:
        found.append(House.use.in_(filters.use))
    if filters.rented is not None:
        found.append(House.rented.is_(filters.rented))
    if filters.owner is not None:
        found.append(contains(filters.owner, House.owner))
    if filters.inhabited is not None:
        someone = exists().where(Person.house_id == House.id, LIVING, scope.where(Person.grid_id))
        found.append(someone if filters.inhabited else ~someone)
    return found


def house_point() -> Any:
    """The point of a house: that of its building."""
    return select(Building.point).where(Building.id == House.building_id).scalar_subquery()


def houses_of_buildings(clause: Clause) -> Clause:
    """Houses whose building meets ``clause``."""
    return House.building_id.in_(select(Building.id).where(clause))


def building(session: Session, actor: Actor, building_id: int) -> Row[Any] | None:
    """A visible building with its counts, point and outline."""
    columns = {k: c.label(k) for k, c in building_columns(actor).items()}
    query = select(
        Building.id,
        *columns.values(),
        Building.grid_id,
        func.ST_X(Building.point).label("lon"),
        func.ST_Y(Building.point).label("lat"),
        func.ST_AsGeoJSON(Building.geom, 7).label("outline"),
    ).where(Building.id == building_id, visible_grids(actor).where(Building.grid_id))
    return session.execute(query).one_or_none()


def house(session: Session, actor: Actor, house_id: int) -> Row[Any] | None:
    """A visible house with its building's point, cancelled ones included."""
    columns = {k: c.label(k) for k, c in house_columns(actor).items()}
    query = (
        select(
            House.id,
            *columns.values(),
            House.grid_id,
            House.status,
            House.cancelled_at,
            House.cancel_reason,
            House.version,
            House.confirmed_on,
            func.ST_X(Building.point).label("lon"),
            func.ST_Y(Building.point).label("lat"),
        )
        .join(Building, Building.id == House.building_id)
        .where(House.id == house_id, visible_grids(actor).where(House.grid_id))
    )
    return session.execute(query).one_or_none()


def home(
    session: Session, scope: Scope, *, house: int | None, building: int | None
) -> Row[Any] | None:
    """(building_id, lon, lat) of a visible building, or of the building of a visible house."""
    query = select(
        Building.id.label("building_id"),
        func.ST_X(Building.point).label("lon"),
        func.ST_Y(Building.point).label("lat"),
    )
    if house is not None:
        query = query.join(House, House.building_id == Building.id).where(
            House.id == house, House.status == "active", scope.where(House.grid_id)
        )
        query = query.with_for_update(read=True, of=House)  # nobody cancels it meanwhile
    else:
        query = query.where(Building.id == building, scope.where(Building.grid_id))
    return session.execute(query).one_or_none()


def building_at(session: Session, scope: Scope, lon: float, lat: float) -> int | None:
    """Id of the visible building whose footprint covers a point; the smallest id of several."""
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), SRID)
    query = select(Building.id).where(
        func.ST_Covers(Building.geom, point), scope.where(Building.grid_id)
    )
    return session.scalar(query.order_by(Building.id).limit(1))
