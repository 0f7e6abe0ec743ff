"""Routes of dictionaries and parameters, for the administrators of the county."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from services.dictionaries import service
from services.dictionaries.schemas import ItemChange, NewItem, Order
from services.kit.routes import Asking

router = APIRouter(tags=["dictionaries"])
Name = Annotated[str, Path(min_length=1, max_length=30)]


@router.get("/dictionaries")
def listed(caller: Asking) -> list[dict[str, Any]]:
    """Every dictionary."""
    return service.listed(caller)


@router.get("/dictionaries/{dictionary}")
def one(dictionary: Name, caller: Asking) -> dict[str, Any]:
    """A dictionary with its entries."""
    return service.one(caller, dictionary)


@router.post("/dictionaries/{dictionary}/items", status_code=204)
def add(dictionary: Name, body: NewItem, caller: Asking) -> None:
    """Add an entry."""
    service.add(caller, dictionary, body)


@router.patch("/dictionaries/{dictionary}/items/{code}", status_code=204)
def change(dictionary: Name, code: Name, body: ItemChange, caller: Asking) -> None:
    """Rename an entry, or switch it off or on."""
    service.change(caller, dictionary, code, body)


@router.put("/dictionaries/{dictionary}/order", status_code=204)
def order(dictionary: Name, body: Order, caller: Asking) -> None:
    """Put the entries in order."""
    service.order(caller, dictionary, body)


@router.get("/parameters")
def parameters(caller: Asking, request: Request) -> list[dict[str, Any]]:
    """The parameters of the site, to be read."""
    return service.parameters(caller, request.app.state.settings)
