"""Bodies and questions of the routes of labels.

A label stands in a body, never in a URL: that somebody has one is told to nobody who reads a log.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.kit.paging import Code, Id


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, populate_by_name=True)


class Restart(_Body):
    """A label begins once more, with the last day of its term where it has one."""

    code: Code
    term_ends_on: date | None = None


class Start(Restart):
    """A label begins; ``since``: from when its years count, where that is earlier than today."""

    since: date | None = None


class Stop(_Body):
    """A label ends with a reason of the list."""

    code: Code
    reason: Code


class Upcoming(_Body):
    """What the rules will do in a span of days; the next thirty by default."""

    grid: Id | None = None
    since: date | None = Field(None, alias="from")
    to: date | None = None
    page: int = Field(1, ge=1, le=1_000_000)
    size: int = Field(50, ge=1, le=500)
