"""Filters of the register of organisations, and bodies of the routes that write it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.kit.bodies import SIGNS, Address, Body, Phone, Versioned
from services.kit.paging import Code, Filters, Id, OneOrMore, Words
from services.places.spot_schemas import Site

Kind = Literal["economic", "social"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=SIGNS)]
CreditCode = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SIGNS)]


class OrganisationsInUrl(Filters):
    """Filters that may stand in a URL; ``q`` is part of the name, code or address."""

    q: Words | None = None
    kind: Annotated[list[Kind], OneOrMore, Field(max_length=2)] | None = None
    premises: Id | None = None
    unplaced: bool | None = None


class OrganisationFilters(OrganisationsInUrl):
    """All filters; the name of the person in charge only travels in a body."""

    in_charge: Words | None = None


class Entry(Body):
    """A new organisation: in a premises, or at a place of its own."""

    kind: Kind
    name: Name
    code: CreditCode
    premises_id: Id | None = None
    in_charge: Words | None = None
    phone: Phone = ""
    address: Address = ""
    at: Site | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.at is None and self.premises_id is None:
            raise ValueError("give premises_id, or a place in at")
        return self


class Change(Versioned):
    """What is different; what is left out stays."""

    kind: Kind | None = None
    name: Name | None = None
    code: CreditCode | None = None
    in_charge: Words | None = None
    phone: Phone | None = None
    address: Address | None = None


class Cancel(Versioned):
    """Why an organisation is no more."""

    reason: Code


class Move(Versioned):
    """Into a premises, or to a place of its own."""

    premises_id: Id | None = None
    at: Site | None = None
    address: Address | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.at is None and self.premises_id is None:
            raise ValueError("give premises_id, or a place in at")
        return self
