"""The history of a household: one row for each change, only ever added."""

from __future__ import annotations

from services.kit.register import Caller
from services.people.models import HouseholdChange


def add(
    caller: Caller, household: int, kind: str, person: int | None = None, other: int | None = None
) -> None:
    """Note a change; ``other`` is the household at the other end of it."""
    caller.session.add(
        HouseholdChange(
            household_id=household, kind=kind, user_id=caller.actor.user_id, person_id=person,
            other_id=other,
        )
    )  # fmt: skip
