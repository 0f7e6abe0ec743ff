"""Bodies of the correction routes; what a person says never stands in a URL."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Correctable = Literal[
    "name", "sex", "birth_date", "id_number", "phone", "address", "household", "label", "other"
]
How = Literal["in_person", "phone", "letter", "online"]
FIELDS: tuple[str, ...] = get_args(Correctable)
HOW: tuple[str, ...] = get_args(How)


def _printable(text: str) -> str:
    if not text.replace("\n", " ").isprintable():
        raise ValueError("signs that cannot be printed")
    return text


Said = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_printable)]


class Ask(BaseModel):
    """Which field a person says is wrong, what is right, and how it was asked for."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    field: Correctable
    said: Said
    how: How


class Decision(BaseModel):
    """What becomes of a request, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    accept: bool
    words: Annotated[str, Field(min_length=2, max_length=300), AfterValidator(_printable)]
