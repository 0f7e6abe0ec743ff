"""P5: labels begin and end by rule on the right day, whichever days the job ran."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.access.actor import system
from services.access.models import Role
from services.access.scope import Scope
from services.config import Settings
from services.db.embedded import Cluster
from services.db.session import Database
from services.kit.clock import current_day
from services.people import label_rules
from services.people.models import Label
from tests.conftest import cloned
from tests.roots import Root

DAY = timedelta(days=1)
FIRST, LAST = date(2019, 1, 1), date(2030, 12, 31)
# A catalogue with every kind of rule.
CATALOGUE: dict[str, dict[str, Any]] = {
    "old": {"starts_by_rule": True, "start_age": 60},
    "pupil": {"starts_by_rule": True, "start_age": 6, "end_age": 8},
    "youth": {"start_age": 6, "end_age": 25},
    "term": {"ends_with_term": True, "becomes": "after"},
    "after": {"end_after_years": 5},
    "plain": {},
}


@dataclass(frozen=True)
class Period:
    """A period of a label as the oracle and the database tell it."""

    label: str
    started_on: date
    started_by: str
    counts_from: date | None = None
    term_ends_on: date | None = None
    held: bool = False
    stopped_on: date | None = None
    stopped_by: str | None = None
    reason: str | None = None


def age(born: date, day: date) -> int:
    """Full years by the calendar: the day and month of birth have come, or not."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def full_years(since: date, years: int, day: date) -> bool:
    """Whether ``day`` comes after the last day of so many years since ``since``."""
    last = since.day
    while True:
        try:
            end = date(since.year + years, since.month, last)
        except ValueError:
            last -= 1
        else:
            return day > end


def why(period: Period, born: date | None, day: date) -> str | None:
    """Why a period in force is not right any more on ``day``."""
    rule = CATALOGUE[period.label]
    found = []
    if rule.get("end_age") is not None and born is not None and age(born, day) >= rule["end_age"]:
        found.append("age")
    if rule.get("starts_by_rule") and period.started_by == "rule":
        too_early = born is None or age(born, period.started_on) < rule["start_age"]
        if too_early:
            found.append("birth_date")
    years = rule.get("end_after_years")
    if years and full_years(period.counts_from or period.started_on, years, day):
        found.append("years")
    if rule.get("ends_with_term") and period.term_ends_on and day > period.term_ends_on:
        found.append("term")
    return min(found) if found else None


def walked(born: date | None, periods: list[Period], to: date) -> list[Period]:
    """Brute force: each day from the first to ``to``, label by label."""
    now = list(periods)
    day = FIRST
    while day <= to:
        for i, period in enumerate(now):
            if period.stopped_on is not None or period.held or period.started_on > day:
                continue
            reason = why(period, born, day)
            if reason is None:
                continue
            now[i] = replace(period, stopped_on=day, stopped_by="rule", reason=reason)
            target = CATALOGUE[period.label].get("becomes")
            if target is None:
                continue
            there = [(n, p) for n, p in enumerate(now) if p.label == target and not p.stopped_on]
            if there and (there[0][1].held or there[0][1].started_on >= day):
                continue
            for n, p in there:
                ends = why(p, born, day) or "again"
                now[n] = replace(p, stopped_on=day, stopped_by="rule", reason=ends)
            now.append(Period(target, day, "rule"))
        for label, rule in CATALOGUE.items():
            if not rule.get("starts_by_rule") or born is None:
                continue
            mine = [p for p in now if p.label == label]
            free = all(p.stopped_on is not None and p.stopped_on <= day for p in mine)
            blocked = (
                mine and max(mine, key=lambda p: p.stopped_on or date.max).stopped_by == "hand"
            )
            low, high = rule["start_age"], rule.get("end_age", 999)
            if free and not blocked and low <= age(born, day) < high:
                now.append(Period(label, day, "rule"))
        day += DAY
    return now


@pytest.fixture(scope="module")
def world(
    cluster: Cluster, settings: Settings, planted: tuple[str, Root]
) -> Iterator[tuple[Database, int]]:
    """A database with the catalogue above, and a micro-grid of it."""
    name, made = planted
    with cloned(cluster, settings, name) as database:
        with database.session(system("test")) as session:
            session.add(Role(code="reader", name_zh="x", name_en="x"))
            for code in ("after", *(c for c in CATALOGUE if c != "after")):
                group = "care" if CATALOGUE[code].get("starts_by_rule") else "statutory"
                session.add(Label(code=code, name_zh=code, name_en=code, label_group=group,
                                  legal_basis="x", sensitivity=1, **CATALOGUE[code]))  # fmt: skip
                session.flush()
        yield database, made.at(5)[0]


def put(
    world: tuple[Database, int], people: list[tuple[date | None, list[Period]]], since: date = FIRST
) -> list[int]:
    """People with periods, in place of those before; their ids."""
    database, grid = world
    ids = []
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM person_label"))
        connection.execute(text("DELETE FROM person"))
        for born, periods in people:
            person = connection.execute(
                text("INSERT INTO person (class, name, sex, birth_date, id_kind, grid_id, "
                     "created_at) VALUES ('floating', 'x', 'f', :b, 'none', :g, :m) RETURNING id"),
                {"b": born, "g": grid, "m": since},
            ).scalar_one()  # fmt: skip
            ids.append(person)
            for p in periods:
                connection.execute(
                    text("INSERT INTO person_label (person_id, grid_id, label_code, started_on, "
                         "started_by, counts_from, term_ends_on, held, stopped_on, stopped_by, "
                         "stop_reason) VALUES (:i, :g, :l, :s, :b, :c, :t, :h, :so, :sb, :r)"),
                    {"i": person, "g": grid, "l": p.label, "s": p.started_on, "b": p.started_by,
                     "c": p.counts_from, "t": p.term_ends_on, "h": p.held, "so": p.stopped_on,
                     "sb": p.stopped_by, "r": p.reason},
                )  # fmt: skip
    return ids


def held_by(world: tuple[Database, int], ids: list[int]) -> list[list[Period]]:
    """What each of the people has."""
    query = text(
        "SELECT label_code, started_on, started_by, counts_from, term_ends_on, held, stopped_on, "
        "stopped_by, stop_reason FROM person_label WHERE person_id = :i"
    )
    with world[0].engine.connect() as connection:
        return [sort(Period(*row) for row in connection.execute(query, {"i": i})) for i in ids]


def sort(periods: Any) -> list[Period]:
    return sorted(periods, key=repr)


days = st.dates(FIRST, date(2026, 12, 31))
leap = st.sampled_from([date(1960, 2, 29), date(1964, 2, 29), date(2016, 2, 29), date(1996, 2, 29)])
births = st.one_of(
    st.none(), leap, st.dates(date(1959, 1, 2), date(1969, 1, 1)),
    st.dates(date(2013, 1, 2), date(2022, 1, 1)), st.dates(date(1994, 1, 2), date(2004, 1, 1)),
)  # fmt: skip


@st.composite
def persons(draw: Any) -> tuple[date | None, list[Period]]:
    """Somebody with at most one past and one present period of each label."""
    born, periods = draw(births), []
    for label, rule in CATALOGUE.items():
        kind = draw(st.sampled_from(["none", "none", "open", "hand", "rule", "held"]))
        if kind == "none":
            continue
        start = draw(days)
        ruled = rule.get("starts_by_rule") and born is not None
        by = draw(st.sampled_from(["hand", "rule"])) if ruled else "hand"
        made = Period(label, start, "hand" if kind == "held" else by, held=kind == "held")
        if rule.get("ends_with_term"):
            term = start + timedelta(days=draw(st.integers(0, 1500)))
            made = replace(made, term_ends_on=term)
        if rule.get("end_after_years") and draw(st.booleans()):
            made = replace(made, counts_from=start - timedelta(days=draw(st.integers(0, 1700))))
        if kind in ("hand", "rule"):
            end = start + timedelta(days=draw(st.integers(0, 400)))
            made = replace(made, stopped_on=end, stopped_by=kind, reason="settled")
        periods.append(made)
    return born, periods


def is_past(person: tuple[date | None, list[Period]], day: date) -> bool:
    """Nothing in it happens after ``day``, and nothing by rule had to happen before the walk."""
    born, periods = person
    known = all(max(p.started_on, p.stopped_on or FIRST) <= day for p in periods)
    return known and (born is None or all(
        not rule.get("starts_by_rule") or age(born, FIRST - DAY) < rule["start_age"]
        or age(born, FIRST - DAY) >= rule.get("end_age", 999)
        for rule in CATALOGUE.values()
    ))  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    people=st.lists(persons(), min_size=3, max_size=8),
    runs=st.lists(st.dates(date(2027, 6, 1), LAST), min_size=1, max_size=4),
)
def test_p5_the_job_is_what_a_walk_through_all_days_gives(
    world: tuple[Database, int], people: list[Any], runs: list[date]
) -> None:
    people = [p for p in people if is_past(p, min(runs))]
    ids = put(world, people)
    for day in sorted(runs):
        label_rules.run(world[0], day, batch=2)
        expected = [sort(walked(born, periods, day)) for born, periods in people]
        assert held_by(world, ids) == expected
    assert label_rules.run(world[0], max(runs)) == {"started": 0, "stopped": 0}, "idempotent"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=st.lists(persons(), min_size=3, max_size=8), seed=st.integers(0, 999))
def test_p5_any_days_of_running_lead_to_the_same(
    world: tuple[Database, int], people: list[Any], seed: int
) -> None:
    some = random.Random(seed)
    span = [date(2028, 1, 1) + timedelta(days=n) for n in range(0, 800, 13)]
    chosen = sorted(some.sample(span, some.randint(0, 20)))
    ids = put(world, people)
    label_rules.run(world[0], span[-1])
    at_once = held_by(world, ids)
    ids = put(world, people)
    for day in [*chosen, span[-1]]:
        label_rules.run(world[0], day)
    assert held_by(world, ids) == at_once


@pytest.mark.parametrize(
    ("born", "first"),
    [
        (date(1966, 7, 8), date(2026, 7, 8)),
        (date(1964, 2, 29), date(2024, 2, 29)),
        (date(1965, 3, 1), date(2025, 3, 1)),
        (date(1965, 2, 28), date(2025, 2, 28)),
    ],
)
def test_p5_sixty_on_the_birthday(world: tuple[Database, int], born: date, first: date) -> None:
    (person,) = put(world, [(born, [])])
    assert label_rules.run(world[0], first - DAY)["started"] == 0
    assert label_rules.run(world[0], first)["started"] == 1
    assert held_by(world, [person]) == [[Period("old", first, "rule")]]


def test_p5_born_on_the_29th_of_february_in_a_year_without_one(
    world: tuple[Database, int],
) -> None:
    """The year is full with 28 February, its last day; 25 and 8 years are reached on 1 March."""
    youth = Period("youth", date(2019, 5, 1), "hand")
    (one,) = put(world, [(date(1996, 2, 29), [youth])])
    label_rules.run(world[0], date(2021, 2, 28))
    assert held_by(world, [one]) == [[youth]]
    label_rules.run(world[0], date(2021, 3, 1))
    assert held_by(world, [one])[0][0].stopped_on == date(2021, 3, 1)
    (child,) = put(world, [(date(2016, 2, 29), [])])
    label_rules.run(world[0], date(2030, 1, 1))
    (found,) = held_by(world, [child])[0]
    assert (found.started_on, found.stopped_on) == (date(2022, 3, 1), date(2024, 2, 29))


def test_p5_a_term_includes_its_last_day_and_becomes_released(world: tuple[Database, int]) -> None:
    term = Period("term", date(2024, 3, 1), "hand", term_ends_on=date(2025, 2, 28))
    (one,) = put(world, [(date(1990, 1, 1), [term])])
    label_rules.run(world[0], date(2025, 2, 28))
    assert held_by(world, [one]) == [[term]]
    label_rules.run(world[0], date(2025, 3, 1))
    ended = replace(term, stopped_on=date(2025, 3, 1), stopped_by="rule", reason="term")
    after = Period("after", date(2025, 3, 1), "rule")
    assert held_by(world, [one]) == [sort([ended, after])]
    label_rules.run(world[0], date(2030, 3, 1))
    assert held_by(world, [one]) == [sort([ended, after])], "the last day of five years"
    label_rules.run(world[0], date(2030, 3, 2))
    assert {p.stopped_on for p in held_by(world, [one])[0]} == {date(2025, 3, 1), date(2030, 3, 2)}


def test_p5_youth_at_risk_never_begins_by_rule(world: tuple[Database, int]) -> None:
    (one,) = put(world, [(date(2014, 1, 1), [])])
    label_rules.run(world[0], date(2026, 1, 1))
    assert {p.label for p in held_by(world, [one])[0]} == {"pupil"}


def test_p5_what_was_over_before_the_entry_was_made_is_not_told_afterwards(
    world: tuple[Database, int],
) -> None:
    (one,) = put(world, [(date(2014, 1, 1), [])], since=date(2022, 1, 1))
    label_rules.run(world[0], date(2026, 1, 1))
    assert held_by(world, [one]) == [[]]


def test_p5_the_forecast_is_what_the_job_then_does(world: tuple[Database, int]) -> None:
    database, _ = world
    with database.session(system("test")) as session:
        today = current_day(session)
    some = random.Random(5)
    people: list[tuple[date | None, list[Period]]] = []
    for n in range(40):
        born = today - timedelta(days=365 * (60, 8, 6, 25)[n % 4] + some.randint(-200, 20))
        periods = []
        if n % 2:
            term = today + timedelta(days=some.randint(1, 90))
            periods.append(Period("term", today - 40 * DAY, "hand", term_ends_on=term))
        if n % 3 == 0:
            since = today - timedelta(days=5 * 365 - some.randint(-30, 90))
            periods.append(Period("after", today - 9 * DAY, "hand", counts_from=since))
        if n % 5 == 0:
            periods.append(Period("youth", today - 3 * DAY, "hand"))
        people.append((born, periods))
    ids = put(world, people)
    label_rules.run(database, today)  # as every day
    before = {i: set(map(repr, held)) for i, held in zip(ids, held_by(world, ids), strict=True)}
    to = today + 120 * DAY
    with database.session(system("test")) as session:
        told = label_rules.forecast(session, Scope.everything(), today, to)
    assert {e.act for e in told} == {"start", "stop"} and any(e.out_of for e in told)
    seen = set()
    day = today
    while day <= to:
        label_rules.run(database, day)
        for i, held in zip(ids, held_by(world, ids), strict=True):
            for p in held:
                if repr(p) not in before[i]:
                    act, on = (
                        ("stop", p.stopped_on) if p.stopped_on == day else ("start", p.started_on)
                    )
                    assert on == day
                    seen.add((i, p.label, act, day))
            before[i] |= set(map(repr, held))
        day += DAY
    assert {(e.person_id, e.label_code, e.act, e.day) for e in told} == seen
