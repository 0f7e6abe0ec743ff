"""What a question to a register looks like: place, filters, sort, page."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from services.errors import BadInput
from services.kit.conditions import Tree
from services.kit.place import Place

MAX_SIZE = 500
MAX_PAGE = 1_000_000
BIGINT = 2**63 - 1


def _printable(value: str) -> str:
    if any(ord(sign) < 32 for sign in value):
        raise ValueError("control characters are not allowed")
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | int) else value


OneOrMore = BeforeValidator(_listed)
"""Lets a list be given as its only value."""

Id = Annotated[int, Field(ge=1, le=BIGINT)]
Words = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_printable)]
Code = Annotated[str, Field(min_length=1, max_length=30), AfterValidator(_printable)]
Codes = Annotated[list[Code], OneOrMore, Field(min_length=1, max_length=50)]


class Filters(BaseModel):
    """Base of every register's filters: an unknown name is an error, not silence."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


F = TypeVar("F", bound=Filters)


class Search(BaseModel, Generic[F]):
    """A question: where, which rows, in which order, which page.

    ``conditions`` holds beside ``filters``; it travels in a body only, as words in it may name
    somebody.
    """

    model_config = ConfigDict(extra="forbid")

    place: Place | None = None
    filters: F | None = None
    conditions: Tree | None = None
    sort: Annotated[str, Field(max_length=40)] | None = None
    page: int = Field(1, ge=1, le=MAX_PAGE)
    size: int = Field(50, ge=1, le=MAX_SIZE)


class InUrl(BaseModel):
    """The part of a question that a GET carries beside the filters."""

    grid: Id | None = None
    sort: Annotated[str, Field(max_length=40)] | None = None
    page: int = Field(1, ge=1, le=MAX_PAGE)
    size: int = Field(50, ge=1, le=MAX_SIZE)


def sort_key(sort: str, allowed: list[str]) -> tuple[str, bool]:
    """(name, descending) of ``age`` or ``-age``; raises :class:`BadInput` for an unknown name."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    if name not in allowed:
        listed = ", ".join(allowed)
        raise BadInput(
            "sort",
            f"不能按这一项排序，可用：{listed}。",
            f"Cannot be sorted by that; use one of: {listed}.",
            field="sort",
        )
    return name, down
