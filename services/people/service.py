"""Actual population 实有人口, households 户 and families 家庭: registers, cards, counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row, or_
from sqlalchemy.orm import Session

from services.access.scope import Scope, visible_grids
from services.audit import service as audit
from services.db import hook
from services.errors import BadInput, NotFound
from services.grids import service as grids
from services.kit import idnumber
from services.kit.crypto import mask_words
from services.kit.dictionary import items
from services.kit.place import Clause, Placing
from services.kit.register import Caller, Register
from services.people import asked, circle_repository, repository, reveal, word_repository
from services.people.kinds import FAMILY, HOUSEHOLD, KINDS, Kind
from services.people.models import Person
from services.people.schemas import (
    HouseholdFilters,
    HouseholdsInUrl,
    PeopleFilters,
    PeopleInUrl,
    Reveal,
)

Card = dict[str, Any]
MAX_RESIDENTS = 200
NUMBER = re.compile(r"[0-9]{17}[0-9X]|[A-Z]{1,2}[0-9]{7,9}")
PHONE = re.compile(r"\+?[0-9]{7,15}")


def _people_where(filters: PeopleFilters, caller: Caller) -> Sequence[Clause]:
    if filters.label is not None and not _may_see(caller, filters.label):
        raise BadInput(
            "label",
            "没有这个关怀类标签。",
            "There is no such care label.",
            field="filters.label",
        )
    if filters.address is not None:
        caller.actor.require("people.address")
    sealed = {"id_number": filters.id_number, "phone": filters.phone}
    hashes = {k: caller.keys.digests(v) for k, v in sealed.items() if v is not None}
    found = repository.people_where(filters, hashes)
    if filters.name is not None:
        found.append(_looked_up(caller, word_repository.named(filters.name)))
    if filters.address is not None:
        found.append(_looked_up(caller, word_repository.living_at(filters.address)))
    return found if filters.q is None else [*found, _one_box(filters.q, caller)]


def _looked_up(caller: Caller, clause: Clause) -> Clause:
    return word_repository.looked_up(caller.session, visible_grids(caller.actor), clause)


def _one_box(typed: str, caller: Caller) -> Clause:
    """What was typed into one box: a whole id number or phone, else part of a name or address."""
    plain = idnumber.tidied(typed)
    if NUMBER.fullmatch(plain):
        return Person.id_hash.in_(caller.keys.digests(plain))
    if PHONE.fullmatch(plain):
        return Person.phone_hash.in_(caller.keys.digests(plain))
    words = [word_repository.named(typed)]
    if caller.actor.may("people.address"):
        words.append(word_repository.living_at(typed))
    return _looked_up(caller, or_(*words))


def _may_see(caller: Caller, label: str) -> bool:
    """Whether it is a care label that the caller's roles may see; anything else does not exist."""
    return bool(repository.labels(caller.session, caller.actor.roles, [label]))


PEOPLE = Register(
    name="people",
    permission="people.read",
    source=Person,
    id=Person.id,
    filters=PeopleFilters,
    url_filters=PeopleInUrl,
    columns=repository.people_columns,
    where=_people_where,
    sorts={
        "name": Person.name_pinyin,
        "class": Person.person_class,
        "sex": Person.sex,
        "birth_year": Person.birth_date,
        "confirmed_on": Person.confirmed_on,
        "address": Person.address,
        "id": Person.id,
    },
    order=(Person.grid_id, Person.household_id, Person.id),
    placing=Placing(
        grid=Person.grid_id,
        point=Person.geom,
        building=Person.building_id,
        house=Person.house_id,
        household=Person.household_id,
        family=Person.family_id,
        unplaced=repository.UNPLACED,
    ),
    alive=repository.ACTIVE,
    totals={"class": Person.person_class},
    sealed={"id_number": Person.id_enc, "phone": Person.phone_enc},
    guarded={"address": "people.address", "house": "people.address"},
    # By the day the order would tell birthdays: of a person whose own is known, who is older.
    blurred={"birth_year": ("people.birth_date", repository.BY_YEAR_AND_AGE)},
    tally=repository.class_totals,
    dictionaries={
        "class": "dictionary_item/person_class",
        "sex": "dictionary_item/sex",
        "id_kind": "dictionary_item/id_kind",
        "relation": "dictionary_item/relation",
        "no_place_reason": "dictionary_item/no_place_reason",
        "labels": "label",
    },
    asked=asked.PEOPLE,
)


def _circles(kind: Kind) -> Register[HouseholdFilters]:
    """The register of households or of families."""
    model = kind.model

    def where(filters: HouseholdFilters, caller: Caller) -> Sequence[Clause]:
        if filters.head is not None or filters.empty is not None:
            caller.actor.require("people.read")
        named = None if filters.head is None else word_repository.named(filters.head)
        head = None if named is None else _looked_up(caller, named)
        return repository.circle_where(kind, filters, visible_grids(caller.actor), head)

    return Register(
        name=kind.register,
        permission="households.read",
        source=model,
        id=model.id,
        filters=HouseholdFilters,
        url_filters=HouseholdsInUrl,
        columns=partial(repository.circle_columns, kind),
        where=where,
        sorts={"number": model.number, "address": model.address, "id": model.id},
        guarded={"address": "people.address", "house": "people.address"},
        order=(model.grid_id, model.id),
        placing=Placing(
            grid=model.grid_id,
            point=model.geom,
            building=model.building_id,
            house=model.house_id,
            household=model.id if kind is HOUSEHOLD else None,
            family=model.id if kind is FAMILY else None,
            unplaced=model.geom.is_(None),
        ),
        alive=model.status == "active",
        asked=asked.circles(kind),
    )


HOUSEHOLDS, FAMILIES = _circles(HOUSEHOLD), _circles(FAMILY)


def class_counts(session: Session, scope: Scope) -> dict[str, int]:
    """Active people by class in the grids of ``scope``; exact, and no person's row is read."""
    return repository.class_totals(session, scope)["class"]


def class_counts_by_grid(session: Session, scope: Scope) -> dict[int, dict[str, int]]:
    """Active people by class assigned to each grid of ``scope`` itself (not to those below)."""
    found: dict[int, dict[str, int]] = {}
    for row in repository.class_totals_by_grid(session, scope):
        found.setdefault(row.grid_id, {})[row.person_class] = int(row.n)
    return found


def _brief(row: Row[Any]) -> Card:
    keep = ("id", "name", "class", "sex", "age", "relation", "household_id", "house_id")
    return {name: row._mapping[name] for name in keep}


def _point(row: Row[Any]) -> list[float] | None:
    return None if row.lon is None else [row.lon, row.lat]


def _life(row: Any) -> Card:
    return {
        "status": row.status,
        "cancelled_at": row.cancelled_at,
        "cancel_reason": row.cancel_reason,
        "updated_at": row.updated_at,
        "version": row.version,
    }


def card(caller: Caller, person_id: int) -> Card:
    """The card of a person (P9); that somebody looked is recorded.

    Raises :class:`NotFound` outside the scope.
    """
    row = _visible(caller, person_id)
    person: Person = row.Person
    hook.note(caller.session, "look", entity="person", entity_id=person.id, grid_id=person.grid_id)
    return _card(caller, row)


def reveal_card(caller: Caller, person_id: int, asked: Reveal) -> Card:
    """The card with fields or statutory labels opened for a stated reason; see :mod:`.reveal`.

    Raises :class:`NotFound` outside the scope, :class:`Forbidden` and :class:`BadInput`.
    """
    row = _visible(caller, person_id)
    reveal.grant(caller.session, caller.actor, row.Person, asked)
    caller.session.flush()
    return _card(caller, row)


def _visible(caller: Caller, person_id: int) -> Row[Any]:
    caller.actor.require("people.read")
    row = repository.person(caller.session, caller.actor, person_id)
    if row is None:
        raise NotFound("person")
    return row


def visible(caller: Caller, person_id: int) -> Person:
    """An entry that the caller may read; raises :class:`NotFound` outside the scope."""
    person: Person = _visible(caller, person_id).Person
    return person


def _card(caller: Caller, row: Row[Any]) -> Card:
    session, actor, person = caller.session, caller.actor, row.Person
    opened = reveal.granted(session, actor, person.id)
    return {
        "id": person.id,
        "name": person.name,
        "class": person.person_class,
        "sex": person.sex,
        "age": row.age,
        "id_kind": person.id_kind,
        **reveal.fields(caller, person, opened),
        "relation": person.relation,
        "no_place_reason": person.no_place_reason,
        "confirmed_on": person.confirmed_on,
        "labels": _labels(caller, row.labels),
        "may_open_labels": reveal.may_open_labels(session, actor),
        "statutory": reveal.labels(caller, person, opened),
        "looks": audit.looks(session, person.id),
        "reasons": items(session, "look_reason"),
        **{kind.name: _circle_of(caller, kind, person) for kind in KINDS},
        "house": _house_of(caller, person),
        "co_residents": _co_residents(caller, person),
        "point": _point(row),
        "chain": _chain(session, person.grid_id),
        **_life(person),
    }


def _chain(session: Session, grid_id: int) -> list[Card]:
    return grids.chain(session, grids.path_of(session, grid_id))


def _labels(caller: Caller, codes: Sequence[str]) -> list[Card]:
    rows = repository.labels(caller.session, caller.actor.roles, codes) if codes else []
    return [{"code": r.code, "name": r.name_zh, "name_en": r.name_en} for r in rows]


def _circle_of(caller: Caller, kind: Kind, person: Person) -> Card | None:
    number = kind.of(person)
    if number is None or not caller.actor.may("households.read"):
        return None
    row = repository.circle(caller.session, visible_grids(caller.actor), kind, number)
    return None if row is None else _circle(caller, kind, row)


def _circle(caller: Caller, kind: Kind, row: Row[Any]) -> Card:
    members = []
    if caller.actor.may("people.read"):
        scope = visible_grids(caller.actor)
        members = repository.members(caller.session, scope, kind, row.id)
    return {
        "id": row.id,
        "number": row.number,
        "address": _address(caller, row.address),
        "members": [{**_brief(m), "head": m.id == row.head_id} for m in members],
    }


def _address(caller: Caller, address: str) -> str | None:
    return address if caller.actor.may("people.address") else mask_words(address)


def _house_of(caller: Caller, person: Person) -> Card | None:
    if person.house_id is None or not caller.actor.may("places.read"):
        return None
    return repository.house_of(caller.session, visible_grids(caller.actor), person.house_id)


def _co_residents(caller: Caller, person: Person) -> list[Card]:
    if person.house_id is None:
        return []
    found = residents(caller, house=person.house_id)
    return [r for r in found if r["id"] != person.id]


def residents(
    caller: Caller, *, house: int | None = None, building: int | None = None
) -> list[Card]:
    """Who lives in a house or a building, in brief; the first :data:`MAX_RESIDENTS`.

    Raises :class:`Forbidden` without the right to read people.
    """
    caller.actor.require("people.read")
    rows = repository.residents(
        caller.session,
        visible_grids(caller.actor),
        house=house,
        building=building,
        limit=MAX_RESIDENTS,
    )
    return [_brief(row) for row in rows]


def households_in(caller: Caller, building_id: int) -> list[Card]:
    """Households of a building, in brief."""
    return _circles_at(caller, HOUSEHOLD, HOUSEHOLD.model.building_id == building_id)


def families_in(caller: Caller, house_id: int) -> list[Card]:
    """Families of a house, in brief."""
    return _circles_at(caller, FAMILY, FAMILY.model.house_id == house_id)


def _circles_at(caller: Caller, kind: Kind, place: Clause) -> list[Card]:
    caller.actor.require("households.read")
    scope = visible_grids(caller.actor)
    rows = repository.circles_at(caller.session, scope, kind, place)
    return [{**row._mapping, "address": _address(caller, row.address)} for row in rows]


def circle_card(caller: Caller, kind: Kind, circle_id: int) -> Card:
    """The card of a household or a family; raises :class:`NotFound` outside the scope."""
    caller.actor.require("households.read")
    row = repository.circle(caller.session, visible_grids(caller.actor), kind, circle_id)
    if row is None:
        raise NotFound(kind.name)
    reads = caller.actor.may("people.read")
    if reads:
        hook.note(
            caller.session, "look", entity=kind.name, entity_id=row.id, grid_id=row.grid_id
        )  # fmt: skip
    return {
        "kind": kind.name,
        **_circle(caller, kind, row),
        "house_id": row.house_id,
        "building_id": row.building_id,
        "head_id": row.head_id if reads else None,
        "changes": _changes(caller, kind, row.id) if reads else [],
        "point": _point(row),
        "chain": _chain(caller.session, row.grid_id),
        **_life(row),
    }


def _changes(caller: Caller, kind: Kind, circle_id: int) -> list[Card]:
    """What became of a circle."""
    scope = visible_grids(caller.actor)
    rows = circle_repository.changes(caller.session, scope, kind, circle_id)
    return [dict(row._mapping) for row in rows]
