"""Filters of the registers of services, and bodies of the routes that write them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.kit.bodies import Body, Lat, Lon, Versioned
from services.kit.paging import Code, Codes, Filters, Id, OneOrMore, Words
from services.people.association_schemas import WhoAndWhere

ObjectKind = Literal["ordinary", "paired"]
Said = Annotated[
    str, StringConstraints(min_length=2, max_length=1000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")
]


class ObjectsInUrl(Filters):
    """Filters of service objects; ``mine``: those of the caller's own."""

    kind: Annotated[list[ObjectKind], OneOrMore, Field(max_length=2)] | None = None
    mine: bool | None = None
    staff: Id | None = None


class ObjectFilters(ObjectsInUrl):
    """All filters of service objects; a name only travels in a body."""

    name: Words | None = None


class RecordsInUrl(Filters):
    """Filters of service records; days are included."""

    kind: Codes | None = None
    team: Id | None = None
    since: date | None = None
    until: date | None = None
    withdrawn: bool | None = None


class RecordFilters(RecordsInUrl):
    """All filters of service records; a name only travels in a body."""

    name: Words | None = None


class Start(Body):
    """Somebody of the grid staff, oneself where none is named, looks after a person from now on."""

    person_id: Id
    staff_id: Id | None = None
    kind: ObjectKind
    reason: Code
    started_on: date | None = None


class Stop(Versioned):
    """Why it ends; today where no day is given."""

    reason: Code
    stopped_on: date | None = None


class Service(WhoAndWhere):
    """One service to a person. ``txn`` is made by the page: the same one twice is one record.

    ``members`` are times in the team (their ids as the team lists them).
    """

    txn: uuid.UUID
    team_id: Id
    members: Annotated[list[Id], Field(min_length=1, max_length=30)]
    kind: Code
    served_at: AwareDatetime
    words: Said
    lon: Lon | None = None
    lat: Lat | None = None

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        return self


class Withdraw(Versioned):
    """Why a record is not true."""

    reason: Code
