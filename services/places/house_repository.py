"""Houses in the database, as those who change or chart them need them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, func, null, select, text
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.models import User
from services.access.scope import Scope, visible_grids
from services.db.session import lifted
from services.people.models import Person
from services.places.models import Building, House, HouseChange
from services.places.repository import LIVING, STANDING

# What must hold wherever it lies: asked for without the fence, answered without a name.
_WITH_NUMBER = text("SELECT id, grid_id FROM house WHERE number = :number AND status = 'active'")
_INHABITED = text("SELECT EXISTS (SELECT FROM person WHERE house_id = :id AND status = 'active')")


def locked(session: Session, scope: Scope, house_id: int) -> House | None:
    """A visible house as it is stored now, locked until the transaction ends."""
    query = select(House).where(House.id == house_id, scope.where(House.grid_id))
    query = query.with_for_update(of=House).execution_options(populate_existing=True)
    return session.scalar(query)


def grid_of_building(session: Session, scope: Scope, building_id: int) -> int | None:
    """The grid of a visible building."""
    query = select(Building.grid_id).where(
        Building.id == building_id, scope.where(Building.grid_id)
    )
    return session.scalar(query)


def with_number(session: Session, number: str) -> Row[Any] | None:
    """(id, grid_id) of the house in use with that number, wherever it lies."""
    with lifted(session):
        return session.execute(_WITH_NUMBER, {"number": number}).one_or_none()


def lives_anyone(session: Session, house_id: int) -> bool:
    """Whether anybody is entered in a house, whoever may see it."""
    with lifted(session):
        return bool(session.scalar(_INHABITED, {"id": house_id}))


def residents(session: Session, scope: Scope, house_id: int) -> int:
    """How many visible people are entered in a house."""
    query = select(func.count()).select_from(Person)
    query = query.where(Person.house_id == house_id, LIVING, scope.where(Person.grid_id))
    return session.scalar(query) or 0


def was_rented(session: Session, house_id: int) -> bool:
    """Whether a rent of a house was ended."""
    query = select(HouseChange.id).where(
        HouseChange.house_id == house_id, HouseChange.kind == "rent_stopped"
    )
    return session.scalar(query.limit(1)) is not None


def changes(session: Session, scope: Scope, house_id: int) -> list[Row[Any]]:
    """The history of a visible house, the latest first."""
    query = (
        select(
            HouseChange.kind, HouseChange.at, HouseChange.reason, HouseChange.old_number,
            User.name.label("by"),
        )
        .join(House, House.id == HouseChange.house_id)
        .outerjoin(User, User.id == HouseChange.user_id)
        .where(HouseChange.house_id == house_id, scope.where(House.grid_id))
        .order_by(HouseChange.id.desc())
        .limit(100)
    )  # fmt: skip
    return list(session.execute(query))


def cells(session: Session, actor: Actor, building_id: int) -> list[Row[Any]]:
    """The houses in use of a building with their place, and of visible residents the number and the
    latest confirmation; both NULL for those who may not read people."""
    scope = visible_grids(actor)
    house = (House.id, House.number, House.unit, House.floor, House.room, House.rented,
             House.confirmed_on)  # fmt: skip
    query: Any = select(*house, null().label("residents"), null().label("seen_on"))
    if actor.may("people.read"):
        lives = and_(Person.house_id == House.id, LIVING, scope.where(Person.grid_id))
        counts = (func.count(Person.id).label("residents"),
                  func.max(Person.confirmed_on).label("seen_on"))  # fmt: skip
        query = select(*house, *counts).outerjoin(Person, lives).group_by(House.id)
    query = query.where(House.building_id == building_id, STANDING, scope.where(House.grid_id))
    order = (House.unit, House.floor.desc(), House.room, House.number, House.id)
    return list(session.execute(query.order_by(*order)))
