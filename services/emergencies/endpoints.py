"""Routes of emergency looks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.access.deps import Db, Me
from services.emergencies import service
from services.emergencies.schemas import Begin, Review
from services.kit.paging import MAX_PAGE, Id

router = APIRouter(prefix="/emergencies", tags=["emergencies"])
Page = Annotated[int, Query(ge=1, le=MAX_PAGE)]


@router.post("", status_code=201)
def begin(body: Begin, actor: Me, db: Db) -> dict[str, Any]:
    """Look outside the own scope for half an hour; the superior is told, all is recorded."""
    return service.begin(db, actor, body)


@router.delete("/current", status_code=204)
def end(actor: Me, db: Db) -> None:
    """End the own look."""
    service.end(db, actor)


@router.get("")
def listed(
    actor: Me, db: Db, page: Page = 1, size: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """The own looks and those that the caller may review, the newest first."""
    return service.listed(db, actor, page, size)


@router.get("/form")
def form(actor: Me, db: Db) -> dict[str, Any]:
    """The reasons to choose from, and the limits."""
    return service.form(db, actor)


@router.get("/grids")
def places(
    actor: Me, db: Db, q: Annotated[str, Query(min_length=1, max_length=60)]
) -> list[dict[str, Any]]:
    """Grids outside the own scope by part of name or code."""
    return service.places(db, actor, q)


@router.get("/{look_id}")
def report(look_id: Id, actor: Me, db: Db) -> dict[str, Any]:
    """The report of a look."""
    return service.report(db, actor, look_id)


@router.post("/{look_id}/review")
def review(look_id: Id, body: Review, actor: Me, db: Db) -> dict[str, Any]:
    """Say whether a look was in order."""
    return service.review(db, actor, look_id, body)
