"""The house-state chart 房态图 of a building (P8): unit by floor by room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from services.errors import NotFound
from services.kit.clock import current_day
from services.kit.register import Caller
from services.places import house_repository, repository

Chart = dict[str, Any]
CHECKED_DAYS = 365
"""Who or what was confirmed longer ago counts as not checked; so the empty disc of freshness."""
STATES = ("occupied", "rented", "empty", "unchecked")


def state(*, rented: bool, residents: int, confirmed: Iterable[date | None], today: date) -> str:
    """The state of a house: rented before occupied before empty.

    Not checked comes before all: none of ``confirmed`` (the house itself, those who live there) is
    younger than :data:`CHECKED_DAYS`, so nobody knows.
    """
    limit = today - timedelta(days=CHECKED_DAYS)
    if not any(day is not None and day >= limit for day in confirmed):
        return "unchecked"
    return "rented" if rented else "occupied" if residents else "empty"


def column(floor: int, room: str) -> str:
    """Under which column a room stands: 301 and 401 are one above the other, in column 01."""
    for storey in (str(abs(floor)), f"{abs(floor):02d}"):
        rest = room.removeprefix(storey)
        if rest != room and len(rest) == 2 and rest.isdigit():
            return rest
    return room


def of(caller: Caller, building_id: int) -> Chart:
    """The chart of a building; raises :class:`NotFound` outside the scope."""
    caller.actor.require("places.read")
    row = repository.building(caller.session, caller.actor, building_id)
    if row is None:
        raise NotFound("building")
    return {"id": building_id, "name": row.name, **made(caller, building_id)}


def made(caller: Caller, building_id: int) -> Chart:
    """``units``, each with ``columns`` and ``floors`` from the top down; each floor holds one list
    of houses for each column.

    Whether somebody lives in a house is told to those who may read people; others get the houses,
    and which are rented.
    """
    today = current_day(caller.session)
    rows = house_repository.cells(caller.session, caller.actor, building_id)
    houses = [_house(one, today) for one in rows]
    counts = {name: sum(h["state"] == name for h in houses) for name in STATES}
    return {
        "checked_days": CHECKED_DAYS,
        "total": len(houses),
        "counts": counts if caller.actor.may("people.read") else None,
        "units": [
            _unit(number, [h for h in houses if h["unit"] == number])
            for number in sorted({h["unit"] for h in houses})
        ],
    }


def _house(row: Row[Any], today: date) -> Chart:
    shown = None
    if row.residents is not None:
        known = (row.confirmed_on, row.seen_on)
        shown = state(rented=row.rented, residents=row.residents, confirmed=known, today=today)
    keys = ("id", "number", "unit", "floor", "room", "rented", "residents")
    return {**{key: row._mapping[key] for key in keys}, "state": shown}


def _unit(number: int, houses: Sequence[Chart]) -> Chart:
    columns = sorted({column(h["floor"], h["room"]) for h in houses}, key=lambda c: (len(c), c))
    floors = sorted({h["floor"] for h in houses}, reverse=True)
    cells: dict[tuple[int, str], list[Chart]] = {}
    for house in houses:
        cells.setdefault((house["floor"], column(house["floor"], house["room"])), []).append(house)
    return {
        "unit": number,
        "columns": columns,
        "floors": [
            {"floor": floor, "cells": [cells.get((floor, c), []) for c in columns]}
            for floor in floors
        ],
    }
