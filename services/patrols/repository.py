"""Patrol areas, their premises, and who lives in a building: every statement carries the scope."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from services.access.scope import Scope

Rows = list[Row[Any]]


@cache
def _sql(name: str) -> TextClause:
    return text((files("services.patrols") / "sql" / f"{name}.sql").read_text("utf-8"))


def areas(session: Session, scope: Scope, staff_id: int | None, *, area: int | None = None) -> Rows:
    """Active areas walked by ``staff_id`` or lying in the scope, the own ones first."""
    given = {"staff_id": staff_id, "all_areas": True, "area": area, **scope.params()}
    return list(session.execute(_sql("areas"), given))


def own_areas(session: Session, scope: Scope, staff_id: int | None) -> Rows:
    """Active areas walked by ``staff_id``."""
    given = {"staff_id": staff_id, "all_areas": False, "area": None, **scope.params()}
    return list(session.execute(_sql("areas"), given))


def shape(session: Session, scope: Scope, staff_id: int | None, area: int) -> Row[Any]:
    """Outline, line and inner point of a visible area."""
    given = {"area": area, "staff_id": staff_id, **scope.params()}
    return session.execute(_sql("area_shape"), given).one()


def officers(
    session: Session, scope: Scope, staff_id: int | None, area: int, *, named: bool
) -> Rows:
    """Who walks a visible area; names of those in the scope if ``named``, the own one always."""
    given = {"area": area, "staff_id": staff_id, "named": named, **scope.params()}
    return list(session.execute(_sql("officers"), given))


def premises_of_area(session: Session, scope: Scope, area: int) -> Rows:
    """Active nine-small premises of an area that the scope sees."""
    given = {"area": area, "premises": None, **scope.params()}
    return list(session.execute(_sql("premises"), given))


def premises(session: Session, scope: Scope, premises_id: int) -> Row[Any] | None:
    """One active premises of any kind that the scope sees."""
    given = {"area": None, "premises": premises_id, **scope.params()}
    return session.execute(_sql("premises"), given).one_or_none()


def building(session: Session, scope: Scope, building_id: int) -> Row[Any] | None:
    """One building that the scope sees."""
    given = {"building": building_id, **scope.params()}
    return session.execute(_sql("building"), given).one_or_none()


def houses(session: Session, scope: Scope, building_id: int) -> Rows:
    """The houses of a building with counts of people and the oldest confirmation."""
    return list(session.execute(_sql("houses"), {"building": building_id, **scope.params()}))


def residents(session: Session, scope: Scope, building_id: int, roles: list[str]) -> Rows:
    """Who lives in a building: only what the mask needs, and care labels for ``roles``."""
    given = {"building": building_id, "roles": roles, **scope.params()}
    return list(session.execute(_sql("residents"), given))


def household_count(session: Session, scope: Scope, building_id: int) -> int:
    """Registered households of a building."""
    given = {"building": building_id, **scope.params()}
    return int(session.execute(_sql("household_count"), given).scalar_one())
