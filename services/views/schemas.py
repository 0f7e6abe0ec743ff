"""Bodies of the routes of saved views."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.kit.bodies import SIGNS, Body, Versioned
from services.kit.conditions import Tree
from services.kit.paging import Code
from services.kit.place import Place

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=SIGNS)
]
Column = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Question(Body):
    """A question as a search states it, and which columns the page shows.

    Without a place it is asked wherever its reader is.
    """

    place: Place | None = None
    filters: Annotated[dict[str, Any], Field(max_length=20)] | None = None
    conditions: Tree | None = None
    sort: Annotated[str, Field(max_length=40)] | None = None
    columns: Annotated[list[Column], Field(min_length=1, max_length=40)] | None = None


class NewView(Body):
    """A view to keep."""

    register_: Code = Field(alias="register")
    name: Name
    shared: bool = False
    question: Question


class ViewChange(Versioned):
    """What to change of a view; what is left out stays."""

    name: Name | None = None
    shared: bool | None = None
    question: Question | None = None
