"""Somebody who knows every figure that was told, and that all figures are sums of counts.

The counts (of each grid's own people, by class, by age ...) are unknown whole numbers from 0 up;
each told figure is one equation. :meth:`Attacker.bounds` is all that follows for any sum of
counts: the least and the greatest value over all worlds that agree with what was told. It is an
exact linear programme, solved here by the simplex method, and knows nothing of how figures are
chosen to be hidden.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

TINY = 1e-7


class Attacker:
    """``counts`` unknown numbers and what was told of them."""

    def __init__(self, counts: int):
        self.counts = counts
        self._told: dict[tuple[int, ...], int] = {}
        self._same: list[tuple[list[int], list[int]]] = []

    def hears(self, members: Iterable[int], value: int) -> None:
        """A sum of counts was told; the same sum told twice must be the same number."""
        key = tuple(sorted(members))
        assert self._told.setdefault(key, value) == value, "two answers for one figure"

    def knows_equal(self, some: list[int], others: list[int]) -> None:
        """Two sums of counts are the same whatever they are, such as people by class and by age."""
        self._same.append((some, others))

    def solve(self) -> Solved:
        """Make the equations ready for :meth:`Solved.bounds`."""
        rows = np.zeros((len(self._told) + len(self._same), self.counts))
        for n, members in enumerate(self._told):
            rows[n, list(members)] = 1
        for n, (some, others) in enumerate(self._same, len(self._told)):
            rows[n, some], rows[n, others] = 1, -1
        return Solved(rows, np.array([*self._told.values(), *[0] * len(self._same)], dtype=float))


class Solved:
    """The equations in reduced form, cut into blocks that have no count in common."""

    def __init__(self, rows: np.ndarray, sums: np.ndarray):
        # Counts that always occur together are one unknown: only their sum can be known.
        columns, self.column = np.unique(rows, axis=1, return_inverse=True)
        self.column = self.column.reshape(-1)
        table = _reduced(np.column_stack([columns, sums]))
        self.rows, self.sums = table[:, :-1], table[:, -1]
        self.block = _blocks(self.rows)
        self._ready: dict[int, tuple[np.ndarray, np.ndarray, list[int]]] = {}

    def bounds(self, members: Iterable[int]) -> tuple[float, float]:
        """The least and the greatest possible sum of some counts; inf where nothing limits it."""
        weights: dict[int, list[int]] = {}
        chosen = set(members)
        touched = {int(self.column[count]) for count in chosen}
        for count in np.flatnonzero(np.isin(self.column, list(touched))):
            weights.setdefault(int(self.column[count]), []).append(int(count in chosen))
        least = self._least({c: min(w) for c, w in weights.items()})
        most = -self._least({c: -max(w) for c, w in weights.items()})
        return least, most

    def _least(self, weights: dict[int, int]) -> float:
        total = 0.0
        for block in {int(self.block[c]) for c in weights}:
            if block not in self._ready:
                self._ready[block] = self._block(block)
            columns, table, basis = self._ready[block]
            goal = np.array([float(weights.get(int(c), 0)) for c in columns])
            if len(table):
                total += _descend(table.copy(), basis.copy(), np.append(goal, 0.0))
            elif (goal < 0).any():
                return -np.inf
        return total

    def _block(self, block: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
        """One world that agrees with what was told of a block, as a tableau to start from."""
        columns = np.flatnonzero(self.block == block)
        rows = np.flatnonzero(np.abs(self.rows[:, columns]).max(axis=1, initial=0) > TINY)
        return columns, *_feasible(self.rows[np.ix_(rows, columns)], self.sums[rows])


def _reduced(table: np.ndarray) -> np.ndarray:
    """Reduced row echelon form of equations; refuses those that contradict each other."""
    table, row = table.copy(), 0
    for column in range(table.shape[1] - 1):
        if row == len(table):
            break
        best = row + int(np.argmax(np.abs(table[row:, column])))
        if abs(table[best, column]) < TINY:
            continue
        table[[row, best]] = table[[best, row]]
        table[row] /= table[row, column]
        others = np.flatnonzero(np.abs(table[:, column]) > TINY)
        others = others[others != row]
        table[others] -= np.outer(table[others, column], table[row])
        row += 1
    assert np.abs(table[row:]).max(initial=0) < 1e-5, "what was told contradicts itself"
    kept = table[:row]
    kept[np.abs(kept) < TINY] = 0
    return kept


def _blocks(rows: np.ndarray) -> np.ndarray:
    """A number for each unknown, the same for unknowns that equations connect."""
    block = np.arange(rows.shape[1])
    for row in rows:
        joined = np.flatnonzero(row)
        old = np.unique(block[joined])
        block[np.isin(block, old)] = old[0]
    return block


def _feasible(rows: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """A tableau of rows·x = sums, x >= 0 whose basis is one solution."""
    m, n = rows.shape
    sign = np.where(sums < 0, -1.0, 1.0)
    table = np.column_stack([rows * sign[:, None], np.eye(m), sums * sign])
    basis = list(range(n, n + m))
    goal = np.concatenate([np.zeros(n), np.ones(m), [0.0]])
    assert _descend(table, basis, goal) < 1e-5, "no world agrees with what was told"
    for row, column in enumerate(basis):
        if column >= n:
            _pivot(table, basis, row, int(np.argmax(np.abs(table[row, :n]))))
    return np.delete(table, range(n, n + m), axis=1), basis


def _descend(table: np.ndarray, basis: list[int], goal: np.ndarray) -> float:
    """The least goal·x from a solution on; -inf where nothing limits it.

    Bland's rule, the first column that helps and the first row that limits it, never goes in
    circles; the column that helps most is faster and is taken while it gets somewhere.
    """
    costs = goal.copy()
    for row, column in enumerate(basis):
        costs -= costs[column] * table[row]
    stuck = 0
    while True:
        able = np.flatnonzero(costs[:-1] < -TINY)
        if not len(able):
            return float(-costs[-1])
        column = int(able[0] if stuck > 20 else np.argmin(costs[:-1]))
        limits = np.flatnonzero(table[:, column] > TINY)
        if not len(limits):
            return -np.inf
        ratios = table[limits, -1] / table[limits, column]
        stuck = stuck + 1 if ratios.min() <= TINY else 0
        tied = limits[ratios <= ratios.min() + TINY]
        _pivot(table, basis, min(tied, key=lambda r: basis[r]), column)
        costs -= costs[column] * table[basis.index(column)]


def _pivot(table: np.ndarray, basis: list[int], row: int, column: int) -> None:
    table[row] /= table[row, column]
    others = np.flatnonzero(np.abs(table[:, column]) > TINY)
    others = others[others != row]
    table[others] -= np.outer(table[others, column], table[row])
    basis[row] = column
