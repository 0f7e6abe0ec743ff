"""Filters of the people and household registers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.kit.paging import Code, Filters, OneOrMore, Words

PersonClass = Literal["registered", "floating", "unsettled", "overseas"]
Age = Annotated[int, Field(ge=0, le=150)]


class PeopleInUrl(Filters):
    """Filters that may stand in a URL: nothing that tells who is meant.

    ``confirmed_before`` also finds entries that were never confirmed.
    """

    person_class: Annotated[list[PersonClass], OneOrMore, Field(max_length=4)] | None = Field(
        None, alias="class"
    )
    sex: Literal["m", "f"] | None = None
    age_min: Age | None = None
    age_max: Age | None = None
    label: Code | None = None
    confirmed_before: date | None = None
    unplaced: bool | None = None


class PeopleFilters(PeopleInUrl):
    """All filters of people; name, id number and phone only ever travel in a body.

    ``q`` is what somebody types into one box: a whole id number or phone, else a part of the name
    (signs, pinyin, initials) or of the address.
    """

    q: Words | None = None
    name: Words | None = None
    address: Words | None = None
    id_number: Words | None = None
    phone: Words | None = None


class HouseholdsInUrl(Filters):
    """Filters of households that may stand in a URL."""

    number: Words | None = None
    empty: bool | None = None
    unplaced: bool | None = None


class HouseholdFilters(HouseholdsInUrl):
    """All filters of households; ``head`` and ``empty`` need the right to read people."""

    head: Words | None = None


What = Literal["id_number", "phone", "birth_date", "address", "labels"]


def _once(asked: list[What]) -> list[What]:
    return sorted(set(asked))


class Reveal(BaseModel):
    """What of a person is to be opened, and why: a reason of the list and words of one's own."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    what: Annotated[list[What], Field(min_length=1, max_length=5), AfterValidator(_once)]
    reason: Code
    words: Annotated[str, Field(min_length=4, max_length=200)]
