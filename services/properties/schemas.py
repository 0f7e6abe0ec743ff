"""Filters of the register of property, and bodies of the routes that write it."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from services.kit.bodies import SIGNS, Versioned
from services.kit.paging import Code, Codes, Filters, Words
from services.people.association_schemas import WhoAndWhere

Number = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SIGNS)]
Brand = Annotated[str, StringConstraints(max_length=40, pattern=SIGNS)]
Colour = Annotated[str, StringConstraints(max_length=20, pattern=SIGNS)]
Note = Annotated[str, StringConstraints(max_length=200, pattern=SIGNS)]


class PropertiesInUrl(Filters):
    """Filters that may stand in a URL: nothing that tells whose it is."""

    kind: Codes | None = None


class PropertyFilters(PropertiesInUrl):
    """All filters; a number or a name only travels in a body."""

    q: Words | None = None


class Entry(WhoAndWhere):
    """A new thing of a resident; ``number`` is that of its plate or frame."""

    kind: Code
    number: Number
    brand: Brand = ""
    colour: Colour = ""
    note: Note = ""


class Change(Versioned):
    """What is different; what is left out stays."""

    kind: Code | None = None
    number: Number | None = None
    brand: Brand | None = None
    colour: Colour | None = None
    note: Note | None = None


class Cancel(Versioned):
    """Why somebody no longer has it."""

    reason: Code
