"""Routes of premises."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.premises import service

router = APIRouter(tags=["premises"])
attach(router, service.PREMISES)


@router.get("/premises/{premises_id}")
def premises(premises_id: Id, caller: Asking) -> Response:
    """The card of a premises."""
    return answer(service.card(caller, premises_id))
