"""Routes of people."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.kit.bodies import Versioned
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.people import entries, service
from services.people.entry_schemas import Cancel, Change, Entry, Move, Settle
from services.people.schemas import Reveal

router = APIRouter(tags=["people"])
attach(router, service.PEOPLE)


@router.get("/people/form")
def form(caller: Asking) -> dict[str, Any]:
    """What the lists of the forms of people and households offer."""
    return entries.options(caller)


@router.get("/people/{person_id}")
def person(person_id: Id, caller: Asking) -> Response:
    """The card of a person; the look is recorded."""
    return answer(service.card(caller, person_id))


@router.post("/people", status_code=201)
def enter(body: Entry, caller: Asking) -> dict[str, Any]:
    """Enter somebody at a micro-grid; the id number fills birth date and sex."""
    return {"id": entries.enter(caller, body)}


@router.patch("/people/{person_id}", status_code=204)
def change(person_id: Id, body: Change, caller: Asking) -> None:
    """Change an entry, or note that it was found right today."""
    entries.change(caller, person_id, body)


@router.post("/people/{person_id}/cancel", status_code=204)
def cancel(person_id: Id, body: Cancel, caller: Asking) -> None:
    """Cancel an entry with a reason; it is never deleted."""
    entries.cancel(caller, person_id, body)


@router.post("/people/{person_id}/restore", status_code=204)
def restore(person_id: Id, body: Versioned, caller: Asking) -> None:
    """Undo a cancellation that was a mistake."""
    entries.restore(caller, person_id, body)


@router.post("/people/{person_id}/settle", status_code=201)
def settle(person_id: Id, body: Settle, caller: Asking) -> dict[str, Any]:
    """An unsettled person becomes registered; the id of the new entry."""
    return {"id": entries.settle(caller, person_id, body)}


@router.post("/people/{person_id}/move", status_code=201)
def move(person_id: Id, body: Move, caller: Asking) -> dict[str, Any]:
    """To another home; the id of the entry there."""
    return {"id": entries.move(caller, person_id, body)}


@router.post("/people/{person_id}/reveal")
def reveal(person_id: Id, body: Reveal, caller: Asking) -> Response:
    """The card with what is asked for, opened for a quarter of an hour; the reason is recorded."""
    return answer(service.reveal_card(caller, person_id, body))
