"""Routes of parameters."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.kit.routes import Asking, answer
from services.parameters import service
from services.parameters.schemas import Association

router = APIRouter(tags=["parameters"])


@router.get("/parameters/association-mode")
def association(caller: Asking) -> Response:
    """How lists are tied to entries of people; null until it is set."""
    return answer(service.association(caller.session))


@router.post("/parameters/association-mode", status_code=204)
def set_association(body: Association, caller: Asking) -> None:
    """Set it once for the whole system; it cannot be changed afterwards."""
    service.set_association(caller.session, caller.actor, body.mode)
