"""Bodies of the sign-in routes."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Login(BaseModel):
    """Sign-in name and password."""

    username: str = Field(min_length=1, max_length=60)
    password: str = Field(min_length=1, max_length=200)


class Language(BaseModel):
    """The language in which the pages speak to the user."""

    lang: str = Field(pattern="^(zh|en)$")
