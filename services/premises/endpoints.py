"""Routes of premises."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.kit.bodies import Versioned
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.premises import employees, entries, level, service
from services.premises.entry_schemas import (
    Cancel,
    Change,
    Employed,
    EmployeeChange,
    Entry,
    Lower,
    Move,
    Raise,
    Stop,
)

router = APIRouter(tags=["premises"])
attach(router, service.PREMISES)


@router.get("/premises/form")
def form(caller: Asking) -> dict[str, Any]:
    """What the lists of the forms of premises offer."""
    return entries.options(caller)


@router.get("/premises/{premises_id}")
def premises(premises_id: Id, caller: Asking) -> Response:
    """The card of a premises."""
    return answer(service.card(caller, premises_id))


@router.post("/premises", status_code=201)
def enter(body: Entry, caller: Asking) -> dict[str, Any]:
    """Enter a premises; its place decides the grid."""
    return {"id": entries.enter(caller, body)}


@router.patch("/premises/{premises_id}", status_code=204)
def change(premises_id: Id, body: Change, caller: Asking) -> None:
    """Change a premises."""
    entries.change(caller, premises_id, body)


@router.post("/premises/{premises_id}/cancel", status_code=204)
def cancel(premises_id: Id, body: Cancel, caller: Asking) -> None:
    """Cancel a premises with a reason; it is never deleted."""
    entries.cancel(caller, premises_id, body)


@router.post("/premises/{premises_id}/restore", status_code=204)
def restore(premises_id: Id, body: Versioned, caller: Asking) -> None:
    """Undo a cancellation that was a mistake."""
    entries.restore(caller, premises_id, body)


@router.post("/premises/{premises_id}/move", status_code=204)
def move(premises_id: Id, body: Move, caller: Asking) -> None:
    """To another place, with the whole file."""
    entries.move(caller, premises_id, body)


@router.get("/premises/{premises_id}/levels")
def levels(premises_id: Id, caller: Asking) -> Response:
    """The history of the level of attention, the latest first."""
    return answer(level.history(caller, premises_id))


@router.post("/premises/{premises_id}/raise", status_code=204)
def raise_level(premises_id: Id, body: Raise, caller: Asking) -> None:
    """Start a higher level of attention by hand, with a reason."""
    level.start(caller, premises_id, body)


@router.post("/premises/{premises_id}/lower", status_code=204)
def lower_level(premises_id: Id, body: Lower, caller: Asking) -> None:
    """Stop the level that was set by hand, with a reason."""
    level.stop(caller, premises_id, body)


@router.get("/premises/{premises_id}/employees")
def employed(premises_id: Id, caller: Asking) -> Response:
    """Who works at a premises; null without the right to read people."""
    return answer(employees.listed(caller, premises_id))


@router.post("/premises/{premises_id}/employees", status_code=201)
def employ(premises_id: Id, body: Employed, caller: Asking) -> dict[str, Any]:
    """Somebody works at a premises from a day on."""
    return {"id": employees.start(caller, premises_id, body)}


@router.patch("/employees/{employee_id}", status_code=204)
def change_employee(employee_id: Id, body: EmployeeChange, caller: Asking) -> None:
    """Change what is known of an employee, or the link to an entry of people."""
    employees.change(caller, employee_id, body)


@router.post("/employees/{employee_id}/stop", status_code=204)
def stop_employee(employee_id: Id, body: Stop, caller: Asking) -> None:
    """Somebody works at a premises no longer."""
    employees.stop(caller, employee_id, body)
