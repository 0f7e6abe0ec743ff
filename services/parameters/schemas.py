"""Bodies of the routes of parameters."""

from __future__ import annotations

from typing import Literal

from services.kit.bodies import Body

Mode = Literal["independent", "must_exist", "on_the_fly"]


class Association(Body):
    """The mode of association; it cannot be changed afterwards."""

    mode: Mode
