"""Who belongs to a household: the one rule of its head, and the history of its changes.

A household with members has one of them as its head. So whoever goes, in whatever way, passes here:
a head names the next one, and who does not see all of a household does not decide about it.
"""

from __future__ import annotations

from services.access.scope import visible_grids
from services.errors import Conflict
from services.kit.register import Caller
from services.people import household_repository
from services.people.models import Household, HouseholdChange, Person

HEAD = "head"


def add_change(
    caller: Caller, household: int, kind: str, person: int | None = None, other: int | None = None
) -> None:
    """Note a change; ``other`` is the household at the other end of it."""
    caller.session.add(
        HouseholdChange(
            household_id=household, kind=kind, user_id=caller.actor.user_id, person_id=person,
            other_id=other,
        )
    )  # fmt: skip


def members(caller: Caller, household: Household) -> dict[int, Person]:
    """All active members, locked.

    Raises :class:`Conflict` (``beyond``) when some of them live outside the caller's area.
    """
    scope = visible_grids(caller.actor)
    found = {
        p.id: p for p in household_repository.locked_members(caller.session, scope, household.id)
    }
    if household_repository.count_members(caller.session, household.id) != len(found):
        raise beyond()
    return found


def beyond() -> Conflict:
    """What only somebody with a wider area can do."""
    zh = "这一户有一部分在您的范围之外，请由上一级办理。"
    en = "Part of this household is outside your area; the level above has to do it."
    return Conflict("beyond", zh, en)


def household_of(caller: Caller, person: Person) -> Household | None:
    """The household of ``person``, locked; None where there is none, or it is out of sight.

    Raises ``beyond`` for the head of a household that is out of sight.
    """
    if person.household_id is None:
        return None
    found = household_repository.locked_households(
        caller.session, visible_grids(caller.actor), [person.household_id]
    ).get(person.household_id)
    if found is None and household_repository.is_head(caller.session, person.id):
        raise beyond()
    return found


def go(
    caller: Caller, household: Household, person: Person, new_head_id: int | None, kind: str
) -> None:
    """Note that ``person`` goes; a head is followed by ``new_head_id``.

    Raises :class:`Conflict` (``is_head``) when nobody of those who stay is named.
    """
    if household.head_id == person.id:
        others = {i: p for i, p in members(caller, household).items() if i != person.id}
        if others and new_head_id not in others:
            raise needs_head()
        household.head_id = None
        if others and new_head_id is not None:
            put_head(household, others[new_head_id])
    add_change(caller, household.id, kind, person.id)


def put_head(household: Household, person: Person) -> None:
    """``person`` is the head from now on."""
    household.head_id, person.relation = person.id, HEAD


def needs_head() -> Conflict:
    """A head cannot go before the next one is named."""
    zh = "户主要离开，请从留下的人里选定新户主。"
    en = "The head leaves: name one of those who stay."
    return Conflict("is_head", zh, en, field="new_head_id")
