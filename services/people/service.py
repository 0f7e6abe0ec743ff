"""Actual population 实有人口 and households 户: registers, cards, counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
from services.people import household_repository, repository, reveal, word_repository
from services.people.models import Household, Person
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


def _household_where(filters: HouseholdFilters, caller: Caller) -> Sequence[Clause]:
    if filters.head is not None or filters.empty is not None:
        caller.actor.require("people.read")
    head = None if filters.head is None else _looked_up(caller, word_repository.named(filters.head))
    return repository.household_where(filters, visible_grids(caller.actor), head)


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
        unplaced=repository.UNPLACED,
    ),
    alive=repository.ACTIVE,
    totals={"class": Person.person_class},
    sealed={"id_number": Person.id_enc, "phone": Person.phone_enc},
    guarded={"address": "people.address", "house": "people.address"},
    tally=repository.class_totals,
    dictionaries={
        "class": "dictionary_item/person_class",
        "sex": "dictionary_item/sex",
        "id_kind": "dictionary_item/id_kind",
        "relation": "dictionary_item/relation",
        "no_place_reason": "dictionary_item/no_place_reason",
        "labels": "label",
    },
)

HOUSEHOLDS = Register(
    name="households",
    permission="households.read",
    source=Household,
    id=Household.id,
    filters=HouseholdFilters,
    url_filters=HouseholdsInUrl,
    columns=repository.household_columns,
    where=_household_where,
    sorts={"number": Household.number, "address": Household.address, "id": Household.id},
    guarded={"address": "people.address", "house": "people.address"},
    order=(Household.grid_id, Household.id),
    placing=Placing(
        grid=Household.grid_id,
        point=Household.geom,
        building=Household.building_id,
        house=Household.house_id,
        household=Household.id,
        unplaced=Household.geom.is_(None),
    ),
    alive=Household.status == "active",
)


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


def _life(row: Person | Household) -> Card:
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
        "household": _household_of(caller, person),
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


def _household_of(caller: Caller, person: Person) -> Card | None:
    if person.household_id is None or not caller.actor.may("households.read"):
        return None
    row = repository.household(caller.session, visible_grids(caller.actor), person.household_id)
    return None if row is None else _household(caller, row.Household)


def _household(caller: Caller, household: Household) -> Card:
    members = []
    if caller.actor.may("people.read"):
        scope = visible_grids(caller.actor)
        members = repository.members(caller.session, scope, household.id)
    return {
        "id": household.id,
        "number": household.number,
        "address": _address(caller, household.address),
        "members": [{**_brief(m), "head": m.id == household.head_id} for m in members],
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


def is_active(caller: Caller, person_id: int) -> bool:
    """Whether there is such a visible active entry; it is locked, so that it stays."""
    scope = visible_grids(caller.actor)
    found = repository.locked(caller.session, scope, person_id)
    return found is not None and found.status == "active"


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
    caller.actor.require("households.read")
    scope = visible_grids(caller.actor)
    rows: Sequence[Row[Any]] = repository.households_of_building(caller.session, scope, building_id)
    return [dict(row._mapping) for row in rows]


def household_card(caller: Caller, household_id: int) -> Mapping[str, Any]:
    """The card of a household; raises :class:`NotFound` outside the scope."""
    caller.actor.require("households.read")
    row = repository.household(caller.session, visible_grids(caller.actor), household_id)
    if row is None:
        raise NotFound("household")
    household: Household = row.Household
    if caller.actor.may("people.read"):
        hook.note(
            caller.session,
            "look",
            entity="household",
            entity_id=household.id,
            grid_id=household.grid_id,
        )
    return {
        **_household(caller, household),
        "house_id": household.house_id,
        "building_id": household.building_id,
        "head_id": household.head_id if caller.actor.may("people.read") else None,
        "changes": _changes(caller, household.id),
        "point": _point(row),
        "chain": _chain(caller.session, household.grid_id),
        **_life(household),
    }


def _changes(caller: Caller, household_id: int) -> list[Card]:
    """What became of a household 户籍变动, told to those who may read people."""
    if not caller.actor.may("people.read"):
        return []
    scope = visible_grids(caller.actor)
    rows = household_repository.household_changes(caller.session, scope, household_id)
    return [dict(row._mapping) for row in rows]
