"""Premises made, changed and cancelled by claims; the one place to swap for their own service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from services.access.scope import visible_grids
from services.claims.rights import CLAIMS
from services.errors import BadInput, Conflict
from services.kit.clock import ZONE
from services.kit.register import Caller
from services.live import service as live
from services.people import home
from services.places.spot_schemas import At
from services.premises.models import Premises, PremisesKind

Given = dict[str, Any]


def enter(caller: Caller, given: Given, at: At) -> tuple[int, int]:
    """A new premises, never checked and so due today; its id and version.

    Raises :class:`BadInput` for an unknown kind or a place outside, :class:`Conflict`
    (``licence_taken``) when the grid has an active one with that licence.
    """
    caller.actor.require(CLAIMS)
    if caller.session.get(PremisesKind, given["kind"]) is None:
        zh, en = "请从列表中选择场所类别。", "Choose a kind from the list."
        raise BadInput("kind", zh, en, field="kind")
    there = home.of(caller, at)
    query = select(Premises.id).where(
        Premises.grid_id == there.grid_id, Premises.licence == given["licence"],
        Premises.status == "active", visible_grids(caller.actor).where(Premises.grid_id),
    )  # fmt: skip
    taken = caller.session.scalar(query)
    if taken is not None:
        zh = "这个微网格里已有同一证照号的场所，请打开那一条核对。"
        en = "This micro-grid has an active premises with the same licence; open that one."
        raise Conflict("licence_taken", zh, en, field="licence", premises_id=taken)
    made = Premises(
        grid_id=there.grid_id, building_id=there.building_id, geom=there.geom,
        no_place_reason=there.no_place_reason, due_on=datetime.now(ZONE).date(),
        phone_enc=caller.keys.encrypt(given["phone"]) if given["phone"] else None,
        **{name: value for name, value in given.items() if name != "phone"},
    )  # fmt: skip
    _written(caller, made)
    return made.id, made.version


def change(caller: Caller, found: Premises, given: Given) -> None:
    """Put what is given into a premises."""
    caller.actor.require(CLAIMS)
    for name, value in given.items():
        if name == "phone":
            found.phone_enc = caller.keys.encrypt(value)
        elif name in ("name", "address"):
            setattr(found, name, value)
    _written(caller, found)


def cancel(caller: Caller, premises_id: int, version: int, reason: str) -> bool:
    """Cancel a premises that is active and as it was; whether that was so."""
    caller.actor.require(CLAIMS)
    query = select(Premises).where(
        Premises.id == premises_id, visible_grids(caller.actor).where(Premises.grid_id)
    )
    query = query.with_for_update(of=Premises).execution_options(populate_existing=True)
    found = caller.session.scalar(query)
    if found is None or found.status != "active" or found.version != version:
        return False
    found.status, found.cancel_reason = "cancelled", reason
    found.cancelled_at = datetime.now(UTC)
    _written(caller, found)
    return True


def _written(caller: Caller, found: Premises) -> None:
    caller.session.add(found)
    caller.session.flush()
    told = {"register": "premises", "grid_id": found.grid_id}
    live.publish(caller.session, "change", found.grid_id, told)
