"""When a premises is to be checked next (O3): the one rule behind every due date.

The interval is that of the level of attention, the strictest of all kinds of the premises, counted
from the last check. What was never checked is due on the day it was entered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Protocol


class Intervals(Protocol):
    """Days between two checks of a kind, by level of attention."""

    check_days_general: int
    check_days_medium: int
    check_days_serious: int


def every_days(kinds: Iterable[Intervals], attention: int) -> int:
    """Days between two checks: the strictest of ``kinds``, which are not empty."""
    name = ("check_days_general", "check_days_medium", "check_days_serious")[attention - 1]
    return min(int(getattr(kind, name)) for kind in kinds)


def on(last: date | None, entered: date, kinds: Iterable[Intervals], attention: int) -> date:
    """The day on which the next check is due."""
    if last is None:
        return entered
    return last + timedelta(days=every_days(kinds, attention))
