"""Families 家庭 in the wide sense: who lives under one roof with somebody the household book does
not know, and lodgers who share a house."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.demo.plane import Ints, Words
from services.demo.population import People


@dataclass(frozen=True)
class WideFamilies:
    """Families in order of micro-grid: the head of each, and of each person the family (-1: none)
    and what he is to its head ('' outside of families)."""

    head: Ints
    member: Ints
    relation: Words


def wide_families(people: People) -> WideFamilies:
    """The families of those of ``people`` who live in a house now."""
    n, here = len(people), (people.gone < 0) & (people.house >= 0)
    beside = people.household[here & (people.cls == "unsettled")]
    kin = here & (people.household >= 0) & np.isin(people.household, beside)
    lodger = here & (people.household < 0)
    roof = np.full(n, -1)
    roof[kin] = people.household[kin]
    roof[lodger] = people.household.max() + 1 + people.house[lodger]
    together = np.flatnonzero(kin | lodger)
    _, turn, size = np.unique(roof[together], return_inverse=True, return_counts=True)
    together = together[size[turn] > 1]
    # The head of the household leads its family, the eldest a house of lodgers.
    leads = people.relation[together] == "head"
    order = together[np.lexsort((people.birth[together], ~leads, roof[together]))]
    first = np.r_[True, roof[order][1:] != roof[order][:-1]]
    heads = order[first]
    rank = np.empty(len(heads), dtype=np.int64)
    rank[np.argsort(people.micro[heads], kind="stable")] = np.arange(len(heads))
    member = np.full(n, -1)
    member[order] = rank[np.cumsum(first) - 1]
    head = np.empty(len(heads), dtype=np.int64)
    head[rank] = heads
    relation = np.full(n, "", dtype=object)
    known = people.relation[head][member[order]] == "head"
    relation[order] = np.where(known, people.relation[order], "other")
    relation[heads] = "head"
    return WideFamilies(head, member, relation)
