"""Age bands and summed working hours against the plain rules."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from services.analytics import ages
from services.analytics.worktime import WorkTime
from services.kit.clock import working_hours_between

days = st.dates(date(1920, 1, 1), date(2030, 12, 31))


def age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@given(today=st.dates(date(2020, 1, 1), date(2030, 12, 31)), born=days)
@example(today=date(2024, 2, 29), born=date(2019, 2, 28))
@example(today=date(2024, 2, 29), born=date(2019, 3, 1))
@example(today=date(2025, 2, 28), born=date(2020, 2, 29))
@example(today=date(2025, 3, 1), born=date(2020, 2, 29))
def test_bands_follow_the_birthday(today: date, born: date) -> None:
    if born > today:
        return
    band = bisect_right(ages.bounds(today), born)  # what width_bucket does
    since = (ages.BANDS - band) * ages.STEP
    assert since == min(age(born, today) // ages.STEP * ages.STEP, ages.OLDEST)


moments = st.datetimes(datetime(2025, 9, 1), datetime(2026, 3, 1), timezones=st.just(UTC))


@given(start=moments, hours=st.floats(0, 400))
def test_working_hours(start: datetime, hours: float) -> None:
    end = start + timedelta(hours=hours)
    clock = WorkTime(start - timedelta(days=3), end)
    assert abs(clock.hours(start, end) - working_hours_between(start, end)) < 1e-6
