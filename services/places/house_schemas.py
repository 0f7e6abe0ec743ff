"""Bodies of the routes that write houses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.kit.paging import Code, Id
from services.places.schemas import HouseUse

SIGNS = r"^[^\x00-\x1f\x7f]*$"


def _a_floor(value: int) -> int:
    if value == 0:
        raise ValueError("there is no floor 0: the ground floor is 1, the basement -1")
    return value


Number = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SIGNS)]
Room = Annotated[str, StringConstraints(min_length=1, max_length=10, pattern=SIGNS)]
Owner = Annotated[str, StringConstraints(max_length=60, pattern=SIGNS)]
Unit = Annotated[int, Field(ge=1, le=100)]
Floor = Annotated[int, Field(ge=-20, le=200), AfterValidator(_a_floor)]
Area = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewHouse(_Body):
    """A house of a building, which decides its grid; basements have negative floors."""

    number: Number
    building_id: Id
    unit: Unit = 1
    floor: Floor
    room: Room
    use: HouseUse = "residential"
    owner: Owner = ""
    area_m2: Area | None = None
    rented: bool = False


class Versioned(_Body):
    """An act upon the card that one looked at."""

    version: Annotated[int, Field(ge=1)]


class ChangedHouse(Versioned):
    """What is different; what is left out stays. An empty owner takes the owner away."""

    unit: Unit | None = None
    floor: Floor | None = None
    room: Room | None = None
    use: HouseUse | None = None
    owner: Owner | None = None
    area_m2: Area | None = None
    confirmed: Literal[True] | None = None


class Renumbered(Versioned):
    """Another house number."""

    number: Number


class WithReason(Versioned):
    """Why a house is cancelled, or is let no more: a reason of the list."""

    reason: Code
