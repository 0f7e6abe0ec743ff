"""Bodies of the routes of notices."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.kit.paging import Id


class Read(BaseModel):
    """Which of the own notices were read."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
