"""Who belongs to a household or a family: the one rule of its head, and the history of its changes.

A circle with members has one of them as its head. So whoever goes, in whatever way, passes here: a
head names the next one, and who does not see all of a circle does not decide about it.
"""

from __future__ import annotations

from services.access.scope import visible_grids
from services.errors import Conflict
from services.kit.register import Caller
from services.people import circle_repository as stored
from services.people.kinds import Circle, Kind, kind_of
from services.people.models import Person

HEAD = "head"


def add_change(
    caller: Caller,
    circle: Circle,
    what: str,
    person: Person | None = None,
    other: Circle | None = None,
) -> None:
    """Note a change; ``other`` is the circle at the other end of it."""
    caller.session.add(
        kind_of(circle).change(
            circle_id=circle.id, kind=what, user_id=caller.actor.user_id,
            person_id=person.id if person else None, other_id=other.id if other else None,
        )
    )  # fmt: skip


def members(caller: Caller, circle: Circle) -> dict[int, Person]:
    """All active members, locked.

    Raises :class:`Conflict` (``beyond``) when some of them live outside the caller's area.
    """
    kind, scope = kind_of(circle), visible_grids(caller.actor)
    there = stored.members(caller.session, scope, kind, circle.id, lock=True)
    found = {p.id: p for p in there}
    if stored.count_members(caller.session, kind, circle.id) != len(found):
        raise beyond(kind)
    return found


def beyond(kind: Kind) -> Conflict:
    """What only somebody with a wider area can do."""
    zh = f"{kind.this_zh}有一部分在您的范围之外，请由上一级办理。"
    en = f"Part of this {kind.name} is outside your area; the level above has to do it."
    return Conflict("beyond", zh, en)


def circle_of(caller: Caller, kind: Kind, person: Person) -> Circle | None:
    """The circle of ``person``, locked; None where there is none, or it is out of sight.

    Raises ``beyond`` for the head of a circle that is out of sight.
    """
    number = kind.of(person)
    if number is None:
        return None
    scope = visible_grids(caller.actor)
    found = stored.locked(caller.session, scope, kind, [number]).get(number)
    if found is None and stored.is_head(caller.session, kind, person.id):
        raise beyond(kind)
    return found


def go(
    caller: Caller,
    circle: Circle,
    person: Person,
    what: str,
    new_head_id: int | None,
    *,
    field: str = "new_head_id",
) -> None:
    """Note that ``person`` goes; a head is followed by ``new_head_id``, asked for as ``field``.

    Raises :class:`Conflict` (``is_head``) when nobody of those who stay is named.
    """
    if circle.head_id == person.id:
        others = {i: p for i, p in members(caller, circle).items() if i != person.id}
        if others and new_head_id not in others:
            raise needs_head(kind_of(circle), field)
        circle.head_id = None
        if others and new_head_id is not None:
            put_head(circle, others[new_head_id])
    add_change(caller, circle, what, person)


def put_head(circle: Circle, person: Person) -> None:
    """``person`` is the head from now on."""
    circle.head_id = person.id
    kind_of(circle).put(person, circle.id, HEAD)


def needs_head(kind: Kind, field: str = "new_head_id") -> Conflict:
    """A head cannot go before the next one is named."""
    zh = f"{kind.head_zh}要离开，请从留下的人里选定新{kind.head_zh}。"
    en = f"The head of the {kind.name} leaves: name one of those who stay."
    return Conflict("is_head", zh, en, field=field)
