"""Grid staff: leaders, deputies and staff of all 946 grids, 3,327 in the county."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.demo.division import share
from services.demo.grids import Grids
from services.demo.layout import TOWNSHIPS
from services.demo.names import given_names, surnames
from services.demo.plane import Ints, Words, stream

COUNTY_STAFF, TOWNSHIP_STAFF, VILLAGE_STAFF, GROUP_STAFF = 22, 13, 4, 3
_DUTIES = {
    "leader": "全面负责本网格工作",
    "deputy": "协助网格长，分管走访与隐患排查",
    "staff": "信息采集、巡查走访、事件上报",
}


@dataclass(frozen=True)
class Staff:
    """One entry a member of staff, in order of grid; ``post`` is the main post."""

    grid: Ints  # index into the grids
    post: Words
    name: Words
    male: npt.NDArray[np.bool_]
    duties: Words
    honour: npt.NDArray[np.bool_]
    second: Ints  # grid of a further post as deputy, -1 without

    def leader_of(self, grid: int) -> int:
        """The leader of a grid."""
        return int(np.flatnonzero((self.grid == grid) & (self.post == "leader"))[0])


def _headcount(grids: Grids, rng: np.random.Generator) -> Ints:
    count = np.zeros(len(grids.code), dtype=np.int64)
    for level, number in (
        (1, COUNTY_STAFF),
        (2, TOWNSHIP_STAFF),
        (3, VILLAGE_STAFF),
        (4, GROUP_STAFF),
    ):
        count[grids.level == level] = number
    for township in TOWNSHIPS:
        mine = np.array([code.startswith(township.code) for code in grids.code])
        upper = int(count[mine & (grids.level < 5)].sum())
        lower = np.flatnonzero(mine & (grids.level == 5))
        if len(lower):
            weights = rng.uniform(0.7, 1.3, len(lower))
            count[lower] = share(township.staff - upper, weights, 2)
    return count


def _vacant(grids: Grids, rng: np.random.Generator, demo: Ints) -> Ints:
    """Grids without a leader: a handful, as in real life; never those of the demo accounts."""
    part = (grids.level == 5).sum() / 741
    chosen: list[int] = []
    for level, number in ((3, 1), (4, 3), (5, 14)):
        pool = np.setdiff1d(np.flatnonzero(grids.level == level), demo)
        chosen += rng.choice(pool, max(1, round(number * part)), replace=False).tolist()
    return np.array(chosen)


def make_staff(grids: Grids, demo: Ints) -> Staff:
    """Staff of all ``grids``; those in ``demo`` certainly have a leader."""
    rng = stream("staff")
    count = _headcount(grids, rng)
    vacant = _vacant(grids, rng, demo)
    grid = np.repeat(np.arange(len(count)), count)
    turn = np.arange(len(grid)) - np.repeat(np.cumsum(count) - count, count)
    led = ~np.isin(grid, vacant)
    rank = turn + ~led
    deputies = np.where(grids.level[grid] <= 3, 2, 1)
    post = np.where(rank == 0, "leader", np.where(rank <= deputies, "deputy", "staff")).astype(
        object
    )
    male = rng.random(len(grid)) < 0.58
    name = np.char.add(surnames(len(grid), rng), given_names(len(grid), rng)).astype(object)
    # Some leaders of micro-grids also help to run their group.
    also = (grids.level[grid] == 5) & (post == "leader") & (rng.random(len(grid)) < 0.06)
    second = np.where(also, grids.parent[grid], -1)
    duties = np.array([_DUTIES[p] for p in post], dtype=object)
    return Staff(grid, post, name, male, duties, rng.random(len(grid)) < 0.05, second)
