"""The life of a house 房屋 (P7): enter, change, renumber, cancel, restore, let 出租.

A house belongs to a building, and the building decides its grid. Numbers are unique among the
houses in use of the whole root area. Every change is a row of the house's history.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.kit.bodies import unchanged
from services.kit.clock import current_day
from services.kit.dictionary import in_dictionary, items
from services.kit.register import Caller
from services.live import service as live
from services.places import house_repository as repository
from services.places.house_schemas import (
    ChangedHouse,
    NewHouse,
    Renumbered,
    Versioned,
    WithReason,
)
from services.places.models import House, HouseChange

WRITES = "places.write"
CANCEL_REASONS = {"demolished", "rebuilt", "duplicate"}


def options(caller: Caller) -> dict[str, Any]:
    """What the lists of the forms of houses offer."""
    caller.actor.require(WRITES)
    reasons = items(caller.session, "cancel_reason")
    return {
        "uses": items(caller.session, "house_use"),
        "reasons": [one for one in reasons if one["code"] in CANCEL_REASONS],
        "rent_stop_reasons": items(caller.session, "rent_stop_reason"),
    }


def enter(caller: Caller, body: NewHouse) -> int:
    """A new house; returns its id.

    Raises :class:`BadInput` for a building that is not there, :class:`Conflict` (``number_taken``).
    """
    caller.actor.require(WRITES)
    _may_name_owner(caller, body.owner)
    grid_id = repository.grid_of_building(
        caller.session, visible_grids(caller.actor), body.building_id
    )
    if grid_id is None:
        zh, en = "没有这栋楼，或不在您的范围内。", "No such building in your area."
        raise BadInput("building", zh, en, field="building_id")
    _check_number(caller, body.number, None)
    given = body.model_dump(exclude={"owner"})
    house = House(**given, grid_id=grid_id, owner=body.owner or None)
    house.confirmed_on = current_day(caller.session)
    caller.session.add(house)
    _written(caller, house, "entered")
    return house.id


def change(caller: Caller, house_id: int, body: ChangedHouse) -> None:
    """Change a house; ``confirmed`` notes that it was found right today."""
    house = _to_write(caller, house_id, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    confirmed = given.pop("confirmed", None)
    if "owner" in given:
        caller.actor.require("people.read")
        given["owner"] = given["owner"] or None
    for name, value in given.items():
        if value is not None or name in ("owner", "area_m2"):
            setattr(house, name, value)
    kind = "changed" if caller.session.is_modified(house) else None
    if confirmed:
        house.confirmed_on = current_day(caller.session)
        kind = kind or "confirmed"
    if kind is not None:
        _written(caller, house, kind)


def renumber(caller: Caller, house_id: int, body: Renumbered) -> None:
    """Another number; raises :class:`Conflict` (``number_taken``) when a house in use has it."""
    house = _to_write(caller, house_id, body.version)
    if body.number == house.number:
        return
    _check_number(caller, body.number, house.id)
    old, house.number = house.number, body.number
    _written(caller, house, "renumbered", old_number=old)


def cancel(caller: Caller, house_id: int, body: WithReason) -> None:
    """A house is no more. Raises :class:`Conflict` (``inhabited``) while people are entered in it;
    how many is told to those who may see them."""
    house = _to_write(caller, house_id, body.version)
    _check_reason(caller.session, "cancel_reason", body.reason, CANCEL_REASONS)
    if repository.lives_anyone(caller.session, house.id):
        raise _inhabited(caller, house)
    house.status, house.cancel_reason = "cancelled", body.reason
    house.cancelled_at = datetime.now(UTC)
    _written(caller, house, "cancelled", reason=body.reason)


def restore(caller: Caller, house_id: int, body: Versioned) -> None:
    """Undo a cancellation; raises ``number_taken`` when another house has the number by now."""
    house = _to_write(caller, house_id, body.version, cancelled=True)
    _check_number(caller, house.number, house.id)
    house.status, house.cancelled_at, house.cancel_reason = "active", None, None
    _written(caller, house, "restored")


def let(caller: Caller, house_id: int, body: Versioned) -> None:
    """The house is rented from now on."""
    _rent(caller, house_id, body.version, "rented")


def end_rent(caller: Caller, house_id: int, body: WithReason) -> None:
    """The house is rented no more, with a reason of the list."""
    house = _to_write(caller, house_id, body.version)
    _check_reason(caller.session, "rent_stop_reason", body.reason)
    if not house.rented:
        zh, en = "这处房屋没有出租，请刷新。", "This house is not rented; reload."
        raise Conflict("not_rented", zh, en)
    house.rented = False
    _written(caller, house, "rent_stopped", reason=body.reason)


def restore_rent(caller: Caller, house_id: int, body: Versioned) -> None:
    """Undo the end of a rent that was a mistake; raises :class:`Conflict` without one."""
    _rent(caller, house_id, body.version, "rent_restored")


def history(caller: Caller, house_id: int) -> list[dict[str, Any]]:
    """What became of a visible house, the latest first."""
    rows = repository.changes(caller.session, visible_grids(caller.actor), house_id)
    return [dict(row._mapping) for row in rows]


def _rent(caller: Caller, house_id: int, version: int, kind: str) -> None:
    house = _to_write(caller, house_id, version)
    if house.rented:
        zh, en = "这处房屋已在出租，请刷新。", "This house is rented already; reload."
        raise Conflict("rented", zh, en)
    if kind == "rent_restored" and not repository.was_rented(caller.session, house.id):
        zh, en = "没有停止过出租，请用“出租”。", "It was never rented: use rent."
        raise Conflict("never_rented", zh, en)
    house.rented = True
    _written(caller, house, kind)


def _to_write(caller: Caller, house_id: int, version: int, *, cancelled: bool = False) -> House:
    """The house, locked. Raises :class:`NotFound`, ``stale``, and ``cancelled`` or ``active``."""
    caller.actor.require(WRITES)
    house = repository.locked(caller.session, visible_grids(caller.actor), house_id)
    if house is None:
        raise NotFound("house")
    unchanged(house, version)
    if cancelled and house.status == "active":
        raise Conflict("active", "这处房屋没有注销，不用恢复。", "This house is not cancelled.")
    if not cancelled and house.status != "active":
        zh, en = "这处房屋已注销，先恢复再改。", "This house is cancelled; restore it first."
        raise Conflict("cancelled", zh, en)
    return house


def _check_number(caller: Caller, number: str, but: int | None) -> None:
    """Nothing is told of a house that the caller may not see but that the number is in use."""
    found = repository.with_number(caller.session, number)
    if found is None or found.id == but:
        return
    seen = visible_grids(caller.actor).sees(found.grid_id)
    raise Conflict(
        "number_taken",
        "这个房屋编号已在使用，请核对门牌。",
        "This house number is in use; look at the door plate again.",
        field="number",
        **({"house_id": found.id} if seen else {}),
    )


def _check_reason(
    session: Session, dictionary: str, reason: str, only: set[str] | None = None
) -> None:
    known = in_dictionary(session, dictionary, reason)
    if not known or (only is not None and reason not in only):
        zh, en = "请从列表中选择原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")


def _inhabited(caller: Caller, house: House) -> Conflict:
    zh, en = "还有人登记在这里，先迁出再注销。", "People are entered here; move them out first."
    if not caller.actor.may("people.read"):
        return Conflict("inhabited", zh, en)
    n = repository.residents(caller.session, visible_grids(caller.actor), house.id)
    zh = f"还有 {n} 人登记在这里，先迁出再注销。"
    en = f"People are entered here ({n} in your area); move them out first."
    return Conflict("inhabited", zh, en, people=n)


def _may_name_owner(caller: Caller, owner: str) -> None:
    if owner:
        caller.actor.require("people.read")


def _written(
    caller: Caller, house: House, kind: str, reason: str | None = None,
    old_number: str | None = None,
) -> None:  # fmt: skip
    caller.session.flush()
    caller.session.add(
        HouseChange(
            house_id=house.id, kind=kind, user_id=caller.actor.user_id, reason=reason,
            old_number=old_number,
        )
    )  # fmt: skip
    caller.session.flush()
    told = {"register": "houses", "grid_id": house.grid_id}
    live.publish(caller.session, "change", house.grid_id, told)
