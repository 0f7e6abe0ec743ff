"""Age structure 年龄结构: five-year groups by sex, and three broad groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from services.analytics.schemas import AgeBand, Ages

STEP = 5
OLDEST = 85
BANDS = OLDEST // STEP


def _first_day_younger(today: date, years: int) -> date:
    """The first birth date of somebody who is not yet ``years`` old on ``today``."""
    try:
        return today.replace(year=today.year - years) + timedelta(days=1)
    except ValueError:  # 29 February
        return date(today.year - years, 3, 1)


def bounds(today: date) -> list[date]:
    """Ascending limits for SQL ``width_bucket``: bucket 0 is the oldest group, 85 and over."""
    return [_first_day_younger(today, STEP * n) for n in range(BANDS, 0, -1)]


def structure(rows: Sequence[Any], today: date) -> Ages:
    """The age structure from rows (sex, band, n) counted with :func:`bounds`."""
    men: Counter[int | None] = Counter()
    women: Counter[int | None] = Counter()
    for row in rows:
        since = None if row.band is None else (BANDS - row.band) * STEP
        (men if row.sex == "m" else women)[since] += row.n
    bands = [
        AgeBand(
            since=age,
            to=age + STEP - 1 if age < OLDEST else None,
            men=men[age],
            women=women[age],
        )
        for age in range(0, OLDEST + STEP, STEP)
    ]
    both = men + women
    young = sum(n for age, n in both.items() if age is not None and age < 15)
    old = sum(n for age, n in both.items() if age is not None and age >= 60)
    known = sum(n for age, n in both.items() if age is not None)
    return Ages(
        men=sum(men.values()),
        women=sum(women.values()),
        bands=bands,
        young=young,
        working=known - young - old,
        old=old,
        unknown=both[None],
    )
