"""What the modes 人口, 场所 and 队伍 of the wall show beside the figures of every mode."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from services.analytics.schemas import GridName, LabelCount


class Share(BaseModel):
    """A count and its share in whole percent.

    To a caller who may not read people ``n`` is null, and so is ``percent`` where the grid holds
    fewer people than would hide a handful behind a whole percent.
    """

    n: int | None
    percent: int | None


class Freshness(BaseModel):
    """How long ago people were last confirmed 最近确认: 90 days, a year, longer or never."""

    fresh: Share
    aging: Share
    old: Share


class Dwellings(BaseModel):
    """Houses in use; how many are let, and in how many somebody is entered."""

    total: int
    rented: int
    lived_in: Share


class PeopleMode(BaseModel):
    """Mode 人口; ``care`` counts the labels of the group *care* that the caller's roles may see."""

    freshness: Freshness
    houses: Dwellings
    care: list[LabelCount]


class Due(BaseModel):
    """Premises by when their check is due: past its date, today (or never checked), in 7 days."""

    overdue: int = 0
    due: int = 0
    soon: int = 0
    later: int = 0


class Attention(BaseModel):
    """Premises by attention level 关注等级."""

    general: int = 0
    medium: int = 0
    serious: int = 0


class LookDay(BaseModel):
    """Inspections of one day, and how many of them found something that was not right."""

    day: date
    working: bool
    looks: int = 0
    bad: int = 0


class Findings(BaseModel):
    """Findings 隐患: open in time, open past their date, refused; rectified in thirty days."""

    open: int
    late: int
    refused: int
    rectified: int


class Round(BaseModel):
    """A patrol area: its nine-small premises, how many are due, whether it is walked today.

    ``starts_at`` and ``ends_at`` are times of the day as 08:00.
    """

    id: int
    name: str
    today: bool
    starts_at: str
    ends_at: str
    officers: int
    premises: int
    due: int


class PremisesMode(BaseModel):
    """Mode 场所; ``due_by_part`` counts overdue and due checks by child grid."""

    due: Due
    attention: Attention
    due_by_part: dict[int, int]
    days: list[LookDay]
    findings: Findings
    rounds: list[Round]


class Offices(BaseModel):
    """Posts in force at the grids of one level."""

    level: int
    grids: int = 0
    leader: int = 0
    deputy: int = 0
    staff: int = 0
    vacant: int = 0


class Vacancy(GridName):
    """A grid without a leader; ``place`` names the grids between the shown one and it."""

    place: list[GridName]


class Vacancies(BaseModel):
    """Grids without a leader, the highest levels first."""

    total: int
    items: list[Vacancy]


class StaffMode(BaseModel):
    """Mode 队伍."""

    offices: list[Offices]
    vacancies: Vacancies
    rounds: list[Round]
