"""Working time against a minute-by-minute brute force on the official calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.clock import ZONE, add_working_hours, is_workday, working_hours_between

STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 1)).map(
    lambda d: d.replace(second=0, microsecond=0, tzinfo=ZONE)
)


def minutes_worked(start: datetime, end: datetime) -> int:
    """Count the working minutes one by one."""
    total, now = 0, start
    while now < end:
        inside = 510 <= now.hour * 60 + now.minute < 720 or 870 <= now.hour * 60 + now.minute < 1080
        total += inside and chinese_calendar.is_workday(now.date())
        now += timedelta(minutes=1)
    return total


@settings(max_examples=60, deadline=None)
@given(STARTS, st.integers(1, 5 * 24 * 60))
def test_hours_between_equals_counting_minutes(start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    assert working_hours_between(start, end) * 60 == pytest.approx(minutes_worked(start, end))


@settings(max_examples=200, deadline=None)
@given(STARTS, st.integers(1, 40 * 60))
def test_adding_and_measuring_agree(start: datetime, minutes: int) -> None:
    end = add_working_hours(start, minutes / 60)
    assert working_hours_between(start, end) * 60 == pytest.approx(minutes, abs=1e-6)
    # The deadline is the first such moment: a minute earlier the time was not yet used up.
    earlier = end - timedelta(minutes=1)
    assert working_hours_between(start, earlier) * 60 < minutes


def test_make_up_saturday_works_and_spring_festival_rests() -> None:
    assert is_workday(date(2025, 1, 26))  # a Sunday worked for Spring Festival
    assert not is_workday(date(2025, 1, 29))
    friday = datetime(2025, 1, 24, 17, 30, tzinfo=ZONE)
    assert add_working_hours(friday, 1) == datetime(2025, 1, 26, 9, 0, tzinfo=ZONE)


def test_years_beyond_the_calendar_fall_back_to_weekends() -> None:
    assert is_workday(date(2040, 1, 2))
    assert not is_workday(date(2040, 1, 1))
