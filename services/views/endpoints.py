"""Routes of saved views, and of the columns that conditions may name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.kit.paging import Code, Id
from services.kit.routes import Asking
from services.views import service
from services.views.schemas import NewView, ViewChange

router = APIRouter(prefix="/views", tags=["views"])


@router.get("/columns/{register}")
def columns(register: Code, caller: Asking) -> list[dict[str, Any]]:
    """The columns of a register that the caller may ask about."""
    return service.columns(caller, register)


@router.get("")
def listed(register: Code, caller: Asking) -> list[dict[str, Any]]:
    """The own views of a register and those shared with the caller."""
    return service.listed(caller, register)


@router.post("", status_code=201)
def keep(body: NewView, caller: Asking) -> dict[str, int]:
    """Keep a question under a name."""
    return {"id": service.keep(caller, body)}


@router.patch("/{view_id}", status_code=204)
def change(view_id: Id, body: ViewChange, caller: Asking) -> None:
    """Rename, share or replace a view of one's own."""
    service.change(caller, view_id, body)


@router.delete("/{view_id}", status_code=204)
def forget(view_id: Id, version: Annotated[int, Query(ge=1, le=2**31 - 1)], caller: Asking) -> None:
    """Delete a view of one's own."""
    service.forget(caller, view_id, version)
