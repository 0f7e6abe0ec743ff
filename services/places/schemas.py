"""Filters of the building and house registers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.kit.paging import Filters, Id, OneOrMore, Words

BuildingUse = Literal["residential", "mixed", "public", "commercial", "industrial", "farm"]
HouseUse = Literal["residential", "shop", "office", "storage", "other"]
Floors = Annotated[int, Field(ge=1, le=200)]


class BuildingFilters(Filters):
    """Filters of buildings; ``q`` is part of the name, code or address.

    ``inhabited`` needs the right to read people, for houses as well.
    """

    q: Words | None = None
    use: Annotated[list[BuildingUse], OneOrMore, Field(max_length=6)] | None = None
    floors_min: Floors | None = None
    floors_max: Floors | None = None
    estate: Id | None = None
    inhabited: bool | None = None


class HousesInUrl(Filters):
    """Filters of houses that may stand in a URL."""

    number: Words | None = None
    use: Annotated[list[HouseUse], OneOrMore, Field(max_length=5)] | None = None
    rented: bool | None = None
    inhabited: bool | None = None


class HouseFilters(HousesInUrl):
    """All filters of houses; ``owner`` needs the right to read people."""

    owner: Words | None = None
