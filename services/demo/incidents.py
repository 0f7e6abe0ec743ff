"""Two years of closed incidents and a set of open ones that is alive whenever it is loaded."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import shapely

from data.paths import DICTIONARIES
from services.demo.footprints import Buildings
from services.demo.geography import Ground
from services.demo.plane import Floats, Ints, Words, stream
from services.incidents import workflow
from services.kit.clock import SPANS, ZONE, is_workday

CLOSED, OPEN = 24_000, 168
DAYS = 730
_LIGHTS = (("red", 7), ("yellow", 19), ("green", 142))
_HOURS = np.array(
    [1, 1, 1, 1, 1, 2, 6, 14, 34, 48, 44, 30, 16, 20, 40, 46, 42, 30, 22, 18, 14, 9, 5, 2],
    dtype=float,
)
_WEEK = np.array([1.06, 1.12, 1.1, 1.08, 1.1, 0.62, 0.55])
_RECENT = np.array([0.3, 0.2, 0.25, 0.3, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
_SOURCES = (
    ("staff", 0.5),
    ("inspection", 0.17),
    ("resident", 0.2),
    ("hotline", 0.09),
    ("department", 0.04),
)


class WorkClock:
    """Working time as one running number of seconds, for whole arrays at once.

    The same calendar and the same rule at the ends of a span as ``services.kit.clock``.
    """

    def __init__(self, first: datetime, last: datetime) -> None:
        day, begins, ends = first.date(), [], []
        while day <= last.date():
            if is_workday(day):
                for start, end in SPANS:
                    begins.append(datetime.combine(day, start, ZONE).timestamp())
                    ends.append(datetime.combine(day, end, ZONE).timestamp())
            day += timedelta(days=1)
        self.begin, self.end = np.array(begins), np.array(ends)
        self.done = np.cumsum(self.end - self.begin)

    def worked(self, at: Floats) -> Floats:
        """Working seconds up to each moment (epoch seconds)."""
        span = np.searchsorted(self.end, at, side="left")
        before = np.concatenate(([0.0], self.done))[span]
        begin = np.append(self.begin, np.inf)[span]
        return np.asarray(before + np.maximum(0.0, at - begin))

    def add(self, at: Floats, hours: Floats) -> Floats:
        """The moment when ``hours`` working hours have passed since ``at``."""
        goal = self.worked(at) + hours * 3600.0
        span = np.searchsorted(self.done, goal - 1e-6, side="left")
        return np.asarray(self.end[span] - (self.done[span] - goal))

    def back(self, at: float, hours: Floats) -> Floats:
        """The moment from which ``hours`` working hours lead to ``at``."""
        goal = self.worked(np.array([at]))[0] - hours * 3600.0
        span = np.searchsorted(self.done, goal, side="right")
        return np.asarray(self.end[span] - (self.done[span] - goal))


@dataclass(frozen=True)
class Categories:
    """The kinds that an incident can have: code, deadline and warning in working hours, share."""

    code: Words
    deadline: Floats
    warn: Floats
    share: Floats


def read_categories() -> Categories:
    """Kinds of incidents (not the groups above them) from the data file."""
    with (DICTIONARIES / "incident_categories.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["parent"]]
    deadline = np.array([float(r["deadline_hours"]) for r in rows])
    warn = np.round(deadline * np.array([float(r["warn_share"]) for r in rows]))
    weight = np.array([float(r["share"]) for r in rows])
    return Categories(
        np.array([r["code"] for r in rows], dtype=object), deadline, warn, weight / weight.sum()
    )


@dataclass(frozen=True)
class Incidents:
    """One entry an incident, oldest first; moments in epoch seconds, ``closed`` NaN while open.

    ``steps`` (n, 5): moments of report, accept, dispatch, handle, close; NaN when not done.
    """

    category: Words
    title: Words
    building: Ints
    micro: Ints
    xy: Floats
    placed: npt.NDArray[np.bool_]
    source: Words
    severity: Ints
    state: Words
    escalated: Ints
    urged: Ints
    reported: Floats
    warn: Floats
    due: Floats
    closed: Floats
    steps: Floats


def _moments(count: int, now: float, rng: np.random.Generator) -> Floats:
    """Moments of report over two years with a daily and weekly pattern, a little more of late."""
    start = np.floor((now + 8 * 3600) / 86_400) * 86_400 - 8 * 3600  # midnight in Beijing
    back = np.arange(DAYS)
    weekday = ((start - back * 86_400 + 8 * 3600) / 86_400 + 3).astype(np.int64) % 7  # 0 = Monday
    chance = _WEEK[weekday] * (1.15 - 0.25 * back / DAYS) * np.exp(rng.normal(0, 0.16, DAYS))
    # What was reported in the last days is mostly still open and comes from elsewhere.
    chance[: len(_RECENT)] *= _RECENT
    day = rng.choice(back, count, p=chance / chance.sum())
    hour = rng.choice(24, count, p=_HOURS / _HOURS.sum())
    return np.asarray(start - day * 86_400 + hour * 3600 + np.floor(rng.random(count) * 3600))


def _closed(
    count: int, now: float, clock: WorkClock, kinds: Categories, rng: np.random.Generator
) -> tuple[Ints, Floats, Floats]:
    """Kind, moment of report and moment of closing; about 96 in 100 in time."""
    reported = np.sort(_moments(count, now - 3_600, rng))
    reported = np.minimum(reported, now - 5_400)
    kind = rng.choice(len(kinds.code), count, p=kinds.share)
    factor = np.exp(rng.normal(-0.72, 0.375, count))
    late = rng.random(count) < 0.015
    factor = np.where(late, rng.uniform(1.03, 1.7, count), factor)
    left = (clock.worked(np.array([now]))[0] - clock.worked(reported)) / 3600.0
    hours = np.minimum(
        np.maximum(factor * kinds.deadline[kind], 0.3), left * rng.uniform(0.3, 0.97, count)
    )
    closed = clock.add(reported, np.maximum(hours, 0.0))
    closed = np.where(left < 0.2, reported + (now - reported) * 0.8, closed)
    return kind, reported, np.clip(closed, reported + 60, now - 60)


def _open(
    now: float, part: float, clock: WorkClock, kinds: Categories, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Kind and moment of report of the open ones, so that all three lights are there."""
    kind, reported = [], []
    for light, number in _LIGHTS:
        n = max(2, round(number * part))
        pick = rng.choice(len(kinds.code), n, p=kinds.share)
        limit, warn = kinds.deadline[pick], kinds.warn[pick]
        spread = rng.random(n)
        if light == "red":
            elapsed = limit + 0.4 + spread * 9
        elif light == "yellow":
            elapsed = limit - warn * (0.06 + 0.86 * spread)
        else:
            elapsed = (limit - warn) * 0.94 * spread**0.85
        moment = clock.back(now, elapsed)
        if light == "green":
            fresh = max(2, n // 12)
            moment[:fresh] = now - rng.uniform(60, 5_400, fresh)
        kind.append(pick)
        reported.append(moment)
    return np.concatenate(kind), np.concatenate(reported)


def _steps(
    reported: Floats, closed: Floats, state: Words, now: float, rng: np.random.Generator
) -> Floats:
    """Moments of the five steps, in order, up to the state that each incident has reached."""
    n = len(reported)
    end = np.where(np.isnan(closed), now, closed)
    cuts = np.sort(rng.random((n, 3)) ** 1.6, axis=1) * 0.9 + 0.03
    steps = np.column_stack(
        (reported, reported[:, None] + (end - reported)[:, None] * cuts, closed)
    )
    reached = np.array(
        [("reported", "accepted", "dispatched", "handled", "closed").index(s) for s in state]
    )
    steps[np.arange(5)[None, :] > reached[:, None]] = np.nan
    return steps


def _titles(kinds: Categories, kind: Ints, rng: np.random.Generator) -> Words:
    pool: dict[str, list[str]] = {}
    with (DICTIONARIES / "demo_incident_titles.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pool.setdefault(row["category"], []).append(row["title"])
    luck = rng.random(len(kind))
    return np.array(
        [pool[c][int(r * len(pool[c]))] for c, r in zip(kinds.code[kind], luck, strict=True)],
        dtype=object,
    )


def _places(
    ground: Ground, buildings: Buildings, count: int, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Building and point beside it, in the same micro-grid; more often in the town."""
    weight = np.where(np.isin(buildings.kind, ("farmhouse", "shed")), 1.0, 2.6)
    building = rng.choice(len(weight), count, p=weight / weight.sum())
    angle, reach = rng.uniform(0, 2 * np.pi, count), rng.uniform(9, 24, count)
    aside = np.column_stack((np.cos(angle), np.sin(angle))) * reach[:, None]
    xy = buildings.point[building] + aside
    grid = ground.micro[buildings.micro[building]]
    inner = shapely.contains_properly(grid, shapely.points(xy))
    return building, np.where(inner[:, None], xy, buildings.point[building])


def _states(age: Floats, is_open: npt.NDArray[np.bool_], rng: np.random.Generator) -> Words:
    """How far each has got; ``age`` is the part of its time that has passed."""
    state = np.full(len(age), "closed", dtype=object)
    draw = rng.random(len(age)) * 0.5 + np.clip(age, 0, 1.2) * 0.5
    queue = np.flatnonzero(is_open)[np.argsort(draw[is_open], kind="stable")]
    # By rank, so that each state is there even among a few.
    cuts = np.round(np.array([0.17, 0.45, 0.9]) * len(queue)).astype(np.int64)
    for name, part in zip(workflow.OPEN, np.split(queue, cuts), strict=True):
        state[part] = name
    return state


def make_incidents(
    ground: Ground, buildings: Buildings, households: Ints, now: datetime
) -> Incidents:
    """Incidents of the two years before ``now`` and about 168 open at ``now`` (whole county)."""
    rng = stream("incidents")
    part, moment = float(households.sum()) / 43_494, now.timestamp()
    clock = WorkClock(now - timedelta(days=DAYS + 60), now + timedelta(days=90))
    kinds = read_categories()
    kind, reported, closed = _closed(round(CLOSED * part), moment, clock, kinds, rng)
    live_kind, live = _open(moment, part, clock, kinds, rng)
    kind, reported = np.concatenate((kind, live_kind)), np.concatenate((reported, live))
    closed = np.concatenate((closed, np.full(len(live), np.nan)))
    n, is_open = len(kind), np.isnan(closed)
    building, xy = _places(ground, buildings, n, rng)
    warn = clock.add(reported, kinds.deadline[kind] - kinds.warn[kind])
    due = clock.add(reported, kinds.deadline[kind])
    state = _states((moment - reported) / np.maximum(due - reported, 1), is_open, rng)
    overdue, tense, luck = is_open & (moment > due), is_open & (moment > warn), rng.random(n)
    sources = np.array([s for s, _ in _SOURCES], dtype=object)
    found = Incidents(
        category=kinds.code[kind],
        title=_titles(kinds, kind, rng),
        building=building,
        micro=buildings.micro[building],
        xy=xy,
        placed=rng.random(n) > 0.0012,
        source=rng.choice(sources, n, p=[p for _, p in _SOURCES]),
        severity=rng.choice([1, 2, 3, 4], n, p=[0.56, 0.32, 0.1, 0.02]),
        state=state,
        escalated=np.where(overdue, 1 + (luck < 0.3), np.where(tense & (luck < 0.25), 1, 0)),
        urged=np.where(overdue, 1 + (luck > 0.5), np.where(tense & (luck > 0.7), 1, 0)),
        reported=reported,
        warn=warn,
        due=due,
        closed=closed,
        steps=_steps(reported, closed, state, moment, rng),
    )
    order = np.argsort(reported, kind="stable")
    return Incidents(*[getattr(found, f)[order] for f in Incidents.__dataclass_fields__])
