"""Natural settlements 屯: their lanes and the farmhouses along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.plane import Floats, Ints, stream

Shapes = npt.NDArray[np.object_]
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
    lane: Ints
    number: Ints
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

    # One entry a house: settlement, lane, side, place along the lane from the middle outwards.
    owner = np.repeat(np.arange(count), 2 * lanes * per_side)
    first = np.concatenate(([0], np.cumsum(2 * lanes * per_side)[:-1]))
    index = np.arange(len(owner)) - first[owner]
    lane, rest = np.divmod(index, 2 * per_side[owner])
    side, place = np.where(rest % 2, 1, -1), rest // 2
    step = np.where(place % 2, -(place + 1) // 2, place // 2)
    market = hamlets.market[owner]
    width = np.where(market, rng.uniform(7.2, 9.1, len(owner)), rng.uniform(9.5, 14.5, len(owner)))
    depth = np.where(market, rng.uniform(11, 14, len(owner)), rng.uniform(8.0, 12.5, len(owner)))
    offset = np.where(lane % 2, -(lane + 1) // 2, lane // 2) * LANE_GAP
    loose = np.where(market, 0.3, 2.2)
    along = (step + 0.5) * pitch[owner] + rng.normal(0, 1, len(owner)) * loose * 0.6
    setback = np.where(market, 4.6, 4.4 + np.abs(rng.normal(0, loose)))
    across = offset + side * (setback + depth / 2)
    ell = ~market & (rng.random(len(owner)) < 0.28)
    shape = footprints(np.stack((width, depth), axis=1), ell, rng.random(len(owner)) < 0.5)
    shape[..., 1] *= side[:, None]
    tilt = rng.normal(0, 0.035, len(owner)) * ~market + 2 * bend[owner] * along
    middle = _bent(along, across, bend[owner])
    # Each lane has a slant of its own, so that no two settlements look alike.
    slants = rng.normal(0, 0.05, (count, 8)) * ~hamlets.market[:, None]
    slant = slants[owner, lane]
    middle[:, 1] += slant * along
    local = _turned(shape, middle, tilt + slant)
    ring = _turned(local, hamlets.at[owner], hamlets.angle[owner])
    drop = rng.random(len(owner)) < np.where(market, 0.03, 0.12)
    keep = np.flatnonzero(~drop)
    order = keep[np.lexsort((lane[keep], np.abs(step[keep]) + 3 * lane[keep], owner[keep]))]
    floors = np.where(
        market,
        rng.choice([3, 4, 5, 6], len(owner), p=[0.25, 0.4, 0.25, 0.1]),
        rng.choice([1, 2, 3, 4], len(owner), p=[0.22, 0.45, 0.27, 0.06]),
    )
    candidates = Candidates(
        shapely.polygons(np.round(ring[order], 2)),
        owner[order],
        lane[order],
        # Odd numbers on one side of the lane, even ones on the other, counted from one end.
        (2 * (step + per_side[owner] // 2 + 1) + (side > 0))[order],
        floors[order],
        np.where(market & (np.abs(step) < 9) & (lane == 0), "mixed", "residential")[order],
    )
    paths, path_owner = _lanes(hamlets, lanes, per_side * pitch / 2 + 6, bend, slants)
    return candidates, paths, path_owner


def _lanes(
    hamlets: Hamlets, lanes: Ints, half: Floats, bend: Floats, slants: Floats
) -> tuple[Shapes, Ints]:
    owner = np.repeat(np.arange(len(lanes)), lanes)
    first = np.concatenate(([0], np.cumsum(lanes)[:-1]))
    lane = np.arange(len(owner)) - first[owner]
    offset = np.where(lane % 2, -(lane + 1) // 2, lane // 2) * LANE_GAP
    along = np.linspace(-1, 1, 13)[None, :] * half[owner][:, None]
    local = _bent(along, np.repeat(offset[:, None], 13, axis=1), bend[owner][:, None])
    local[..., 1] += slants[owner, lane][:, None] * along
    paths = shapely.linestrings(
        np.round(_turned(local, hamlets.at[owner], hamlets.angle[owner]), 2)
    )
    several = np.flatnonzero(lanes > 1)
    low = -(lanes[several] // 2) * LANE_GAP
    high = ((lanes[several] - 1) // 2) * LANE_GAP
    cross = np.zeros((len(several), 2, 2))
    cross[:, 0, 1], cross[:, 1, 1] = low, high
    links = shapely.linestrings(
        np.round(_turned(cross, hamlets.at[several], hamlets.angle[several]), 2)
    )
    return np.concatenate((paths, links)), np.concatenate((owner, several))


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
