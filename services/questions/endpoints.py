"""Routes of spatial questions, and of the registers of incidents and staff."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.grids.register import STAFF, staff_card
from services.incidents.register import INCIDENTS
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.questions import service
from services.questions.schemas import Point

router = APIRouter(tags=["questions"])
attach(router, INCIDENTS)
attach(router, STAFF)


@router.get("/locate")
def locate(at: Annotated[Point, Query()], caller: Asking) -> Response:
    """Which grid is this point in."""
    return answer(service.locate(caller, at.lon, at.lat))


@router.get("/whats-here")
def whats_here(at: Annotated[Point, Query()], caller: Asking) -> Response:
    """What is at this point, from the county down to the households."""
    return answer(service.whats_here(caller, at.lon, at.lat))


@router.get("/staff/{staff_id}")
def staff(staff_id: Id, caller: Asking) -> Response:
    """The card of a member of staff."""
    return answer(staff_card(caller, staff_id))
