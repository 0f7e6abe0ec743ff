"""Parts of request bodies that several nouns share."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.errors import Stale

SIGNS = r"^[^\x00-\x1f\x7f]*$"
Address = Annotated[str, StringConstraints(max_length=160, pattern=SIGNS)]
Phone = Annotated[str, StringConstraints(max_length=24, pattern=r"^(\+?[0-9][0-9 \-]{4,22})?$")]
Reason = Annotated[str, StringConstraints(min_length=2, max_length=200, pattern=SIGNS)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class Body(BaseModel):
    """Base of bodies: an unknown name is an error, blanks at the ends do not count."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, populate_by_name=True)


class Versioned(Body):
    """An act upon the card that one looked at."""

    version: Annotated[int, Field(ge=1)]


class Changing(Protocol):
    """A row whose version every change moves."""

    @property
    def version(self) -> int: ...


def unchanged(found: Changing, seen: int) -> None:
    """Raise :class:`Stale` unless ``found`` is as it was when its card was looked at."""
    if found.version != seen:
        raise Stale(found.version)


def digits(phone: str) -> str:
    """A phone as it is stored: without blanks and dashes."""
    return phone.replace(" ", "").replace("-", "")
