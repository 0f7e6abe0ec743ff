"""Who lives here, at the door: masked on the server, as far as the reader's post sees (P1, P6-P8).

A full name, a birth date, a phone or an id number never leaves the database on this way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.db import hook
from services.errors import NotFound
from services.grids import service as grids
from services.kit.clock import ZONE
from services.patrols import repository
from services.patrols.schemas import (
    BuildingResidents,
    Family,
    Freshness,
    HouseState,
    Resident,
)

# Data freshness 最近确认: fresh up to 90 days, aging up to 365, old beyond or never.
FRESH_DAYS, AGING_DAYS = 90, 365
BANDS = [(6, "0-5"), (16, "6-15"), (30, "16-29"), (40, "30-39"), (50, "40-49")]
BANDS += [(60, "50-59"), (70, "60-69"), (80, "70-79")]
COMPOUND = frozenset(
    re.findall("..", "欧阳上官司马诸葛东方皇甫尉迟公孙令狐慕容长孙宇文司徒司空夏侯端木百里南宫独孤")
)


def masked(start: str, signs: int) -> str:
    """Surname and ``**``. ``start``: the first two signs of the name, ``signs``: its length."""
    surname = start if start in COMPOUND and signs > 2 else start[:1]
    return f"{surname}**"


def age_band(born: date | None, on: date) -> str | None:
    """The band of the age on a day; None without a birth date."""
    if born is None:
        return None
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((name for below, name in BANDS if age < below), "80+")


def freshness(days: int | None) -> Freshness:
    """How fresh an entry is that was confirmed ``days`` ago; None is never."""
    if days is None or days > AGING_DAYS:
        return "old"
    return "fresh" if days <= FRESH_DAYS else "aging"


def _days(confirmed: date | None, on: date) -> int | None:
    return None if confirmed is None else max(0, (on - confirmed).days)


def _resident(row: Row[Any], on: date) -> Resident:
    days = _days(row.confirmed_on, on)
    return Resident(
        name=masked(row.start, row.signs),
        head=row.head,
        relation=row.relation_zh or row.relation,
        relation_en=row.relation_en or row.relation,
        person_class=row.person_class,
        sex=row.sex,
        age_band=age_band(row.birth_date, on),
        care=row.care,
        freshness=freshness(days),
        confirmed_days=days,
    )


def _oldest(days: Iterable[int | None]) -> int | None:
    """A group is as fresh as its least recently confirmed member."""
    found = list(days)
    known = [d for d in found if d is not None]
    return max(known) if found and len(known) == len(found) else None


def _families(rows: Iterable[Row[Any]], on: date) -> Iterator[Family]:
    for household, group in groupby(rows, key=lambda r: r.household_id):
        members = [_resident(row, on) for row in group]
        days = _oldest(m.confirmed_days for m in members)
        yield Family(
            household=household is not None,
            freshness=freshness(days),
            confirmed_days=days,
            members=members,
        )


def _house(row: Row[Any], families: list[Family], on: date) -> HouseState:
    days = None if row.never else _days(row.confirmed_on, on)
    if row.people == 0:
        state = "rented" if row.rented else "empty" if row.use == "residential" else "other"
    else:
        state = "unchecked" if row.never == row.people else "rented" if row.rented else "occupied"
    return HouseState(
        id=row.id,
        unit=row.unit,
        floor=row.floor,
        room=row.room,
        use=row.use,
        state=state,
        people=row.people,
        freshness=freshness(days) if row.people else None,
        confirmed_days=days,
        families=families,
    )


def _people(session: Session, actor: Actor, building: Row[Any]) -> list[Row[Any]]:
    """The residents' rows; each look is recorded."""
    scope, roles = visible_grids(actor), sorted(actor.roles)
    rows = repository.residents(session, scope, building.id, roles)
    households = sorted({r.household_id for r in rows if r.household_id})
    hook.note(
        session,
        "look",
        entity="building",
        entity_id=building.id,
        grid_id=building.grid_id,
        after={"households": households, "people": len(rows)},
        note="patrol",
    )
    return rows


def residents(session: Session, actor: Actor, building_id: int) -> BuildingResidents:
    """Who lives in a building; the look at people is recorded.

    Raises :class:`Forbidden` for whom may not read people: how many live in one building can tell
    about one household. :class:`NotFound` for a building outside the scope.
    """
    actor.require("places.read")
    actor.require("people.read")
    scope = visible_grids(actor)
    building = repository.building(session, scope, building_id)
    if building is None:
        raise NotFound("building")
    on = datetime.now(ZONE).date()
    rows = _people(session, actor, building)
    by_house = {k: list(g) for k, g in groupby(rows, key=lambda r: r.house_id)}
    houses = repository.houses(session, scope, building_id)
    cells = [_house(h, list(_families(by_house.pop(h.id, []), on)), on) for h in houses]
    elsewhere = [f for rest in by_house.values() for f in _families(rest, on)]
    return BuildingResidents(
        **_facts(session, building),
        households=_households(session, actor, building_id),
        people=len(rows),
        to_check=sum(1 for c in cells if c.freshness in ("aging", "old")),
        houses=cells,
        elsewhere=elsewhere,
    )


def _households(session: Session, actor: Actor, building_id: int) -> int | None:
    if not actor.may("households.read"):
        return None
    return repository.household_count(session, visible_grids(actor), building_id)


def _facts(session: Session, row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "address": row.address,
        "use": row.use,
        "floors": row.floors,
        "units": row.units,
        "lon": row.lon,
        "lat": row.lat,
        "bbox": [row.west, row.south, row.east, row.north],
        "chain": grids.chain(session, list(row.path)),
    }
