"""Small numbers 小数保护: which sums may be told so that no small count can be worked out.

The reason and the proof are in ``services/decisions/0008-small-numbers.md``. In short: what is
counted lies in *atoms*, the grids' own rows. Atoms are put together to *units*, so that each count
of a unit is 0 or at least the limit, and only sums over whole units are told. A count is split
into parts (people into classes) over units that are put together further in the same way.

Nothing here knows where the numbers come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Path = tuple[int, ...]
Numbers = NDArray[np.int64]
# What it costs to hide a grid of a level: a higher one says more and is looked at more.
COST = {level: 3 ** (5 - level) for level in range(1, 6)}


def small(counts: Numbers, limit: int) -> NDArray[np.bool_]:
    """Where a count is not told: more than none and fewer than ``limit``."""
    return (counts > 0) & (counts < limit)


@dataclass(frozen=True)
class Units:
    """Atoms put together. ``silent`` units are told by nobody, alone or in a sum.

    ``of`` is the unit of each atom, ``members`` the atoms of each unit.
    """

    of: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    silent: frozenset[int] = frozenset()

    @classmethod
    def single(cls, atoms: int) -> Units:
        """Each atom by itself."""
        return cls(tuple(range(atoms)), tuple((i,) for i in range(atoms)))

    def whole(self, atoms: Sequence[int]) -> bool:
        """Whether a set of atoms is made of whole units that are told."""
        return len(self.inside(atoms)) == len(atoms)

    def inside(self, atoms: Sequence[int]) -> list[int]:
        """Those of ``atoms`` that make up whole units that are told."""
        given = set(atoms)
        found: list[int] = []
        for unit in dict.fromkeys(self.of[atom] for atom in atoms):
            if unit not in self.silent and given.issuperset(self.members[unit]):
                found += self.members[unit]
        return found


def put_together(paths: Sequence[Path], counts: Numbers, limit: int, start: Units) -> Units:
    """The units of ``start`` put together until each count of each unit is 0 or ``limit`` and more.

    From the micro-grids upwards, in each grid: the units that are too small are put together; when
    that is not enough, with the units of the same grid whose hiding costs least. What cannot be
    helped inside a grid is left to the grid above; what the root cannot help is silent.

    Which unit is taken depends on the order of the tree and on what is hidden already, not on
    sizes: a figure that moves by one seldom changes what is put together.

    Parameters
    ----------
    paths : the grids from the root down to each atom
    counts : one row for each atom
    """
    return _Work(paths, counts, limit, start).done()


class _Work:
    """Units on their way; a unit is known by a number, ``waiting`` by the grid that must help."""

    def __init__(self, paths: Sequence[Path], counts: Numbers, limit: int, start: Units):
        self.paths, self.limit = paths, limit
        self.silent = {start.members[unit] for unit in start.silent}
        kept = [m for unit, m in enumerate(start.members) if unit not in start.silent]
        self.members: dict[int, tuple[int, ...]] = dict(enumerate(kept))
        self.sums = _sums(kept, counts)
        self.at: dict[int, Path] = {}
        self.good: dict[Path, dict[int, None]] = {}
        self.waiting: dict[Path, list[int]] = {}
        self.cut: set[Path] = set()
        for unit in self.members:
            self._place(unit)

    def done(self) -> Units:
        """All grids helped, the lowest first."""
        for level in range(max(map(len, self.paths), default=0), 0, -1):
            for grid in sorted(path for path in self.waiting if len(path) == level):
                self._help(grid)
        members = sorted([*self.members.values(), *self.silent])
        of = {atom: unit for unit, atoms in enumerate(members) for atom in atoms}
        silent = frozenset(unit for unit, atoms in enumerate(members) if atoms in self.silent)
        return Units(tuple(of[i] for i in range(len(self.paths))), tuple(members), silent)

    def _small(self, unit: int) -> bool:
        return any(0 < n < self.limit for n in self.sums[unit].tolist())

    def _total(self, units: list[int]) -> Numbers:
        total: Numbers = np.add.reduce([self.sums[unit] for unit in units])
        return total

    def _place(self, unit: int) -> None:
        """Enter a unit at the grid that holds all of it, and note what it hides below that."""
        grid = self.at[unit] = common([self.paths[atom] for atom in self.members[unit]])
        if len(self.members[unit]) > 1:
            self.cut.update(self._below(unit, grid))
        if self._small(unit):
            self.waiting.setdefault(grid, []).append(unit)
            return
        for level in range(1, len(grid) + 1):
            self.good.setdefault(grid[:level], {})[unit] = None

    def _below(self, unit: int, grid: Path) -> set[Path]:
        """The grids below ``grid`` that hold a part of a unit."""
        paths = (self.paths[atom] for atom in self.members[unit])
        return {p[:level] for p in paths for level in range(len(grid) + 1, len(p) + 1)}

    def _help(self, grid: Path) -> None:
        """Put together what waits in a grid; what stays small is left to the grid above."""
        waiting = self.waiting.pop(grid)
        chosen = self._chosen(grid, waiting)
        if chosen is not None:
            self._join([*waiting, *chosen])
        elif len(grid) > 1:
            self.waiting.setdefault(grid[:-1], []).extend(waiting)
        else:
            self.silent.update(self.members.pop(unit) for unit in waiting)

    def _chosen(self, grid: Path, waiting: list[int]) -> list[int] | None:
        """Good units of the grid that make the waiting ones good together; None: there are none.

        Each count of a good unit is 0 or enough, so one unit that has any of a count that is too
        small mends it, and none makes another one small.
        """
        held = self.good.get(grid)
        if not held and len(waiting) == 1:
            return None
        total = self._total(waiting)
        hidden = set().union(*(self._below(unit, grid) for unit in waiting))
        chosen: list[int] = []
        while (missing := small(total, self.limit)).any():
            able = [
                (-int(mends), self._cost(unit, grid, hidden), self.members[unit], unit)
                for unit in held or ()
                if unit not in chosen and (mends := (self.sums[unit][missing] > 0).sum())
            ]
            if not able:
                return None
            unit = min(able)[-1]
            chosen.append(unit)
            hidden |= self._below(unit, grid)
            total = total + self.sums[unit]
        return chosen

    def _cost(self, unit: int, grid: Path, hidden: set[Path]) -> int:
        """What is hidden by taking a unit, beyond what is hidden already."""
        return sum(COST[len(p)] for p in self._below(unit, grid) - hidden - self.cut)

    def _join(self, units: list[int]) -> None:
        made = min(units)
        members = tuple(sorted(atom for unit in units for atom in self.members[unit]))
        total = self._total(units)
        for unit in units:
            grid = self.at[unit]
            for level in range(1, len(grid) + 1):
                self.good.get(grid[:level], {}).pop(unit, None)
            del self.members[unit], self.sums[unit]
        self.members[made], self.sums[made] = members, total
        self._place(made)


def _sums(units: Sequence[tuple[int, ...]], counts: Numbers) -> dict[int, Numbers]:
    """The counts of each unit."""
    totals = np.zeros((len(units), counts.shape[1]), dtype=np.int64)
    at = [n for n, members in enumerate(units) for _ in members]
    np.add.at(totals, at, counts[[atom for members in units for atom in members]])
    return dict(enumerate(totals))


def common(paths: Sequence[Path]) -> Path:
    """The lowest grid that all paths run through; () when they have none in common."""
    if len(paths) == 1:
        return paths[0]
    first, last = min(paths), max(paths)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]
