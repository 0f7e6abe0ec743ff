"""The figures of people in an answer for whom may not read people: told, or null and named."""

from __future__ import annotations

from services.analytics.ages import OLDEST, STEP
from services.analytics.schemas import AgeBand, Ages, Counts, PeopleByClass
from services.analytics.told import CLASSES, GROUPS, SEXES
from services.analytics.told import Counts as Told

_WORDS = {"m": "men", "f": "women"}


def classes(told: Told) -> PeopleByClass:
    """People by class, as far as they are told."""
    return PeopleByClass(**{name: told[name] for name in CLASSES})


def hidden(told: Told) -> list[str]:
    """Names of the figures of :func:`counts` that are hidden."""
    plain = [name for name in ("households", "people") if told[name] is None]
    return plain + [f"people_by_class.{name}" for name in CLASSES if told[name] is None]


def counts(found: Counts, told: Told) -> Counts:
    """``found`` with its figures of people and households replaced by what is told of them."""
    return found.model_copy(
        update={
            "people": told["people"],
            "households": told["households"],
            "people_by_class": classes(told),
            "hidden": hidden(told),
        }
    )


def ages(told: Told) -> Ages:
    """The age structure, as far as it is told."""
    both = {group: _sum(told, [f"{sex}.{group}" for sex in SEXES]) for group in GROUPS}
    bands = [
        AgeBand(
            since=age,
            to=age + STEP - 1 if age < OLDEST else None,
            men=told[f"m.{age}"],
            women=told[f"f.{age}"],
        )
        for age in range(0, OLDEST + STEP, STEP)
    ]
    named = {**{_WORDS[sex]: told[sex] for sex in SEXES}, **both}
    missing = [name for name, n in named.items() if n is None]
    for word in _WORDS.values():
        missing += [f"{word}.{b.since}" for b in bands if getattr(b, word) is None]
    return Ages(
        men=told["m"],
        women=told["f"],
        bands=bands,
        **both,
        hidden=missing,
    )


def _sum(told: Told, names: list[str]) -> int | None:
    found = [told[name] for name in names]
    return None if None in found else sum(n for n in found if n is not None)
