"""Property of residents in the database; every statement carries the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope, visible_grids
from services.kit.place import Clause
from services.kit.register import contains
from services.people.models import Person
from services.properties.models import Property
from services.properties.schemas import PropertyFilters

OWNED: Clause = or_(
    Property.person_id.is_(None),
    exists().where(Person.id == Property.person_id, Person.status == "active").correlate(Property),
)
ACTIVE: Clause = and_(Property.status == "active", OWNED)


def columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a thing; the owner's name where the entry is in sight."""
    owner = select(Person.name).where(
        Person.id == Property.person_id, visible_grids(actor).where(Person.grid_id)
    )
    return {
        "kind": Property.kind,
        "number": Property.number,
        "brand": Property.brand,
        "colour": Property.colour,
        "owner": func.coalesce(owner.scalar_subquery(), Property.name),
        "person_id": Property.person_id,
        "note": Property.note,
    }


def point() -> Any:
    """Where the owner lives; the row itself is in the scope."""
    return select(Person.geom).where(Person.id == Property.person_id).scalar_subquery()


def where(filters: PropertyFilters, scope: Scope) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.kind is not None:
        found.append(Property.kind.in_(filters.kind))
    if filters.q is not None:
        owners = select(Person.id).where(
            contains(filters.q, Person.name), scope.where(Person.grid_id)
        )
        found.append(
            or_(
                contains(filters.q, Property.number, Property.brand, Property.name),
                Property.person_id.in_(owners),
            )
        )
    return found


def one(session: Session, scope: Scope, property_id: int) -> Row[Any] | None:
    """A visible thing with its owner's entry, cancelled ones included."""
    query = (
        select(
            Property, Person.name.label("owner"), func.ST_X(Person.geom).label("lon"),
            func.ST_Y(Person.geom).label("lat"),
        )
        .outerjoin(Person, and_(Person.id == Property.person_id, scope.where(Person.grid_id)))
        .where(Property.id == property_id, scope.where(Property.grid_id))
    )  # fmt: skip
    return session.execute(query).one_or_none()


def locked(session: Session, scope: Scope, property_id: int) -> Property | None:
    """A visible thing as it is stored now, locked until the transaction ends."""
    query = select(Property).where(Property.id == property_id, scope.where(Property.grid_id))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def of_person(session: Session, scope: Scope, person_id: int) -> list[Property]:
    """All things of a visible person, those of now first."""
    query = select(Property).where(Property.person_id == person_id, scope.where(Property.grid_id))
    return list(session.scalars(query.order_by(Property.status, Property.kind, Property.id)))


def same(session: Session, scope: Scope, found: Property) -> int | None:
    """Id of another active thing of the same person with that kind and number."""
    query = select(Property.id).where(
        Property.person_id == found.person_id, Property.kind == found.kind,
        Property.number == found.number, Property.status == "active",
        scope.where(Property.grid_id),
    )  # fmt: skip
    return session.scalar(query if found.id is None else query.where(Property.id != found.id))
