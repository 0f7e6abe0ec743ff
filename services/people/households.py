"""Changes of registered households 户籍变动 (P3): found, renumber, head, move in and out, birth,
death, merge 合户, split 分户, dissolve.

Each is one transaction and one row of the household's history at each end. A household with members
has one of them as its head; an empty one has none and is the only one that can be dissolved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.kit.bodies import Versioned
from services.kit.dictionary import in_dictionary
from services.kit.register import Caller
from services.people import entries, household_repository, membership, repository
from services.people.entry_schemas import (
    Birth,
    Cancel,
    Death,
    Founded,
    Head,
    Join,
    Leave,
    Merge,
    Renumber,
    Split,
)
from services.people.membership import HEAD, members, needs_head, put_head
from services.people.models import Household, Person

WRITES = "households.write"
OTHER = "other"


def found(caller: Caller, body: Founded) -> int:
    """A new household at the home of its head; returns its id.

    Raises :class:`BadInput` for members who are not there, :class:`Conflict` for a taken number or
    a member who is head of others elsewhere.
    """
    caller.actor.require(WRITES)
    people = [_member_to_be(caller, person_id) for person_id in dict.fromkeys(body.members)]
    first = people[0]
    _check_number(caller, body.number, None)
    made = Household(
        number=body.number, address=body.address or first.address, grid_id=first.grid_id,
        house_id=first.house_id, building_id=first.building_id, geom=first.geom,
    )  # fmt: skip
    caller.session.add(made)
    caller.session.flush()
    _log(caller, made, "founded")
    for person in people:
        _take(caller, made, person, HEAD if person is first else OTHER, "joined")
    put_head(made, first)
    _written(caller, made)
    return made.id


def renumber(caller: Caller, household_id: int, body: Renumber) -> None:
    """Another number; raises :class:`Conflict` (``number_taken``) when an active one has it."""
    household = _to_write(caller, household_id, body.version)
    _check_number(caller, body.number, household.id)
    household.number = body.number
    _log(caller, household, "renumbered")
    _written(caller, household)


def change_head(caller: Caller, household_id: int, body: Head) -> None:
    """Another member becomes the head."""
    household = _to_write(caller, household_id, body.version)
    there = members(caller, household)
    new = there.get(body.person_id)
    if new is None:
        raise _not_a_member("person_id")
    old = there.get(household.head_id or 0)
    if old is not None and old is not new:
        old.relation = _relation(caller, body.old_relation, "old_relation")
    put_head(household, new)
    _log(caller, household, "head", new)
    _written(caller, household)


def join(caller: Caller, household_id: int, body: Join) -> None:
    """Somebody moves in, out of another household in the same step where there is one."""
    household = _to_write(caller, household_id, body.version)
    person = _member_to_be(caller, body.person_id, but=household.id)
    first = not members(caller, household)
    relation = HEAD if first else _relation(caller, body.relation, "relation")
    _take(caller, household, person, relation, "joined")
    if first:
        put_head(household, person)
    _written(caller, household)


def leave(caller: Caller, household_id: int, body: Leave) -> None:
    """Somebody moves out and stays entered, without a household."""
    household = _to_write(caller, household_id, body.version)
    person = members(caller, household).get(body.person_id)
    if person is None:
        raise _not_a_member("person_id")
    _out(caller, household, person, body.new_head_id, "left")
    _written(caller, household)


def birth(caller: Caller, household_id: int, body: Birth) -> int:
    """A child is entered and belongs to the household; returns the id of the entry."""
    household = _to_write(caller, household_id, body.version)
    relation = _relation(caller, body.relation, "relation")
    child = caller.session.get_one(Person, entries.enter(caller, body.child))
    _take(caller, household, child, relation, "born")
    if household.head_id is None:
        put_head(household, child)
    _written(caller, household)
    return child.id


def death(caller: Caller, household_id: int, body: Death) -> None:
    """A member has died: the entry is cancelled with that reason."""
    household = _to_write(caller, household_id, body.version)
    person = members(caller, household).get(body.person_id)
    if person is None:
        raise _not_a_member("person_id")
    cancelled = Cancel(version=person.version, reason="deceased", new_head_id=body.new_head_id)
    entries.cancel(caller, person.id, cancelled)
    _written(caller, household)


def merge(caller: Caller, household_id: int, body: Merge) -> None:
    """All members of another household come in; the other one ends with the reason 合户."""
    if body.other_id == household_id:
        zh, en = "不能与自己合户，请选另一户。", "Choose another household to merge with."
        raise BadInput("other", zh, en, field="other_id")
    both = household_repository.locked_households(
        caller.session, visible_grids(caller.actor), sorted([household_id, body.other_id])
    )
    household = _to_write(caller, household_id, body.version)
    other = both.get(body.other_id)
    if other is None or other.status != "active":
        zh, en = "没有这一户，或不在您的范围内。", "No such household in your area."
        raise BadInput("other", zh, en, field="other_id")
    had_head = household.head_id is not None
    coming = list(members(caller, other).values())
    head = other.head_id
    other.head_id = None
    for person in coming:
        relation = OTHER if had_head or person.id != head else HEAD
        person.household_id, person.relation = household.id, relation
        _log(caller, household, "joined", person, other)
        if relation == HEAD:
            put_head(household, person)
    _end(other, "merged")
    _log(caller, household, "merged", None, other)
    _log(caller, other, "merged_into", None, household)
    caller.session.flush()
    _written(caller, household)


def split(caller: Caller, household_id: int, body: Split) -> int:
    """Some members become a household of their own; returns its id."""
    household = _to_write(caller, household_id, body.version)
    there = members(caller, household)
    going = [there.get(i) for i in dict.fromkeys(body.members)]
    people = [person for person in going if person is not None]
    if len(people) != len(going):
        raise _not_a_member("members")
    if len(people) == len(there):
        zh, en = "不能把全户都分出去；要改户号请用“改户号”。", "Somebody has to stay behind."
        raise BadInput("members", zh, en, field="members")
    _check_number(caller, body.number, None)
    staying = set(there) - {person.id for person in people}
    if household.head_id not in staying:
        if body.new_head_id not in staying:
            raise needs_head()
        put_head(household, there[body.new_head_id])
    made = Household(
        number=body.number, address=household.address, grid_id=household.grid_id,
        house_id=household.house_id, building_id=household.building_id, geom=household.geom,
    )  # fmt: skip
    caller.session.add(made)
    caller.session.flush()
    for person in people:
        person.household_id, person.relation = made.id, OTHER
        _log(caller, household, "left", person, made)
    put_head(made, people[0])
    _log(caller, household, "split", None, made)
    _log(caller, made, "split_from", None, household)
    _written(caller, household)
    _written(caller, made)
    return made.id


def dissolve(caller: Caller, household_id: int, body: Versioned) -> None:
    """End an empty household; raises :class:`Conflict` (``not_empty``) while somebody is in it."""
    household = _to_write(caller, household_id, body.version)
    if members(caller, household):
        zh, en = "户内还有人，先迁出再销户。", "There are members; move them out first."
        raise Conflict("not_empty", zh, en)
    _end(household, "empty")
    _log(caller, household, "dissolved")
    _written(caller, household)


def _to_write(caller: Caller, household_id: int, version: int) -> Household:
    caller.actor.require(WRITES)
    caller.actor.require(entries.WRITES)
    scope = visible_grids(caller.actor)
    household = household_repository.locked_households(caller.session, scope, [household_id]).get(
        household_id
    )
    if household is None:
        raise NotFound("household")
    if household.version != version:
        zh = "别人刚改过这一户，您的修改还没有保存。请对照新内容后再存。"
        en = "Somebody changed this household meanwhile; yours is not saved. Compare, save again."
        raise Conflict("stale", zh, en, field="version", version=household.version)
    if household.status != "active":
        raise Conflict("cancelled", "这一户已注销。", "This household has ended.")
    return household


def _member_to_be(caller: Caller, person_id: int, but: int | None = None) -> Person:
    """An active person who may join: free, or no head whom others need.

    Raises :class:`BadInput`; :class:`Conflict` for a head of others.
    """
    person = repository.locked(caller.session, visible_grids(caller.actor), person_id)
    if person is None or person.status != "active":
        zh, en = "没有这个人，或不在您的范围内。", "No such active person in your area."
        raise BadInput("person", zh, en, field="person_id")
    if but is not None and person.household_id == but:
        zh, en = "这个人已在本户。", "This person is in the household already."
        raise Conflict("member", zh, en, field="person_id")
    if person.household_id is not None:
        held = household_repository.locked_households(
            caller.session, visible_grids(caller.actor), [person.household_id]
        ).get(person.household_id)
        if held is None:
            zh, en = (
                "这个人在您范围之外的一户里，请先由那边迁出。",
                "In a household outside your area.",
            )
            raise Conflict("elsewhere", zh, en, field="person_id")
        _out(caller, held, person, None, "left")
    return person


def _out(
    caller: Caller, household: Household, person: Person, new_head: int | None, kind: str
) -> None:
    members(caller, household)  # whoever changes a household sees all of it
    membership.go(caller, household, person, new_head, kind)
    person.household_id, person.relation = None, None
    caller.session.flush()


def _take(caller: Caller, household: Household, person: Person, relation: str, kind: str) -> None:
    person.household_id, person.relation = household.id, relation
    _log(caller, household, kind, person)
    caller.session.flush()


def _end(household: Household, reason: str) -> None:
    household.status, household.cancel_reason = "cancelled", reason
    household.cancelled_at = datetime.now(UTC)


def _check_number(caller: Caller, number: str, but: int | None) -> None:
    taken = household_repository.household_with_number(caller.session, number)
    if taken is not None and taken != but:
        raise Conflict(
            "number_taken",
            "这个户号已有一户在用，请核对户口簿。",
            "An active household has this number; look at the booklet again.",
            field="number",
        )


def _relation(caller: Caller, code: str, field: str) -> str:
    if code == HEAD or not in_dictionary(caller.session, "relation", code):
        zh, en = "请从列表中选择与户主的关系；户主用“换户主”。", "Choose a relation from the list."
        raise BadInput("relation", zh, en, field=field)
    return code


def _not_a_member(field: str) -> BadInput:
    zh, en = "这个人不在本户，请刷新后再选。", "Not a member of this household; reload."
    return BadInput("member", zh, en, field=field)


def _log(
    caller: Caller,
    household: Household,
    kind: str,
    person: Person | None = None,
    other: Household | None = None,
) -> None:
    membership.add_change(
        caller, household.id, kind, person.id if person else None, other.id if other else None
    )


def _written(caller: Caller, *households: Household) -> None:
    """Every change moves the version, so that an open form notices it."""
    for household in households:
        household.updated_at = datetime.now(UTC)
    caller.session.flush()
    told: Sequence[int] = sorted({h.grid_id for h in households})
    for grid_id in told:
        entries.tell(caller, "households", grid_id)
