"""Routes of the property of residents."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.kit.bodies import Versioned
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.properties import service
from services.properties.schemas import Cancel, Change, Entry

router = APIRouter(tags=["properties"])
attach(router, service.PROPERTIES)


@router.get("/properties/form")
def form(caller: Asking) -> dict[str, Any]:
    """What the lists of the forms of property offer."""
    return service.options(caller)


@router.get("/people/{person_id}/properties")
def of_person(person_id: Id, caller: Asking) -> Response:
    """The property of a person; the look is recorded."""
    return answer(service.of_person(caller, person_id))


@router.get("/properties/{property_id}")
def owned(property_id: Id, caller: Asking) -> Response:
    """The card of a thing; the look is recorded."""
    return answer(service.card(caller, property_id))


@router.post("/properties", status_code=201)
def enter(body: Entry, caller: Asking) -> dict[str, Any]:
    """Enter a thing of a person."""
    return {"id": service.enter(caller, body)}


@router.patch("/properties/{property_id}", status_code=204)
def change(property_id: Id, body: Change, caller: Asking) -> None:
    """Change a thing."""
    service.change(caller, property_id, body)


@router.post("/properties/{property_id}/cancel", status_code=204)
def cancel(property_id: Id, body: Cancel, caller: Asking) -> None:
    """Cancel a thing with a reason; it is never deleted."""
    service.cancel(caller, property_id, body)


@router.post("/properties/{property_id}/restore", status_code=204)
def restore(property_id: Id, body: Versioned, caller: Asking) -> None:
    """Undo a cancellation that was a mistake."""
    service.restore(caller, property_id, body)
