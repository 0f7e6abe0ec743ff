"""Routes of households and of families: the same acts on both, made once for each kind."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.access.limits import LimitedExport
from services.kit.bodies import Body, Versioned
from services.kit.paging import Id
from services.kit.register import Register
from services.kit.routes import Asking, answer, attach, pdf_file
from services.people import circles, service
from services.people import sheet as sheets
from services.people.entry_schemas import (
    Birth,
    Death,
    Founded,
    Head,
    Join,
    Leave,
    Merge,
    Readdress,
    Relocate,
    Renumber,
    Split,
)
from services.people.kinds import FAMILY, HOUSEHOLD, Kind

router = APIRouter(tags=["people"])
Act = Callable[[Any, Kind, int, Any], int | None]
# Act -> (service, body, what it does); what makes something new answers with its id.
ACTS: dict[str, tuple[Act, type[Body], str]] = {
    "renumber": (circles.renumber, Renumber, "Another number."),
    "head": (circles.change_head, Head, "Another member becomes the head."),
    "join": (circles.join, Join, "Somebody moves in."),
    "leave": (circles.leave, Leave, "Somebody moves out."),
    "merge": (circles.merge, Merge, "Another one comes into this one."),
    "split": (circles.split, Split, "Some members become one of their own; its id."),
    "dissolve": (circles.dissolve, Versioned, "End an empty one."),
}
FAMILY_ACTS: dict[str, tuple[Act, type[Body], str]] = {
    "change": (circles.change, Readdress, "Other words for the address."),
    "move": (circles.move, Relocate, "To another address, with those who go along."),
}


def attach_circle(kind: Kind, register: Register[Any], acts: dict[str, Any]) -> None:
    """Add register, card, founding and all acts of ``kind`` to the router."""
    attach(router, register)
    key, path = Annotated[Id, Path(alias=f"{kind.name}_id")], f"/{kind.register}"
    one = f"{path}/{{{kind.name}_id}}"

    def card(circle_id: Any, caller: Asking) -> Response:
        return answer(service.circle_card(caller, kind, circle_id))

    def sheet(circle_id: Any, caller: Asking, request: Request) -> Response:
        made = sheets.of(caller, kind, circle_id, request.app.state.print_font)
        return pdf_file(made, f"{kind.name}-{circle_id}")

    def found(body: Founded, caller: Asking) -> dict[str, Any]:
        return {"id": circles.found(caller, kind, body)}

    card.__annotations__["circle_id"] = sheet.__annotations__["circle_id"] = key
    router.get(one, name=kind.name, summary=f"The card of a {kind.name}")(card)
    router.get(
        f"{one}/sheet.pdf",
        name=f"sheet_{kind.name}",
        summary=f"The sheet of a {kind.name} to print",
        dependencies=[LimitedExport],
    )(sheet)
    name = f"found_{kind.name}"
    router.post(path, status_code=201, name=name, summary=f"Found a {kind.name}")(found)
    for act, (do, body, told) in acts.items():
        _attach_act(kind, f"{one}/{act}", act, key, (do, body, told))


def _attach_act(
    kind: Kind, path: str, act: str, key: Any, made: tuple[Act, type[Body], str]
) -> None:
    do, body_type, told = made

    def change(circle_id: Any, body: Any, caller: Asking) -> None:
        do(caller, kind, circle_id, body)

    def make(circle_id: Any, body: Any, caller: Asking) -> dict[str, Any]:
        return {"id": do(caller, kind, circle_id, body)}

    new = act == "split"
    route = make if new else change
    route.__annotations__ |= {"circle_id": key, "body": body_type}
    name, status = f"{act}_{kind.name}", 201 if new else 204
    router.post(path, status_code=status, name=name, summary=told)(route)


attach_circle(HOUSEHOLD, service.HOUSEHOLDS, ACTS)
attach_circle(FAMILY, service.FAMILIES, {**ACTS, **FAMILY_ACTS})


@router.post("/households/{household_id}/birth", status_code=201)
def birth(household_id: Id, body: Birth, caller: Asking) -> dict[str, Any]:
    """A child is born into the household; the id of the entry."""
    return {"id": circles.birth(caller, household_id, body)}


@router.post("/households/{household_id}/death", status_code=204)
def death(household_id: Id, body: Death, caller: Asking) -> None:
    """A member has died."""
    circles.death(caller, household_id, body)
