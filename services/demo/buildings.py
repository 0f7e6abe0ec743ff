"""Puts buildings on the ground, with streets, house numbers and rooms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.blocks import HALF_WIDTH, build_town
from services.demo.geography import Ground
from services.demo.hamlets import Hamlets, first_come, propose_houses
from services.demo.lines import Line
from services.demo.names import ESTATE_NAMES, hamlet_names
from services.demo.plane import Floats, Ints, stream

Words = npt.NDArray[np.object_]
SPARE_BUILDINGS = 1.05  # buildings a household in the country: some are sheds or stand empty
ROAD_HALF = {1: 6.5, 2: 5.5, 3: 5.0, 4: 4.0, 5: 2.4}


@dataclass(frozen=True)
class Buildings:
    """One entry a building, in the order of micro-grid and number; shapes in metres."""

    shape: npt.NDArray[np.object_]
    point: Floats
    micro: Ints
    kind: Words  # farmhouse, shed, market, house, estate, public
    use: Words
    floors: Ints
    units: Ints
    name: Words
    address: Words
    estate: Ints  # index into estates, -1 without


@dataclass(frozen=True)
class Estates:
    """Estates 小区 and natural settlements 屯 with their names, outlines and centres (metres)."""

    name: list[str]
    kind: list[str]
    micro: Ints
    shape: npt.NDArray[np.object_]
    spot: Floats  # where its name stands: the point of its first building
    rank: Ints  # of the place on the map: 1 market town, 2 village seat, 3 settlement, 4 estate


def _segments(
    lines: list[shapely.LineString], half: list[float]
) -> tuple[npt.NDArray[np.object_], Floats]:
    coords, index = shapely.get_coordinates(np.array(lines), return_index=True)
    pair = np.flatnonzero(index[:-1] == index[1:])
    pieces = shapely.linestrings(np.stack((coords[pair], coords[pair + 1]), axis=1))
    return pieces, np.array(half)[index[pair]]


def _clear_of(
    shapes: npt.NDArray[np.object_], lines: list[shapely.LineString], half: list[float]
) -> npt.NDArray[np.bool_]:
    """Which shapes keep ``half`` metres away from each line."""
    pieces, width = _segments(lines, half)
    clear = np.ones(len(shapes), dtype=bool)
    tree = shapely.STRtree(shapes)
    for distance in np.unique(width):
        hit = tree.query(pieces[width == distance], predicate="dwithin", distance=distance)
        clear[hit[1]] = False
    return clear


def _country(ground: Ground, chosen: Ints) -> tuple[Buildings, Estates, list[Line]]:
    """Farmhouses of the settlements in the ``chosen`` micro-grids."""
    rng = stream("country")
    mine = np.flatnonzero(np.isin([s.micro for s in ground.settlements], chosen))
    spots = [ground.settlements[i] for i in mine]
    micro = np.array([s.micro for s in spots])
    weight = rng.uniform(0.6, 1.4, len(spots)) * np.array(
        [6.0 if s.market else 1.6 if s.seat_of else 1.0 for s in spots]
    )
    total = np.bincount(micro, weight, len(ground.micro))[micro]
    wanted = np.maximum(
        3, np.round(ground.households[micro] * SPARE_BUILDINGS * weight / total)
    ).astype(np.int64)
    market = np.array([s.market for s in spots])
    hamlets = Hamlets(
        ground.settlement_xy[mine], ground.settlement_angle[mine], micro, wanted, market
    )
    found, lanes, lane_owner = propose_houses(hamlets)
    shapely.prepare(ground.micro)
    clear = shapely.contains_properly(ground.micro[micro[found.settlement]], found.shape)
    water = [ground.river] + [s.geom for s in ground.streams]
    lines = water + [r.geom for r in ground.roads] + list(lanes)
    half = [44.0] + [6.0] * len(ground.streams) + [ROAD_HALF[r.rank] for r in ground.roads]
    clear &= _clear_of(found.shape, lines, half + [ROAD_HALF[5]] * len(lanes))
    kept = np.flatnonzero(clear)
    kept = kept[first_come(found.shape[kept], 1.2)]
    owner = found.settlement[kept]
    rank = np.arange(len(kept)) - np.searchsorted(owner, owner)
    kept = kept[rank < wanted[owner]]
    owner, rank = found.settlement[kept], rank[rank < wanted[owner]]
    # A settlement where no house fits is none.
    built = np.flatnonzero(np.bincount(owner, minlength=len(spots)))
    spots = [spots[i] for i in built]
    micro, market = micro[built], market[built]
    owner = np.searchsorted(built, owner)
    area = shapely.area(found.shape[kept])
    shed = ~market[owner] & (area < 108) & (rng.random(len(kept)) < 0.16)
    names = np.array(hamlet_names(len(ground.settlements), stream("hamlet-names")), dtype=object)[
        mine
    ][built]
    villages = {d.code: d.name for d in ground.divisions}
    for i, spot in enumerate(spots):
        if spot.seat_of:
            names[i] = villages[spot.seat_of].removesuffix("村") + ("街" if spot.market else "屯")
    of_village = np.array(
        [villages[ground.villages[v]] for v in ground.micro_village], dtype=object
    )
    name = names[owner] + np.array([f"{n + 1}号" for n in rank], dtype=object)
    plain = Buildings(
        found.shape[kept],
        shapely.get_coordinates(shapely.point_on_surface(found.shape[kept])),
        micro[owner],
        np.where(market[owner], "market", np.where(shed, "shed", "farmhouse")).astype(object),
        np.where(shed, "farm", found.use[kept]).astype(object),
        np.where(shed, 1, found.floors[kept]),
        np.ones(len(kept), dtype=np.int64),
        name,
        of_village[micro[owner]] + name,
        owner,
    )
    hulls = [
        shapely.buffer(shapely.convex_hull(shapely.multipolygons(plain.shape[owner == i])), 8)
        for i in range(len(spots))
    ]
    places = Estates(
        names.tolist(),
        ["settlement"] * len(spots),
        micro,
        np.array(hulls),
        plain.point[np.searchsorted(owner, np.arange(len(spots)))],
        np.array([1 if s.market else 2 if s.seat_of else 3 for s in spots]),
    )
    streets = [
        Line(5, None, lane)
        for lane, of in zip(lanes, lane_owner.tolist(), strict=True)
        if of in built
    ]
    return plain, places, streets


def _numbers(along: Ints, left: npt.NDArray[np.bool_], place: Floats) -> Ints:
    """House numbers: odd on the left of the street, even on the right, from its beginning."""
    number = np.zeros(len(along), dtype=np.int64)
    order = np.lexsort((place, left, along))
    key = along[order] * 2 + left[order]
    start = np.searchsorted(key, key)
    number[order] = 2 * (np.arange(len(order)) - start + 1) - left[order]
    return number


def _in_town(ground: Ground, first_estate: int) -> tuple[Buildings, Estates]:
    built, outlines, blocks = build_town(ground.plan)
    shape = shapely.polygons([np.round(r, 2) for r in built.ring])
    block = np.array(built.block)
    micro = ground.block_micro[block]
    streets = [line for _, _, line in ground.plan.streets]
    clear = shapely.contains_properly(ground.micro[micro], shape)
    clear &= _clear_of(shape, streets, [HALF_WIDTH[rank] for rank, _, _ in ground.plan.streets])
    clear &= _clear_of(shape, [ground.river], [40.0])
    kept = np.flatnonzero(clear)
    kept = kept[first_come(shape[kept], 0.2)]
    kept = kept[np.argsort(micro[kept], kind="stable")]
    shape, micro, block = shape[kept], micro[kept], block[kept]
    kind = np.array(built.kind, dtype=object)[kept]
    point = shapely.get_coordinates(shapely.point_on_surface(shape))
    tree = shapely.STRtree(streets)
    street = tree.nearest(shapely.points(point))
    paths = np.array(streets)[street]
    place = shapely.line_locate_point(paths, shapely.points(point))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(paths, place + 1.0))
    here = shapely.get_coordinates(shapely.line_interpolate_point(paths, place))
    way, off = ahead - here, point - here
    left = (way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0]) > 0
    number = _numbers(street, left, place)
    label = np.array([n for _, n, _ in ground.plan.streets], dtype=object)[street]
    address = label + np.array([f"{n}号" for n in number], dtype=object)
    names = stream("estate-names").permutation(ESTATE_NAMES)[: len(outlines)].tolist()
    estate_of = {b: i for i, b in enumerate(blocks)}
    estate = np.array([estate_of.get(b, -1) for b in block.tolist()])
    estate[kind != "estate"] = -1
    slab = np.zeros(len(shape), dtype=np.int64)
    for i in range(len(outlines)):
        slab[estate == i] = np.arange(1, (estate == i).sum() + 1)
    inside = np.flatnonzero(estate >= 0)
    name = address.copy()
    name[inside] = [f"{names[estate[i]]}{slab[i]}栋" for i in inside]
    address[inside] = [f"{label[i]}{name[i]}" for i in inside]
    town = Buildings(
        shape, point, micro, kind, np.array(built.use, dtype=object)[kept],
        np.array(built.floors)[kept], np.array(built.units)[kept], name, address,
        np.where(estate >= 0, estate + first_estate, -1),
    )  # fmt: skip
    places = Estates(
        names,
        ["estate"] * len(names),
        ground.block_micro[np.array(blocks)],
        np.array(outlines),
        np.array([point[np.flatnonzero(estate == i)[0]] for i in range(len(outlines))]),
        np.full(len(names), 4),
    )
    return town, places


def put_buildings(ground: Ground, chosen: Ints) -> tuple[Buildings, Estates, list[Line]]:
    """All buildings of the ``chosen`` micro-grids, their estates, and the settlements' lanes."""
    country, hamlets, lanes = _country(ground, chosen)
    town, estates = _in_town(ground, len(hamlets.name))
    if not np.isin(ground.block_micro, chosen).all():
        return country, hamlets, lanes
    fields = [
        np.concatenate((getattr(country, f), getattr(town, f)))
        for f in Buildings.__dataclass_fields__
    ]
    order = np.argsort(fields[2], kind="stable")
    places = Estates(
        hamlets.name + estates.name,
        hamlets.kind + estates.kind,
        np.concatenate((hamlets.micro, estates.micro)),
        np.concatenate((hamlets.shape, estates.shape)),
        np.concatenate((hamlets.spot, estates.spot)),
        np.concatenate((hamlets.rank, estates.rank)),
    )
    return Buildings(*[f[order] for f in fields]), places, lanes
