"""Buildings 楼栋 and houses 房屋: registers and cards."""

from __future__ import annotations

import json
from typing import Any

from services.access.scope import visible_grids
from services.db import hook
from services.errors import NotFound
from services.grids import service as grids
from services.kit.place import Placing
from services.kit.register import Caller, Register
from services.people import service as people
from services.places import asked, chart, houses, repository
from services.places.models import Building, House
from services.places.schemas import BuildingFilters, HouseFilters, HousesInUrl

Card = dict[str, Any]


def _building_where(filters: BuildingFilters, caller: Caller) -> Any:
    _counts_nobody(filters.inhabited, caller)
    return repository.building_where(filters, visible_grids(caller.actor))


def _counts_nobody(inhabited: bool | None, caller: Caller) -> None:
    """Whether somebody lives in a building or a house is for those who may read people."""
    if inhabited is not None:
        caller.actor.require("people.read")


BUILDINGS = Register(
    name="buildings",
    permission="places.read",
    source=Building,
    id=Building.id,
    filters=BuildingFilters,
    url_filters=BuildingFilters,
    columns=repository.building_columns,
    where=_building_where,
    sorts={
        "code": Building.code,
        "name": Building.name,
        "use": Building.use,
        "floors": Building.floors,
        "address": Building.address,
        "id": Building.id,
    },
    order=(Building.grid_id, Building.id),
    placing=Placing(grid=Building.grid_id, point=Building.point, building=Building.id),
    totals={"use": Building.use},
    dictionaries={"use": "dictionary_item/building_use"},
    asked=asked.BUILDINGS,
)


def _house_where(filters: HouseFilters, caller: Caller) -> Any:
    if filters.owner is not None:
        caller.actor.require("people.read")
    _counts_nobody(filters.inhabited, caller)
    return repository.house_where(filters, visible_grids(caller.actor))


HOUSES = Register(
    name="houses",
    permission="places.read",
    source=House,
    id=House.id,
    filters=HouseFilters,
    url_filters=HousesInUrl,
    columns=repository.house_columns,
    where=_house_where,
    sorts={
        "number": House.number,
        "unit": House.unit,
        "floor": House.floor,
        "room": House.room,
        "area_m2": House.area_m2,
        "id": House.id,
    },
    order=(House.grid_id, House.building_id, House.unit, House.floor, House.room, House.id),
    placing=Placing(
        grid=House.grid_id,
        point=Building.point,
        building=House.building_id,
        house=House.id,
        through=repository.houses_of_buildings,
    ),
    alive=repository.STANDING,
    totals={"use": House.use},
    at=repository.house_point(),
    dictionaries={"use": "dictionary_item/house_use", "rented": "yes_no"},
    asked=asked.HOUSES,
)


def _look(caller: Caller, entity: str, key: int, grid_id: int) -> None:
    """A card that names residents is a look at persons, and is recorded."""
    if caller.actor.may("people.read"):
        hook.note(caller.session, "look", entity=entity, entity_id=key, grid_id=grid_id)


def _card(caller: Caller, row: Any) -> Card:
    card = dict(row._mapping)
    card["point"] = [card.pop("lon"), card.pop("lat")]
    card["chain"] = grids.chain(caller.session, grids.path_of(caller.session, row.grid_id))
    return card


def building_card(caller: Caller, building_id: int) -> Card:
    """The card of a building: facts, counts, outline, who lives here, the state of its houses.

    ``residents`` and ``household_list`` are None without the right to see them. Raises
    :class:`NotFound` outside the scope.
    """
    caller.actor.require("places.read")
    row = repository.building(caller.session, caller.actor, building_id)
    if row is None:
        raise NotFound("building")
    _look(caller, "building", building_id, row.grid_id)
    may = caller.actor.may
    lives = people.residents(caller, building=building_id) if may("people.read") else None
    homes = people.households_in(caller, building_id) if may("households.read") else None
    outline = json.loads(row.outline)
    return {
        **_card(caller, row),
        "outline": outline,
        "residents": lives,
        "household_list": homes,
        "chart": chart.made(caller, building_id),
    }


def house_card(caller: Caller, house_id: int) -> Card:
    """The card of a house with those who live in it; :class:`NotFound` outside the scope."""
    caller.actor.require("places.read")
    row = repository.house(caller.session, caller.actor, house_id)
    if row is None:
        raise NotFound("house")
    _look(caller, "house", house_id, row.grid_id)
    may = caller.actor.may
    return {
        **_card(caller, row),
        "residents": people.residents(caller, house=house_id) if may("people.read") else None,
        "families": people.families_in(caller, house_id) if may("households.read") else None,
        "changes": houses.history(caller, house_id),
    }


def building_at(caller: Caller, lon: float, lat: float) -> Card | None:
    """The visible building at a point, in brief."""
    scope = visible_grids(caller.actor)
    key = repository.building_at(caller.session, scope, lon, lat)
    row = repository.building(caller.session, caller.actor, key) if key is not None else None
    if row is None:
        return None
    card = _card(caller, row)
    return {k: v for k, v in card.items() if k not in ("outline", "chain")}


def standing_at(caller: Caller, lon: float, lat: float) -> int | None:
    """Id of the visible building whose footprint covers a point."""
    return repository.building_at(caller.session, visible_grids(caller.actor), lon, lat)
