"""Households and families in the database, as those who change them need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select, text
from sqlalchemy.orm import Session, aliased

from services.access.scope import Scope
from services.db.session import lifted
from services.people.kinds import Circle, Kind
from services.people.models import Person
from services.people.repository import ACTIVE

# What must hold wherever people live: asked for without the fence, answered without a name.
_MEMBERS = "SELECT count(*) FROM person WHERE {link} = :id AND status = 'active'"
_IS_HEAD = "SELECT EXISTS (SELECT FROM {name} WHERE head_id = :id AND status = 'active')"
_WITH_NUMBER = "SELECT id FROM {name} WHERE number = :number AND status = 'active'"
_IN_GRID = " AND grid_id = :grid"


def locked(session: Session, scope: Scope, kind: Kind, ids: Sequence[int]) -> dict[int, Circle]:
    """Visible circles as they are stored now, locked in the order of ``ids``."""
    found: dict[int, Circle] = {}
    for number in ids:
        query: Any = select(kind.model).where(
            kind.model.id == number, scope.where(kind.model.grid_id)
        )
        query = query.with_for_update(of=kind.model).execution_options(populate_existing=True)
        row: Circle | None = session.scalar(query)
        if row is not None:
            found[number] = row
    return found


def members(
    session: Session, scope: Scope, kind: Kind, circle_id: int, *, lock: bool = False
) -> list[Person]:
    """Visible active members of a circle; ``lock`` keeps them as they are."""
    query = select(Person).where(kind.member == circle_id, ACTIVE, scope.where(Person.grid_id))
    query = query.order_by(Person.id)
    return list(session.scalars(query.with_for_update(of=Person) if lock else query))


def count_members(session: Session, kind: Kind, circle_id: int) -> int:
    """How many active members a circle has, wherever they live."""
    with lifted(session):
        return session.scalar(text(_MEMBERS.format(link=kind.link)), {"id": circle_id}) or 0


def is_head(session: Session, kind: Kind, person_id: int) -> bool:
    """Whether somebody is the head of an active circle, wherever it lies."""
    with lifted(session):
        return bool(session.scalar(text(_IS_HEAD.format(name=kind.name)), {"id": person_id}))


def with_number(session: Session, kind: Kind, number: str, grid_id: int) -> int | None:
    """Id of the active circle that has the number, where numbers differ: in the grid, or in all."""
    query = _WITH_NUMBER.format(name=kind.name) + (_IN_GRID if kind.per_grid else "")
    with lifted(session):
        found: int | None = session.scalar(text(query), {"number": number, "grid": grid_id})
        return found


def changes(session: Session, scope: Scope, kind: Kind, circle_id: int) -> list[Row[Any]]:
    """The history of a visible circle, the latest first; names of visible people only."""
    change, person, other = kind.change, aliased(Person), aliased(kind.model)
    query = (
        select(
            change.kind, change.at, change.person_id, person.name.label("person"),
            change.other_id, other.number.label("other"),
        )
        .join(kind.model, kind.model.id == change.circle_id)
        .outerjoin(person, and_(person.id == change.person_id, scope.where(person.grid_id)))
        .outerjoin(other, and_(other.id == change.other_id, scope.where(other.grid_id)))
        .where(change.circle_id == circle_id, scope.where(kind.model.grid_id))
        .order_by(change.id.desc())
        .limit(100)
    )  # fmt: skip
    return list(session.execute(query))
