"""Bodies of the routes of emergency looks."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.kit.paging import Code, Id


class Begin(BaseModel):
    """Where to look, and why: a reason of the list and words of one's own."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    grid_id: Id
    reason: Code
    words: Annotated[str, Field(min_length=10, max_length=200, pattern=r"^[^\x00]*$")]


class Review(BaseModel):
    """What the superior says of a look."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    in_order: bool
    words: Annotated[str, Field(min_length=2, max_length=400, pattern=r"^[^\x00]*$")]
