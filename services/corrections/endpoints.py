"""Routes of correction requests."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.corrections import service
from services.corrections.schemas import Ask, Decision
from services.kit.paging import Id
from services.kit.routes import Asking, answer

router = APIRouter(tags=["corrections"])


@router.get("/corrections")
def open_ones(caller: Asking) -> Response:
    """Open requests in the caller's area, without what is said."""
    return answer(service.open_ones(caller))


@router.get("/people/{person_id}/corrections")
def of_person(person_id: Id, caller: Asking) -> Response:
    """All requests of a person; the look is recorded."""
    return answer(service.of_person(caller, person_id))


@router.post("/people/{person_id}/corrections")
def receive(person_id: Id, body: Ask, caller: Asking) -> Response:
    """Take down what a person says is wrong."""
    return answer(service.receive(caller, person_id, body))


@router.post("/corrections/{request_id}/decision")
def decide(request_id: Id, body: Decision, caller: Asking) -> Response:
    """Accept or refuse; somebody else than who received it."""
    return answer(service.decide(caller, request_id, body))
