"""Where something or somebody is, as a body says it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from services.kit.bodies import Body, Lat, Lon
from services.kit.paging import Code, Id


class Site(Body):
    """Where something is: a building or a point; or a micro-grid and why no place."""

    building_id: Id | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    grid_id: Id | None = None
    no_place_reason: Code | None = None

    @property
    def house(self) -> int | None:
        """The house, for what is in one."""
        return None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        if (self.grid_id is None) != (self.no_place_reason is None):
            raise ValueError("grid_id goes with no_place_reason, and only then")
        ways = (self.house, self.building_id, self.lon, self.grid_id)
        if sum(way is not None for way in ways) != 1:
            house = "a house, " if isinstance(self, At) else ""
            raise ValueError(f"give {house}a building, lon and lat, or grid_id with a reason")
        return self


class At(Site):
    """Where somebody lives: a house, a building or a point; or a micro-grid and why no place."""

    house_id: Id | None = None

    @property
    def house(self) -> int | None:
        """The house."""
        return self.house_id
