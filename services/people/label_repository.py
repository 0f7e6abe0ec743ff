"""Labels on people in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Row, column, select, table, text
from sqlalchemy.orm import Session

from services.access.scope import Scope
from services.people.models import Label, LabelAudience, Person, PersonLabel

SQL = Path(__file__).parent / "sql"
_GRID = table("grid", column("id"), column("name"))
_ENDS = text(
    """
    SELECT e.day FROM label c CROSS JOIN LATERAL label_ends(
        c, CAST(:born AS date), CAST(:started AS date), :by, CAST(:counts AS date),
        CAST(:term AS date)) AS e
    WHERE c.code = :code
    """
)


@dataclass(frozen=True)
class Event:
    """What the rules do: ``id`` is the period that stops, None for one that begins here.

    ``out_of``: the label that turned into this one.
    """

    id: int | None
    person_id: int
    grid_id: int
    label_code: str
    act: str
    day: date
    reason: str | None
    out_of: str | None


@cache
def _due() -> str:
    return (SQL / "labels_due.sql").read_text("utf-8")


def due(
    session: Session, scope: Scope, to: date, people: Sequence[int] | None = None
) -> list[Event]:
    """What begins and ends by rule up to the day ``to``, of ``people`` or all, in order."""
    asked = {"to": to, "people": None if people is None else list(people), **scope.params()}
    rows = session.connection().exec_driver_sql(_due(), asked)
    return [Event(*row) for row in rows]


def lock_people(session: Session, ids: Iterable[int]) -> None:
    """Nobody else changes labels of these people until the transaction ends."""
    query = select(Person.id).where(Person.id.in_(sorted(ids))).order_by(Person.id)
    session.execute(query.with_for_update(of=Person)).all()


def periods(session: Session, ids: Iterable[int]) -> dict[int, PersonLabel]:
    """Periods by their id."""
    query = select(PersonLabel).where(PersonLabel.id.in_(sorted(ids)))
    found = session.scalars(query.execution_options(populate_existing=True))
    return {row.id: row for row in found}


def audiences(session: Session) -> dict[str, frozenset[str]]:
    """Label -> roles that may see it."""
    found: dict[str, set[str]] = {}
    for code, role in session.execute(select(LabelAudience.label_code, LabelAudience.role_code)):
        found.setdefault(code, set()).add(role)
    return {code: frozenset(roles) for code, roles in found.items()}


def known_to(session: Session, roles: frozenset[str]) -> dict[str, Label]:
    """The labels whose audience holds one of ``roles``, by code."""
    query = select(Label).join(LabelAudience, LabelAudience.label_code == Label.code)
    query = query.where(LabelAudience.role_code.in_(sorted(roles))).distinct()
    rows = session.scalars(query).all()
    return {row.code: row for row in sorted(rows, key=lambda row: (row.sort, row.code))}


def of_person(
    session: Session, scope: Scope, person_id: int, codes: Iterable[str]
) -> list[PersonLabel]:
    """Periods of labels of ``codes`` on a visible person, the latest of each label first."""
    query = select(PersonLabel).where(
        PersonLabel.person_id == person_id, PersonLabel.label_code.in_(sorted(codes)),
        scope.where(PersonLabel.grid_id),
    )  # fmt: skip
    latest = (PersonLabel.stopped_on.desc().nulls_first(), PersonLabel.id.desc())
    return list(session.scalars(query.order_by(*latest)))


def following(session: Session, scope: Scope, person_id: int) -> list[PersonLabel]:
    """What goes along with somebody who moves, whoever may see it: the periods in force, and those
    that a hand has ended of labels that begin by rule, so that the rule does not begin them again.
    """
    codes = {row.code: row.starts_by_rule for row in session.scalars(select(Label))}
    latest: dict[str, PersonLabel] = {}
    for row in of_person(session, scope, person_id, codes):
        latest.setdefault(row.label_code, row)
    return [
        row
        for row in latest.values()
        if row.stopped_on is None or (row.stopped_by == "hand" and codes[row.label_code])
    ]


def ends(session: Session, person: Person, period: PersonLabel) -> date | None:
    """The first day on which ``period`` is no longer in force by rule."""
    asked = {
        "code": period.label_code, "born": person.birth_date, "started": period.started_on,
        "by": period.started_by, "counts": period.counts_from or period.started_on,
        "term": period.term_ends_on,
    }  # fmt: skip
    day: date | None = session.scalar(_ENDS, asked)
    return day


def people_named(session: Session, scope: Scope, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """(id, name, grid) of visible people."""
    grid = select(_GRID.c.name).where(_GRID.c.id == Person.grid_id).scalar_subquery()
    query = select(Person.id, Person.name, grid.label("grid")).where(
        Person.id.in_(sorted(ids)), scope.where(Person.grid_id)
    )
    found: list[Row[Any]] = list(session.execute(query))
    return {row.id: row for row in found}
