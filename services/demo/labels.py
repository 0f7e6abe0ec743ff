"""Labels on the made-up people: by age, by rule and by hand, at realistic small rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from services.demo.plane import Floats, Ints, Words, stream
from services.demo.population import People

# code: (lowest age, highest age, share of those people, women only)
_BY_HAND: dict[str, tuple[float, float, float, bool]] = {
    "disabled": (4, 99, 0.026, False),
    "entitled": (20, 99, 0.004, False),
    "aid": (1, 99, 0.034, False),
    "left_behind_child": (0.5, 15.5, 0.07, False),
    "left_behind_elder": (60.2, 99, 0.06, False),
    "lost_only_child": (49, 90, 0.0009, False),
    "unemployed": (20, 58, 0.008, False),
    "maternity": (20, 41, 0.021, True),
    "correction": (18, 66, 0.0007, False),
    "released": (20, 70, 0.0016, False),
    "drug_rehab": (20, 58, 0.0008, False),
    "mental": (18, 80, 0.0038, False),
    "youth_at_risk": (6.5, 24, 0.0012, False),
    "dangerous_goods": (22, 58, 0.0005, False),
}
_TERM_DAYS = {"correction": 730, "drug_rehab": 1_095, "maternity": 500, "dangerous_goods": 1_095}


@dataclass(frozen=True)
class Labels:
    """One entry a label on a person; days are counted before today, -1 for none."""

    person: Ints
    code: Words
    started: Ints
    by_rule: np.ndarray[tuple[int], np.dtype[np.bool_]]
    term_ends_in: Ints  # days after today, -1 without a term
    stopped: Ints


def ages(people: People, today: date) -> Floats:
    """Age in years today."""
    return np.asarray((np.datetime64(today) - people.birth).astype(np.int64) / 365.2425)


def _birthday(people: People, who: Ints, years: int, today: date) -> Ints:
    """Days since the ``years``-th birthday; 29 February counts as 1 March."""
    born = people.birth[who].astype(object)
    days = []
    for b in born:
        try:
            mark = b.replace(year=b.year + years)
        except ValueError:
            mark = date(b.year + years, 3, 1)
        days.append((today - mark).days)
    return np.array(days, dtype=np.int64)


def make_labels(people: People, today: date) -> Labels:
    """Labels of active people."""
    rng = stream("labels")
    age, active = ages(people, today), people.gone < 0
    near = np.flatnonzero(active & (age > 59.9))
    since = _birthday(people, near, 60, today)
    old, since = near[since >= 0], since[since >= 0]
    parts = [(old, "elderly", since, True)]
    for code, (low, high, share, women) in _BY_HAND.items():
        pool = np.flatnonzero(active & (age >= low) & (age <= high) & ~(people.male & women))
        chosen = np.sort(rng.choice(pool, max(1, round(share * len(pool))), replace=False))
        longest = _TERM_DAYS.get(code, 1_500) * 0.8
        limit = np.maximum((age[chosen] - low) * 365, 1)
        days = np.minimum(rng.integers(3, int(longest), len(chosen)), limit).astype(np.int64)
        parts.append((chosen, code, days, False))
    person = np.concatenate([p for p, _, _, _ in parts])
    codes: Words = np.concatenate([np.full(len(p), c, dtype=object) for p, c, _, _ in parts])
    started = np.concatenate([d for _, _, d, _ in parts])
    by_rule = np.concatenate([np.full(len(p), r) for p, _, _, r in parts])
    term = np.array([_TERM_DAYS.get(c, -1) for c in codes])
    ends = np.where(term > 0, term - started, -1)
    done = (term < 0) & ~by_rule & (rng.random(len(codes)) < 0.06) & (started > 30)
    stopped = np.where(done, started // 3, -1)
    return Labels(person, codes, started, by_rule, ends, stopped)
