"""People, households and families in the database; every statement carries the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    and_,
    cast,
    column,
    exists,
    extract,
    func,
    null,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope, visible_grids
from services.kit.place import Clause
from services.kit.register import Totals, contains
from services.people.kinds import HOUSEHOLD, Kind
from services.people.models import (
    Label,
    LabelAudience,
    LookGrant,
    Person,
    PersonLabel,
    PersonTally,
)
from services.people.schemas import HouseholdFilters, PeopleFilters
from services.places.models import Building, House

# What hangs on an entry and has its grid; these are nouns of their own.
FOLLOWING = ("service_object", "service_record", "property")
ACTIVE: Clause = Person.status == "active"
UNPLACED: Clause = and_(Person.geom.is_(None), Person.no_place_reason.is_(None))
AGE = cast(extract("year", func.age(func.current_date(), Person.birth_date)), Integer)
BY_YEAR_AND_AGE = cast(extract("year", Person.birth_date), Integer) * 1000 - AGE
KEPT: Clause = and_(
    PersonLabel.started_on <= func.current_date(),
    or_(PersonLabel.stopped_on.is_(None), PersonLabel.stopped_on > func.current_date()),
)


def audience(roles: frozenset[str]) -> Clause:
    """Labels whose audience holds one of ``roles``."""
    return exists().where(
        LabelAudience.label_code == Label.code, LabelAudience.role_code.in_(sorted(roles))
    )


def visible_label(roles: frozenset[str]) -> Clause:
    """Care labels whose audience holds one of ``roles``; statutory ones need a reason."""
    return and_(Label.label_group == "care", audience(roles))


def statutory_codes(session: Session, roles: frozenset[str]) -> list[str]:
    """Statutory labels that ``roles`` may open with a reason."""
    query = select(Label.code).where(Label.label_group == "statutory", audience(roles))
    return list(session.scalars(query.order_by(Label.sort, Label.code)))


def statutory_of(session: Session, actor: Actor, person_id: int) -> list[Row[Any]]:
    """Statutory labels in force on a visible person, as far as the actor's roles may see them."""
    query = (
        select(Label.code, Label.name_zh, Label.name_en, PersonLabel.started_on,
               PersonLabel.term_ends_on, Label.legal_basis)
        .join(Label, Label.code == PersonLabel.label_code)
        .where(
            PersonLabel.person_id == person_id, KEPT, Label.label_group == "statutory",
            audience(actor.roles), visible_grids(actor).where(PersonLabel.grid_id),
        )
    )  # fmt: skip
    return list(session.execute(query.order_by(Label.sort, Label.code)))


def grants(session: Session, user_id: int, person_id: int, reason: str | None = None) -> list[str]:
    """What a user has opened of a person, for ``reason`` or any, and may still see."""
    query = select(LookGrant.what).where(
        LookGrant.user_id == user_id,
        LookGrant.person_id == person_id,
        LookGrant.until > func.now(),
    )
    if reason is not None:
        query = query.where(LookGrant.reason == reason)
    return list(session.scalars(query))


def all_grants(session: Session, user_id: int | None) -> list[Row[Any]]:
    """(person, what) of all that a user has opened and may still see."""
    query = select(LookGrant.person_id, LookGrant.what).where(
        LookGrant.user_id == user_id, LookGrant.until > func.now()
    )
    return list(session.execute(query))


def care_codes(session: Session, roles: frozenset[str]) -> list[str]:
    """Codes of the care labels whose audience holds one of ``roles``, in their order."""
    query = select(Label.code).where(visible_label(roles))
    return list(session.scalars(query.order_by(Label.sort, Label.code)))


def audience_codes(session: Session, roles: frozenset[str]) -> list[str]:
    """Codes of all labels whose audience holds one of ``roles``."""
    return list(session.scalars(select(Label.code).where(audience(roles))))


def locked(session: Session, scope: Scope, person_id: int) -> Person | None:
    """A visible entry as it is stored now, locked until the transaction ends."""
    query = select(Person).where(Person.id == person_id, scope.where(Person.grid_id))
    query = query.with_for_update(of=Person).execution_options(populate_existing=True)
    return session.scalar(query)


def follow(session: Session, scope: Scope, old_id: int, made: Person) -> None:
    """Let what hangs on an entry go along to the one that follows it."""
    for name in FOLLOWING:
        hung = table(name, column("person_id"), column("grid_id"))
        session.execute(
            update(hung)
            .where(hung.c.person_id == old_id, scope.where(hung.c.grid_id))
            .values(person_id=made.id, grid_id=made.grid_id)
        )


def same_person(
    session: Session, scope: Scope, grid_id: int, hashes: Sequence[bytes], but: int | None
) -> int | None:
    """Id of another active entry of a grid with that id number."""
    query = select(Person.id).where(
        Person.id_hash.in_(hashes), Person.grid_id == grid_id, ACTIVE, scope.where(Person.grid_id)
    )
    if but is not None:
        query = query.where(Person.id != but)
    return session.scalar(query.limit(1))


def by_txn(session: Session, scope: Scope, txn: UUID) -> int | None:
    """Id of the visible entry that was sent under ``txn``."""
    return session.scalar(select(Person.id).where(Person.txn == txn, scope.where(Person.grid_id)))


def double(
    session: Session,
    scope: Scope,
    grid_id: int,
    *,
    hashes: Sequence[bytes],
    name: str,
    born: date | None,
) -> Person | None:
    """An active entry of a grid with one of ``hashes``, else of that name and birth date."""
    same = Person.id_hash.in_(hashes)
    alike = same | and_(Person.name == name, Person.birth_date == born)
    query = select(Person).where(
        alike, Person.grid_id == grid_id, ACTIVE, scope.where(Person.grid_id)
    )
    return session.scalar(query.order_by(same.desc().nulls_last(), Person.id).limit(1))


def _labels_of_person(roles: frozenset[str]) -> Any:
    """Codes of the labels in force on a person, as far as ``roles`` may see them."""
    codes = (
        select(PersonLabel.label_code)
        .join(Label, Label.code == PersonLabel.label_code)
        .where(PersonLabel.person_id == Person.id, visible_label(roles), KEPT)
        .order_by(Label.sort, Label.code)
        .correlate(Person)
    )
    return func.array(codes.scalar_subquery(), type_=ARRAY(Label.code.type))


def people_columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a person."""
    building = select(Building.name).where(Building.id == Person.building_id)
    house = select(House.number).where(House.id == Person.house_id)
    return {
        "name": Person.name,
        "class": Person.person_class,
        "sex": Person.sex,
        "age": AGE,
        "birth_year": cast(extract("year", Person.birth_date), Integer),
        "relation": Person.relation,
        "household_id": Person.household_id,
        "house_id": Person.house_id,
        "house": house.scalar_subquery(),
        "building_id": Person.building_id,
        "building": building.scalar_subquery(),
        "address": Person.address,
        "id_kind": Person.id_kind,
        "labels": _labels_of_person(actor.roles),
        "confirmed_on": Person.confirmed_on,
        "no_place_reason": Person.no_place_reason,
    }


def _born_at_most(years: int) -> Any:
    return func.current_date() - func.make_interval(years)


def people_where(filters: PeopleFilters, hashes: Mapping[str, Sequence[bytes]]) -> list[Clause]:
    """The conditions of the filters; ``hashes`` holds the keyed hashes of id number and phone."""
    found: list[Clause] = []
    if filters.person_class is not None:
        found.append(Person.person_class.in_(filters.person_class))
    if filters.sex is not None:
        found.append(Person.sex == filters.sex)
    if filters.age_min is not None:
        found.append(Person.birth_date <= _born_at_most(filters.age_min))
    if filters.age_max is not None:
        found.append(Person.birth_date > _born_at_most(filters.age_max + 1))
    if filters.label is not None:
        found.append(_labelled(filters.label))
    if filters.confirmed_before is not None:
        before = Person.confirmed_on < filters.confirmed_before
        found.append(or_(Person.confirmed_on.is_(None), before))
    if filters.unplaced is not None:
        found.append(UNPLACED if filters.unplaced else ~UNPLACED)
    if "id_number" in hashes:
        found.append(Person.id_hash.in_(hashes["id_number"]))
    if "phone" in hashes:
        found.append(Person.phone_hash.in_(hashes["phone"]))
    return found


def _labelled(code: str) -> Clause:
    return Person.id.in_(select(PersonLabel.person_id).where(PersonLabel.label_code == code, KEPT))


def class_totals(session: Session, scope: Scope) -> Totals:
    """Active people by class in the grids of ``scope``, from the tally: no row is read."""
    query = (
        select(PersonTally.person_class, func.sum(PersonTally.n))
        .where(scope.where(PersonTally.grid_id))
        .group_by(PersonTally.person_class)
    )
    return {"class": {name: int(n) for name, n in session.execute(query) if n}}


def class_totals_by_grid(session: Session, scope: Scope) -> list[Row[Any]]:
    """(grid_id, class, n) of active people assigned to each grid of ``scope`` itself."""
    query = (
        select(
            PersonTally.grid_id,
            PersonTally.person_class.label("person_class"),
            func.sum(PersonTally.n).label("n"),
        )
        .where(scope.where(PersonTally.grid_id))
        .group_by(PersonTally.grid_id, PersonTally.person_class)
        .having(func.sum(PersonTally.n) != 0)
    )
    return list(session.execute(query))


def person(session: Session, actor: Actor, person_id: int) -> Row[Any] | None:
    """Everything that the card of a visible person needs, cancelled entries included."""
    query = select(
        Person, AGE.label("age"), _labels_of_person(actor.roles).label("labels"),
        func.ST_X(Person.geom).label("lon"), func.ST_Y(Person.geom).label("lat"),
    ).where(Person.id == person_id, visible_grids(actor).where(Person.grid_id))  # fmt: skip
    return session.execute(query).one_or_none()


def _brief_people(scope: Scope, *clauses: Clause, kind: Kind = HOUSEHOLD) -> Any:
    """People in brief; ``relation`` is that in their circle of ``kind``."""
    return (
        select(
            Person.id,
            Person.name,
            Person.person_class.label("class"),
            Person.sex,
            AGE.label("age"),
            getattr(Person, kind.relation).label("relation"),
            Person.household_id,
            Person.house_id,
        )
        .where(ACTIVE, scope.where(Person.grid_id), *clauses)
        .order_by(Person.grid_id, Person.household_id, Person.id)
    )


def members(session: Session, scope: Scope, kind: Kind, circle_id: int) -> list[Row[Any]]:
    """Visible active members of a household or a family."""
    return list(session.execute(_brief_people(scope, kind.member == circle_id, kind=kind)))


def residents(session: Session, scope: Scope, *, house: int | None, building: int | None,
              limit: int) -> list[Row[Any]]:  # fmt: skip
    """Visible active residents of a house, or of a whole building."""
    where = Person.house_id == house if house is not None else Person.building_id == building
    return list(session.execute(_brief_people(scope, where).limit(limit)))


def labels(session: Session, roles: frozenset[str], codes: Sequence[str]) -> list[Row[Any]]:
    """Names of those of ``codes`` that ``roles`` may see."""
    query = select(Label.code, Label.name_zh, Label.name_en).where(
        Label.code.in_(codes), visible_label(roles)
    )
    return list(session.execute(query.order_by(Label.sort, Label.code)))


def house_of(session: Session, scope: Scope, house_id: int) -> dict[str, Any] | None:
    """Number and place of a visible house with its building."""
    query = (
        select(
            House.id, House.number, House.unit, House.floor, House.room, House.building_id,
            Building.name.label("building"),
        )
        .join(Building, Building.id == House.building_id)
        .where(House.id == house_id, scope.where(House.grid_id))
    )  # fmt: skip
    row = session.execute(query).mappings().one_or_none()
    return {str(k): v for k, v in row.items()} if row else None


def circle_columns(kind: Kind, actor: Actor) -> Mapping[str, Any]:
    """What a list shows of a circle; its head and size to those who may read people."""
    scope, model = visible_grids(actor), kind.model
    size = (
        select(func.count())
        .select_from(Person)
        .where(kind.member == model.id, ACTIVE, scope.where(Person.grid_id))
    )
    head = select(Person.name).where(Person.id == model.head_id, scope.where(Person.grid_id))
    building = select(Building.name).where(Building.id == model.building_id)
    house = select(House.number).where(House.id == model.house_id)
    return {
        "number": model.number,
        "head_id": model.head_id if actor.may("people.read") else null(),
        "head": head.scalar_subquery() if actor.may("people.read") else null(),
        "members": size.scalar_subquery() if actor.may("people.read") else null(),
        "house_id": model.house_id,
        "house": house.scalar_subquery(),
        "building_id": model.building_id,
        "building": building.scalar_subquery(),
        "address": model.address,
    }


def circle_where(
    kind: Kind, filters: HouseholdFilters, scope: Scope, head: Clause | None
) -> list[Clause]:
    """The conditions of the filters; ``head`` says who may be the head."""
    found: list[Clause] = []
    model = kind.model
    if filters.number is not None:
        found.append(contains(filters.number, model.number))
    if filters.empty is not None:
        someone = exists().where(kind.member == model.id, ACTIVE, scope.where(Person.grid_id))
        found.append(~someone if filters.empty else someone)
    if filters.unplaced is not None:
        placed: ColumnElement[bool] = model.geom.is_not(None)
        found.append(~placed if filters.unplaced else placed)
    if head is not None:
        found.append(model.head_id.in_(select(Person.id).where(head, scope.where(Person.grid_id))))
    return found


def circle(session: Session, scope: Scope, kind: Kind, circle_id: int) -> Row[Any] | None:
    """A visible circle with its point."""
    model = kind.model
    query: Any = select(
        model.id, model.number, model.address, model.head_id, model.house_id, model.building_id,
        model.grid_id, model.status, model.cancelled_at, model.cancel_reason, model.updated_at,
        model.version, func.ST_X(model.geom).label("lon"), func.ST_Y(model.geom).label("lat"),
    ).where(model.id == circle_id, scope.where(model.grid_id))  # fmt: skip
    return session.execute(query).one_or_none()


def circles_at(session: Session, scope: Scope, kind: Kind, place: Clause) -> list[Row[Any]]:
    """Visible active circles of a building or a house."""
    model = kind.model
    query = (
        select(model.id, model.number, model.house_id, model.address)
        .where(place, model.status == "active", scope.where(model.grid_id))
        .order_by(model.id)
    )
    return list(session.execute(query))
