"""All buildings of the demo county: the country's and the town's, with streets and numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.blocks import HALF_WIDTH, build_town
from services.demo.country import build_country
from services.demo.footprints import Buildings, Estates, clear_of, first_come
from services.demo.geography import Ground
from services.demo.hamlets import ground_areas
from services.demo.lines import Line
from services.demo.names import ESTATE_NAMES
from services.demo.plane import Floats, Ints, Words, stream


def _numbers(along: Ints, left: npt.NDArray[np.bool_], place: Floats) -> Ints:
    """House numbers: odd on the left of the street, even on the right, from its beginning."""
    number = np.zeros(len(along), dtype=np.int64)
    order = np.lexsort((place, left, along))
    key = along[order] * 2 + left[order]
    start = np.searchsorted(key, key)
    number[order] = 2 * (np.arange(len(order)) - start + 1) - left[order]
    return number


def _street_addresses(ground: Ground, point: Floats) -> tuple[Words, Words]:
    """Street and full address of each building: number on the nearest street."""
    paths = np.array([line for _, _, line in ground.plan.streets])
    spots = np.asarray(shapely.points(point))
    street = np.asarray(shapely.STRtree(paths).nearest(spots))
    place = shapely.line_locate_point(paths[street], spots)
    here = shapely.get_coordinates(shapely.line_interpolate_point(paths[street], place))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(paths[street], place + 1.0))
    way, off = ahead - here, point - here
    left = (way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0]) > 0
    number = _numbers(street, left, place)
    label = np.array([n for _, n, _ in ground.plan.streets], dtype=object)[street]
    return label, label + np.array([f"{n}号" for n in number], dtype=object)


def _in_town(ground: Ground, first_estate: int) -> tuple[Buildings, Estates]:
    """The town's buildings; those of an estate are numbered inside it."""
    built, outlines, blocks = build_town(ground.plan)
    shape = ground_areas(built.ring)
    block = np.array(built.block)
    micro = ground.block_micro[block]
    streets = [line for _, _, line in ground.plan.streets]
    clear = shapely.contains_properly(ground.micro[micro], shape)
    clear &= clear_of(shape, streets, [HALF_WIDTH[rank] for rank, _, _ in ground.plan.streets])
    kept = np.flatnonzero(clear & clear_of(shape, [ground.river], [40.0]))
    kept = kept[first_come(shape[kept], 0.2)]
    kept = kept[np.argsort(micro[kept], kind="stable")]
    shape, micro, block = shape[kept], micro[kept], block[kept]
    kind = np.array(built.kind, dtype=object)[kept]
    point = shapely.get_coordinates(shapely.point_on_surface(shape))
    label, address = _street_addresses(ground, point)
    estate_of = {b: i for i, b in enumerate(blocks)}
    estate = np.array([estate_of.get(b, -1) for b in block.tolist()])
    estate[kind != "estate"] = -1
    names = stream("estate-names").permutation(ESTATE_NAMES)[: len(outlines)].tolist()
    name = address.copy()
    for i, of in enumerate(names):
        slabs = np.flatnonzero(estate == i)
        name[slabs] = [f"{of}{n}栋" for n in range(1, len(slabs) + 1)]
    inside = estate >= 0
    address[inside] = label[inside] + name[inside]
    town = Buildings(
        shape=shape,
        point=point,
        micro=micro,
        kind=kind,
        use=np.array(built.use, dtype=object)[kept],
        floors=np.array(built.floors)[kept],
        units=np.array(built.units)[kept],
        name=name,
        address=address,
        estate=np.where(inside, estate + first_estate, -1),
    )
    places = Estates(
        name=names,
        kind=["estate"] * len(names),
        micro=ground.block_micro[np.array(blocks)],
        shape=np.array(outlines),
        spot=np.array([point[np.flatnonzero(estate == i)[0]] for i in range(len(outlines))]),
        rank=np.full(len(names), 4),
    )
    return town, places


def put_buildings(ground: Ground, chosen: Ints) -> tuple[Buildings, Estates, list[Line]]:
    """All buildings of the ``chosen`` micro-grids, their estates, and the settlements' lanes."""
    country, hamlets, lanes = build_country(ground, chosen)
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
