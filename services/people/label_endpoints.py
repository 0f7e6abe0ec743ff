"""Routes of labels on people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.kit.paging import Id
from services.kit.routes import Asking, answer
from services.people import labels
from services.people.label_schemas import Restart, Start, Stop, Upcoming

router = APIRouter(tags=["labels"])


@router.get("/labels/upcoming")
def upcoming(asked: Annotated[Upcoming, Query()], caller: Asking) -> Response:
    """Which labels begin and end by rule from one day to another."""
    return answer(labels.upcoming(caller, asked))


@router.get("/people/{person_id}/labels")
def of_person(person_id: Id, caller: Asking) -> Response:
    """Labels of a person, in force and past; the look is recorded."""
    return answer(labels.of_person(caller, person_id))


@router.post("/people/{person_id}/labels", status_code=201)
def start(person_id: Id, body: Start, caller: Asking) -> dict[str, Any]:
    """A label begins by hand."""
    return {"id": labels.start(caller, person_id, body)}


@router.post("/people/{person_id}/labels/stop", status_code=204)
def stop(person_id: Id, body: Stop, caller: Asking) -> None:
    """A label ends by hand, with a reason."""
    labels.stop(caller, person_id, body)


@router.post("/people/{person_id}/labels/restart", status_code=201)
def restart(person_id: Id, body: Restart, caller: Asking) -> dict[str, Any]:
    """A label begins again by hand."""
    return {"id": labels.restart(caller, person_id, body)}
