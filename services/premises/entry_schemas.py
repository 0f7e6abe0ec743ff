"""Bodies of the routes that write premises."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.kit.bodies import SIGNS, Address, Body, Phone, Reason, Versioned
from services.kit.paging import Code, Codes, Id, Words
from services.people.association_schemas import Who
from services.places.spot_schemas import Site

Licence = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SIGNS)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=SIGNS)]
Post = Annotated[str, StringConstraints(max_length=60, pattern=SIGNS)]
Area = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Employees = Annotated[int, Field(ge=0, le=30_000)]


def _each_once(kinds: list[str]) -> list[str]:
    return list(dict.fromkeys(kinds))


Kinds = Annotated[Codes, AfterValidator(_each_once)]
"""The kinds of a premises, the main one first."""


class Entry(Body):
    """A new premises; the first of ``kinds`` is the main one."""

    licence: Licence
    name: Name
    kinds: Kinds
    in_charge: Words | None = None
    phone: Phone = ""
    address: Address = ""
    floor_area_m2: Area | None = None
    employees: Employees | None = None
    at: Site


class Change(Versioned):
    """What is different; what is left out stays."""

    licence: Licence | None = None
    name: Name | None = None
    kinds: Kinds | None = None
    in_charge: Words | None = None
    phone: Phone | None = None
    address: Address | None = None
    floor_area_m2: Area | None = None
    employees: Employees | None = None


class Cancel(Versioned):
    """Why a premises is no more."""

    reason: Code


class Move(Versioned):
    """To another place of the caller's area."""

    at: Site
    address: Address | None = None


class Raise(Versioned):
    """A higher level of attention, by hand."""

    level: Literal[2, 3]
    reason: Reason


class Lower(Versioned):
    """The end of the level that was set by hand."""

    reason: Reason


class Employed(Who):
    """Somebody who works at a premises from a day on; the name is that of the entry if left out."""

    post: Post = ""
    started_on: date | None = None


class EmployeeChange(Versioned):
    """What is different; a ``person_id`` of null cuts the link."""

    name: Words | None = None
    post: Post | None = None
    phone: Phone | None = None
    person_id: Id | None = None


class Stop(Versioned):
    """The last day of work; today where none is given."""

    stopped_on: date | None = None
