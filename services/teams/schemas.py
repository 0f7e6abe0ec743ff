"""Filters of the register of service teams, and bodies of the routes that write them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from services.kit.bodies import SIGNS, Body, Versioned
from services.kit.paging import Code, Codes, Filters, Id, Words

Name = Annotated[str, StringConstraints(min_length=2, max_length=60, pattern=SIGNS)]


class TeamFilters(Filters):
    """Filters of teams; ``staff`` finds those of which somebody is a member now."""

    q: Words | None = None
    kind: Codes | None = None
    staff: Id | None = None


class Found(Body):
    """A new team of a grid; the leader is of the grid staff there or below."""

    grid_id: Id
    kind: Code
    name: Name
    leader_id: Id
    founded_on: date | None = None


class Change(Versioned):
    """What is different; what is left out stays."""

    kind: Code | None = None
    name: Name | None = None


class Disband(Versioned):
    """Why a team is no more."""

    reason: Code


class Join(Versioned):
    """Somebody of the grid staff comes in; today where no day is given."""

    staff_id: Id
    post: Code = "member"
    joined_on: date | None = None


class Posted(Versioned):
    """Another post in the team; a new leader takes the place of the old one."""

    post: Code


class Leave(Versioned):
    """The last day in the team; today where none is given."""

    left_on: date | None = None


class Mine(Body):
    """With which teams somebody may have served, on a day; today where none is given."""

    day: date | None = None
    size: int = Field(200, ge=1, le=500)
