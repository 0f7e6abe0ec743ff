"""The life of a premises 场所 (O1, O2): enter, change, cancel, restore, move.

The place decides the grid. A premises that moves takes its file 一户一档 along; what was found in
the old grid is still counted there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.kit import bodies
from services.kit.bodies import unchanged
from services.kit.clock import ZONE
from services.kit.dictionary import in_dictionary, items
from services.kit.register import Caller
from services.live import service as live
from services.places import service as places
from services.places import spot
from services.places.spot_schemas import Site
from services.premises import due, repository
from services.premises.entry_schemas import Cancel, Change, Entry, Move
from services.premises.models import Premises, PremisesAlso

WRITES = "premises.write"
PLACED = spot.Kind("场所", "Premises", "premises_no_place")
# Of the reasons for cancelling, those that concern a premises.
REASONS = ("closed_down", "demolished", "moved_out", "duplicate")
PLAIN = ("licence", "name", "in_charge", "address", "floor_area_m2", "employees")
NULLABLE = ("in_charge", "floor_area_m2", "employees")


def options(caller: Caller) -> dict[str, Any]:
    """What the lists of the forms of premises offer."""
    caller.actor.require(WRITES)
    reasons = items(caller.session, "cancel_reason")
    return {
        "kinds": [dict(row._mapping) for row in repository.all_kinds(caller.session)],
        "reasons": [one for one in reasons if one["code"] in REASONS],
        "no_place_reasons": items(caller.session, PLACED.reasons),
    }


def enter(caller: Caller, body: Entry) -> int:
    """A new premises; returns its id.

    Raises :class:`BadInput` naming the field, and :class:`Conflict` (``licence_taken``) when the
    micro-grid has an active premises with the same licence.
    """
    caller.actor.require(WRITES)
    made = Premises(**{name: getattr(body, name) for name in PLAIN}, kind=body.kinds[0])
    _put_place(caller, made, body.at)
    _check_kinds(caller, body.kinds)
    _put_phone(caller, made, body.phone)
    _check_licence(caller, made)
    made.attention, made.due_on = 1, today()
    caller.session.add(made)
    caller.session.flush()
    _put_kinds(caller, made, body.kinds)
    written(caller, made)
    return made.id


def change(caller: Caller, premises_id: int, body: Change) -> None:
    """Change an active premises; the due date follows its kinds."""
    found = to_write(caller, premises_id, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    if (phone := given.pop("phone", None)) is not None:
        _put_phone(caller, found, phone)
    kinds = given.pop("kinds", None)
    if kinds is not None:
        _check_kinds(caller, kinds)
        _put_kinds(caller, found, kinds)
    for name, value in given.items():
        if value is not None or name in NULLABLE:
            setattr(found, name, value)
    _check_licence(caller, found)
    follow_due(caller, found)
    written(caller, found)


def cancel(caller: Caller, premises_id: int, body: Cancel, *, by_hand: bool = True) -> None:
    """Cancel a premises with a reason of the list; it is never deleted."""
    found = to_write(caller, premises_id, body.version)
    known = in_dictionary(caller.session, "cancel_reason", body.reason)
    if not known or (by_hand and body.reason not in REASONS):
        zh, en = "请从列表中选择注销原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    found.status, found.cancel_reason = "cancelled", body.reason
    found.cancelled_at = datetime.now(UTC)
    written(caller, found)


def restore(caller: Caller, premises_id: int, body: bodies.Versioned) -> None:
    """Undo a cancellation that was a mistake, unless the licence is taken meanwhile."""
    found = to_write(caller, premises_id, body.version, active=False)
    if found.status == "active":
        raise Conflict("active", "这处场所没有注销，不用恢复。", "It is not cancelled.")
    found.status, found.cancelled_at, found.cancel_reason = "active", None, None
    _check_licence(caller, found)
    written(caller, found)


def move(caller: Caller, premises_id: int, body: Move) -> None:
    """To another place; both micro-grids must be in the caller's area."""
    found = to_write(caller, premises_id, body.version)
    before = found.grid_id
    _put_place(caller, found, body.at)
    if body.address is not None:
        found.address = body.address
    _check_licence(caller, found)
    written(caller, found)
    if before != found.grid_id:
        live.changed(caller.session, "premises", before)


def today() -> date:
    """The calendar day."""
    return datetime.now(ZONE).date()


def locked(caller: Caller, premises_id: int) -> Premises:
    """A visible premises as it is stored now, locked. Raises :class:`NotFound`."""
    found = repository.locked(caller.session, visible_grids(caller.actor), premises_id)
    if found is None:
        raise NotFound("premises")
    return found


def must_be_active(found: Premises) -> None:
    """Raise :class:`Conflict` for a cancelled premises."""
    if found.status != "active":
        zh, en = "这处场所已注销，先恢复再办。", "This premises is cancelled; restore it first."
        raise Conflict("cancelled", zh, en)


def to_write(caller: Caller, premises_id: int, version: int, *, active: bool = True) -> Premises:
    """The premises, locked. Raises :class:`NotFound`, ``stale`` and ``cancelled``."""
    caller.actor.require(WRITES)
    found = locked(caller, premises_id)
    unchanged(found, version)
    if active:
        must_be_active(found)
    return found


def follow_due(caller: Caller, found: Premises) -> None:
    """Set the due date by the one rule."""
    caller.session.flush()
    kinds = repository.kinds_of(caller.session, found.id)
    entered = found.created_at.astimezone(ZONE).date()
    if found.last_check_on is None and found.due_on is not None:
        entered = found.due_on
    found.due_on = due.on(found.last_check_on, entered, kinds, found.attention)


def written(caller: Caller, found: Premises) -> None:
    """Every change moves the version, so that an open form notices it."""
    found.updated_at = datetime.now(UTC)
    caller.session.flush()
    live.changed(caller.session, "premises", found.grid_id)


def _put_place(caller: Caller, found: Premises, at: Site) -> None:
    place = spot.of(caller, at, PLACED)
    building = place.building_id
    if at.lon is not None and at.lat is not None:
        building = places.standing_at(caller, at.lon, at.lat)
    found.grid_id, found.building_id = place.grid_id, building
    found.geom, found.no_place_reason = place.geom, place.no_place_reason


def _put_phone(caller: Caller, found: Premises, phone: str) -> None:
    digits = bodies.digits(phone)
    if digits != (caller.keys.decrypt(found.phone_enc) if found.phone_enc else ""):
        found.phone_enc = caller.keys.encrypt(digits) if digits else None


def _check_kinds(caller: Caller, kinds: list[str]) -> None:
    known = {row.code for row in repository.kinds(caller.session, kinds)}
    unknown = [code for code in kinds if code not in known]
    if unknown:
        zh, en = "没有这个场所类别，请从列表中选择。", "No such kind; choose from the list."
        raise BadInput("kind", zh, en, field="kinds", unknown=unknown)


def _put_kinds(caller: Caller, found: Premises, kinds: list[str]) -> None:
    """The main kind and the further ones."""
    found.kind = kinds[0]
    stored = {row.kind: row for row in repository.further(caller.session, found.id)}
    for code, row in stored.items():
        if code not in kinds[1:]:
            caller.session.delete(row)
    for code in kinds[1:]:
        if code not in stored:
            caller.session.add(PremisesAlso(premises_id=found.id, kind=code))
    caller.session.flush()


def _check_licence(caller: Caller, found: Premises) -> None:
    with caller.session.no_autoflush:
        other = repository.with_licence(
            caller.session, visible_grids(caller.actor), found.grid_id, found.licence, found.id
        )
    if other is not None:
        raise Conflict(
            "licence_taken",
            "这个微网格里已有同一证照号的场所，请打开那一处核对。",
            "This micro-grid has an active premises with the same licence; open that one.",
            field="licence",
            premises_id=other,
        )
