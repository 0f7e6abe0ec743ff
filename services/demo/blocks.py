"""The buildings inside the blocks of the county town: houses wall to wall, estates, public ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from services.demo.hamlets import footprints
from services.demo.plane import Floats, stream
from services.demo.town import COLUMNS, ROWS, StreetPlan

HALF_WIDTH = {2: 9.0, 3: 6.5, 4: 4.5}  # of the town's streets, metres


@dataclass
class TownBuildings:
    """Buildings of the town, one entry each; ``block`` is the number of the block."""

    ring: list[Floats] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    floors: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    use: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(
        self, ring: Floats, block: int, *, floors: int, units: int = 1, use: str, kind: str
    ) -> None:
        """Add one footprint (k, 2)."""
        self.ring.append(ring)
        self.block.append(block)
        self.floors.append(floors)
        self.units.append(units)
        self.use.append(use)
        self.kind.append(kind)


class _Block:
    """A block with its own axes: s along the river, t away from it, metres from its centre."""

    def __init__(self, plan: StreetPlan, number: int) -> None:
        row, column = divmod(number, COLUMNS)
        sw, se = plan.nodes[row, column], plan.nodes[row, column + 1]
        nw, ne = plan.nodes[row + 1, column], plan.nodes[row + 1, column + 1]
        self.number = number
        self.centre = (sw + se + nw + ne) / 4
        east = (se + ne - sw - nw) / 2
        north = (nw + ne - sw - se) / 2
        self.s = east / np.hypot(*east)
        self.t = np.array([-self.s[1], self.s[0]])
        self.half = np.array([np.hypot(*east) / 2, abs(north @ self.t) / 2])
        self.skew = (north @ self.s) / (2 * self.half[1])

    def place(self, local: Floats) -> Floats:
        """Local (k, 2) to metres; sheared as the block is, so that rows follow the streets."""
        s = local[:, :1] + self.skew * local[:, 1:]
        return np.asarray(self.centre + s * self.s + local[:, 1:] * self.t)


def _box(s: float, t: float, width: float, depth: float, *, ell: bool = False) -> Floats:
    ring = footprints(np.array([[width, depth]]), np.array([ell]), np.array([False]))[0]
    return np.asarray(ring + np.array([s, t]))


def _rows_of_houses(
    block: _Block, into: TownBuildings, rng: np.random.Generator, inset: float
) -> None:
    """Self-built houses wall to wall, in rows along the length of the block with lanes between."""
    half = block.half - inset
    t, facing = -half[1], 0
    while t + 11 <= half[1]:
        depth = min(rng.uniform(11, 13.5), half[1] - t)
        s = -half[0]
        while s + 7 < half[0]:
            width = float(rng.uniform(8.5, 14.0))
            width = min(width, half[0] - s)
            if rng.random() > 0.1:
                floors = int(rng.choice([3, 4, 5, 6, 7], p=[0.15, 0.3, 0.3, 0.18, 0.07]))
                front = facing == 0 and t < -half[1] + 1
                use = "mixed" if front or rng.random() < 0.12 else "residential"
                body = float(depth - rng.uniform(0, 1.6))
                ring = _box(s + width / 2, t + body / 2, width - 0.35, body)
                into.add(block.place(ring), block.number, floors=floors, use=use, kind="house")
            s += width
        facing = 1 - facing
        t += depth + (2.5 if facing else rng.uniform(7.0, 9.0))


def _estate(block: _Block, into: TownBuildings, rng: np.random.Generator, inset: float) -> None:
    """An estate 小区: slabs of two to four units in rows, the higher ones in the north."""
    half = block.half - inset - 3
    depth = 12.4
    high = rng.random() < 0.15
    rows = max(1, int((2 * half[1] + 14) // (depth + (26 if high else 17))))
    for r in range(rows):
        t = -half[1] + depth / 2 + (r * (2 * half[1] - depth) / max(rows - 1, 1) if rows > 1 else 0)
        s = -half[0]
        while s + 24 <= half[0]:
            units = int(rng.choice([2, 3, 4], p=[0.5, 0.35, 0.15]))
            width = units * 13.2
            if s + width > half[0]:
                units, width = 2, 26.4
                if s + width > half[0] + 1:
                    break
            floors = int(rng.choice([11, 15, 18])) if high else int(rng.choice([5, 6, 6]))
            shift = float(rng.uniform(-1, 1))
            ring = _box(s + width / 2, t + shift * 0.8, width, depth)
            into.add(
                block.place(ring),
                block.number,
                floors=floors,
                units=units,
                use="residential",
                kind="estate",
            )
            s += width + rng.uniform(8, 13)


def _public(block: _Block, into: TownBuildings, rng: np.random.Generator, inset: float) -> None:
    """A school, hospital, market or offices: a few large buildings around a yard."""
    half = block.half - inset - 3
    use = str(rng.choice(["public", "commercial"], p=[0.75, 0.25]))
    plans = [
        (0.0, half[1] - 9, 1.5 * half[0], 16.0, False),
        (-half[0] + 11, -4.0, 20.0, 1.0 * half[1], True),
        (half[0] - 11, -4.0, 20.0, 0.9 * half[1], False),
    ]
    for s, t, width, depth, ell in plans:
        floors = int(rng.choice([2, 3, 4, 5]))
        ring = _box(s, t, width * float(rng.uniform(0.8, 1)), depth, ell=ell)
        into.add(block.place(ring), block.number, floors=floors, use=use, kind="public")
    for s in np.arange(-half[0] + 8, half[0] - 8, 13.0):
        ring = _box(float(s), -half[1] + 5, 11.5, 9.0)
        into.add(block.place(ring), block.number, floors=3, use="mixed", kind="house")


def build_town(plan: StreetPlan) -> tuple[TownBuildings, list[shapely.Polygon], list[int]]:
    """Fill the blocks of the town.

    Returns the buildings, the outlines of estates 小区 with their block numbers in order. Parks
    are blocks without buildings.
    """
    rng = stream("blocks")
    into = TownBuildings()
    estates: list[shapely.Polygon] = []
    estate_blocks: list[int] = []
    for number in range(ROWS * COLUMNS):
        row, column = divmod(number, COLUMNS)
        block = _Block(plan, number)
        inset = 9.5
        middle = abs(row - 4) + abs(column - 9) * 0.7
        lone = number == np.flatnonzero(plan.micro == plan.micro[number])[0]
        draw = rng.random()
        if draw < 0.03 and not lone:
            continue
        if draw < 0.09 and not lone:
            _public(block, into, rng, inset)
        elif draw < 0.09 + (0.3 if middle > 4 else 0.12):
            _estate(block, into, rng, inset)
            estates.append(shapely.Polygon(plan.blocks[number].buffer(-6).exterior))
            estate_blocks.append(number)
        else:
            _rows_of_houses(block, into, rng, inset)
    return into, estates, estate_blocks
