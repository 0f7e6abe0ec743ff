"""Routes of the read models."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.access.deps import Db, Me
from services.analytics import modes, service, stats
from services.analytics.mode_schemas import PeopleMode, PremisesMode, StaffMode
from services.analytics.schemas import AreaPeople, Drawn, Labels, Panel, Wall
from services.kit.paging import Id

router = APIRouter(tags=["analytics"])


@router.get("/grids/{grid_id}/panel")
def panel(grid_id: int, actor: Me, db: Db) -> Panel:
    """The panel of a grid: leaders, figures, children, what is unassigned."""
    return service.panel(db, actor, grid_id)


@router.get("/wall")
def wall(actor: Me, db: Db, grid: Annotated[int | None, Query()] = None) -> Wall:
    """Everything that the wall shows of a grid; without one, of the caller's own."""
    actor.require("screen.view")
    return service.wall(db, actor, grid if grid is not None else service.home(db, actor))


@router.get("/wall/people")
def wall_of_people(actor: Me, db: Db, grid: Annotated[Id, Query()]) -> PeopleMode:
    """What the wall's mode 人口 shows of a grid beside the figures of every mode."""
    return modes.people(db, actor, grid)


@router.get("/wall/premises")
def wall_of_premises(actor: Me, db: Db, grid: Annotated[Id, Query()]) -> PremisesMode:
    """What the wall's mode 场所 shows of a grid beside the figures of every mode."""
    return modes.premises(db, actor, grid)


@router.get("/wall/staff")
def wall_of_staff(actor: Me, db: Db, grid: Annotated[Id, Query()]) -> StaffMode:
    """What the wall's mode 队伍 shows of a grid beside the figures of every mode."""
    return modes.staff(db, actor, grid)


@router.post("/stats/people")
def people_in_area(drawn: Drawn, actor: Me, db: Db) -> AreaPeople:
    """People and households under a drawn area, in whole micro-grids."""
    return stats.in_area(db, actor, drawn)


@router.get("/stats/labels")
def people_by_label(grid: Annotated[Id, Query()], actor: Me, db: Db) -> Labels:
    """People of a grid by label, as far as the caller's roles may see the label."""
    return stats.by_label(db, actor, grid)
