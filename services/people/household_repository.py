"""Households in the database, as those who change them need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select, text
from sqlalchemy.orm import Session, aliased

from services.access.scope import Scope
from services.db.session import lifted
from services.people.models import Household, HouseholdChange, Person
from services.people.repository import ACTIVE

# What must hold wherever people live: asked for without the fence, answered without a name.
_COUNT_MEMBERS = text("SELECT count(*) FROM person WHERE household_id = :id AND status = 'active'")
_IS_HEAD = text("SELECT EXISTS (SELECT FROM household WHERE head_id = :id AND status = 'active')")
_WITH_NUMBER = text("SELECT id FROM household WHERE number = :number AND status = 'active'")


def locked_households(session: Session, scope: Scope, ids: Sequence[int]) -> dict[int, Household]:
    """Visible households as they are stored now, locked in the order of ``ids``."""
    found: dict[int, Household] = {}
    for number in ids:
        query = select(Household).where(Household.id == number, scope.where(Household.grid_id))
        query = query.with_for_update(of=Household).execution_options(populate_existing=True)
        row = session.scalar(query)
        if row is not None:
            found[number] = row
    return found


def locked_members(session: Session, scope: Scope, household_id: int) -> list[Person]:
    """Visible active members of a household, locked."""
    query = select(Person).where(
        Person.household_id == household_id, ACTIVE, scope.where(Person.grid_id)
    )
    return list(session.scalars(query.order_by(Person.id).with_for_update(of=Person)))


def count_members(session: Session, household_id: int) -> int:
    """How many active members a household has, wherever they live."""
    with lifted(session):
        return session.scalar(_COUNT_MEMBERS, {"id": household_id}) or 0


def is_head(session: Session, person_id: int) -> bool:
    """Whether somebody is the head of an active household, wherever it lies."""
    with lifted(session):
        return bool(session.scalar(_IS_HEAD, {"id": person_id}))


def household_with_number(session: Session, number: str) -> int | None:
    """Id of the active household with that number, wherever it lies: numbers are unique."""
    with lifted(session):
        found: int | None = session.scalar(_WITH_NUMBER, {"number": number})
        return found


def household_changes(session: Session, scope: Scope, household_id: int) -> list[Row[Any]]:
    """The history of a visible household, the latest first; names of visible people only."""
    person, other = aliased(Person), aliased(Household)
    query = (
        select(
            HouseholdChange.kind, HouseholdChange.at, HouseholdChange.person_id,
            person.name.label("person"), HouseholdChange.other_id, other.number.label("other"),
        )
        .join(Household, Household.id == HouseholdChange.household_id)
        .outerjoin(
            person, and_(person.id == HouseholdChange.person_id, scope.where(person.grid_id))
        )
        .outerjoin(other, and_(other.id == HouseholdChange.other_id, scope.where(other.grid_id)))
        .where(HouseholdChange.household_id == household_id, scope.where(Household.grid_id))
        .order_by(HouseholdChange.id.desc())
        .limit(100)
    )  # fmt: skip
    return list(session.execute(query))
