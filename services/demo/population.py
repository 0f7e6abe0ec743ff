"""The made-up people of the demo county: four classes, ids, phones, homes, cancelled entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from services.demo.division import share
from services.demo.dwellings import Houses, settle
from services.demo.families import Members, make_families
from services.demo.footprints import Buildings
from services.demo.idnumbers import id_numbers, phones
from services.demo.names import given_names, surnames
from services.demo.plane import Floats, Ints, Words, stream

# Per 43,494 households: the four classes (P1) and entries that were cancelled.
REGISTERED, FLOATING, UNSETTLED, OVERSEAS, CANCELLED = 142_906, 11_034, 1_187, 111, 620
UNPLACED, AWAY = 46, 38
_AWAY_REASONS = ["away_work", "away_study", "military", "hospital", "household_only"]


@dataclass
class People:
    """One entry a person. ``-1`` stands for none in ``household`` and ``house``.

    ``gone`` is how many days ago the entry was cancelled (-1: active), ``confirmed`` how many
    days ago it was confirmed. ``level`` is the level of the grid of a person without a place.
    """

    cls: Words
    household: Ints
    relation: Words
    male: npt.NDArray[np.bool_]
    birth: npt.NDArray[np.datetime64]
    name: Words
    house: Ints
    micro: Ints
    id_kind: Words
    id_number: Words
    phone: Words
    confirmed: Ints
    gone: Ints
    gone_why: Words
    level: Ints
    no_place: Words

    def __len__(self) -> int:
        return len(self.cls)


@dataclass(frozen=True)
class Homes:
    """Households: micro-grid, house; and which houses are rented out."""

    micro: Ints
    house: Ints
    rented: npt.NDArray[np.bool_]


def _births(age: Floats, today: date, rng: np.random.Generator) -> npt.NDArray[np.datetime64]:
    new_year = np.datetime64(date(today.year, 1, 1))
    days = np.maximum(1, np.round(age * 365.2425 + rng.integers(0, 3, len(age)))).astype(np.int64)
    return new_year - days.astype("timedelta64[D]")


def _family_names(members: Members, households: int, rng: np.random.Generator) -> Words:
    of_household = surnames(households, rng)[members.household]
    # Wives and mothers-in-law keep the name they were born with.
    married_in = (members.slot == 1) | (members.slot == 6)
    last = np.where(married_in, surnames(len(of_household), rng), of_household)
    return np.char.add(last, given_names(len(last), rng)).astype(object)


def _lodgers(
    count: int, houses: Houses, rank: Ints, buildings: Buildings, households: Ints
) -> tuple[Ints, Ints]:
    """Groups of one to four in houses that no household lives in; denser in the town."""
    rng = stream("lodgers")
    micro = buildings.micro[houses.building]
    free = np.flatnonzero((rank >= 0) & (rank >= households[micro]))
    kind = buildings.kind[houses.building[free]]
    pull = np.where(kind == "farmhouse", 0.35, np.where(kind == "market", 1.6, 1.0))
    size = rng.choice([1, 2, 3, 4], count, p=[0.4, 0.3, 0.2, 0.1])
    groups = int(np.searchsorted(np.cumsum(size), count)) + 1
    groups = min(groups, len(free))
    picked = rng.choice(free, groups, replace=False, p=pull / pull.sum())
    size = size[:groups]
    member = np.repeat(np.arange(groups), size)[:count]
    member = np.concatenate((member, rng.integers(0, groups, count - len(member))))
    return picked[member], np.sort(picked)


def _blank(count: int, cls: str) -> People:
    nothing, none = np.full(count, "", dtype=object), np.full(count, -1, dtype=np.int64)
    return People(
        np.full(count, cls, dtype=object), none.copy(), nothing.copy(), np.zeros(count, dtype=bool),
        np.zeros(count, dtype="datetime64[D]"), nothing.copy(), none.copy(), none.copy(),
        np.full(count, "resident", dtype=object), nothing.copy(), nothing.copy(),
        np.zeros(count, dtype=np.int64), none.copy(), nothing.copy(),
        np.full(count, 5, dtype=np.int64), nothing.copy(),
    )  # fmt: skip


def _joined(parts: list[People]) -> People:
    return People(
        **{f: np.concatenate([getattr(p, f) for p in parts]) for f in People.__dataclass_fields__}
    )


def _registered(homes: Homes, micro_of: Ints, count: int, today: date) -> tuple[People, Members]:
    rng = stream("registered")
    members = make_families(len(homes.micro), count, rng)
    people = _blank(count, "registered")
    people.household, people.relation, people.male = (
        members.household,
        members.relation,
        members.male,
    )
    people.birth = _births(members.age, today, rng)
    people.name = _family_names(members, len(homes.micro), rng)
    people.house = homes.house[members.household]
    people.micro = micro_of[people.house]
    return people, members


def _unsettled(count: int, registered: People, members: Members, today: date) -> People:
    """Small children not yet in the household book, and a few adults without one."""
    rng = stream("unsettled")
    people = _blank(count, "unsettled")
    # The grandparents or parents they live with.
    hosts = np.flatnonzero(members.head & (members.slot <= 5))
    host = rng.choice(hosts, count, replace=False)
    child = rng.random(count) < 0.72
    people.male = rng.random(count) < 0.53
    age = np.where(child, rng.triangular(0, 0.4, 7, count), rng.uniform(18, 58, count))
    people.birth = _births(age, today, rng)
    descent = np.where(
        members.age[host] < 50,
        np.where(people.male, "son", "daughter"),
        np.where(people.male, "grandson", "granddaughter"),
    )
    people.relation = np.where(child, descent, "other").astype(object)
    people.household = registered.household[host]
    people.house, people.micro = registered.house[host], registered.micro[host]
    family = np.array([n[0] for n in registered.name[host]])
    people.name = np.char.add(
        np.where(child, family, surnames(count, rng)), given_names(count, rng)
    ).astype(object)
    people.id_kind[:] = "none"
    return people


def _floating(house: Ints, micro_of: Ints, today: date) -> People:
    rng = stream("floating")
    count = len(house)
    people = _blank(count, "floating")
    people.male = rng.random(count) < 0.57
    child = rng.random(count) < 0.14
    age = np.where(child, rng.uniform(1, 17, count), rng.triangular(17, 29, 62, count))
    people.birth = _births(age, today, rng)
    people.name = np.char.add(surnames(count, rng), given_names(count, rng)).astype(object)
    people.relation[:] = "tenant"
    people.house, people.micro = house, micro_of[house]
    return people


def _overseas(count: int, house: Ints, micro_of: Ints, today: date) -> People:
    """Foreigners and compatriots; their documents carry letters that no office gives out."""
    rng = stream("overseas")
    people = _blank(count, "overseas")
    people.male = rng.random(count) < 0.4
    people.birth = _births(rng.triangular(19, 30, 66, count), today, rng)
    people.name = np.char.add(surnames(count, rng), given_names(count, rng)).astype(object)
    people.relation[:] = "tenant"
    people.id_kind = rng.choice(
        np.array(["passport", "hkmt_permit", "tw_permit"], dtype=object), count, p=[0.7, 0.2, 0.1]
    )
    people.id_number = np.array([f"ZZ{n:07d}" for n in range(1, count + 1)], dtype=object)
    people.house, people.micro = house, micro_of[house]
    return people


def _cancelled(count: int, source: People, today: date) -> People:
    """Entries that no longer count: with reason and time (P1)."""
    rng = stream("cancelled")
    host = rng.choice(np.flatnonzero(source.cls == "registered"), count, replace=False)
    people = _blank(count, "registered")
    why = rng.choice(
        np.array(["deceased", "moved_out", "settled", "left", "duplicate"], dtype=object), count,
        p=[0.38, 0.24, 0.15, 0.18, 0.05],
    )  # fmt: skip
    people.gone_why, people.gone = why, rng.integers(1, 730, count)
    people.male = rng.random(count) < 0.52
    age = np.where(why == "deceased", rng.triangular(55, 80, 97, count), rng.uniform(1, 60, count))
    people.birth = _births(age + 2, today, rng)
    people.name = np.char.add(surnames(count, rng), given_names(count, rng)).astype(object)
    people.cls[why == "left"] = "floating"
    people.relation = np.where(why == "left", "tenant", "other").astype(object)
    people.house, people.micro = source.house[host], source.micro[host]
    known = np.flatnonzero(why == "settled")  # the same person, once without a household book
    people.cls[known], people.id_kind[known] = "unsettled", "none"
    for field in ("name", "male", "birth"):
        getattr(people, field)[known] = getattr(source, field)[host[known]]
    return people


def _number(people: People) -> None:
    """Id numbers for all holders of an identity card; phones for most adults."""
    rng = stream("numbers")
    holders = np.flatnonzero(people.id_kind == "resident")
    people.id_number[holders] = id_numbers(people.birth[holders], people.male[holders])
    age = (people.birth.max() - people.birth).astype(np.int64) / 365.2425
    called = np.flatnonzero((age > 14) & (rng.random(len(age)) < np.where(age > 72, 0.55, 0.93)))
    people.phone[called] = phones(called + 1)


def _date_and_displace(people: People) -> None:
    """When each entry was last confirmed; a few people without a known place."""
    rng = stream("confirmed")
    n = len(people)
    fresh = np.floor(rng.gamma(1.6, 34, n)).astype(np.int64)
    pace = np.exp(rng.normal(0, 0.35, int(people.micro.max()) + 1))[people.micro]
    people.confirmed = np.minimum((fresh * pace).astype(np.int64), 540)
    pool = np.flatnonzero((people.gone < 0) & np.isin(people.cls, ("registered", "floating")))
    part = len(people) / (REGISTERED + FLOATING + UNSETTLED + OVERSEAS + CANCELLED)
    lost, away = max(4, round(UNPLACED * part)), max(4, round(AWAY * part))
    chosen = rng.choice(pool, lost + away, replace=False)
    people.house[chosen] = -1
    people.level[chosen[:lost]] = rng.choice([3, 3, 3, 2, 1], lost)
    people.no_place[chosen[lost:]] = rng.choice(
        np.array(_AWAY_REASONS, dtype=object), away, p=[0.5, 0.2, 0.08, 0.08, 0.14],
    )  # fmt: skip


def populate(
    households: Ints, houses: Houses, buildings: Buildings, today: date
) -> tuple[People, Homes, Ints]:
    """People for ``households`` (per micro-grid).

    Returns the people in order of micro-grid, the homes, and the person who heads each household.
    """
    total = int(households.sum())
    micro_of = buildings.micro[houses.building]
    house, rank = settle(houses, buildings, households)
    grid = np.repeat(np.arange(len(households)), households)
    per = total / 43_494
    counts = [round(c * per) for c in (REGISTERED, FLOATING, UNSETTLED, OVERSEAS, CANCELLED)]
    lodging, rented = _lodgers(counts[1] + counts[3], houses, rank, buildings, households)
    flags = np.zeros(len(houses.building), dtype=bool)
    flags[rented] = True
    homes = Homes(grid, house, flags)
    registered, members = _registered(homes, micro_of, counts[0], today)
    people = _joined(
        [
            registered,
            _floating(lodging[: counts[1]], micro_of, today),
            _unsettled(counts[2], registered, members, today),
            _overseas(counts[3], lodging[counts[1] :], micro_of, today),
        ]
    )
    people = _joined([people, _cancelled(counts[4], people, today)])
    _number(people)
    _date_and_displace(people)
    order = np.lexsort((people.household, people.micro))
    place = np.argsort(order)
    heads = np.flatnonzero(members.head)
    head = np.empty(total, dtype=np.int64)
    head[members.household[heads]] = place[heads]
    ordered = People(**{f: getattr(people, f)[order] for f in People.__dataclass_fields__})
    return ordered, homes, head


__all__ = ["Homes", "People", "populate", "share"]
