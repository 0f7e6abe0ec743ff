"""Routes of the patrol: areas, the round, and what an officer sees at a door."""

from __future__ import annotations

from datetime import date as Date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.access.deps import Db, Me, require
from services.kit.bodies import Body, Reason
from services.kit.paging import Id
from services.patrols import doorstep, service, warnings
from services.patrols.schemas import (
    AreaBrief,
    AreaCard,
    BuildingResidents,
    PremisesCard,
    Round,
)

router = APIRouter(tags=["patrols"], dependencies=[Depends(require("patrol.view"))])

Lon = Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)]


class Lift(Body):
    """Why a suspension is lifted."""

    reason: Reason


@router.get("/patrol-stops")
def stops(actor: Me, db: Db) -> list[dict[str, Any]]:
    """Officers suspended after two warnings: in my area, and myself."""
    return warnings.stops(db, actor)


@router.post("/patrol-stops/{stop_id}/lift", status_code=204)
def lift(stop_id: Id, body: Lift, actor: Me, db: Db) -> None:
    """Lift a suspension with a reason."""
    warnings.lift(db, actor, stop_id, body.reason)


@router.get("/patrol-areas")
def areas(actor: Me, db: Db, mine: bool = False) -> list[AreaBrief]:
    """My patrol areas first, then those within my scope."""
    return service.areas(db, actor, only_mine=mine)


@router.get("/patrol-areas/buildings/{building_id}/residents")
def residents(building_id: Id, actor: Me, db: Db) -> BuildingResidents:
    """Who lives in a building, masked; the look is recorded."""
    return doorstep.residents(db, actor, building_id)


@router.get("/patrol-areas/premises/{premises_id}")
def premises(premises_id: Id, actor: Me, db: Db, date: Date | None = None) -> PremisesCard:
    """The card of a premises at the door."""
    return service.premises(db, actor, premises_id, date)


@router.get("/patrol-areas/{area_id}")
def area(area_id: Id, actor: Me, db: Db) -> AreaCard:
    """One area with its outline and officers."""
    return service.area(db, actor, area_id)


@router.get("/patrol-areas/{area_id}/round")
def walk(
    *,
    area_id: Id,
    actor: Me,
    db: Db,
    lon: Lon = None,
    lat: Lat = None,
    date: Date | None = None,
    only_due: bool = False,
) -> Round:
    """The premises of an area in walking order, with what is due."""
    return service.walk(db, actor, area_id, start=(lon, lat), on=date, only_due=only_due)
