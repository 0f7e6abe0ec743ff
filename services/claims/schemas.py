"""Bodies and filters of import and claim."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.kit.bodies import SIGNS, Address, Phone
from services.kit.paging import Code, Filters, Id, OneOrMore, Words
from services.people.entry_schemas import IdKind, Number
from services.people.schemas import PersonClass
from services.places.spot_schemas import At

State = Literal["waiting", "claimed", "same", "undone"]
Confidence = Literal["building", "known", "name", "village", "none", "hand"]
BatchState = Literal["reading", "checked", "refused", "loaded", "failed", "undone", "forgotten"]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=SIGNS)]
Licence = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SIGNS)]
Take = Literal["name", "phone", "address", "sex", "birth_date", "id_number"]
MOST_AT_ONCE = 500


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, populate_by_name=True)


class Verdict(_Body):
    """What a look at both sides has shown: the ``same``, or ``not_same``.

    With ``same`` the fields of ``take`` go from the row into the entry.
    """

    entry_id: Id
    verdict: Literal["same", "not_same"]
    take: Annotated[list[Take], Field(max_length=6)] = []

    @model_validator(mode="after")
    def _only_of_the_same(self) -> Self:
        if self.take and self.verdict != "same":
            raise ValueError("take goes with the verdict same")
        return self


class Claim(_Body):
    """Claim the row that one looked at; ``settle`` once a duplicate was compared."""

    version: Version
    settle: Verdict | None = None


class Picked(_Body):
    """One row of many."""

    id: Id
    version: Version


class ClaimMany(_Body):
    """Rows to be claimed, each for itself."""

    rows: Annotated[list[Picked], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Send(_Body):
    """Send a row on to another grid, or without one back to the county, with a reason."""

    version: Version
    reason: Code
    grid_id: Id | None = None


class SendMany(_Body):
    """The same for many rows."""

    rows: Annotated[list[Picked], Field(min_length=1, max_length=MOST_AT_ONCE)]
    reason: Code
    grid_id: Id | None = None


class CompletePerson(_Body):
    """What a row about a person lacks."""

    version: Version
    name: Words | None = None
    person_class: PersonClass | None = Field(None, alias="class")
    sex: Literal["m", "f"] | None = None
    birth_date: date | None = None
    id_kind: IdKind | None = None
    id_number: Number | None = None
    phone: Phone | None = None
    address: Address | None = None
    at: At | None = None


class CompletePremises(_Body):
    """What a row about a premises lacks."""

    version: Version
    licence: Licence | None = None
    kind: Code | None = None
    address: Address | None = None
    at: At | None = None


class Undo(_Body):
    """Why a file is taken back."""

    version: Version
    reason: Annotated[str, StringConstraints(min_length=2, max_length=60, pattern=SIGNS)]


class HeldInUrl(Filters):
    """Filters of held rows that tell nothing of a person."""

    state: Annotated[list[State], OneOrMore, Field(max_length=4)] | None = None
    confidence: Annotated[list[Confidence], OneOrMore, Field(max_length=6)] | None = None
    batch: Id | None = None
    sent_back: bool | None = None


class HeldFilters(HeldInUrl):
    """All filters of held rows."""

    name: Words | None = None


class HeldPeopleFilters(HeldFilters):
    """All filters of held people."""

    id_number: Words | None = None


class BatchFilters(Filters):
    """Filters of files."""

    of: Literal["people", "premises"] | None = Field(None, alias="register")
    state: Annotated[list[BatchState], OneOrMore, Field(max_length=7)] | None = None
    mine: bool | None = None


Outcome = dict[str, Any]
