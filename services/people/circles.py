"""Changes of registered households 户籍变动 (P3) and of families 家庭变动 (P4): found, change,
renumber, change head, move in and out, merge, split, move, dissolve; in households birth and death.

Each is one transaction and one row of the history at each end. A circle with members has one of
them as its head; an empty one has none and is the only one that can be dissolved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.kit.bodies import Versioned, unchanged
from services.kit.dictionary import in_dictionary
from services.kit.register import Caller
from services.people import circle_repository, entries, home, membership, repository
from services.people.entry_schemas import (
    Birth,
    Cancel,
    Death,
    Founded,
    Head,
    Join,
    Leave,
    Merge,
    Readdress,
    Relocate,
    Renumber,
    Split,
)
from services.people.kinds import HOUSEHOLD, Circle, Kind, kind_of
from services.people.membership import HEAD, add_change, members, needs_head, put_head
from services.people.models import Person

# Whoever keeps the households of an area keeps its families.
WRITES = "households.write"
OTHER = "other"


def found(caller: Caller, kind: Kind, body: Founded) -> int:
    """A new circle at the home of its head; returns its id.

    Raises :class:`BadInput` for members who are not there, :class:`Conflict` for a taken number or
    a member who is head of others elsewhere.
    """
    caller.actor.require(WRITES)
    people = [_member_to_be(caller, kind, person_id) for person_id in dict.fromkeys(body.members)]
    first = people[0]
    _check_number(caller, kind, body.number, first.grid_id, None)
    made = kind.model(
        number=body.number, address=body.address or first.address, grid_id=first.grid_id,
        house_id=first.house_id, building_id=first.building_id, geom=first.geom,
    )  # fmt: skip
    caller.session.add(made)
    caller.session.flush()
    add_change(caller, made, "founded")
    for person in people:
        _take(caller, made, person, HEAD if person is first else OTHER, "joined")
    put_head(made, first)
    _written(caller, made)
    return made.id


def change(caller: Caller, kind: Kind, circle_id: int, body: Readdress) -> None:
    """Other words for the address; the place stays."""
    circle = _to_write(caller, kind, circle_id, body.version)
    circle.address = body.address
    add_change(caller, circle, "changed")
    _written(caller, circle)


def renumber(caller: Caller, kind: Kind, circle_id: int, body: Renumber) -> None:
    """Another number; raises :class:`Conflict` (``number_taken``) when an active one has it."""
    circle = _to_write(caller, kind, circle_id, body.version)
    _check_number(caller, kind, body.number, circle.grid_id, circle.id)
    circle.number = body.number
    add_change(caller, circle, "renumbered")
    _written(caller, circle)


def change_head(caller: Caller, kind: Kind, circle_id: int, body: Head) -> None:
    """Another member becomes the head."""
    circle = _to_write(caller, kind, circle_id, body.version)
    there = members(caller, circle)
    new = there.get(body.person_id)
    if new is None:
        raise _not_a_member(kind, "person_id")
    old = there.get(circle.head_id or 0)
    if old is not None and old is not new:
        kind.put(old, circle.id, _relation(caller, kind, body.old_relation, "old_relation"))
    put_head(circle, new)
    add_change(caller, circle, "head", new)
    _written(caller, circle)


def join(caller: Caller, kind: Kind, circle_id: int, body: Join) -> None:
    """Somebody moves in, out of another circle of the kind in the same step where there is one."""
    circle = _to_write(caller, kind, circle_id, body.version)
    person = _member_to_be(caller, kind, body.person_id, but=circle.id)
    first = not members(caller, circle)
    relation = HEAD if first else _relation(caller, kind, body.relation, "relation")
    _take(caller, circle, person, relation, "joined")
    if first:
        put_head(circle, person)
    _written(caller, circle)


def leave(caller: Caller, kind: Kind, circle_id: int, body: Leave) -> None:
    """Somebody moves out and stays entered, without such a circle."""
    circle = _to_write(caller, kind, circle_id, body.version)
    person = members(caller, circle).get(body.person_id)
    if person is None:
        raise _not_a_member(kind, "person_id")
    _out(caller, circle, person, body.new_head_id)
    _written(caller, circle)


def birth(caller: Caller, household_id: int, body: Birth) -> int:
    """A child is entered and belongs to the household; returns the id of the entry."""
    household = _to_write(caller, HOUSEHOLD, household_id, body.version)
    relation = _relation(caller, HOUSEHOLD, body.relation, "relation")
    child = caller.session.get_one(Person, entries.enter(caller, body.child))
    _take(caller, household, child, relation, "born")
    if household.head_id is None:
        put_head(household, child)
    _written(caller, household)
    return child.id


def death(caller: Caller, household_id: int, body: Death) -> None:
    """A member has died: the entry is cancelled with that reason."""
    household = _to_write(caller, HOUSEHOLD, household_id, body.version)
    person = members(caller, household).get(body.person_id)
    if person is None:
        raise _not_a_member(HOUSEHOLD, "person_id")
    heads = {"new_head_id": body.new_head_id, "new_family_head_id": body.new_family_head_id}
    entries.cancel(caller, person.id, Cancel(version=person.version, reason="deceased", **heads))
    _written(caller, household)


def merge(caller: Caller, kind: Kind, circle_id: int, body: Merge) -> None:
    """All members of another one come in; the other one ends with the reason 合户."""
    if body.other_id == circle_id:
        zh, en = f"不能与自己合并，请选另一{_one(kind)}。", f"Choose another {kind.name}."
        raise BadInput("other", zh, en, field="other_id")
    both = circle_repository.locked(
        caller.session, visible_grids(caller.actor), kind, sorted([circle_id, body.other_id])
    )
    circle = _to_write(caller, kind, circle_id, body.version)
    other = both.get(body.other_id)
    if other is None or other.status != "active":
        zh, en = f"没有{kind.this_zh}，或不在您的范围内。", f"No such {kind.name} in your area."
        raise BadInput("other", zh, en, field="other_id")
    had_head = circle.head_id is not None
    coming = list(members(caller, other).values())
    head = other.head_id
    other.head_id = None
    for person in coming:
        relation = OTHER if had_head or person.id != head else HEAD
        kind.put(person, circle.id, relation)
        add_change(caller, circle, "joined", person, other)
        if relation == HEAD:
            put_head(circle, person)
    _end(other, "merged")
    add_change(caller, circle, "merged", None, other)
    add_change(caller, other, "merged_into", None, circle)
    caller.session.flush()
    _written(caller, circle)


def split(caller: Caller, kind: Kind, circle_id: int, body: Split) -> int:
    """Some members become a circle of their own; returns its id."""
    circle = _to_write(caller, kind, circle_id, body.version)
    there = members(caller, circle)
    people = _some(kind, there, body.members)
    if len(people) == len(there):
        zh = f"不能把所有人都分出去；要改编号请用“改{kind.zh}号”。"
        raise BadInput("members", zh, "Somebody has to stay behind.", field="members")
    _check_number(caller, kind, body.number, circle.grid_id, None)
    staying = set(there) - {person.id for person in people}
    if circle.head_id not in staying:
        if body.new_head_id not in staying:
            raise needs_head(kind)
        put_head(circle, there[body.new_head_id])
    made = kind.model(
        number=body.number, address=circle.address, grid_id=circle.grid_id,
        house_id=circle.house_id, building_id=circle.building_id, geom=circle.geom,
    )  # fmt: skip
    caller.session.add(made)
    caller.session.flush()
    for person in people:
        kind.put(person, made.id, OTHER)
        add_change(caller, circle, "left", person, made)
    put_head(made, people[0])
    add_change(caller, circle, "split", None, made)
    add_change(caller, made, "split_from", None, circle)
    _written(caller, circle)
    _written(caller, made)
    return made.id


def move(caller: Caller, kind: Kind, circle_id: int, body: Relocate) -> None:
    """To another address, together with the members who go along; the others stay where they live.

    Whoever changes the micro-grid gets a new entry there, which is the same member. Raises what
    moving one of them raises (:func:`entries.move_along`), and ``number_taken``.
    """
    circle = _to_write(caller, kind, circle_id, body.version)
    going = _some(kind, members(caller, circle), body.members)
    there = home.of(caller, body.at)
    left = circle.grid_id
    if there.grid_id != left:
        _check_number(caller, kind, circle.number, there.grid_id, circle.id)
    circle.grid_id, circle.house_id, circle.building_id = (
        there.grid_id, there.house_id, there.building_id,
    )  # fmt: skip
    circle.geom, circle.address = there.geom, body.address
    caller.session.flush()
    for person in entries.heads_last(caller, kind, going):
        made = entries.move_along(caller, kind, person, there, body.address)
        if circle.head_id == person.id:
            circle.head_id = made.id
    add_change(caller, circle, "moved")
    _written(caller, circle)
    if left != circle.grid_id:
        entries.tell(caller, kind.register, left)


def dissolve(caller: Caller, kind: Kind, circle_id: int, body: Versioned) -> None:
    """End an empty one; raises :class:`Conflict` (``not_empty``) while somebody is in it."""
    circle = _to_write(caller, kind, circle_id, body.version)
    if members(caller, circle):
        zh, en = f"{kind.this_zh}还有人，先迁出再注销。", "There are members; move them out first."
        raise Conflict("not_empty", zh, en)
    _end(circle, "empty")
    add_change(caller, circle, "dissolved")
    _written(caller, circle)


def _one(kind: Kind) -> str:
    return "户" if kind is HOUSEHOLD else f"个{kind.zh}"


def _to_write(caller: Caller, kind: Kind, circle_id: int, version: int) -> Circle:
    caller.actor.require(WRITES)
    caller.actor.require(entries.WRITES)
    scope = visible_grids(caller.actor)
    circle = circle_repository.locked(caller.session, scope, kind, [circle_id]).get(circle_id)
    if circle is None:
        raise NotFound(kind.name)
    unchanged(circle, version)
    if circle.status != "active":
        raise Conflict("cancelled", f"{kind.this_zh}已注销。", f"This {kind.name} has ended.")
    return circle


def _some(kind: Kind, there: dict[int, Person], ids: Sequence[int]) -> list[Person]:
    """Those members whose ids are given; raises :class:`BadInput` where one is not there."""
    found = [there.get(i) for i in dict.fromkeys(ids)]
    people = [person for person in found if person is not None]
    if len(people) != len(found):
        raise _not_a_member(kind, "members")
    return people


def _member_to_be(caller: Caller, kind: Kind, person_id: int, but: int | None = None) -> Person:
    """An active person who may join: free, or no head whom others need.

    Raises :class:`BadInput`; :class:`Conflict` for a head of others.
    """
    scope = visible_grids(caller.actor)
    person = repository.locked(caller.session, scope, person_id)
    if person is None or person.status != "active":
        zh, en = "没有这个人，或不在您的范围内。", "No such active person in your area."
        raise BadInput("person", zh, en, field="person_id")
    held_by = kind.of(person)
    if but is not None and held_by == but:
        zh, en = f"这个人已在{kind.this_zh}。", f"This person is in the {kind.name} already."
        raise Conflict("member", zh, en, field="person_id")
    if held_by is not None:
        held = circle_repository.locked(caller.session, scope, kind, [held_by]).get(held_by)
        if held is None:
            zh = f"这个人在您范围之外的一{_one(kind)}里，请先由那边迁出。"
            en = f"In a {kind.name} outside your area."
            raise Conflict("elsewhere", zh, en, field="person_id")
        _out(caller, held, person, None)
    return person


def _out(caller: Caller, circle: Circle, person: Person, new_head: int | None) -> None:
    members(caller, circle)  # whoever changes a circle sees all of it
    membership.go(caller, circle, person, "left", new_head)
    kind_of(circle).put(person, None, None)
    caller.session.flush()


def _take(caller: Caller, circle: Circle, person: Person, relation: str, what: str) -> None:
    kind_of(circle).put(person, circle.id, relation)
    add_change(caller, circle, what, person)
    caller.session.flush()


def _end(circle: Circle, reason: str) -> None:
    circle.status, circle.cancel_reason = "cancelled", reason
    circle.cancelled_at = datetime.now(UTC)


def _check_number(caller: Caller, kind: Kind, number: str, grid: int, but: int | None) -> None:
    taken = circle_repository.with_number(caller.session, kind, number, grid)
    if taken is not None and taken != but:
        zh, en = (
            ("这个户号已有一户在用，请核对户口簿。",
             "An active household has this number; look at the booklet again.")
            if kind is HOUSEHOLD
            else ("这个微网格里已有家庭用这个编号，请换一个。",
                  "A family of this micro-grid has this number; choose another.")
        )  # fmt: skip
        raise Conflict("number_taken", zh, en, field="number")


def _relation(caller: Caller, kind: Kind, code: str, field: str) -> str:
    if code == HEAD or not in_dictionary(caller.session, "relation", code):
        zh = f"请从列表中选择与{kind.head_zh}的关系；{kind.head_zh}用“变更{kind.head_zh}”。"
        raise BadInput("relation", zh, "Choose a relation from the list.", field=field)
    return code


def _not_a_member(kind: Kind, field: str) -> BadInput:
    zh = f"这个人不在{kind.this_zh}，请刷新后再选。"
    return BadInput("member", zh, f"Not a member of this {kind.name}; reload.", field=field)


def _written(caller: Caller, circle: Circle) -> None:
    """Every change moves the version, so that an open form notices it."""
    circle.updated_at = datetime.now(UTC)
    caller.session.flush()
    entries.tell(caller, kind_of(circle).register, circle.grid_id)
