"""Filters of the premises register."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.kit.paging import Codes, Filters, OneOrMore, Words

Attention = Annotated[int, Field(ge=1, le=3)]


class PremisesInUrl(Filters):
    """Filters of premises; ``kind`` is any of the kinds that a premises has.

    ``due`` finds what is to be checked by that day, what was never checked and has no date
    included.
    """

    q: Words | None = None
    kind: Codes | None = None
    attention: Annotated[list[Attention], OneOrMore, Field(max_length=3)] | None = None
    due: date | None = None
    small: bool | None = None
    unplaced: bool | None = None


class PremisesFilters(PremisesInUrl):
    """All filters of premises; the name of the person in charge only travels in a body."""

    in_charge: Words | None = None
