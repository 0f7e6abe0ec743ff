"""Natural settlements 屯: their lanes and the farmhouses along them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.plane import Floats, Ints, Shapes, stream

LANE_GAP = 43.0  # two rows of houses back to back between parallel lanes


@dataclass(frozen=True)
class Hamlets:
    """Settlements: ``at`` (h, 2) metres, ``angle`` radians, ``micro`` owner, ``houses`` wanted.

    ``market`` marks the seat of a township, with narrow houses wall to wall.
    """

    at: Floats
    angle: Floats
    micro: Ints
    houses: Ints
    market: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Candidates:
    """Footprints proposed for buildings, in order of preference within a settlement."""

    shape: Shapes
    settlement: Ints
    floors: Ints
    use: npt.NDArray[np.str_]


def _bent(along: Floats, across: Floats, bend: Floats) -> Floats:
    """Local metres with the lane bent into an arc and a slight wave."""
    wave = 3.0 * np.sin(along / 37.0 + bend * 2_000)
    return np.stack((along, across + bend * along**2 + wave), axis=-1)


def _turned(local: Floats, at: Floats, angle: Floats) -> Floats:
    """Local (n, k, 2) turned by ``angle`` (n,) and moved to ``at`` (n, 2)."""
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x = local[..., 0] * cos - local[..., 1] * sin + at[:, None, 0]
    y = local[..., 0] * sin + local[..., 1] * cos + at[:, None, 1]
    return np.stack((x, y), axis=-1)


def footprints(size: Floats, ell: npt.NDArray[np.bool_], flip: npt.NDArray[np.bool_]) -> Floats:
    """Outlines (n, 7, 2) around the origin: rectangles, or Ls where ``ell``; closed rings.

    ``size`` (n, 2) is the width along the street and the depth; an L lacks a back corner.
    """
    w, d = size[:, 0] / 2, size[:, 1] / 2
    notch = np.where(ell, 0.12, 1.0)  # position of the notch along the width
    deep = np.where(ell, 0.05, 1.0)
    x = np.stack((-w, w, w, w * notch, w * notch, -w, -w), axis=1)
    y = np.stack((-d, -d, d * deep, d * deep, d, d, -d), axis=1)
    x = np.where(flip[:, None], -x, x)
    return np.stack((x, y), axis=-1)


def ground_areas(rings: Sequence[Floats] | Floats) -> Shapes:
    """Areas of closed ``rings``, to the centimetre; the corners a rectangle has twice are one."""
    areas = shapely.polygons([np.round(ring, 2) for ring in rings])
    return np.asarray(shapely.remove_repeated_points(areas))


@dataclass(frozen=True)
class _Lots:
    """Building lots, one entry a lot: settlement, lane, side of it (±1), step from its middle."""

    owner: Ints
    lane: Ints
    side: Ints
    step: Ints


def _lots(lanes: Ints, per_side: Ints) -> _Lots:
    owner = np.repeat(np.arange(len(lanes)), 2 * lanes * per_side)
    first = np.concatenate(([0], np.cumsum(2 * lanes * per_side)[:-1]))
    index = np.arange(len(owner)) - first[owner]
    lane, rest = np.divmod(index, 2 * per_side[owner])
    place = rest // 2
    step = np.where(place % 2, -(place + 1) // 2, place // 2)
    return _Lots(owner, lane, np.where(rest % 2, 1, -1), step)


def propose_houses(hamlets: Hamlets, spare: float = 1.8) -> tuple[Candidates, Shapes, Ints]:
    """Propose footprints along the lanes of every settlement.

    Returns the candidates, the lanes (linestrings, metres) and the settlement of each lane.
    """
    rng = stream("hamlets")
    count = len(hamlets.at)
    wanted = np.ceil(hamlets.houses * spare).astype(np.int64) + 4
    pitch = np.where(hamlets.market, 9.4, rng.uniform(15.5, 20.0, count))
    lanes = np.clip(np.ceil(wanted / np.where(hamlets.market, 46, 26)), 1, 7).astype(np.int64)
    per_side = np.ceil(wanted / (2 * lanes)).astype(np.int64)
    bend = rng.normal(0, 1 / 1_900, count) * ~hamlets.market
    # Each lane has a slant of its own, so that no two settlements look alike.
    slants = rng.normal(0, 0.05, (count, 8)) * ~hamlets.market[:, None]
    lots = _lots(lanes, per_side)
    ring = _rings(hamlets, lots, pitch, bend, slants)
    market = hamlets.market[lots.owner]
    keep = np.flatnonzero(rng.random(len(ring)) >= np.where(market, 0.03, 0.12))
    centred = np.abs(lots.step[keep]) + 3 * lots.lane[keep]
    order = keep[np.lexsort((lots.lane[keep], centred, lots.owner[keep]))]
    floors = np.where(
        market,
        rng.choice([3, 4, 5, 6], len(ring), p=[0.25, 0.4, 0.25, 0.1]),
        rng.choice([1, 2, 3, 4], len(ring), p=[0.22, 0.45, 0.27, 0.06]),
    )
    shops = market & (np.abs(lots.step) < 9) & (lots.lane == 0)
    candidates = Candidates(
        shape=ground_areas(ring[order]),
        settlement=lots.owner[order],
        floors=floors[order],
        use=np.where(shops, "mixed", "residential")[order],
    )
    paths, path_owner = _lanes(hamlets, lanes, per_side * pitch / 2 + 6, bend, slants)
    return candidates, paths, path_owner


def _rings(hamlets: Hamlets, lots: _Lots, pitch: Floats, bend: Floats, slants: Floats) -> Floats:
    """Outlines (n, 7, 2) of a house on each lot, in metres of the county."""
    rng = stream("lots")
    owner, n = lots.owner, len(lots.owner)
    market = hamlets.market[owner]
    width = np.where(market, rng.uniform(7.2, 9.1, n), rng.uniform(9.5, 14.5, n))
    depth = np.where(market, rng.uniform(11, 14, n), rng.uniform(8.0, 12.5, n))
    loose = np.where(market, 0.3, 2.2)
    along = (lots.step + 0.5) * pitch[owner] + rng.normal(0, 1, n) * loose * 0.6
    setback = np.where(market, 4.6, 4.4 + np.abs(rng.normal(0, loose)))
    across = _offset(lots.lane) + lots.side * (setback + depth / 2)
    ell = ~market & (rng.random(n) < 0.28)
    shape = footprints(np.stack((width, depth), axis=1), ell, rng.random(n) < 0.5)
    shape[..., 1] *= lots.side[:, None]
    tilt = rng.normal(0, 0.035, n) * ~market + 2 * bend[owner] * along
    slant = slants[owner, lots.lane]
    middle = _bent(along, across, bend[owner])
    middle[:, 1] += slant * along
    local = _turned(shape, middle, tilt + slant)
    return _turned(local, hamlets.at[owner], hamlets.angle[owner])


def _offset(lane: Ints) -> Floats:
    """Metres from the first lane, by turns on either side of it."""
    return np.asarray(np.where(lane % 2, -(lane + 1) // 2, lane // 2) * LANE_GAP)


def _lanes(
    hamlets: Hamlets, lanes: Ints, half: Floats, bend: Floats, slants: Floats
) -> tuple[Shapes, Ints]:
    owner = np.repeat(np.arange(len(lanes)), lanes)
    first = np.concatenate(([0], np.cumsum(lanes)[:-1]))
    lane = np.arange(len(owner)) - first[owner]
    along = np.linspace(-1, 1, 13)[None, :] * half[owner][:, None]
    local = _bent(along, np.repeat(_offset(lane)[:, None], 13, axis=1), bend[owner][:, None])
    local[..., 1] += slants[owner, lane][:, None] * along
    drawn = _turned(local, hamlets.at[owner], hamlets.angle[owner])
    paths = np.asarray(shapely.linestrings(np.round(drawn, 2)))
    several = np.flatnonzero(lanes > 1)
    low = -(lanes[several] // 2) * LANE_GAP
    high = ((lanes[several] - 1) // 2) * LANE_GAP
    cross = np.zeros((len(several), 2, 2))
    cross[:, 0, 1], cross[:, 1, 1] = low, high
    joined = _turned(cross, hamlets.at[several], hamlets.angle[several])
    links = np.asarray(shapely.linestrings(np.round(joined, 2)))
    return np.array([*paths, *links]), np.concatenate((owner, several))
