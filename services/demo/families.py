"""Registered households as families: who belongs to them, how old, in which relation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.demo.plane import Floats, Ints, Words

FATHER, MOTHER, CHILD, SECOND, THIRD, GRANDFATHER, GRANDMOTHER = range(7)
# (members, share among households of that size)
_SHAPES: dict[int, tuple[tuple[tuple[int, ...], float], ...]] = {
    1: (((FATHER,), 0.44), ((MOTHER,), 0.1), ((GRANDFATHER,), 0.14), ((GRANDMOTHER,), 0.32)),
    2: (
        ((GRANDFATHER, GRANDMOTHER), 0.46),
        ((FATHER, MOTHER), 0.24),
        ((MOTHER, CHILD), 0.06),
        ((FATHER, CHILD), 0.12),
        ((FATHER, GRANDMOTHER), 0.12),
    ),
    3: (
        ((FATHER, MOTHER, CHILD), 0.8),
        ((FATHER, MOTHER, GRANDMOTHER), 0.08),
        ((FATHER, GRANDFATHER, GRANDMOTHER), 0.12),
    ),
    4: (
        ((FATHER, MOTHER, CHILD, SECOND), 0.62),
        ((FATHER, MOTHER, CHILD, GRANDMOTHER), 0.2),
        ((FATHER, MOTHER, CHILD, GRANDFATHER), 0.06),
        ((FATHER, MOTHER, GRANDFATHER, GRANDMOTHER), 0.12),
    ),
    5: (
        ((FATHER, MOTHER, CHILD, SECOND, GRANDMOTHER), 0.5),
        ((FATHER, MOTHER, CHILD, GRANDFATHER, GRANDMOTHER), 0.25),
        ((FATHER, MOTHER, CHILD, SECOND, THIRD), 0.25),
    ),
    6: (((FATHER, MOTHER, CHILD, SECOND, GRANDFATHER, GRANDMOTHER), 1.0),),
    7: (((FATHER, MOTHER, CHILD, SECOND, THIRD, GRANDFATHER, GRANDMOTHER), 1.0),),
}
_SIZES = np.array([0.105, 0.20, 0.265, 0.235, 0.13, 0.05, 0.015])


@dataclass(frozen=True)
class Members:
    """One entry a member: household, slot (0..6), age in years, sex, relation, head or not."""

    household: Ints
    slot: Ints
    age: Floats
    male: npt.NDArray[np.bool_]
    relation: Words
    head: npt.NDArray[np.bool_]


def _sizes(households: int, members: int, rng: np.random.Generator) -> Ints:
    size = rng.choice(np.arange(1, 8), households, p=_SIZES)
    gap = members - int(size.sum())
    able = np.flatnonzero((size < 6) & (size > 1) if gap > 0 else (size > 2))
    size[rng.choice(able, abs(gap), replace=False)] += np.sign(gap)
    return np.asarray(size)


def _presence(size: Ints, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    here = np.zeros((len(size), 7), dtype=bool)
    for count, shapes in _SHAPES.items():
        mine = np.flatnonzero(size == count)
        pick = rng.choice(len(shapes), len(mine), p=[share for _, share in shapes])
        for number, (slots, _) in enumerate(shapes):
            here[np.ix_(mine[pick == number], slots)] = True
    return here


def _ages(here: npt.NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    n = len(here)
    old = here[:, GRANDFATHER] | here[:, GRANDMOTHER]
    couple = ~here[:, CHILD] & (here[:, FATHER] | here[:, MOTHER])
    # The eldest child's age leads; parents and grandparents follow from it.
    grown = rng.random(n) < np.where(old, 0.18, 0.34)
    eldest = np.where(grown, rng.triangular(15, 25, 36, n), rng.uniform(0, 20, n))
    eldest = np.where(here[:, SECOND], np.maximum(eldest, rng.uniform(1.5, 7, n)), eldest)
    mother = eldest + np.clip(rng.normal(25.0, 3.6, n), 19, 41)
    young = rng.random(n) < 0.3
    alone = np.where(young, rng.triangular(21, 26, 40, n), rng.triangular(40, 55, 74, n))
    mother = np.where(couple, np.where(old, rng.triangular(24, 36, 60, n), alone), mother)
    father = mother + np.clip(rng.normal(2.0, 2.4, n), -3, 12)
    elder = np.clip(father + np.clip(rng.normal(25.5, 3.6, n), 18.5, 40), 0, 98)
    apart = ~here[:, FATHER] & ~here[:, MOTHER]  # old people on their own
    elder = np.where(apart, rng.triangular(58, 69, 93, n), elder)
    grandfather = np.minimum(elder + np.clip(rng.normal(0.6, 2.4, n), -2.5, 8), 96)
    second = np.clip(eldest - rng.uniform(1.2, 6.5, n), 0.02, None)
    third = np.clip(second - rng.uniform(1.2, 4.5, n), 0.01, None)
    return np.column_stack((father, mother, eldest, second, third, grandfather, elder))


def _relations(
    here: npt.NDArray[np.bool_], male: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Words, Ints]:
    """Relation to the head, and the slot of the head."""
    n = len(here)
    elders_lead = here[:, GRANDFATHER] & here[:, FATHER] & (rng.random(n) < 0.4)
    middle = np.where(here[:, FATHER], FATHER, MOTHER)
    oldest = np.where(here[:, GRANDFATHER], GRANDFATHER, GRANDMOTHER)
    only_old = ~here[:, FATHER] & ~here[:, MOTHER]
    head = np.where(elders_lead | only_old, oldest, middle)
    relation = np.full((n, 7), "other", dtype=object)
    son, daughter = np.where(male, "son", "daughter"), np.where(male, "grandson", "granddaughter")
    for slot in (CHILD, SECOND, THIRD):
        relation[:, slot] = np.where(elders_lead, daughter[:, slot], son[:, slot])
    relation[:, FATHER] = np.where(elders_lead, "son", "head")
    relation[:, MOTHER] = np.where(elders_lead, "daughter_in_law", "spouse")
    relation[:, GRANDFATHER], relation[:, GRANDMOTHER] = "father", "mother"
    spouse = (head == GRANDFATHER) & here[:, GRANDMOTHER]
    relation[spouse, GRANDMOTHER] = "spouse"
    relation[np.arange(n), head] = "head"
    return relation, head


def make_families(households: int, members: int, rng: np.random.Generator) -> Members:
    """``members`` people in ``households`` families, in order of household."""
    here = _presence(_sizes(households, members, rng), rng)
    age = _ages(here, rng)
    male = rng.random(here.shape) < 0.548
    male[:, [FATHER, GRANDFATHER]] = True
    male[:, [MOTHER, GRANDMOTHER]] = False
    relation, head = _relations(here, male, rng)
    household, slot = np.nonzero(here)
    return Members(
        household,
        slot,
        age[here],
        male[here],
        relation[here],
        (head[:, None] == np.arange(7))[here],
    )
