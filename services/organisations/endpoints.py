"""Routes of the two new organisations."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.kit.bodies import Versioned
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.organisations import service
from services.organisations.schemas import Cancel, Change, Entry, Move

router = APIRouter(tags=["organisations"])
attach(router, service.ORGANISATIONS)


@router.get("/organisations/{organisation_id}")
def organisation(organisation_id: Id, caller: Asking) -> Response:
    """The card of an organisation."""
    return answer(service.card(caller, organisation_id))


@router.post("/organisations", status_code=201)
def enter(body: Entry, caller: Asking) -> dict[str, Any]:
    """Enter an organisation; its premises or its place decides the grid."""
    return {"id": service.enter(caller, body)}


@router.patch("/organisations/{organisation_id}", status_code=204)
def change(organisation_id: Id, body: Change, caller: Asking) -> None:
    """Change an organisation."""
    service.change(caller, organisation_id, body)


@router.post("/organisations/{organisation_id}/cancel", status_code=204)
def cancel(organisation_id: Id, body: Cancel, caller: Asking) -> None:
    """Cancel an organisation with a reason; it is never deleted."""
    service.cancel(caller, organisation_id, body)


@router.post("/organisations/{organisation_id}/restore", status_code=204)
def restore(organisation_id: Id, body: Versioned, caller: Asking) -> None:
    """Undo a cancellation that was a mistake."""
    service.restore(caller, organisation_id, body)


@router.post("/organisations/{organisation_id}/move", status_code=204)
def move(organisation_id: Id, body: Move, caller: Asking) -> None:
    """Into a premises, or to a place of its own."""
    service.move(caller, organisation_id, body)
