"""Farmhouses and market streets of the natural settlements 屯."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from services.demo.footprints import ROAD_HALF, Buildings, Estates, clear_of, first_come
from services.demo.geography import Ground
from services.demo.hamlets import Candidates, Hamlets, propose_houses
from services.demo.lines import Line
from services.demo.names import hamlet_names
from services.demo.plane import Ints, Shapes, Words, stream
from services.demo.settlements import Settlement

SPARE_BUILDINGS = 1.05  # buildings a household: some are sheds or stand empty


@dataclass(frozen=True)
class _Kept:
    """The settlements that hold a house; per house its candidate, settlement and rank there."""

    spots: list[Settlement]
    names: Words
    house: Ints
    owner: Ints
    rank: Ints


def _hamlets(ground: Ground, mine: Ints, rng: np.random.Generator) -> Hamlets:
    spots = [ground.settlements[i] for i in mine]
    micro = np.array([s.micro for s in spots])
    weight = rng.uniform(0.6, 1.4, len(spots)) * np.array(
        [6.0 if s.market else 1.6 if s.seat_of else 1.0 for s in spots]
    )
    total = np.bincount(micro, weight, len(ground.micro))[micro]
    wanted = np.round(ground.households[micro] * SPARE_BUILDINGS * weight / total)
    return Hamlets(
        at=ground.settlement_xy[mine],
        angle=ground.settlement_angle[mine],
        micro=micro,
        houses=np.maximum(3, wanted).astype(np.int64),
        market=np.array([s.market for s in spots]),
    )


def _names(ground: Ground, mine: Ints) -> Words:
    """Invented names; a seat is called after its village."""
    made = hamlet_names(len(ground.settlements), stream("hamlet-names"))
    villages = {d.code: d.name for d in ground.divisions}
    names = np.array(made, dtype=object)[mine]
    for i, number in enumerate(mine.tolist()):
        spot = ground.settlements[number]
        if spot.seat_of:
            names[i] = villages[spot.seat_of].removesuffix("村") + ("街" if spot.market else "屯")
    return names


def _keep(
    ground: Ground, mine: Ints, hamlets: Hamlets, found: Candidates, lanes: Shapes
) -> tuple[_Kept, Ints]:
    """Houses that stand inside their grid, off the roads, out of the water and of each other."""
    shapely.prepare(ground.micro)
    clear = shapely.contains_properly(ground.micro[hamlets.micro[found.settlement]], found.shape)
    lines = [ground.river, *(s.geom for s in ground.streams), *(r.geom for r in ground.roads)]
    half = [44.0] + [6.0] * len(ground.streams) + [ROAD_HALF[r.rank] for r in ground.roads]
    lines, half = lines + list(lanes), half + [ROAD_HALF[5]] * len(lanes)
    kept = np.flatnonzero(clear & clear_of(found.shape, lines, half))
    kept = kept[first_come(found.shape[kept], 1.2)]
    owner = found.settlement[kept]
    rank = np.arange(len(kept)) - np.searchsorted(owner, owner)
    within = _fill(hamlets, owner, rank)
    kept, owner, rank = kept[within], owner[within], rank[within]
    built = np.flatnonzero(np.bincount(owner, minlength=len(mine)))  # without a house: none
    spots = [ground.settlements[i] for i in mine[built]]
    names = _names(ground, mine)[built]
    return _Kept(spots, names, kept, np.searchsorted(built, owner), rank), built


def _fill(hamlets: Hamlets, owner: Ints, rank: Ints) -> Ints:
    """The houses that each micro-grid needs; where one settlement is full, the others grow."""
    micro = hamlets.micro[owner]
    needed = np.bincount(hamlets.micro, hamlets.houses, int(hamlets.micro.max()) + 1)
    order = np.lexsort((owner, rank / hamlets.houses[owner], micro))
    turn = np.arange(len(order)) - np.searchsorted(micro[order], micro[order])
    return np.sort(order[turn < needed[micro[order]]])


def build_country(ground: Ground, chosen: Ints) -> tuple[Buildings, Estates, list[Line]]:
    """Buildings, settlements and lanes of the ``chosen`` micro-grids outside the town."""
    rng = stream("country")
    mine = np.flatnonzero(np.isin([s.micro for s in ground.settlements], chosen))
    hamlets = _hamlets(ground, mine, rng)
    found, lanes, lane_owner = propose_houses(hamlets)
    kept, built = _keep(ground, mine, hamlets, found, lanes)
    buildings = _buildings(ground, kept, found, rng)
    streets = [
        Line(5, None, lane)
        for lane, of in zip(lanes, lane_owner.tolist(), strict=True)
        if of in built
    ]
    return buildings, _estates(kept, buildings), streets


def _buildings(
    ground: Ground, kept: _Kept, found: Candidates, rng: np.random.Generator
) -> Buildings:
    shape, owner = found.shape[kept.house], kept.owner
    micro = np.array([s.micro for s in kept.spots])[owner]
    market = np.array([s.market for s in kept.spots])[owner]
    shed = ~market & (shapely.area(shape) < 108) & (rng.random(len(shape)) < 0.16)
    villages = {d.code: d.name for d in ground.divisions}
    of_village = np.array(
        [villages[ground.villages[v]] for v in ground.micro_village], dtype=object
    )
    name = kept.names[owner] + np.array([f"{n + 1}号" for n in kept.rank], dtype=object)
    return Buildings(
        shape=shape,
        point=shapely.get_coordinates(shapely.point_on_surface(shape)),
        micro=micro,
        kind=np.where(market, "market", np.where(shed, "shed", "farmhouse")).astype(object),
        use=np.where(shed, "farm", found.use[kept.house]).astype(object),
        floors=np.where(shed, 1, found.floors[kept.house]),
        units=np.ones(len(shape), dtype=np.int64),
        name=name,
        address=of_village[micro] + name,
        estate=owner,
    )


def _estates(kept: _Kept, buildings: Buildings) -> Estates:
    owner, count = kept.owner, len(kept.spots)
    hulls = [
        shapely.buffer(shapely.convex_hull(shapely.multipolygons(buildings.shape[owner == i])), 8)
        for i in range(count)
    ]
    return Estates(
        name=kept.names.tolist(),
        kind=["settlement"] * count,
        micro=np.array([s.micro for s in kept.spots]),
        shape=np.array(hulls),
        spot=buildings.point[np.searchsorted(owner, np.arange(count))],
        rank=np.array([1 if s.market else 2 if s.seat_of else 3 for s in kept.spots]),
    )
