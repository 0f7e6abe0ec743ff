"""Two new organisations 两新组织 (O6): register, card, and the life of an entry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.grids import service as grids
from services.kit import bodies, creditcode
from services.kit.bodies import unchanged
from services.kit.crypto import mask_phone
from services.kit.dictionary import in_dictionary
from services.kit.place import Placing
from services.kit.register import Caller, Register
from services.live import service as live
from services.organisations import repository
from services.organisations.models import Organisation
from services.organisations.schemas import (
    Cancel,
    Change,
    Entry,
    Move,
    OrganisationFilters,
    OrganisationsInUrl,
)
from services.places import spot
from services.premises import entries as premises

READS, WRITES = "premises.read", "premises.write"
PLACED = spot.Kind("组织", "Organisations", "premises_no_place")
REASONS = ("closed_down", "moved_out", "duplicate")

ORGANISATIONS = Register(
    name="organisations",
    permission=READS,
    source=Organisation,
    id=Organisation.id,
    filters=OrganisationFilters,
    url_filters=OrganisationsInUrl,
    columns=repository.columns,
    where=lambda filters, _: repository.where(filters),
    sorts={
        "name": Organisation.name,
        "code": Organisation.code,
        "kind": Organisation.kind,
        "id": Organisation.id,
    },
    order=(Organisation.grid_id, Organisation.id),
    placing=Placing(
        grid=Organisation.grid_id,
        point=Organisation.geom,
        building=Organisation.building_id,
        unplaced=repository.UNPLACED,
    ),
    alive=repository.ACTIVE,
    totals={"kind": Organisation.kind},
    sealed={"phone": Organisation.phone_enc},
    dictionaries={
        "kind": "dictionary_item/organisation_kind",
        "no_place_reason": "dictionary_item/premises_no_place",
    },
)


def card(caller: Caller, organisation_id: int) -> dict[str, Any]:
    """The card of an organisation; raises :class:`NotFound` outside the scope."""
    caller.actor.require(READS)
    row = repository.one(caller.session, visible_grids(caller.actor), organisation_id)
    if row is None:
        raise NotFound("organisation")
    found: Organisation = row.Organisation
    plain = (
        "id", "kind", "name", "code", "premises_id", "in_charge", "address", "building_id",
        "no_place_reason", "grid_id", "status", "cancelled_at", "cancel_reason", "updated_at",
        "version",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in plain},
        "premises": row.premises,
        "phone": mask_phone(caller.keys.decrypt(found.phone_enc) if found.phone_enc else None),
        "point": None if row.lon is None else [row.lon, row.lat],
        "chain": grids.chain(caller.session, grids.path_of(caller.session, found.grid_id)),
    }


def enter(caller: Caller, body: Entry) -> int:
    """A new organisation; returns its id.

    Raises :class:`BadInput` naming the field, and :class:`Conflict` (``code_taken``).
    """
    caller.actor.require(WRITES)
    made = Organisation(kind=body.kind, name=body.name, code=creditcode.parse(body.code))
    made.in_charge, made.address = body.in_charge, body.address
    _put_place(caller, made, body)
    _put_phone(caller, made, body.phone)
    _check_code(caller, made)
    caller.session.add(made)
    _written(caller, made)
    return made.id


def change(caller: Caller, organisation_id: int, body: Change) -> None:
    """Change an active organisation."""
    found = _to_write(caller, organisation_id, body)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    if (phone := given.pop("phone", None)) is not None:
        _put_phone(caller, found, phone)
    if given.get("code") is not None:
        given["code"] = creditcode.parse(given["code"])
    for name, value in given.items():
        if value is not None or name == "in_charge":
            setattr(found, name, value)
    _check_code(caller, found)
    _written(caller, found)


def cancel(caller: Caller, organisation_id: int, body: Cancel) -> None:
    """Cancel an organisation with a reason of the list; it is never deleted."""
    found = _to_write(caller, organisation_id, body)
    known = in_dictionary(caller.session, "cancel_reason", body.reason)
    if not known or body.reason not in REASONS:
        zh, en = "请从列表中选择注销原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    found.status, found.cancel_reason = "cancelled", body.reason
    found.cancelled_at = datetime.now(UTC)
    _written(caller, found)


def restore(caller: Caller, organisation_id: int, body: bodies.Versioned) -> None:
    """Undo a cancellation that was a mistake, unless the code is taken meanwhile."""
    found = _to_write(caller, organisation_id, body, active=False)
    if found.status == "active":
        raise Conflict("active", "这个组织没有注销，不用恢复。", "It is not cancelled.")
    found.status, found.cancelled_at, found.cancel_reason = "active", None, None
    _check_code(caller, found)
    _written(caller, found)


def move(caller: Caller, organisation_id: int, body: Move) -> None:
    """Into a premises or to another place, in the caller's area."""
    found = _to_write(caller, organisation_id, body)
    before = found.grid_id
    _put_place(caller, found, body)
    if body.address is not None:
        found.address = body.address
    _written(caller, found)
    if before != found.grid_id:
        live.changed(caller.session, "organisations", before)


def _to_write(
    caller: Caller, organisation_id: int, body: bodies.Versioned, *, active: bool = True
) -> Organisation:
    caller.actor.require(WRITES)
    found = repository.locked(caller.session, visible_grids(caller.actor), organisation_id)
    if found is None:
        raise NotFound("organisation")
    unchanged(found, body.version)
    if active and found.status != "active":
        zh, en = "这个组织已注销，先恢复再改。", "This organisation is cancelled; restore it first."
        raise Conflict("cancelled", zh, en)
    return found


def _put_place(caller: Caller, found: Organisation, body: Entry | Move) -> None:
    """The place decides the grid: the own one, or else that of the premises."""
    found.premises_id = body.premises_id
    if body.premises_id is not None:
        try:
            held = premises.locked(caller, body.premises_id)
            premises.must_be_active(held)
        except (NotFound, Conflict) as error:
            zh, en = "没有这处场所，或不在您的范围内。", "No such active premises in your area."
            raise BadInput("premises", zh, en, field="premises_id") from error
        place: Any = held
    if body.at is not None:
        place = spot.of(caller, body.at, PLACED)
    found.grid_id, found.building_id = place.grid_id, place.building_id
    found.geom, found.no_place_reason = place.geom, place.no_place_reason


def _put_phone(caller: Caller, found: Organisation, phone: str) -> None:
    digits = bodies.digits(phone)
    if digits != (caller.keys.decrypt(found.phone_enc) if found.phone_enc else ""):
        found.phone_enc = caller.keys.encrypt(digits) if digits else None


def _check_code(caller: Caller, found: Organisation) -> None:
    with caller.session.no_autoflush:
        other = repository.with_code(caller.session, found.code)
    if other is not None and other != found.id:
        zh = "这个统一社会信用代码已登记在册，请核对。"
        en = "An organisation with this code is registered; compare."
        raise Conflict("code_taken", zh, en, field="code")


def _written(caller: Caller, found: Organisation) -> None:
    found.updated_at = datetime.now(UTC)
    caller.session.flush()
    live.changed(caller.session, "organisations", found.grid_id)
