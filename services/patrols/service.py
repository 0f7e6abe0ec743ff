"""Patrols 巡查 (O7): which premises lie in my area, in walking order, and what is due."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.errors import BadInput, NotFound
from services.grids import service as grids
from services.kit.clock import ZONE
from services.patrols import repository
from services.patrols.doorstep import masked
from services.patrols.schemas import (
    AreaBrief,
    AreaCard,
    Counts,
    GridBrief,
    Officer,
    PremisesCard,
    Reason,
    Round,
    Stop,
)
from services.patrols.tour import shortest


def today() -> date:
    """The calendar day in Beijing."""
    return datetime.now(ZONE).date()


def _brief(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "width_m": row.width_m,
        "grid": GridBrief(id=row.grid_id, code=row.grid_code, name=row.grid_name),
        "weekdays": sorted(row.weekdays),
        "starts_at": f"{row.starts_at:%H:%M}",
        "ends_at": f"{row.ends_at:%H:%M}",
        "bbox": [row.west, row.south, row.east, row.north],
        "mine": row.mine,
    }


def areas(session: Session, actor: Actor, *, only_mine: bool = False) -> list[AreaBrief]:
    """Areas that the caller walks, and unless ``only_mine`` those within the caller's scope."""
    find = repository.own_areas if only_mine else repository.areas
    return [AreaBrief(**_brief(r)) for r in find(session, visible_grids(actor), actor.staff_id)]


def _visible(session: Session, actor: Actor, area_id: int) -> Row[Any]:
    rows = repository.areas(session, visible_grids(actor), actor.staff_id, area=area_id)
    if not rows:
        raise NotFound("patrol_area")
    return rows[0]


def area(session: Session, actor: Actor, area_id: int) -> AreaCard:
    """One area; raises :class:`NotFound` when it is neither the caller's nor in the scope."""
    row = _visible(session, actor, area_id)
    scope, me = visible_grids(actor), actor.staff_id
    shape = repository.shape(session, scope, me, area_id)
    named = actor.may("staff.read")
    walkers = repository.officers(session, scope, me, area_id, named=named)
    officers = [Officer(staff_id=o.staff_id, name=o.name, me=o.staff_id == me) for o in walkers]
    return AreaCard(
        **_brief(row),
        geometry=json.loads(shape.geometry),
        line=json.loads(shape.line) if shape.line else None,
        centre=[shape.lon, shape.lat],
        officers=officers,
    )


def _check(row: Row[Any], on: date) -> dict[str, Any]:
    """What is due at a premises on a day. One that was never checked is due, not overdue."""
    due = row.due_on
    if due is None:
        state, days = ("later", 0) if row.last_check_on else ("due", 0)
    else:
        days = abs((due - on).days)
        state = "overdue" if due < on else "due" if due == on else "later"
    by_interval = due and row.last_check_on and (due - row.last_check_on).days == row.every_days
    code = "never" if row.last_check_on is None else "interval" if by_interval else "set"
    return {
        "id": row.id,
        "name": row.name,
        "kinds": [row.kind, *(k for k in row.also if k != row.kind)],
        "attention": row.attention,
        "address": row.address,
        "building_id": row.building_id,
        "grid_id": row.grid_id,
        "lon": row.lon,
        "lat": row.lat,
        "last_check_on": row.last_check_on,
        "due_on": due,
        "state": state,
        "reason": Reason(code=code, days=days, every_days=row.every_days),
    }


def _start(start: tuple[float | None, float | None]) -> tuple[float, float] | None:
    lon, lat = start
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        missing = "lon" if lon is None else "lat"
        raise BadInput(
            "position",
            "经度和纬度要一起给。",
            "Give longitude and latitude together.",
            field=missing,
        )
    return lon, lat


def walk(
    session: Session,
    actor: Actor,
    area_id: int,
    *,
    start: tuple[float | None, float | None] = (None, None),
    on: date | None = None,
    only_due: bool = False,
) -> Round:
    """The round of an area on a day (default today), from ``start`` (lon, lat) if given.

    With ``only_due`` only what is due by that day is walked, the rest follows without an order.
    Raises :class:`NotFound` for an area out of reach, :class:`BadInput` for half a position.
    """
    begin = _start(start)
    actor.require("premises.read")
    area_row = _visible(session, actor, area_id)
    day = on or today()
    rows = repository.premises_of_area(session, visible_grids(actor), area_id)
    checks = [_check(row, day) for row in rows]
    chosen = [c for c in checks if not only_due or c["state"] != "later"]
    tour = shortest([(c["lon"], c["lat"]) for c in chosen], begin)
    steps = enumerate(zip(tour.order, tour.legs, strict=True), start=1)
    stops = [Stop(**chosen[i], order=n, leg_m=round(leg, 1)) for n, (i, leg) in steps]
    rest = [c for c in checks if only_due and c["state"] == "later"]
    stops += [Stop(**c, order=None, leg_m=None) for c in rest]
    states = [c["state"] for c in checks]
    tally = {s: states.count(s) for s in ("overdue", "due", "later")}
    return Round(
        area_id=area_id,
        date=day,
        on_duty=day.isoweekday() in area_row.weekdays,
        start=list(begin) if begin else None,
        counts=Counts(total=len(checks), **tally),
        walked=len(chosen),
        length_m=round(tour.length, 1),
        stops=stops,
    )


def premises(session: Session, actor: Actor, premises_id: int, on: date | None) -> PremisesCard:
    """The card of a premises; raises :class:`NotFound` out of reach."""
    actor.require("premises.read")
    row = repository.premises(session, visible_grids(actor), premises_id)
    if row is None:
        raise NotFound("premises")
    return PremisesCard(
        **_check(row, on or today()),
        licence=row.licence,
        floor_area_m2=row.floor_area_m2,
        employees=row.employees,
        in_charge=masked(row.in_charge[:2], len(row.in_charge)) if row.in_charge else None,
        chain=grids.chain(session, grids.path_of(session, row.grid_id)),
    )
