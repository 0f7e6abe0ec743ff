"""Filters of the people and household registers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.kit.paging import Code, Filters, OneOrMore, Words

PersonClass = Literal["registered", "floating", "unsettled", "overseas"]
Age = Annotated[int, Field(ge=0, le=150)]


class PeopleInUrl(Filters):
    """Filters that may stand in a URL: nothing that tells who is meant.

    ``confirmed_before`` also finds entries that were never confirmed.
    """

    person_class: Annotated[
        list[PersonClass] | None, OneOrMore, Field(alias="class", max_length=4)
    ] = None
    sex: Literal["m", "f"] | None = None
    age_min: Age | None = None
    age_max: Age | None = None
    label: Code | None = None
    confirmed_before: date | None = None
    unplaced: bool | None = None


class PeopleFilters(PeopleInUrl):
    """All filters of people; name, id number and phone only ever travel in a body."""

    name: Words | None = None
    id_number: Words | None = None
    phone: Words | None = None


class HouseholdsInUrl(Filters):
    """Filters of households that may stand in a URL."""

    number: Words | None = None
    empty: bool | None = None
    unplaced: bool | None = None


class HouseholdFilters(HouseholdsInUrl):
    """All filters of households; ``head`` needs the right to read people."""

    head: Words | None = None
