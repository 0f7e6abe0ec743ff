"""Routes of buildings and houses."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.places import chart as charts
from services.places import houses, service
from services.places.house_schemas import (
    ChangedHouse,
    NewHouse,
    Renumbered,
    Versioned,
    WithReason,
)

router = APIRouter(tags=["places"])
attach(router, service.BUILDINGS)
attach(router, service.HOUSES)


@router.get("/buildings/{building_id}")
def building(building_id: Id, caller: Asking) -> Response:
    """The card of a building, with residents for those who may see them."""
    return answer(service.building_card(caller, building_id))


@router.get("/houses/form")
def form(caller: Asking) -> dict[str, Any]:
    """What the lists of the forms of houses offer."""
    return houses.options(caller)


@router.get("/houses/{house_id}")
def house(house_id: Id, caller: Asking) -> Response:
    """The card of a house: who lives here."""
    return answer(service.house_card(caller, house_id))


@router.get("/buildings/{building_id}/chart")
def chart(building_id: Id, caller: Asking) -> Response:
    """The house-state chart of a building: unit by floor by room."""
    return answer(charts.of(caller, building_id))


@router.post("/houses", status_code=201)
def enter(body: NewHouse, caller: Asking) -> dict[str, Any]:
    """Enter a house of a building."""
    return {"id": houses.enter(caller, body)}


@router.patch("/houses/{house_id}", status_code=204)
def change(house_id: Id, body: ChangedHouse, caller: Asking) -> None:
    """Change a house, or note that it was found right today."""
    houses.change(caller, house_id, body)


@router.post("/houses/{house_id}/renumber", status_code=204)
def renumber(house_id: Id, body: Renumbered, caller: Asking) -> None:
    """Another house number."""
    houses.renumber(caller, house_id, body)


@router.post("/houses/{house_id}/cancel", status_code=204)
def cancel(house_id: Id, body: WithReason, caller: Asking) -> None:
    """Cancel a house in which nobody lives, with a reason."""
    houses.cancel(caller, house_id, body)


@router.post("/houses/{house_id}/restore", status_code=204)
def restore(house_id: Id, body: Versioned, caller: Asking) -> None:
    """Undo a cancellation that was a mistake."""
    houses.restore(caller, house_id, body)


@router.post("/houses/{house_id}/rent", status_code=204)
def let(house_id: Id, body: Versioned, caller: Asking) -> None:
    """The house is rented."""
    houses.let(caller, house_id, body)


@router.post("/houses/{house_id}/rent/stop", status_code=204)
def end_rent(house_id: Id, body: WithReason, caller: Asking) -> None:
    """The house is rented no more, with a reason."""
    houses.end_rent(caller, house_id, body)


@router.post("/houses/{house_id}/rent/restore", status_code=204)
def restore_rent(house_id: Id, body: Versioned, caller: Asking) -> None:
    """Undo the end of a rent that was a mistake."""
    houses.restore_rent(caller, house_id, body)
