"""Where somebody lives decides the grid of the entry: a house, a building, a point, or no place."""

from __future__ import annotations

from services.kit.register import Caller
from services.places import spot
from services.places.spot import Spot as Home
from services.places.spot_schemas import At

__all__ = ["Home", "of"]
PEOPLE = spot.Kind("人员", "People", "no_place_reason")


def of(caller: Caller, at: At) -> Home:
    """The home that ``at`` means, in a micro-grid of the caller's area.

    Raises :class:`BadInput` on the part of ``at`` that is wrong.
    """
    return spot.of(caller, at, PEOPLE)
