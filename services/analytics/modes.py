"""The wall's modes 人口, 场所 and 队伍: further figures of the same area, within the same scope."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.analytics import repository, stats
from services.analytics.mode_schemas import (
    Attention,
    Due,
    Dwellings,
    Findings,
    Freshness,
    LookDay,
    Offices,
    PeopleMode,
    PremisesMode,
    Round,
    Share,
    StaffMode,
    Vacancies,
    Vacancy,
)
from services.analytics.repository import Area, run
from services.analytics.schemas import GridName
from services.errors import NotFound
from services.kit.clock import ZONE, is_workday

DAYS = 30
SOON_DAYS = 7
VACANCIES_SHOWN = 11
FRESH_DAYS, AGING_DAYS = 90, 365
TOLD_FROM = 500
"""One percent of so many people is five: shares below that could tell of fewer."""


def people(session: Session, actor: Actor, grid_id: int) -> PeopleMode:
    """Mode 人口 of a grid; raises NotFound outside the caller's scope."""
    asked = _area(session, actor, grid_id)
    today = _today()
    ages = {"fresh": today - timedelta(FRESH_DAYS), "aging": today - timedelta(AGING_DAYS)}
    row = run(session, "fresh", ids=asked.lists["ids"], **ages)[0]
    houses = run(session, "houses", ids=asked.lists["ids"])[0]
    everybody = row.fresh + row.aging + row.old
    exact = actor.may("people.read")

    def share(n: int, whole: int) -> Share:
        told = exact or everybody >= TOLD_FROM
        percent = round(100 * n / whole) if whole and told else None
        return Share(n=n if exact else None, percent=percent)

    labels = stats.by_label(session, actor, grid_id).labels
    return PeopleMode(
        freshness=Freshness(
            fresh=share(row.fresh, everybody),
            aging=share(row.aging, everybody),
            old=share(row.old, everybody),
        ),
        houses=Dwellings(
            total=houses.total,
            rented=houses.rented,
            lived_in=share(row.lived_in, houses.total),
        ),
        care=[label for label in labels if label.group == "care"],
    )


def premises(session: Session, actor: Actor, grid_id: int) -> PremisesMode:
    """Mode 场所 of a grid; raises NotFound outside the caller's scope."""
    asked = _area(session, actor, grid_id)
    now, today = datetime.now(ZONE), _today()
    due: Counter[str] = Counter()
    levels: Counter[int] = Counter()
    by_part: Counter[int] = Counter()
    dates = {"today": today, "soon": today + timedelta(SOON_DAYS)}
    for row in run(session, "checks", **asked.lists, **dates):
        due[row.due] += row.n
        levels[row.attention] += row.n
        by_part[row.part] += row.n if row.due in ("overdue", "due") else 0
    first = today - timedelta(DAYS - 1)
    since = datetime.combine(first, datetime.min.time(), ZONE)
    ids = asked.lists["ids"]
    looks = {r.day: r for r in run(session, "looks", ids=ids, since=since, now=now)}
    findings = run(session, "findings", ids=ids, since=since, today=today)[0]
    return PremisesMode(
        due=Due(**due),
        attention=Attention(general=levels[1], medium=levels[2], serious=levels[3]),
        due_by_part={c.id: by_part[c.id] for c in asked.children},
        days=[_day(first + timedelta(n), looks) for n in range(DAYS)],
        findings=Findings.model_validate(dict(findings._mapping)),
        rounds=_rounds(session, asked, today),
    )


def staff(session: Session, actor: Actor, grid_id: int) -> StaffMode:
    """Mode 队伍 of a grid; raises NotFound outside the caller's scope."""
    asked = _area(session, actor, grid_id)
    offices = {n: Offices(level=n) for n in range(asked.grid.level, 6)}
    for (_, level), n in asked.grids.items():
        offices[level].grids += n
    for row in run(session, "offices", ids=asked.lists["ids"]):
        setattr(offices[row.level], row.kind, row.n)
    for row in run(session, "vacant", ids=asked.lists["ids"]):
        offices[row.level].vacant = row.n
    return StaffMode(
        offices=list(offices.values()),
        vacancies=_vacancies(session, asked),
        rounds=_rounds(session, asked, _today()),
    )


def _area(session: Session, actor: Actor, grid_id: int) -> Area:
    actor.require("screen.view")
    found = repository.area(session, visible_grids(actor), grid_id)
    if found is None:
        raise NotFound("grid")
    return found


def _today() -> date:
    return datetime.now(ZONE).date()


def _day(day: date, looks: dict[date, Any]) -> LookDay:
    row = looks.get(day)
    found = {"looks": row.looks, "bad": row.bad} if row else {}
    return LookDay(day=day, working=is_workday(day), **found)


def _rounds(session: Session, asked: Area, today: date) -> list[Round]:
    ids = asked.lists["ids"]
    rows = run(session, "rounds", ids=ids, today=today, weekday=today.isoweekday())
    return [Round.model_validate(dict(row._mapping)) for row in rows]


def _vacancies(session: Session, asked: Area) -> Vacancies:
    rows = run(session, "without_leader", ids=asked.lists["ids"], limit=VACANCIES_SHOWN)
    between = {row.id: row.path[asked.grid.level : -1] for row in rows}
    wanted = {grid for path in between.values() for grid in path}
    names = {
        r.id: GridName.model_validate(dict(r._mapping)) for r in repository.names(session, wanted)
    }
    items = [
        Vacancy(
            id=row.id, code=row.code, name=row.name, level=row.level,
            place=[names[i] for i in between[row.id]],
        )
        for row in rows
    ]  # fmt: skip
    return Vacancies(total=rows[0].of_all if rows else 0, items=items)
