"""Deadlines in working hours on the official Chinese calendar, make-up working days included.

A working day runs 08:30-12:00 and 14:30-18:00 Beijing time, seven working hours. Holidays come
from ``chinesecalendar``; beyond the years it knows, weekends alone count as days off.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
from sqlalchemy import func, select
from sqlalchemy.orm import Session

ZONE = ZoneInfo("Asia/Shanghai")
SPANS = ((time(8, 30), time(12, 0)), (time(14, 30), time(18, 0)))
DAY_HOURS = 7


@lru_cache(maxsize=4096)
def is_workday(day: date) -> bool:
    """Whether ``day`` is worked, by the official calendar where it is known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def _spans(day: date) -> list[tuple[datetime, datetime]]:
    if not is_workday(day):
        return []
    return [
        (datetime.combine(day, start, ZONE), datetime.combine(day, end, ZONE))
        for start, end in SPANS
    ]


def add_working_hours(start: datetime, hours: float) -> datetime:
    """The moment when ``hours`` working hours have passed since ``start`` (aware)."""
    left = timedelta(hours=hours)
    now = start.astimezone(ZONE)
    day = now.date()
    while True:
        for begin, end in _spans(day):
            begin_here = max(begin, now)
            if begin_here >= end:
                continue
            if end - begin_here >= left:
                return begin_here + left
            left -= end - begin_here
        day += timedelta(days=1)


def working_hours_between(start: datetime, end: datetime) -> float:
    """Working hours between two aware moments; 0 when ``end`` is not after ``start``."""
    first, last = start.astimezone(ZONE), end.astimezone(ZONE)
    total = timedelta()
    day = first.date()
    while day <= last.date():
        for begin, stop in _spans(day):
            total += max(timedelta(), min(stop, last) - max(begin, first))
        day += timedelta(days=1)
    return total / timedelta(hours=1)


def current_day(session: Session) -> date:
    """The day at the place of the settings: connections have its time zone."""
    return session.scalars(select(func.current_date())).one()
