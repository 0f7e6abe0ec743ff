"""Small numbers: whoever may not read people cannot work out a figure below the limit.

Proved against an attacker who knows all that was told and solves it exactly (``attacker.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row

from services.analytics.told import CLASSES, LIMIT, SEXES, Told, split_up
from services.analytics.units import Units, put_together
from tests.analytics.attacker import Attacker, Solved

HOUSEHOLDS, AGES, WOMEN, COLUMNS = 4, 64, 32, 128
# Bands 0-4, 40-44, 60-64 and 65-69, in the numbers of the table: 0 is the oldest.
BANDS = {0: 17, 40: 9, 60: 5, 65: 4}


@dataclass
class Grid:
    """A row of the tree of grids."""

    id: int
    path: tuple[int, ...]


def test_the_attacker_finds_what_can_be_found() -> None:
    """He is not blind: total minus siblings, classes against totals, and the bounds between."""
    attacker = Attacker(4)  # two grids, two classes: 0 1 / 2 3
    attacker.hears([0, 1, 2, 3], 30)
    attacker.hears([0, 1], 10)
    attacker.hears([0, 2], 27)
    solved = attacker.solve()
    assert solved.bounds([2, 3]) == pytest.approx((20, 20))
    assert solved.bounds([1]) == pytest.approx((0, 3))
    assert solved.bounds([0]) == pytest.approx((7, 10))
    attacker.hears([0], 8)
    assert attacker.solve().bounds([3]) == pytest.approx((1, 1))
    lonely = Attacker(3)
    lonely.hears([0, 1], 9)
    assert lonely.solve().bounds([0]) == pytest.approx((0, 9))
    assert lonely.solve().bounds([2]) == (0, np.inf)
    with pytest.raises(AssertionError):
        lonely.hears([1, 0], 8)


@st.composite
def trees(draw: st.DrawFn, most: int = 9) -> list[Grid]:
    """Grids of up to five levels; each may have rows of its own."""
    found = [Grid(1, (1,))]
    for number in range(2, draw(st.integers(2, most)) + 1):
        above = draw(st.sampled_from([g for g in found if len(g.path) < 5][-4:]))
        found.append(Grid(number, (*above.path, number)))
    return found


few = st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 40))


@st.composite
def tables(draw: st.DrawFn, n: int, *, by_age: bool) -> np.ndarray:
    """Counts of each grid's own people and households; people by age are as many as by class."""
    counts = np.zeros((n, COLUMNS), dtype=np.int64)
    for row in counts:
        row[:4] = [draw(few) for _ in CLASSES]
        row[HOUSEHOLDS] = draw(few)
        left = int(row[:4].sum())
        if not by_age:
            row[AGES + BANDS[40]] = left
            continue
        for place in (AGES + WOMEN * sex + band for sex in (0, 1) for band in BANDS.values()):
            row[place] = draw(st.integers(0, left))
            left -= int(row[place])
        row[AGES + draw(st.sampled_from([BANDS[40], 31]))] += left
    return counts


class World:
    """What is told of a table, and the figures behind it as sums of unknown counts."""

    def __init__(self, tree: Sequence[Grid], counts: np.ndarray, by_age: bool):
        rows: Sequence[Row[Any]] = tree  # type: ignore[assignment]
        self.tree, self.counts, self.by_age = tree, counts, by_age
        self.told = Told(rows, split_up([g.path for g in tree], counts))
        self.parts = {name: [n] for n, name in enumerate(CLASSES)}
        self.parts["people"] = [0, 1, 2, 3]
        self.parts["households"] = [HOUSEHOLDS]
        if by_age:
            self._ages()
        self.columns = sorted({c for columns in self.parts.values() for c in columns})
        self.attacker = Attacker(len(tree) * len(self.columns))

    def _ages(self) -> None:
        for n, sex in enumerate(SEXES):
            first = AGES + WOMEN * n
            self.parts |= {f"{sex}.{age}": [first + band] for age, band in BANDS.items()}
            self.parts[f"{sex}.unknown"] = [first + 31]
            self.parts[f"{sex}.old"] = [first + BANDS[60], first + BANDS[65]]
            self.parts[sex] = [first + band for band in (*BANDS.values(), 31)]

    def unknowns(self, grids: Sequence[int], name: str) -> list[int]:
        """The counts that a figure of some grids is the sum of."""
        wide = len(self.columns)
        places = [self.columns.index(column) for column in self.parts[name]]
        return [(grid - 1) * wide + place for grid in grids for place in places]

    def true(self, grids: Sequence[int], name: str) -> int:
        return int(self.counts[np.ix_([g - 1 for g in grids], self.parts[name])].sum())

    def below(self, grid: int) -> list[int]:
        return [g.id for g in self.tree if grid in g.path]

    def tell(self, grids: Sequence[int], top: int | None = None) -> None:
        """One answer is given to the attacker."""
        found = self.told.of(grids, top)
        for name in self.parts:
            if found[name] is not None:
                assert found[name] == self.true(grids, name)
                assert not 0 < self.true(grids, name) < LIMIT, "a small number is told"
                self.attacker.hears(self.unknowns(grids, name), self.true(grids, name))

    def tell_everything(self, asked: Sequence[Sequence[int]]) -> Solved:
        """All grids, what is unassigned in each, and whatever else is asked."""
        for grid in self.tree:
            self.tell(self.below(grid.id), grid.id)
            self.tell([grid.id])
        for grids in asked:
            self.tell(self.told.inside(grids))
        if self.by_age:  # by class or by age, the people are the same
            for grid in self.tree:
                by_sex = [n for sex in SEXES for n in self.unknowns([grid.id], sex)]
                self.attacker.knows_equal(self.unknowns([grid.id], "people"), by_sex)
        return self.attacker.solve()

    def check(self, solved: Solved) -> None:
        """No figure below the limit, of a grid or of its own rows, lies within a spread of it."""
        sets = [self.below(g.id) for g in self.tree] + [[g.id] for g in self.tree]
        for grids in sets:
            for name in self.parts:
                true = self.true(grids, name)
                if 0 < true < LIMIT:
                    low, high = solved.bounds(self.unknowns(grids, name))
                    assert low - 1e-4 <= true <= high + 1e-4
                    assert high - low >= LIMIT - 1e-4, (grids, name, true, low, high)


asked = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), tree=trees(), also=asked)
def test_nothing_small_can_be_worked_out(
    data: st.DataObject, tree: list[Grid], also: list[list[int]]
) -> None:
    """People, classes and households of any tree, with any sets of grids asked together."""
    counts = data.draw(tables(len(tree), by_age=False))
    world = World(tree, counts, by_age=False)
    solved = world.tell_everything([[g for g in grids if g <= len(tree)] for grids in also])
    world.check(solved)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), tree=trees(most=5))
def test_nothing_small_can_be_worked_out_from_ages(data: st.DataObject, tree: list[Grid]) -> None:
    """The same with sex, age groups and bands, which add up to the same people as the classes."""
    world = World(tree, data.draw(tables(len(tree), by_age=True)), by_age=True)
    world.check(world.tell_everything([]))


@settings(max_examples=300, deadline=None)
@given(data=st.data(), tree=trees(most=30), limit=st.sampled_from([3, 5, 10]))
def test_units(data: st.DataObject, tree: list[Grid], limit: int) -> None:
    """Every unit has none or enough of everything, steps get coarser, nothing is hidden idly."""
    n = len(tree)
    paths = [g.path for g in tree]
    counts = np.array(data.draw(st.lists(st.tuples(few, few), min_size=n, max_size=n)))
    units = Units.single(n)
    for column in (slice(0, 1), slice(0, 2)):
        before, parts = units, counts[:, column].astype(np.int64)
        units = put_together(paths, parts, limit, before)
        assert sorted(a for m in units.members for a in m) == list(range(n))
        assert all(atom in units.members[unit] for atom, unit in enumerate(units.of))
        small = [any(0 < c < limit for c in parts[list(m)].sum(axis=0)) for m in units.members]
        for unit, members in enumerate(units.members):
            assert not small[unit] or unit in units.silent
            of_before = [set(before.members[before.of[a]]) for a in members]
            assert all(part <= set(members) for part in of_before)
        total = parts.sum(axis=0)
        if not any(0 < c < limit for c in total):
            assert units.silent == before.silent, "the root could have helped"
        alone = [any(0 < c < limit for c in row) for row in parts]
        if not any(alone):
            assert units == before
        again = put_together(paths, parts, limit, before)
        assert again == units


def test_a_rare_class_hides_little() -> None:
    """One overseas resident in one of three micro-grids: what can be told still is."""
    tree = [Grid(n, p) for n, p in enumerate([(1,), (1, 2), (1, 3), (1, 4)], 1)]
    counts = np.zeros((4, COLUMNS), dtype=np.int64)
    counts[1:, :5] = [(60, 20, 0, 1, 30), (50, 9, 0, 0, 20), (70, 30, 0, 6, 30)]
    counts[:, AGES + BANDS[40]] = counts[:, :4].sum(axis=1)
    told = World(tree, counts, by_age=False).told
    assert told.of([1, 2, 3, 4], 1) | {} == told.exact([1, 2, 3, 4])
    for grid in (2, 3, 4):
        found, exact = told.of([grid], grid), told.exact([grid])
        for name in ("people", "households", "registered"):
            assert found[name] == exact[name]
    assert told.of([3], 3)["overseas"] == 0
    assert [told.of([g], g)["overseas"] for g in (2, 4)] == [None, None]
