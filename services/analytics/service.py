"""The panel of a grid (G3) and the wall 大屏 (S1): the same figures, computed the same way.

Every figure of a grid is the sum over its children plus what is known to lie in the grid itself
(未归属). Each table is read once per answer, grouped by part of the area.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.analytics import ages, hiding, people, repository, told
from services.analytics.repository import Area, run
from services.analytics.schemas import (
    Ages,
    Category,
    Child,
    ChildCounts,
    Counts,
    Day,
    GridHead,
    GridName,
    IncidentLine,
    Leader,
    Level,
    Lights,
    Panel,
    PeopleByClass,
    PremisesKind,
    Urgent,
    Wall,
)
from services.analytics.worktime import WorkTime
from services.errors import NotFound
from services.kit.clock import ZONE, is_workday

DAYS = 30
RANKED_FROM = 30
URGENT_SHOWN = 8
LATEST_SHOWN = 12


def panel(session: Session, actor: Actor, grid_id: int, now: datetime | None = None) -> Panel:
    """The panel of a grid; raises NotFound outside the caller's scope."""
    figures = _Figures(session, actor, grid_id, now)
    figures.read()
    leaders, deputies = figures.in_office(grid_id)
    return Panel(
        **figures.total().model_dump(),
        grid=figures.head(),
        leaders=leaders,
        deputies=deputies,
        levels=figures.levels_below(),
        unassigned=figures.part(grid_id),
        children=[
            ChildCounts(**_named(c), **figures.part(c.id).model_dump()) for c in figures.children
        ],
    )


def wall(session: Session, actor: Actor, grid_id: int, now: datetime | None = None) -> Wall:
    """Everything that the wall shows of a grid; raises NotFound outside the caller's scope."""
    figures = _Figures(session, actor, grid_id, now)
    figures.read()
    leaders, deputies = figures.in_office(grid_id)
    history = _History(figures)
    readable = actor.may("incidents.read")
    return Wall(
        **figures.total().model_dump(),
        as_of=figures.now,
        turns_at=min((r.turns_at for r in figures.open if r.turns_at), default=None),
        grid=figures.head(),
        leaders=leaders,
        deputies=deputies,
        ages=figures.ages(),
        premises_kinds=figures.premises_kinds(),
        levels=figures.levels(),
        categories=history.categories(),
        days=history.days(),
        reported=sum(history.reported.values()),
        closed=len(history.closed),
        on_time=sum(1 for row in history.closed if row.on_time),
        children=history.ranked(),
        unassigned=figures.part(grid_id),
        urgent=_urgent(figures) if readable else None,
        latest=_latest(figures) if readable else None,
    )


def home(session: Session, actor: Actor) -> int:
    """The grid that the caller's wall opens with; raises NotFound when nothing is visible."""
    if actor.home_grid_id is not None and visible_grids(actor).sees(actor.home_grid_id):
        return actor.home_grid_id
    found = repository.home(session, visible_grids(actor))
    if found is None:
        raise NotFound("grid")
    return found


def _named(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "serial": row.serial,
    }


def _by_part(rows: repository.Rows, parts: list[int]) -> list[list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {part: [] for part in parts}
    for row in rows:
        found[row.part].append(row)
    return list(found.values())


def _counts(
    people: list[Row[Any]],
    things: list[Row[Any]],
    premises: list[Row[Any]],
    incidents: list[Row[Any]],
    staff: list[Row[Any]],
) -> Counts:
    """The figures of one part of an area from its rows of each table."""
    classes: Counter[str] = Counter()
    for row in people:
        classes[row.kind] += row.n
    lights: Counter[str] = Counter()
    for row in incidents:
        lights[row.light] += row.n
    return Counts(
        staff_count=sum(row.n for row in staff),
        households=sum(int(row.households) for row in things),
        people=sum(classes.values()),
        people_by_class=PeopleByClass(**classes),
        buildings=sum(int(row.buildings) for row in things),
        houses=sum(int(row.houses) for row in things),
        premises=sum(row.n for row in premises),
        open_incidents=Lights(**lights),
    )


class _Figures:
    """The rows of one answer, counted by part of the area."""

    def __init__(self, session: Session, actor: Actor, grid_id: int, now: datetime | None):
        self.session, self.actor = session, actor
        self.now = (now or datetime.now(ZONE)).astimezone(ZONE)
        self.today: date = self.now.date()
        area = repository.area(session, visible_grids(actor), grid_id)
        if area is None:
            raise NotFound("grid")
        self.area: Area = area
        self.grid, self.children = area.grid, area.children

    def ask(self, name: str, **params: Any) -> repository.Rows:
        """One statement over the area's grids."""
        return run(self.session, name, **self.area.lists, **params)

    def read(self) -> None:
        """Read every table once; of people only what the caller may be told."""
        exact = self.actor.may("people.read")
        self.told = None if exact else told.table(self.session, self.today)
        self.people = people.counted(self.session, self.area, self.today) if exact else []
        self.things = self.ask("things")
        self.premises = self.ask("premises", today=self.today)
        self.open = self.ask("open", now=self.now)
        self.staff = self.ask("staff")
        ids = [self.grid.id, *(c.id for c in self.children)]
        self.posts = run(self.session, "posts", ids=ids)
        parts = zip(ids, *(_by_part(rows, ids) for rows in self._tables()), strict=True)
        self._parts = {part: _counts(*rows) for part, *rows in parts}

    def _tables(self) -> tuple[repository.Rows, ...]:
        return self.people, self.things, self.premises, self.open, self.staff

    def part(self, part: int) -> Counts:
        """The figures of a child, or (the grid's own id) what lies in no child."""
        found = self._parts[part]
        if self.told is None:
            return found
        inside = self.area.members(part)
        top = part if part != self.grid.id else None
        return hiding.counts(found, self.told.of(inside, top))

    def total(self) -> Counts:
        """The figures of the whole area."""
        parts = list(self._parts.values())

        def summed(kind: type[PeopleByClass] | type[Lights], name: str) -> Any:
            fields = kind.model_fields
            return kind(**{f: sum(getattr(getattr(p, name), f) for p in parts) for f in fields})

        plain = ("staff_count", "households", "people", "buildings", "houses", "premises")
        found = Counts(
            **{name: sum(getattr(p, name) for p in parts) for name in plain},
            people_by_class=summed(PeopleByClass, "people_by_class"),
            open_incidents=summed(Lights, "open_incidents"),
        )
        return hiding.counts(found, self._told_here()) if self.told else found

    def ages(self) -> Ages:
        """The age structure of the whole area."""
        if self.told is None:
            return ages.structure(self.people, self.today)
        return hiding.ages(self._told_here())

    def _told_here(self) -> told.Counts:
        assert self.told is not None
        return self.told.of(self.area.ids, self.grid.id)

    def head(self) -> GridHead:
        """The grid itself with its chain of ancestors."""
        rows = repository.names(self.session, self.grid.path)
        chain = [GridName.model_validate(dict(r._mapping)) for r in rows]
        own = {key: value for key, value in self.grid._mapping.items() if key != "path"}
        return GridHead(**own, chain=chain)

    def levels_below(self, part: int | None = None) -> dict[int, int]:
        """Living grids by level below the grid, or below one child."""
        top = self.grid.level if part is None else self.grid.level + 1
        found: Counter[int] = Counter()
        for (where, level), n in self.area.grids.items():
            if level > top and part in (None, where):
                found[level] += n
        return dict(sorted(found.items()))

    def in_office(self, grid_id: int) -> tuple[list[Leader], list[Leader]]:
        """Leaders and deputies of a grid."""
        both: dict[str, list[Leader]] = {"leader": [], "deputy": []}
        for row in self.posts:
            if row.grid_id == grid_id:
                leader = Leader(staff_id=row.staff_id, name=row.name, post=row.kind)
                both[row.kind].append(leader)
        return both["leader"], both["deputy"]

    def levels(self) -> list[Level]:
        """Grids, staff and missing leaders of the grid's own and each lower level."""
        vacant = {r.level: r.n for r in self.ask("vacant")}
        grids: Counter[int] = Counter()
        for (_, level), n in self.area.grids.items():
            grids[level] += n
        staff: Counter[int] = Counter()
        for row in self.staff:
            staff[row.level] += row.n
        return [
            Level(level=n, grids=grids[n], staff=staff[n], vacant=vacant.get(n, 0))
            for n in range(self.grid.level, 6)
        ]

    def premises_kinds(self) -> list[PremisesKind]:
        """Premises by main kind; a further kind counts only if it is one of the nine or used."""
        kinds = {
            r.code: PremisesKind(**dict(r._mapping)) for r in run(self.session, "premises_kinds")
        }
        for row in self.premises:
            kind = kinds[row.kind]
            kind.total += row.n
            kind.due += row.due
            kind.medium += row.n if row.attention == 2 else 0
            kind.serious += row.n if row.attention == 3 else 0
        return [kind for kind in kinds.values() if kind.small or kind.total]


class _History:
    """The last thirty days of the area's incidents, today included."""

    def __init__(self, figures: _Figures):
        self.figures = figures
        self.first = figures.today - timedelta(days=DAYS - 1)
        since = datetime.combine(self.first, datetime.min.time(), ZONE)
        asked = {"since": since, "now": figures.now}
        self.closed = figures.ask("closed", **asked)
        rows = figures.ask("reported", **asked)
        self.reported = {row.day: row.n for row in rows}

    def days(self) -> list[Day]:
        """One row for each day, days without anything included."""
        closed = Counter(row.closed_at.astimezone(ZONE).date() for row in self.closed)
        days = [self.first + timedelta(days=n) for n in range(DAYS)]
        return [
            Day(day=d, working=is_workday(d), reported=self.reported.get(d, 0), closed=closed[d])
            for d in days
        ]

    def categories(self) -> list[Category]:
        """Every group of categories: open now, and working time of the finished ones."""
        found = {
            row.code: Category(**dict(row._mapping))
            for row in run(self.figures.session, "categories")
        }
        for row in self.figures.open:
            found[row.category].open += row.n
        if self.closed:
            oldest = min(row.reported_at for row in self.closed)
            clock = WorkTime(oldest, self.figures.now)
            used: dict[str, list[tuple[float, int]]] = {}
            for row in self.closed:
                took = clock.hours(row.reported_at, row.closed_at)
                used.setdefault(row.category, []).append((took, row.deadline_hours))
            for code, cases in used.items():
                found[code].closed = len(cases)
                found[code].median_hours = round(median(c[0] for c in cases), 2)
                found[code].limit_hours = median(c[1] for c in cases)
        return list(found.values())

    def ranked(self) -> list[Child]:
        """The child grids; those with enough finished cases are ranked by their share on time."""
        figures = self.figures
        closed = Counter(row.part for row in self.closed)
        on_time = Counter(row.part for row in self.closed if row.on_time)
        cards = [
            Child(
                **_named(c),
                **figures.part(c.id).model_dump(),
                bbox=c.bbox,
                centre=c.centre,
                leaders=figures.in_office(c.id)[0],
                levels=figures.levels_below(c.id),
                closed=closed[c.id],
                on_time=on_time[c.id],
            )
            for c in figures.children
        ]
        enough = [c for c in cards if c.closed >= RANKED_FROM]
        enough.sort(key=lambda c: (-c.on_time / c.closed, -c.closed, c.code))
        for place, card in enumerate(enough, 1):
            card.rank = place
        return cards


def _lines(figures: _Figures, rows: repository.Rows) -> list[IncidentLine]:
    """Incident rows with the names of where they lie, below the area's own grid."""
    wanted = {i for row in rows for i in row.path[figures.grid.level :]}
    names = {
        r.id: GridName.model_validate(dict(r._mapping))
        for r in repository.names(figures.session, wanted)
    }
    lines = []
    ends = [row.due_at for row in rows]
    clock = WorkTime(min([figures.now, *ends]), max([figures.now, *ends]))
    for row in rows:
        fields = dict(row._mapping)
        fields["left_hours"] = None
        if row.light is not None:
            left = clock.hours(figures.now, row.due_at) - clock.hours(row.due_at, figures.now)
            fields["left_hours"] = round(left, 3)
        fields["place"] = [names[i] for i in row.path[figures.grid.level :]]
        fields["lonlat"] = row.lonlat if row.lonlat[0] is not None else None
        lines.append(IncidentLine.model_validate(fields))
    return lines


def _urgent(figures: _Figures) -> Urgent:
    rows = figures.ask("urgent", now=figures.now, limit=URGENT_SHOWN)
    return Urgent(total=rows[0].of_all if rows else 0, items=_lines(figures, rows))


def _latest(figures: _Figures) -> list[IncidentLine]:
    rows = figures.ask("latest", now=figures.now, limit=LATEST_SHOWN)
    return _lines(figures, rows)
