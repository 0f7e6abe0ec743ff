"""What the read models answer: the panel of a grid (G3) and the wall 大屏 (S1).

All figures are counts of rows that the caller may see. Times are ISO 8601 with offset, boxes
[west, south, east, north] and points [lon, lat] in degrees (EPSG:4490).

Small numbers 小数保护: to a caller who may not read people, a figure of people or households is
null where it is hidden: fewer than 5, or such that a figure below 5 could be worked out from it.
The list ``hidden`` beside it names the figures that are null for this reason, nested ones with a
dot ("people", "people_by_class.floating"). It does not say which of the two reasons it is: that
would give small figures away.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.kit.place import MultiPolygon, Polygon


class GridName(BaseModel):
    """A grid by name, for breadcrumbs and places."""

    id: int
    code: str
    name: str
    level: int


class GridHead(GridName):
    """A grid with what a map needs to show it; ``chain`` runs from the root to the grid."""

    kind: str
    serial: int | None
    parent_id: int | None
    valid_from: date
    bbox: list[float]
    centre: list[float]
    chain: list[GridName] = []


class Lights(BaseModel):
    """Open incidents by light: red overdue 超时, yellow due soon 临期, green in time 时限内."""

    red: int = 0
    yellow: int = 0
    green: int = 0

    @property
    def total(self) -> int:
        """All open incidents."""
        return self.red + self.yellow + self.green


class PeopleByClass(BaseModel):
    """The four classes of actual population 实有人口, which exclude each other."""

    registered: int | None = 0
    floating: int | None = 0
    unsettled: int | None = 0
    overseas: int | None = 0


class Counts(BaseModel):
    """The figures of one area; they add up over its parts. ``hidden`` names those that are null."""

    staff_count: int = 0
    households: int | None = 0
    people: int | None = 0
    people_by_class: PeopleByClass = PeopleByClass()
    buildings: int = 0
    houses: int = 0
    premises: int = 0
    open_incidents: Lights = Lights()
    hidden: list[str] = []


class Leader(BaseModel):
    """Somebody in office: leader 网格长 or deputy 副网格长."""

    staff_id: int
    name: str
    post: str


class ChildCounts(Counts):
    """The figures of one child grid."""

    id: int
    code: str
    name: str
    level: int
    serial: int | None


class Panel(Counts):
    """The panel of a grid (G3). ``unassigned`` 未归属: rows known only to lie in the grid itself.

    Each count = sum over ``children`` + ``unassigned``. ``levels`` counts the living grids of
    each lower level.
    """

    grid: GridHead
    leaders: list[Leader]
    deputies: list[Leader]
    levels: dict[int, int]
    unassigned: Counts
    children: list[ChildCounts]


class AgeBand(BaseModel):
    """People of one five-year group; ``to`` is None for the open last group."""

    since: int
    to: int | None
    men: int | None = 0
    women: int | None = 0


class Ages(BaseModel):
    """Age structure 年龄结构: bands from young to old, and three broad groups.

    ``hidden`` names what is null, the bands by the age they begin with ("men.60", "old").
    """

    men: int | None
    women: int | None
    bands: list[AgeBand]
    young: int | None
    working: int | None
    old: int | None
    unknown: int | None
    hidden: list[str] = []


class PremisesKind(BaseModel):
    """Premises of one kind and how many of them need attention (2 medium, 3 serious)."""

    code: str
    name_zh: str
    name_en: str
    small: bool
    total: int = 0
    medium: int = 0
    serious: int = 0
    due: int = 0


class Category(BaseModel):
    """One group of incident categories: open now, and how long the finished ones took.

    ``median_hours`` and ``limit_hours`` are medians over the incidents finished in the period, in
    working hours; None without any.
    """

    code: str
    name_zh: str
    name_en: str
    open: int = 0
    closed: int = 0
    median_hours: float | None = None
    limit_hours: float | None = None


class Day(BaseModel):
    """Incidents reported and closed on one day."""

    day: date
    working: bool
    reported: int = 0
    closed: int = 0


class Level(BaseModel):
    """Grids, staff and missing leaders of one level."""

    level: int
    grids: int = 0
    staff: int = 0
    vacant: int = 0


class Child(ChildCounts):
    """A child grid as a card: who leads it, its figures, how it does on time.

    ``levels`` counts the living grids below it by level. ``on_time`` of ``closed`` incidents were
    finished in time; ``rank`` is None while fewer than 30 were closed.
    """

    bbox: list[float]
    centre: list[float]
    leaders: list[Leader]
    levels: dict[int, int]
    closed: int
    on_time: int
    rank: int | None = None


class IncidentLine(BaseModel):
    """An incident in a list; ``light`` is None once it is closed.

    ``place`` names the grids from the shown one down to the incident's. ``left_hours`` are the
    working hours until it is due, negative when overdue; None once closed.
    """

    id: int
    number: str
    title: str
    category: str
    grid_id: int
    level: int
    place: list[GridName]
    light: str | None
    escalated: int
    urged: int
    reported_at: datetime
    warn_at: datetime
    due_at: datetime
    left_hours: float | None
    lonlat: list[float] | None


class Urgent(BaseModel):
    """Overdue, escalated and urged incidents 超时与督办, the most pressing first."""

    total: int
    items: list[IncidentLine]


class Wall(Counts):
    """Everything that the wall shows of one grid at one moment.

    ``urgent`` and ``latest`` are None for a caller who may not read incidents. ``turns_at`` is
    when the next light changes by time alone.
    """

    as_of: datetime
    turns_at: datetime | None
    grid: GridHead
    leaders: list[Leader]
    deputies: list[Leader]
    ages: Ages
    premises_kinds: list[PremisesKind]
    levels: list[Level]
    categories: list[Category]
    days: list[Day]
    reported: int
    closed: int
    on_time: int
    children: list[Child]
    unassigned: Counts
    urgent: Urgent | None
    latest: list[IncidentLine] | None


class Drawn(BaseModel):
    """A drawn area: GeoJSON Polygon or MultiPolygon, longitude and latitude in CGCS2000."""

    model_config = ConfigDict(extra="forbid")

    polygon: Annotated[Polygon | MultiPolygon, Field(discriminator="type")]


class AreaPeople(BaseModel):
    """People and households of the micro-grids that a drawn area mostly covers.

    ``grids`` are the micro-grids that are counted, each as a whole: those with at least half of
    their area inside, as far as the caller sees them. ``left_out`` are such grids whose figures
    are not told (see ``hidden``). ``counted_km2`` is the area of ``grids``, ``drawn_km2`` that of
    the drawing.
    """

    grids: list[int]
    left_out: list[int]
    drawn_km2: float
    counted_km2: float
    people: int | None
    households: int | None
    people_by_class: PeopleByClass
    hidden: list[str] = []


class LabelCount(BaseModel):
    """People with one label; ``count`` is None where it is hidden."""

    code: str
    name_zh: str
    name_en: str
    group: str
    count: int | None


class Labels(BaseModel):
    """People of a grid by label 标签, as far as the caller's roles may see the label.

    Hidden are counts below 10, and those that would give one away: of statutory labels for
    everybody, of care labels for a caller who may not read people. ``hidden`` names their codes.
    """

    grid: GridName
    labels: list[LabelCount]
    hidden: list[str] = []
