"""Routes of people and households."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.kit.bodies import Versioned
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.people import entries, households, service
from services.people.entry_schemas import (
    Birth,
    Cancel,
    Change,
    Death,
    Entry,
    Founded,
    Head,
    Join,
    Leave,
    Merge,
    Move,
    Renumber,
    Settle,
    Split,
)
from services.people.schemas import Reveal

router = APIRouter(tags=["people"])
attach(router, service.PEOPLE)
attach(router, service.HOUSEHOLDS)


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


@router.get("/households/{household_id}")
def household(household_id: Id, caller: Asking) -> Response:
    """The card of a household with its members."""
    return answer(service.household_card(caller, household_id))


@router.post("/households", status_code=201)
def found(body: Founded, caller: Asking) -> dict[str, Any]:
    """A new household of people who are entered already."""
    return {"id": households.found(caller, body)}


@router.post("/households/{household_id}/renumber", status_code=204)
def renumber(household_id: Id, body: Renumber, caller: Asking) -> None:
    """Another household number."""
    households.renumber(caller, household_id, body)


@router.post("/households/{household_id}/head", status_code=204)
def change_head(household_id: Id, body: Head, caller: Asking) -> None:
    """Another member becomes the head."""
    households.change_head(caller, household_id, body)


@router.post("/households/{household_id}/join", status_code=204)
def join(household_id: Id, body: Join, caller: Asking) -> None:
    """Somebody moves in."""
    households.join(caller, household_id, body)


@router.post("/households/{household_id}/leave", status_code=204)
def leave(household_id: Id, body: Leave, caller: Asking) -> None:
    """Somebody moves out."""
    households.leave(caller, household_id, body)


@router.post("/households/{household_id}/birth", status_code=201)
def birth(household_id: Id, body: Birth, caller: Asking) -> dict[str, Any]:
    """A child is born into the household; the id of the entry."""
    return {"id": households.birth(caller, household_id, body)}


@router.post("/households/{household_id}/death", status_code=204)
def death(household_id: Id, body: Death, caller: Asking) -> None:
    """A member has died."""
    households.death(caller, household_id, body)


@router.post("/households/{household_id}/merge", status_code=204)
def merge(household_id: Id, body: Merge, caller: Asking) -> None:
    """Another household comes into this one."""
    households.merge(caller, household_id, body)


@router.post("/households/{household_id}/split", status_code=201)
def split(household_id: Id, body: Split, caller: Asking) -> dict[str, Any]:
    """Some members become a household of their own; its id."""
    return {"id": households.split(caller, household_id, body)}


@router.post("/households/{household_id}/dissolve", status_code=204)
def dissolve(household_id: Id, body: Versioned, caller: Asking) -> None:
    """End an empty household."""
    households.dissolve(caller, household_id, body)
