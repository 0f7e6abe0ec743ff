"""Houses (rooms) of the buildings, and which household lives in which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.demo.footprints import Buildings
from services.demo.plane import Floats, Ints, Words, stream


@dataclass(frozen=True)
class Houses:
    """One entry a house, ordered by building; ``use`` residential or shop."""

    building: Ints
    unit: Ints
    floor: Ints
    room: Words
    use: Words
    area: Floats


def make_houses(buildings: Buildings) -> Houses:
    """Two rooms a landing in estates, one for two floors in town houses, one or two in farms."""
    rng = stream("houses")
    n = len(buildings.micro)
    estate = buildings.kind == "estate"
    storeyed = np.isin(buildings.kind, ("house", "market"))
    farm = buildings.kind == "farmhouse"
    two = farm & (buildings.floors >= 3) & (rng.random(n) < 0.4)
    doors = np.where(estate, 2, 1)
    count = np.where(
        estate,
        buildings.units * buildings.floors * 2,
        np.where(storeyed, (buildings.floors + 1) // 2, 0),
    )
    count = np.where(farm, 1 + two, count)
    building = np.repeat(np.arange(n), count)
    index = np.arange(len(building)) - np.repeat(np.cumsum(count) - count, count)
    floors = buildings.floors[building]
    door = index % doors[building] + 1
    level = index // doors[building]
    floor, unit = level % floors + 1, level // floors + 1
    shop = (buildings.use[building] == "mixed") & (floor == 1) & storeyed[building]
    room = np.char.add(floor.astype(str), np.char.zfill(door.astype(str), 2)).astype(object)
    area = np.where(
        estate[building], rng.normal(96, 16, len(building)), rng.normal(110, 22, len(building))
    )
    return Houses(
        building, unit, floor, room, np.where(shop, "shop", "residential").astype(object),
        np.round(np.clip(area, 42, 190), 1),
    )  # fmt: skip


def settle(houses: Houses, buildings: Buildings, households: Ints) -> tuple[Ints, Ints]:
    """Give ``households`` (per micro-grid) their houses.

    Returns the house of each household, in order of micro-grid, and for each house its rank in
    the queue of its micro-grid (-1 for shops); where there are more households than houses, the
    rest shares the houses of the first.
    """
    rng = stream("settle")
    home = np.flatnonzero(houses.use == "residential")
    micro = buildings.micro[houses.building[home]]
    second = houses.floor[home] > 1
    farm = buildings.kind[houses.building[home]] == "farmhouse"
    wish = rng.random(len(home)) + 0.9 * (second & farm)
    queue = home[np.lexsort((wish, micro))]
    micro = np.sort(micro)
    start = np.searchsorted(micro, np.arange(len(households)))
    room = np.searchsorted(micro, np.arange(len(households)), side="right") - start
    grid = np.repeat(np.arange(len(households)), households)
    turn = np.arange(len(grid)) - np.repeat(np.cumsum(households) - households, households)
    rank = np.full(len(houses.building), -1, dtype=np.int64)
    rank[queue] = np.arange(len(queue)) - start[micro]
    return queue[start[grid] + turn % room[grid]], rank
