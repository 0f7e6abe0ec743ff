"""What a building is, and the rules of where it may stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.plane import Floats, Ints, Shapes, Words

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


def segments(lines: list[shapely.LineString], half: list[float]) -> tuple[Shapes, Floats]:
    """The straight pieces of ``lines`` and the half width of each."""
    coords, index = shapely.get_coordinates(np.array(lines), return_index=True)
    pair = np.flatnonzero(index[:-1] == index[1:])
    pieces = shapely.linestrings(np.stack((coords[pair], coords[pair + 1]), axis=1))
    return np.asarray(pieces), np.array(half)[index[pair]]


def clear_of(
    shapes: Shapes, lines: list[shapely.LineString], half: list[float]
) -> npt.NDArray[np.bool_]:
    """Which shapes keep ``half`` metres away from each line."""
    pieces, width = segments(lines, half)
    clear = np.ones(len(shapes), dtype=bool)
    tree = shapely.STRtree(shapes)
    for distance in np.unique(width):
        hit = tree.query(pieces[width == distance], predicate="dwithin", distance=distance)
        clear[hit[1]] = False
    return clear


def first_come(shapes: Shapes, room: float) -> npt.NDArray[np.bool_]:
    """Which shapes stay when an earlier one wins over a later one closer than ``room`` metres."""
    tree = shapely.STRtree(shapes)
    pairs = tree.query(shapes, predicate="dwithin", distance=room)
    pairs = pairs[:, pairs[0] < pairs[1]]
    pairs = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    stays = np.ones(len(shapes), dtype=bool)
    for early, late in pairs.T.tolist():
        if stays[early]:
            stays[late] = False
    return stays
