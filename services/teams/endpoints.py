"""Routes of service teams."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.kit.bodies import Versioned
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.teams import service
from services.teams.schemas import Change, Disband, Found, Join, Leave, Mine, Posted

router = APIRouter(tags=["teams"])
attach(router, service.TEAMS)


@router.get("/teams/form")
def form(caller: Asking) -> dict[str, Any]:
    """What the lists of the forms of teams offer."""
    return service.options(caller)


@router.get("/teams/mine")
def mine(asked: Annotated[Mine, Query()], caller: Asking) -> Response:
    """Teams with their members on a day, for whoever records a service."""
    return answer(service.offered(caller, asked.day, asked.size))


@router.get("/teams/{team_id}")
def team(team_id: Id, caller: Asking) -> Response:
    """The card of a team."""
    return answer(service.card(caller, team_id))


@router.post("/teams", status_code=201)
def found(body: Found, caller: Asking) -> dict[str, Any]:
    """Found a team with its leader."""
    return {"id": service.found(caller, body)}


@router.patch("/teams/{team_id}", status_code=204)
def change(team_id: Id, body: Change, caller: Asking) -> None:
    """Change name or kind of a team."""
    service.change(caller, team_id, body)


@router.post("/teams/{team_id}/disband", status_code=204)
def disband(team_id: Id, body: Disband, caller: Asking) -> None:
    """Disband a team with a reason; its records stay."""
    service.disband(caller, team_id, body)


@router.post("/teams/{team_id}/restore", status_code=204)
def restore(team_id: Id, body: Versioned, caller: Asking) -> None:
    """A disbanded team goes on."""
    service.restore(caller, team_id, body)


@router.post("/teams/{team_id}/members", status_code=201)
def join(team_id: Id, body: Join, caller: Asking) -> dict[str, Any]:
    """Somebody joins a team."""
    return {"id": service.join(caller, team_id, body)}


@router.patch("/teams/{team_id}/members/{member_id}", status_code=204)
def post(team_id: Id, member_id: Id, body: Posted, caller: Asking) -> None:
    """Give a member another post; a new leader takes the place of the old one."""
    service.post(caller, team_id, member_id, body)


@router.post("/teams/{team_id}/members/{member_id}/leave", status_code=204)
def leave(team_id: Id, member_id: Id, body: Leave, caller: Asking) -> None:
    """Somebody leaves a team."""
    service.leave(caller, team_id, member_id, body)
