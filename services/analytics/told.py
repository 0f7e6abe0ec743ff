"""The figures of people that are told to whom may not read people: one table for all of them.

It is computed over all grids, whatever the scope of who asks, so that two readers who compare what
they were told learn nothing more; it is remembered while nothing of it changes (``told_state.sql``
names the state). How small numbers are hidden is decided in :mod:`services.analytics.units`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

import numpy as np
from cachetools import LRUCache
from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.scope import Scope
from services.analytics import ages
from services.analytics.repository import run
from services.analytics.units import Numbers, Path, Units, put_together
from services.db.session import lifted

LIMIT = 5
"""People and households: fewer than this are not told."""
CLASSES = ("registered", "floating", "unsettled", "overseas")
SEXES = ("m", "f")
GROUPS = ("young", "working", "old", "unknown")
Counts = dict[str, int | None]

_KINDS = len(CLASSES)
_HOUSEHOLDS, _AGES, _WOMEN, _NO_AGE = _KINDS, 64, 32, 31
_known: LRUCache[tuple[Any, ...], Told] = LRUCache(8)
_lock = Lock()


@dataclass(frozen=True)
class Split:
    """One step: some counts, each told over ``units`` or not at all."""

    names: tuple[str, ...]
    units: Units
    counts: Numbers


class Told:
    """What is told of each set of grids: a figure is None where it is hidden.

    Attributes
    ----------
    index : grid id -> number of its atom, in the order of ``paths``
    splits : coarser and coarser: people and households; by class; by sex, age group and band
    """

    def __init__(self, tree: Sequence[Row[Any]], splits: Sequence[Split]):
        self.index = {row.id: n for n, row in enumerate(tree)}
        self.paths = [tuple(row.path) for row in tree]
        self.splits = tuple(splits)
        self._below: dict[int, list[int]] = {}
        for n, path in enumerate(self.paths):
            for grid in path:
                self._below.setdefault(grid, []).append(n)
        self._whole: dict[int, Counts] = {}
        self._further: LRUCache[bytes, Units] = LRUCache(64)

    @property
    def people(self) -> Numbers:
        """People of each atom."""
        return self.splits[0].counts[:, 0]

    def further(self, having: Numbers, limit: int) -> Units:
        """Units over which it is told how many have something that the others have not.

        They are made of the units of age groups, because some labels are an age in other words.
        """
        key = having.tobytes()
        with _lock:
            if key not in self._further:
                start = next(split.units for split in self.splits if "m.old" in split.names)
                parts = np.stack([having, np.maximum(self.people - having, 0)], axis=1)
                self._further[key] = put_together(self.paths, parts, limit, start)
            return self._further[key]

    def of(self, grids: Sequence[int], top: int | None = None) -> Counts:
        """The figures of some grids together; ``top`` is the grid they are all of, if there is one.

        A grid that is not in the table (made a moment ago) hides all figures.
        """
        if top is not None and len(grids) == len(self._below.get(top, ())):
            if top not in self._whole:
                self._whole[top] = self._of(self._below[top])
            return self._whole[top]
        if not all(grid in self.index for grid in grids):
            return {name: None for split in self.splits for name in split.names}
        return self._of([self.index[grid] for grid in grids])

    def inside(self, grids: Iterable[int]) -> list[int]:
        """Those of ``grids`` whose people can be told together."""
        atoms = [self.index[grid] for grid in grids if grid in self.index]
        return [self.paths[atom][-1] for atom in self.splits[0].units.inside(atoms)]

    def exact(self, grids: Iterable[int]) -> Counts:
        """The figures of some grids as they are, for those who may read people."""
        atoms = [self.index[grid] for grid in grids if grid in self.index]
        return {k: v for split in self.splits for k, v in _named(split, atoms).items()}

    def _of(self, atoms: list[int]) -> Counts:
        found: Counts = {}
        for split in self.splits:
            told = split.units.whole(atoms)
            found |= _named(split, atoms) if told else dict.fromkeys(split.names)
        return found


def _named(split: Split, atoms: list[int]) -> Counts:
    total = split.counts[atoms].sum(axis=0)
    return {name: int(n) for name, n in zip(split.names, total, strict=True)}


def table(session: Session, today: date) -> Told:
    """The table as of now; bands of age as of ``today``."""
    scope = Scope.everything().params()
    with lifted(session):
        state = tuple(run(session, "told_state", **scope)[0])
        key = (str(session.connection().engine.url), *state, today)
        with _lock:
            if key not in _known:
                _known[key] = _made(session, scope, today)
            return _known[key]


def _made(session: Session, scope: Mapping[str, Any], today: date) -> Told:
    # In the order of the tree; the database would unpack each path anew at every comparison.
    tree = sorted(run(session, "told_tree", **scope), key=lambda grid: tuple(grid.path))
    row = run(session, "told", **scope, bounds=ages.bounds(today))[0]
    index = {grid.id: n for n, grid in enumerate(tree)}
    counts = np.zeros((len(tree), _AGES + 2 * _WOMEN), dtype=np.int64)
    for grid, key, n in zip(*(_numbers(text) for text in row), strict=True):
        if grid in index:
            counts[index[grid], key] += n
    return Told(tree, split_up([tuple(grid.path) for grid in tree], counts))


def _numbers(listed: str | None) -> list[int]:
    return [int(n) for n in listed.split(",")] if listed else []


def split_up(paths: Sequence[Path], counts: Numbers) -> list[Split]:
    """The steps, from people as a whole down to five-year bands by sex.

    Each step is over units made of those of the step that it splits further.
    """

    def step(names: Sequence[str], columns: Sequence[Numbers], start: Units) -> Split:
        parts = np.stack(columns, axis=1)
        return Split(tuple(names), put_together(paths, parts, LIMIT, start), parts)

    classes = [counts[:, n] for n in range(_KINDS)]
    others = [np.sum(classes[n:], axis=0) for n in range(_KINDS)]
    first = step(
        ("people", "households"), (others[0], counts[:, _HOUSEHOLDS]), Units.single(len(paths))
    )
    made = [first]
    # One class against the rest, then the next one: the common classes are told widely, and a
    # rare one hides itself and as few others as can be.
    for n, name in enumerate(CLASSES[:-2]):
        made.append(step((name, f"-{name}"), (classes[n], others[n + 1]), made[-1].units))
    made.append(step(CLASSES[-2:], classes[-2:], made[-1].units))
    return made + _by_age(step, counts, first.units)


def _by_age(step: Any, counts: Numbers, start: Units) -> list[Split]:
    bands = {
        sex: counts[:, _AGES + _WOMEN * n : _AGES + _WOMEN * (n + 1)] for n, sex in enumerate(SEXES)
    }
    groups = {
        (sex, group): [bands[sex][:, n] for n in numbers]
        for sex in SEXES
        for group, numbers in _GROUP_BANDS.items()
    }
    made = [step(SEXES, [bands[sex].sum(axis=1) for sex in SEXES], start)]
    names = [f"{sex}.{group}" for sex, group in groups]
    made.append(step(names, [np.sum(g, axis=0) for g in groups.values()], made[-1].units))
    by_group = made[-1].units
    for (sex, group), columns in groups.items():
        if group != "unknown":
            listed = [f"{sex}.{(ages.BANDS - n) * ages.STEP}" for n in _GROUP_BANDS[group]]
            made.append(step(listed, columns, by_group))
    return made


def _bands_of(since: int, to: int) -> tuple[int, ...]:
    """Numbers of the bands from one age up to another, the youngest first."""
    return tuple(ages.BANDS - age // ages.STEP for age in range(since, to, ages.STEP))


_GROUP_BANDS = {
    "young": _bands_of(0, 15),
    "working": _bands_of(15, 60),
    "old": _bands_of(60, ages.OLDEST + ages.STEP),
    "unknown": (_NO_AGE,),
}
