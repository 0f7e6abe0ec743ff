"""Bodies of the incident routes."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Report(BaseModel):
    """A new incident. ``txn`` is made by the client: the same one twice is one incident."""

    model_config = ConfigDict(str_strip_whitespace=True)

    title: str = Field(min_length=2, max_length=120)
    category: str = Field(min_length=1, max_length=20)
    text: str = Field(default="", max_length=4000)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    severity: int = Field(default=1, ge=1, le=4)
    source: Literal["staff", "inspection", "department", "hotline"] = "staff"
    address: str = Field(default="", max_length=160)
    txn: uuid.UUID | None = None


class Act(BaseModel):
    """One action on an incident."""

    model_config = ConfigDict(str_strip_whitespace=True)

    action: str = Field(min_length=1, max_length=12)
    note: str = Field(default="", max_length=2000)
    txn: uuid.UUID | None = None
