"""Routes of people and households."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.people import service
from services.people.schemas import Reveal

router = APIRouter(tags=["people"])
attach(router, service.PEOPLE)
attach(router, service.HOUSEHOLDS)


@router.get("/people/{person_id}")
def person(person_id: Id, caller: Asking) -> Response:
    """The card of a person; the look is recorded."""
    return answer(service.card(caller, person_id))


@router.post("/people/{person_id}/reveal")
def reveal(person_id: Id, body: Reveal, caller: Asking) -> Response:
    """The card with what is asked for, opened for a quarter of an hour; the reason is recorded."""
    return answer(service.reveal_card(caller, person_id, body))


@router.get("/households/{household_id}")
def household(household_id: Id, caller: Asking) -> Response:
    """The card of a household with its members."""
    return answer(service.household_card(caller, household_id))
