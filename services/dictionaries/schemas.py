"""Bodies of the routes of dictionaries."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from services.kit.bodies import SIGNS, Body, Versioned

ItemCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Chinese = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=SIGNS)
]
English = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=SIGNS)
]


class NewItem(Body):
    """An entry to add; it comes last."""

    code: ItemCode
    name_zh: Chinese
    name_en: English


class ItemChange(Versioned):
    """What to change of an entry; what is left out stays."""

    name_zh: Chinese | None = None
    name_en: English | None = None
    active: bool | None = None


class Order(Body):
    """All codes of a dictionary, in the order in which they are offered."""

    codes: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=30)]],
        Field(min_length=1, max_length=500),
    ]
