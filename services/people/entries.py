"""The life of an entry of the actual population 实有人口 (P1, P2): enter, change, cancel, restore,
settle 落户, move.

A person is entered at a micro-grid. When somebody no longer belongs there the entry is cancelled
with a reason, never deleted; who moves on or settles gets a new entry that names the one before.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.kit import bodies, idnumber
from services.kit.bodies import Versioned, unchanged
from services.kit.clock import ZONE
from services.kit.dictionary import in_dictionary, items
from services.kit.register import Caller
from services.live import service as live
from services.people import home, label_repository, membership, repository
from services.people.entry_schemas import Cancel, Change, Entry, Move, Settle
from services.people.home import Home
from services.people.kinds import KINDS, Kind
from services.people.models import Person, PersonLabel
from services.people.names import pinyin

WRITES = "people.write"
# Reasons that other acts give, or that concern no person.
NOT_BY_HAND = {"settled", "closed_down", "demolished", "merged", "empty", "rebuilt",
               "import_undone"}  # fmt: skip
CARRIED = ("person_class", "name", "name_pinyin", "sex", "birth_date", "id_kind", "id_enc",
           "id_hash", "phone_enc", "phone_hash", "address")  # fmt: skip


def options(caller: Caller) -> dict[str, list[dict[str, Any]]]:
    """What the lists of the forms of people and households offer."""
    caller.actor.require(WRITES)

    def of(dictionary: str, *but: str) -> list[dict[str, Any]]:
        return [one for one in items(caller.session, dictionary) if one["code"] not in but]

    return {
        "classes": of("person_class"),
        "id_kinds": of("id_kind"),
        "sexes": of("sex"),
        "reasons": of("cancel_reason", *NOT_BY_HAND),
        "relations": of("relation", membership.HEAD),
        "no_place_reasons": of("no_place_reason"),
    }


def enter(caller: Caller, body: Entry) -> int:
    """A new entry; returns its id, and the same one for the same ``txn`` again.

    Raises :class:`BadInput` naming the field, and :class:`Conflict` (``id_taken``) when the
    micro-grid has an active entry of the same id number.
    """
    caller.actor.require(WRITES)
    if body.txn is not None:
        known = repository.by_txn(caller.session, visible_grids(caller.actor), body.txn)
        if known is not None:
            return known
    person = Person(person_class=body.person_class, confirmed_on=_today(), txn=body.txn)
    _put_home(person, home.of(caller, body.at))
    person.name, person.name_pinyin, person.address = body.name, pinyin(body.name), body.address
    _put_phone(caller, person, body.phone)
    _put_identity(caller, person, body.model_dump(include=set(IDENTITY)))
    _check_unique(caller, person)
    _written(caller, person)
    return person.id


def change(caller: Caller, person_id: int, body: Change) -> None:
    """Change an active entry; ``confirmed`` notes that it was found right today."""
    person = _to_write(caller, person_id, body.version)
    _must_be_active(person)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    if given.pop("confirmed", None):
        person.confirmed_on = _today()
    if given.get("name"):
        person.name, person.name_pinyin = given["name"], pinyin(given["name"])
    if given.get("address") is not None:
        person.address = given["address"]
    if given.get("phone") is not None:
        _put_phone(caller, person, given["phone"])
    if set(IDENTITY) & set(given):
        number = caller.keys.decrypt(person.id_enc) if person.id_enc else None
        held = {"sex": person.sex, "birth_date": person.birth_date, "id_kind": person.id_kind}
        _put_identity(caller, person, {**held, "id_number": number, **given}, set(given))
        _check_unique(caller, person)
    _written(caller, person)


def cancel(caller: Caller, person_id: int, body: Cancel, *, by_hand: bool = True) -> None:
    """Cancel an entry with a reason of the list; some reasons are given by other acts only.

    Raises :class:`Conflict` (``is_head``) for the head of a household or a family with others in
    it, until ``new_head_id`` or ``new_family_head_id`` names one of them.
    """
    person = _to_write(caller, person_id, body.version)
    _must_be_active(person)
    known = in_dictionary(caller.session, "cancel_reason", body.reason)
    if not known or (by_hand and body.reason in NOT_BY_HAND):
        zh, en = "请从列表中选择注销原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    _leave(caller, person, body, "died" if body.reason == "deceased" else "left")
    _end(person, body.reason)
    _written(caller, person)


def restore(caller: Caller, person_id: int, body: Versioned) -> None:
    """Undo a cancellation that was a mistake; household and family are not joined by themselves."""
    person = _to_write(caller, person_id, body.version)
    if person.status == "active":
        zh, en = "这条登记没有注销，不用恢复。", "This entry is not cancelled."
        raise Conflict("active", zh, en)
    if person.anonymised_at is not None or person.cancel_reason == "settled":
        zh, en = "已落户或已匿名的登记不能恢复。", "A settled or anonymised entry stays cancelled."
        raise Conflict("final", zh, en)
    person.status, person.cancelled_at, person.cancel_reason = "active", None, None
    for kind in KINDS:
        kind.put(person, None, None)
    _check_unique(caller, person)
    _written(caller, person)


def settle(caller: Caller, person_id: int, body: Settle) -> int:
    """An unsettled person 未落户 becomes registered 户籍; returns the id of the new entry.

    The old entry is cancelled with the reason 已落户 (P2); the new one takes its place in the
    household and in the family.
    """
    person = _to_write(caller, person_id, body.version)
    _must_be_active(person)
    if person.person_class != "unsettled":
        zh, en = "只有未落户人员可以落户。", "Only an unsettled person can settle."
        raise Conflict("class", zh, en)
    circles = [membership.circle_of(caller, kind, person) for kind in KINDS]
    made = _followed(caller, person, "settled", None)
    made.person_class = "registered"
    if body.id_number:
        asked = {"id_kind": "resident", "id_number": body.id_number}
        held = {"sex": made.sex, "birth_date": made.birth_date}
        _put_identity(caller, made, {**held, **asked}, set(asked))
    _check_unique(caller, made)
    _joined(caller, person, made)
    for circle in circles:
        if circle is not None and circle.head_id == person.id:
            membership.put_head(circle, made)
    caller.session.flush()
    return made.id


def move(caller: Caller, person_id: int, body: Move) -> int:
    """To another home; returns the entry's id, a new one when the micro-grid is another.

    Both micro-grids must be in the caller's area; labels move along, household and family do not.
    """
    person = _to_write(caller, person_id, body.version)
    _must_be_active(person)
    there = home.of(caller, body.at)
    if there.grid_id == person.grid_id:
        _put_home(person, there)
        _written(caller, person)
        return person.id
    _leave(caller, person, body, "left")
    return _moved(caller, person, there).id


def move_along(caller: Caller, kind: Kind, person: Person, there: Home, address: str) -> Person:
    """``person``, who is locked, moves with the circle of ``kind``; returns the entry there.

    Raises :class:`Conflict` (``is_head``) for the head of others in a circle of another kind.
    """
    if there.grid_id == person.grid_id:
        _put_home(person, there)
        person.address = address
        _written(caller, person)
        return person
    for other in KINDS:
        circle = None if other is kind else membership.circle_of(caller, other, person)
        if circle is not None:
            membership.go(caller, circle, person, "left", None, field="members")
    return _moved(caller, person, there, kind, address)


def heads_last(caller: Caller, kind: Kind, people: list[Person]) -> list[Person]:
    """Who is head in a circle of another kind comes last: alone by then, where all of them go."""

    def leads(person: Person) -> bool:
        found = [membership.circle_of(caller, other, person) for other in KINDS if other != kind]
        return any(one is not None and one.head_id == person.id for one in found)

    return sorted(people, key=leads)


def _moved(
    caller: Caller, person: Person, there: Home, kind: Kind | None = None, address: str = ""
) -> Person:
    """The entry in another micro-grid that follows ``person``; a circle of ``kind`` is kept."""
    made = _followed(caller, person, "left", there)
    if kind is not None:
        kind.put(made, kind.of(person), getattr(person, kind.relation))
        made.address = address
    _check_unique(caller, made)
    _joined(caller, person, made)
    return made


IDENTITY = ("id_kind", "id_number", "sex", "birth_date")


def _today() -> date:
    return datetime.now(ZONE).date()


def _to_write(caller: Caller, person_id: int, version: int) -> Person:
    """The entry, locked. Raises :class:`NotFound`, and ``stale`` when it is not as it was seen."""
    caller.actor.require(WRITES)
    person = repository.locked(caller.session, visible_grids(caller.actor), person_id)
    if person is None:
        raise NotFound("person")
    unchanged(person, version)
    return person


def _must_be_active(person: Person) -> None:
    if person.status != "active":
        zh, en = "这条登记已注销，先恢复再改。", "This entry is cancelled; restore it first."
        raise Conflict("cancelled", zh, en)


def _put_home(person: Person, at: Home) -> None:
    person.grid_id, person.house_id, person.building_id = at.grid_id, at.house_id, at.building_id
    person.geom, person.no_place_reason = at.geom, at.no_place_reason


def _put_phone(caller: Caller, person: Person, phone: str) -> None:
    digits = bodies.digits(phone)
    if digits == (caller.keys.decrypt(person.phone_enc) if person.phone_enc else ""):
        return  # sealed anew it would look like a change
    sealed = caller.keys.sealed_pair(digits) if digits else (None, None)
    person.phone_enc, person.phone_hash = sealed


def _put_identity(
    caller: Caller, person: Person, given: dict[str, Any], typed: set[str] | None = None
) -> None:
    """Id number, birth date and sex that fit each other. ``typed``: what the caller gave now."""
    kind, number = given["id_kind"], given["id_number"] or ""
    if (kind == "none") != (not number):
        zh, en = "有证件就填号码，没有就选“无证件”。", "Give the number, or choose no document."
        raise BadInput("id_number", zh, en, field="id_number")
    foreign = kind not in ("resident", "none")
    if person.person_class == "overseas" and kind == "resident":
        zh, en = "境外人员请选护照或通行证。", "Choose a passport or a permit for overseas people."
        raise BadInput("id_kind", zh, en, field="id_kind")
    if person.person_class != "overseas" and foreign:
        zh, en = "持护照或通行证的请登记为境外人员。", "With a passport the class is overseas."
        raise BadInput("id_kind", zh, en, field="id_kind")
    told = set(IDENTITY) if typed is None else typed
    if kind == "resident":
        found = idnumber.parse(number, _today())
        number = found.text
        for name, value in (("sex", found.sex), ("birth_date", found.birth_date)):
            if name in told and given[name] not in (None, value):
                zh, en = "与身份证号不符。", "This does not fit the id number."
                raise BadInput("id_differs", zh, en, field=name)
            given[name] = value
    if given["sex"] is None:
        raise BadInput("sex", "请选择性别。", "Choose the sex.", field="sex")
    born = given["birth_date"]
    if born is not None and not idnumber.OLDEST <= born <= _today():
        zh, en = (
            "出生日期应在 1880 年以后，不晚于今天。",
            "A birth date is after 1880, not in future.",
        )
        raise BadInput("birth_date", zh, en, field="birth_date")
    person.id_kind, person.sex, person.birth_date = kind, given["sex"], born
    number = idnumber.tidied(number)
    if number != (caller.keys.decrypt(person.id_enc) if person.id_enc else ""):
        sealed = caller.keys.sealed_pair(number) if number else (None, None)
        person.id_enc, person.id_hash = sealed


def _check_unique(caller: Caller, person: Person) -> None:
    """Raise :class:`Conflict` when the micro-grid has an active entry of the same number."""
    if person.id_enc is None:
        return
    hashes = caller.keys.digests(caller.keys.decrypt(person.id_enc))
    with caller.session.no_autoflush:
        other = repository.same_person(
            caller.session, visible_grids(caller.actor), person.grid_id, hashes, person.id
        )
    if other is not None:
        raise Conflict(
            "id_taken",
            "这个微网格里已有同一证件号的登记，请打开那一条核对。",
            "This micro-grid has an active entry with the same id number; open that one.",
            field="id_number",
            person_id=other,
        )


def _leave(caller: Caller, person: Person, body: Cancel | Move, what: str) -> None:
    """Out of the household and the family; ``body`` names who follows as head."""
    for kind in KINDS:
        circle = membership.circle_of(caller, kind, person)
        if circle is not None:
            asked = kind.head_field
            membership.go(caller, circle, person, what, getattr(body, asked), field=asked)


def _end(person: Person, reason: str) -> None:
    person.status, person.cancel_reason = "cancelled", reason
    person.cancelled_at = datetime.now(UTC)


def _followed(caller: Caller, person: Person, reason: str, there: Home | None) -> Person:
    """Cancel ``person``; a new entry with the same data, which names the old one."""
    made = Person(**{name: getattr(person, name) for name in CARRIED}, previous_id=person.id)
    made.confirmed_on = _today()
    if there is not None:
        _put_home(made, there)
    else:
        for name in ("grid_id", "house_id", "building_id", "geom", "no_place_reason",
                     "household_id", "relation", "family_id", "family_relation"):  # fmt: skip
            setattr(made, name, getattr(person, name))
    _end(person, reason)
    caller.session.flush()  # the number is free for the new entry
    return made


def _joined(caller: Caller, old: Person, made: Person) -> int:
    """Write the entry that follows ``old``: labels, services and property go along."""
    _written(caller, made)
    scope = visible_grids(caller.actor)
    repository.follow(caller.session, scope, old.id, made)
    for label in label_repository.following(caller.session, scope, old.id):
        caller.session.add(
            PersonLabel(
                person_id=made.id, grid_id=made.grid_id, label_code=label.label_code,
                started_on=label.started_on, started_by=label.started_by,
                term_ends_on=label.term_ends_on, counts_from=label.counts_from, held=label.held,
                stopped_on=label.stopped_on, stopped_by=label.stopped_by,
                stop_reason=label.stop_reason,
            )
        )  # fmt: skip
    caller.session.flush()
    if old.grid_id != made.grid_id:
        tell(caller, "people", old.grid_id)
    return made.id


def _written(caller: Caller, person: Person) -> None:
    caller.session.add(person)
    caller.session.flush()
    tell(caller, "people", person.grid_id)


def tell(caller: Caller, register: str, grid_id: int) -> None:
    """Open pages ask for new figures of the grid."""
    live.changed(caller.session, register, grid_id)
