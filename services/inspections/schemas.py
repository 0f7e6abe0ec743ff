"""Bodies of the routes of inspections."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.kit.bodies import SIGNS, Body, Lat, Lon
from services.kit.paging import Code

Note = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")]
Brief = Annotated[str, StringConstraints(max_length=200, pattern=SIGNS)]
Metres = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]


class Answer(Body):
    """How one item of the checklist was found; ``na``: it does not apply here."""

    code: Code
    answer: Literal["ok", "not_ok", "na"]
    note: Brief = ""


class Look(Body):
    """A look on the spot. ``txn`` is made by the phone: the same one twice is one look.

    ``made_at`` is the time on the phone, which may have had no signal since.
    """

    txn: uuid.UUID
    made_at: AwareDatetime
    note: Note = ""
    lon: Lon | None = None
    lat: Lat | None = None
    accuracy_m: Metres | None = None
    rectify_by: date | None = None

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        if self.accuracy_m is not None and self.lon is None:
            raise ValueError("accuracy_m goes with lon and lat")
        return self


class Inspect(Look):
    """An inspection: an answer to each item; ``rectify_by`` where one of them is not ok."""

    answers: Annotated[list[Answer], Field(min_length=1, max_length=100)]


class Again(Look):
    """A look at a finding again: rectified, kept with a new date, or refused.

    A refusal says in ``note`` what happened; ``category`` is that of its incident.
    """

    result: Literal["rectified", "kept", "refused"]
    category: Annotated[str, Field(min_length=1, max_length=20)] | None = None
