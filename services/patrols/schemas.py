"""What the patrol routes answer. Nothing here can hold a full name, an id number or a phone."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

Freshness = Literal["fresh", "aging", "old"]
DueState = Literal["overdue", "due", "later"]


class GridBrief(BaseModel):
    """The grid that a row belongs to."""

    id: int
    code: str
    name: str


class AreaBrief(BaseModel):
    """A patrol area 巡查区 in a list. Times are local, weekdays ISO (1 = Monday), bbox w s e n."""

    id: int
    name: str
    kind: Literal["polygon", "line"]
    width_m: float | None
    grid: GridBrief
    weekdays: list[int]
    starts_at: str
    ends_at: str
    bbox: list[float]
    mine: bool


class Officer(BaseModel):
    """Who walks an area; the name only for those who may read the register of staff."""

    staff_id: int
    name: str | None
    me: bool


class AreaCard(AreaBrief):
    """One area with its outline (GeoJSON, EPSG:4490), inner point and officers."""

    geometry: dict[str, Any]
    line: dict[str, Any] | None
    centre: list[float]
    officers: list[Officer]


class Reason(BaseModel):
    """Why a premises is due when it is.

    ``code``: 'never' has no check yet, 'interval' is its kind's interval at this attention level
    (``every_days``), 'set' is a date set otherwise. ``days``: since (overdue) or until it is due.
    """

    code: Literal["never", "interval", "set"]
    days: int
    every_days: int


class Check(BaseModel):
    """A premises, its last check and what is due. ``attention`` 1 general 2 medium 3 serious."""

    id: int
    name: str
    kinds: list[str]
    attention: int
    address: str
    building_id: int | None
    grid_id: int
    lon: float | None
    lat: float | None
    last_check_on: date | None
    due_on: date | None
    state: DueState
    reason: Reason


class Stop(Check):
    """A premises of the round: its place in the walking order, None when it is not walked.

    ``leg_m``: metres from the stop before (from the start position for the first, 0 without one).
    """

    order: int | None
    leg_m: float | None


class Counts(BaseModel):
    """Premises of the area by state; they add up to ``total``."""

    total: int
    overdue: int
    due: int
    later: int


class Round(BaseModel):
    """The round 巡查路线 of an area on a day: stops in walking order, then those not walked.

    Distances are straight lines on the ground from stop to stop, in metres.
    """

    area_id: int
    date: date
    on_duty: bool
    start: list[float] | None
    counts: Counts
    walked: int
    length_m: float
    stops: list[Stop]


class PremisesCard(Check):
    """The card of a premises at the door: the person in charge is masked, there is no number."""

    licence: str
    floor_area_m2: float | None
    employees: int | None
    in_charge: str | None
    chain: list[dict[str, Any]]


class CareLabel(BaseModel):
    """A care label 关怀类标签 that the reader's post may see."""

    code: str
    name: str
    name_en: str


class Resident(BaseModel):
    """A person as the phone may show one: surname and ``**``, never more (P1, P6).

    ``age_band``: '0-5', '6-15', '16-29', '30-39' ... '70-79', '80+', None when unknown.
    Statutory labels are never here.
    """

    name: str
    head: bool
    relation: str | None
    relation_en: str | None
    person_class: str
    sex: str
    age_band: str | None
    care: list[CareLabel]
    freshness: Freshness
    confirmed_days: int | None


class Family(BaseModel):
    """People of one house who belong to one household; ``household`` False: to none."""

    household: bool
    freshness: Freshness
    confirmed_days: int | None
    members: list[Resident]


class HouseState(BaseModel):
    """One cell of the house-state chart 房态图."""

    id: int | None
    unit: int
    floor: int
    room: str
    use: str
    state: Literal["occupied", "rented", "empty", "unchecked", "other"]
    people: int
    freshness: Freshness | None
    confirmed_days: int | None
    families: list[Family]


class BuildingResidents(BaseModel):
    """Who lives in a building; ``elsewhere`` holds those of the building without a house."""

    id: int
    code: str
    name: str
    address: str
    use: str
    floors: int
    units: int
    lon: float
    lat: float
    bbox: list[float]
    chain: list[dict[str, Any]]
    households: int | None
    people: int
    to_check: int
    houses: list[HouseState]
    elsewhere: list[Family]
