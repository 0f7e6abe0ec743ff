"""Routes of buildings and houses."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.places import service

router = APIRouter(tags=["places"])
attach(router, service.BUILDINGS)
attach(router, service.HOUSES)


@router.get("/buildings/{building_id}")
def building(building_id: Id, caller: Asking) -> Response:
    """The card of a building, with residents for those who may see them."""
    return answer(service.building_card(caller, building_id))


@router.get("/houses/{house_id}")
def house(house_id: Id, caller: Asking) -> Response:
    """The card of a house: who lives here."""
    return answer(service.house_card(caller, house_id))
