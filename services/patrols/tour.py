"""Walking order 步行顺序: a short open tour over places, in true metres on the ground.

The tour begins at the start position when there is one, otherwise wherever the tour is shortest,
and need not come back. It is built from nearest neighbours and shortened by 2-opt until no
reversal of a part helps; beyond :data:`WALKABLE` places, which nobody walks in one round, it stays
the nearest-neighbour tour. The same input gives the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod

Point = tuple[float, float]
Metres = npt.NDArray[np.float64]

# The ellipsoid of CGCS2000 (EPSG:4490) differs from GRS 80 by 0.1 mm in the semi-minor axis.
_GEOD = Geod(ellps="GRS80")
WALKABLE = 250
# Small tours are begun at up to eight first stops and the best is kept; long ones take longer to
# shorten and gain less from another beginning.
_TRIES, _STOPS_TRIED = 8, 100
_GAIN = 1e-6


@dataclass(frozen=True)
class Tour:
    """``order``: indices of the places as walked. ``legs``: metres to each from the one before.

    The first leg is the way from the start position, or 0 when none was given.
    """

    order: list[int]
    legs: list[float]

    @property
    def length(self) -> float:
        """The whole way in metres."""
        return sum(self.legs)


def distances(places: Sequence[Point]) -> Metres:
    """Matrix n x n of geodesic distances in metres between places (lon, lat in degrees)."""
    n = len(places)
    lon = np.array([p[0] for p in places], dtype=float)
    lat = np.array([p[1] for p in places], dtype=float)
    upper, right = np.triu_indices(n, 1)
    metres = np.zeros((n, n))
    if upper.size:
        _, _, found = _GEOD.inv(lon[upper], lat[upper], lon[right], lat[right])
        metres[upper, right] = metres[right, upper] = found
    return metres


def shortest(places: Sequence[Point], start: Point | None = None) -> Tour:
    """A short open tour over ``places`` (lon, lat), from ``start`` if given."""
    n = len(places)
    if n == 0:
        return Tour([], [])
    # Node 0 is the start and node n + 1 the end; an end that may lie anywhere costs nothing.
    net = np.zeros((n + 2, n + 2))
    if start is None:
        net[1 : n + 1, 1 : n + 1] = distances(places)
    else:
        net[: n + 1, : n + 1] = distances([start, *places])
    tries = max(1, min(_TRIES, _STOPS_TRIED // n))
    firsts = np.argsort(net[0, 1 : n + 1], kind="stable")[:tries] + 1
    tried = [_shorten(net, _nearest(net, int(first))) for first in firsts]
    best = min(tried, key=lambda path: (round(_length(net, path), 3), path.tolist()))
    legs = net[best[:-2], best[1:-1]]
    return Tour([int(i) - 1 for i in best[1:-1]], [float(m) for m in legs])


def _length(net: Metres, path: npt.NDArray[np.intp]) -> float:
    return float(net[path[:-1], path[1:]].sum())


def _nearest(net: Metres, first: int) -> npt.NDArray[np.intp]:
    """The path 0, first, then always the nearest that is left (the lowest number of equals)."""
    n = len(net) - 2
    left = np.ones(n + 2, dtype=bool)
    left[[0, first, n + 1]] = False
    path = [0, first]
    while left.any():
        at = int(np.argmin(np.where(left, net[path[-1]], np.inf)))
        left[at] = False
        path.append(at)
    return np.array([*path, n + 1], dtype=np.intp)


def _shorten(net: Metres, path: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """2-opt: reverse the part whose reversal saves most until none saves anything."""
    inner = len(path) - 2
    if not 2 <= inner <= WALKABLE:
        return path
    later = np.triu(np.ones((inner, inner), dtype=bool), 1)
    while True:
        a, b = path[:-2], path[1:-1]
        c, d = path[1:-1], path[2:]
        saved = net[a, b][:, None] + net[c, d][None, :]
        change = np.where(later, net[np.ix_(a, c)] + net[np.ix_(b, d)] - saved, 0.0)
        at = int(np.argmin(change))
        if change.flat[at] > -_GAIN:
            return path
        i, j = divmod(at, inner)
        path = np.concatenate([path[: i + 1], path[i + 1 : j + 2][::-1], path[j + 2 :]])
