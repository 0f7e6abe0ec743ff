"""Property of residents 居民财产 (P14): register, card, and the life of an entry."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from services.access.scope import visible_grids
from services.db import hook
from services.errors import BadInput, Conflict, NotFound
from services.grids import service as grids
from services.kit.bodies import Versioned, unchanged
from services.kit.crypto import mask_phone
from services.kit.dictionary import in_dictionary, items
from services.kit.place import Placing
from services.kit.register import Caller, Register
from services.live import service as live
from services.people import association
from services.people import service as people
from services.properties import repository
from services.properties.models import Property
from services.properties.schemas import (
    Cancel,
    Change,
    Entry,
    PropertiesInUrl,
    PropertyFilters,
)

READS, WRITES = "people.read", "people.write"
PLAIN = ("kind", "brand", "colour", "note")
LISTED = ("id", "kind", "number", "brand", "colour", "note", "status", "cancelled_at",
          "cancel_reason", "version")  # fmt: skip
Card = dict[str, Any]

PROPERTIES = Register(
    name="properties",
    permission=READS,
    source=Property,
    id=Property.id,
    filters=PropertyFilters,
    url_filters=PropertiesInUrl,
    columns=repository.columns,
    where=lambda filters, caller: repository.where(filters, visible_grids(caller.actor)),
    sorts={
        "kind": Property.kind,
        "number": Property.number,
        "brand": Property.brand,
        "id": Property.id,
    },
    order=(Property.grid_id, Property.kind, Property.id),
    placing=Placing(grid=Property.grid_id),
    alive=repository.ACTIVE,
    totals={"kind": Property.kind},
    at=repository.point(),
    dictionaries={"kind": "dictionary_item/property_kind"},
)


def options(caller: Caller) -> Card:
    """What the lists of the forms of property offer, and how an owner may be named (P12)."""
    caller.actor.require(WRITES)
    return {
        "kinds": items(caller.session, "property_kind"),
        "reasons": items(caller.session, "property_cancel_reason"),
        "ways": list(association.ways(caller)),
    }


def card(caller: Caller, property_id: int) -> Card:
    """The card of a thing; raises :class:`NotFound` outside the scope."""
    caller.actor.require(READS)
    row = repository.one(caller.session, visible_grids(caller.actor), property_id)
    if row is None:
        raise NotFound("property")
    found: Property = row.Property
    hook.note(caller.session, "look", entity="property", entity_id=found.id, grid_id=found.grid_id)
    return {
        **_listed(found),
        "person_id": found.person_id,
        "owner": row.owner or found.name,
        "phone": mask_phone(caller.keys.decrypt(found.phone_enc) if found.phone_enc else None),
        "grid_id": found.grid_id,
        "point": None if row.lon is None else [row.lon, row.lat],
        "chain": grids.chain(caller.session, grids.path_of(caller.session, found.grid_id)),
    }


def of_person(caller: Caller, person_id: int) -> list[Card]:
    """All things of a person; that somebody looked is recorded.

    Raises :class:`NotFound` outside the scope.
    """
    found = people.visible(caller, person_id)
    hook.note(
        caller.session, "look", entity="person", entity_id=found.id, grid_id=found.grid_id,
        note="property",
    )  # fmt: skip
    return owned(caller, person_id)


def owned(caller: Caller, person_id: int) -> list[Card]:
    """The same for the card of a person, which records the look."""
    caller.actor.require(READS)
    scope = visible_grids(caller.actor)
    return [_listed(row) for row in repository.of_person(caller.session, scope, person_id)]


def enter(caller: Caller, body: Entry) -> int:
    """A new thing of a person; returns its id.

    Raises :class:`BadInput` naming the field, and :class:`Conflict` (``number_taken``) when the
    person has an active one of that kind and number.
    """
    caller.actor.require(WRITES)
    caller.actor.require(READS)
    _check_kind(caller, body.kind)
    person, grid_id = association.whose(caller, body)
    sealed, hashed = association.phone(caller, body.phone)
    made = Property(
        person_id=person and person.id, grid_id=grid_id, name=body.name, phone_enc=sealed,
        phone_hash=hashed, number=_tidied(body.number),
        **{name: getattr(body, name) for name in PLAIN},
    )  # fmt: skip
    _check_number(caller, made)
    caller.session.add(made)
    _written(caller, made)
    return made.id


def change(caller: Caller, property_id: int, body: Change) -> None:
    """Change an active thing."""
    found = _to_write(caller, property_id, body)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    if given.get("kind") is not None:
        _check_kind(caller, given["kind"])
    if given.get("number") is not None:
        given["number"] = _tidied(given["number"])
    for name, value in given.items():
        if value is not None:
            setattr(found, name, value)
    _check_number(caller, found)
    _written(caller, found)


def cancel(caller: Caller, property_id: int, body: Cancel) -> None:
    """Somebody no longer has it; it is never deleted."""
    found = _to_write(caller, property_id, body)
    if not in_dictionary(caller.session, "property_cancel_reason", body.reason):
        zh, en = "请从列表中选择注销原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    found.status, found.cancel_reason = "cancelled", body.reason
    found.cancelled_at = datetime.now(UTC)
    _written(caller, found)


def restore(caller: Caller, property_id: int, body: Versioned) -> None:
    """Undo a cancellation that was a mistake, unless the number is entered anew meanwhile."""
    found = _to_write(caller, property_id, body, active=False)
    if found.status == "active":
        raise Conflict("active", "这一条没有注销，不用恢复。", "It is not cancelled.")
    found.status, found.cancelled_at, found.cancel_reason = "active", None, None
    _check_number(caller, found)
    _written(caller, found)


def _listed(found: Property) -> Card:
    return {name: getattr(found, name) for name in LISTED}


def _tidied(number: str) -> str:
    """A plate as it is compared: capitals, no blanks, dots or dashes."""
    return re.sub(r"[\s·•.-]", "", number).upper() or number


def _to_write(
    caller: Caller, property_id: int, body: Versioned, *, active: bool = True
) -> Property:
    caller.actor.require(WRITES)
    caller.actor.require(READS)
    found = repository.locked(caller.session, visible_grids(caller.actor), property_id)
    if found is None:
        raise NotFound("property")
    unchanged(found, body.version)
    if active and found.status != "active":
        zh, en = "这一条已注销，先恢复再改。", "It is cancelled; restore it first."
        raise Conflict("cancelled", zh, en)
    return found


def _check_kind(caller: Caller, kind: str) -> None:
    if not in_dictionary(caller.session, "property_kind", kind):
        zh, en = "请从列表中选择类别。", "Choose a kind from the list."
        raise BadInput("kind", zh, en, field="kind")


def _check_number(caller: Caller, found: Property) -> None:
    """The same number twice of one person is one thing entered twice."""
    if found.person_id is None:
        return
    with caller.session.no_autoflush:
        other = repository.same(caller.session, visible_grids(caller.actor), found)
    if other is not None:
        zh, en = "这个人已登记同一号牌，请核对。", "This person has one of that number; compare."
        raise Conflict("number_taken", zh, en, field="number", property_id=other)


def _written(caller: Caller, found: Property) -> None:
    found.updated_at = datetime.now(UTC)
    caller.session.flush()
    live.changed(caller.session, PROPERTIES.name, found.grid_id)
