"""What is held about one person 本人信息: everything, for that person's own eyes.

The reader who prints it needs the right to open hidden fields and a request of the person; it is
opened like any look behind a mask (:mod:`.reveal`), for a quarter of an hour, and each printing is
an act of its own in the audit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal, select, union_all

from services.access.actor import Actor
from services.access.models import Role
from services.access.scope import visible_grids
from services.audit import service as audit
from services.db import hook
from services.errors import Forbidden, NotFound
from services.grids import service as grids
from services.kit.models import DictionaryItem
from services.kit.register import Caller
from services.people import repository, reveal
from services.people.kinds import KINDS, Kind
from services.people.models import Label, Person, PersonLabel
from services.people.schemas import Reveal, What

REASON = "asked"
FIELDS: tuple[What, ...] = ("id_number", "phone", "birth_date", "address")
LOOKS_PRINTED = 200
DICTIONARIES = (
    "person_class",
    "sex",
    "id_kind",
    "relation",
    "no_place_reason",
    "look_reason",
    "cancel_reason",
    "label_stop_reason",
    "property_cancel_reason",
)
Held = dict[str, Any]


class NotOpened(Forbidden):
    """The printout has to be opened first, with the words of the request."""


def _person(caller: Caller, person_id: int) -> Person:
    caller.actor.require("people.read")
    caller.actor.require("people.reveal")
    if caller.actor.seen_as:  # with somebody else's eyes, or in an emergency
        raise Forbidden("people.reveal")
    row = repository.person(caller.session, caller.actor, person_id)
    if row is None:
        raise NotFound("person")
    person: Person = row.Person
    return person


def _needed(caller: Caller) -> list[What]:
    more: list[What] = ["labels"] if reveal.may_open_labels(caller.session, caller.actor) else []
    return [*FIELDS, *more]


def open_for(caller: Caller, person_id: int, words: str) -> None:
    """Open everything of a visible person because the person asks for it.

    Raises :class:`Forbidden`, :class:`NotFound` and, for too few words, a ``ValidationError``.
    """
    person = _person(caller, person_id)
    asked = Reveal(what=_needed(caller), reason=REASON, words=words)
    reveal.grant(caller.session, caller.actor, person, asked)


def of(caller: Caller, person_id: int) -> Held:
    """Everything held about a person, in clear; that it was printed is recorded.

    Raises :class:`NotOpened` unless :func:`open_for` was called in the last quarter of an hour.
    """
    person = _person(caller, person_id)
    actor = caller.actor
    assert actor.user_id is not None
    opened = repository.grants(caller.session, actor.user_id, person.id, REASON)
    if not set(_needed(caller)) <= set(opened):
        raise NotOpened("people.reveal")
    total, looks = audit.all_looks(caller.session, person.id, LOOKS_PRINTED)
    hook.note(
        caller.session, "export person", entity="person", entity_id=person.id,
        grid_id=person.grid_id, note="printout",
    )  # fmt: skip
    path = grids.path_of(caller.session, person.grid_id)
    return {
        "entry": _entry(caller, person),
        **{kind.name: _circle(caller, kind, person) for kind in KINDS},
        "house": _house(caller, person),
        "chain": grids.chain(caller.session, path),
        "labels": _labels(caller, person),
        "looks": looks,
        "looks_total": total,
        "words": _words(caller),
    }


def _entry(caller: Caller, person: Person) -> Held:
    keys = caller.keys
    names = ("id", "name", "sex", "birth_date", "id_kind", "relation", "family_relation",
             "address", "no_place_reason", "confirmed_on", "created_at", "updated_at", "status",
             "cancelled_at", "cancel_reason")  # fmt: skip
    return {
        **{name: getattr(person, name) for name in names},
        "class": person.person_class,
        "id_number": keys.decrypt(person.id_enc) if person.id_enc else None,
        "phone": keys.decrypt(person.phone_enc) if person.phone_enc else None,
        "placed": person.geom is not None,
    }


def _circle(caller: Caller, kind: Kind, person: Person) -> Held | None:
    """Number, address and whether the person is its head; the others in it have their own."""
    number, scope = kind.of(person), visible_grids(caller.actor)
    row = repository.circle(caller.session, scope, kind, number) if number is not None else None
    if row is None:
        return None
    return {"number": row.number, "address": row.address, "head": row.head_id == person.id}


def _house(caller: Caller, person: Person) -> Held | None:
    if person.house_id is None:
        return None
    return repository.house_of(caller.session, visible_grids(caller.actor), person.house_id)


def _seen(actor: Actor) -> Any:
    """Labels whose audience the reader is in; a statutory one was opened with the printout."""
    return repository.audience(actor.roles)


def _labels(caller: Caller, person: Person) -> list[Held]:
    """Labels in force and stopped ones, with why they are kept."""
    query = (
        select(
            Label.name_zh, Label.name_en, Label.legal_basis, PersonLabel.started_on,
            PersonLabel.started_by, PersonLabel.term_ends_on, PersonLabel.stopped_on,
            PersonLabel.stop_reason,
        )
        .join(Label, Label.code == PersonLabel.label_code)
        .where(
            PersonLabel.person_id == person.id, _seen(caller.actor),
            visible_grids(caller.actor).where(PersonLabel.grid_id),
        )
        .order_by(PersonLabel.stopped_on.is_not(None), Label.sort, PersonLabel.started_on)
    )  # fmt: skip
    return [dict(row._mapping) for row in caller.session.execute(query)]


def _words(caller: Caller) -> dict[str, dict[str, tuple[str, str]]]:
    """The names of all codes of the printout: dictionary -> code -> (zh, en)."""
    item = DictionaryItem
    items = select(item.dictionary, item.code, item.name_zh, item.name_en).where(
        item.dictionary.in_(DICTIONARIES)
    )
    roles = select(literal("role"), Role.code, Role.name_zh, Role.name_en)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for dictionary, code, zh, en in caller.session.execute(union_all(items, roles)):
        found.setdefault(dictionary, {})[code] = (zh, en)
    return found
