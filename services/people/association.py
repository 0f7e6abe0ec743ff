"""Association 关联 of people and business lists (P12): the one place that knows the mode.

    not set       a row points at an entry of people, or keeps what was typed
    independent   it keeps what was typed
    must_exist    it points at an entry
    on_the_fly    it points at an entry, which may be entered in the same step

See services/decisions/0013.
"""

from __future__ import annotations

from services.access.scope import visible_grids
from services.errors import BadInput
from services.grids import service as grids
from services.kit import bodies
from services.kit.register import Caller
from services.parameters import service as parameters
from services.people import entries, repository
from services.people.association_schemas import Who, WhoAndWhere
from services.people.models import Person

LINKED, ENTERED, TYPED = "linked", "entered", "typed"
ALLOWED: dict[str | None, tuple[str, ...]] = {
    None: (LINKED, TYPED),
    "independent": (TYPED,),
    "must_exist": (LINKED,),
    "on_the_fly": (LINKED, ENTERED),
}
FIELDS = {LINKED: "person_id", ENTERED: "person", TYPED: "name"}
CURES = {
    LINKED: ("请选择已登记的人员。", "Choose somebody who is entered."),
    ENTERED: ("没有登记的，请同时登记。", "Enter who is unknown at the same time."),
    TYPED: ("请只填写姓名和电话，不关联人员。", "Give name and phone only, without a link."),
}
Sealed = tuple[bytes | None, bytes | None]


def ways(caller: Caller) -> tuple[str, ...]:
    """In which ways a row may say whom it is about."""
    return ALLOWED[parameters.association_mode(caller.session)]


def link(caller: Caller, who: Who) -> Person | None:
    """The active entry that a row points at, locked; None for a row that keeps what was typed.

    Raises :class:`BadInput` for a way that the mode does not allow, or an entry out of sight, and
    whatever :func:`entries.enter` raises about somebody entered at the same time.
    """
    if who.person is not None and who.person_id is not None:
        zh, en = "选择已登记的人，或登记新人，只能其一。", "Link or enter somebody, not both."
        raise BadInput("association", zh, en, field="person")
    way = ENTERED if who.person else LINKED if who.person_id is not None else TYPED
    check(caller, way)
    if who.person is not None:
        return entry(caller, entries.enter(caller, who.person))
    return None if who.person_id is None else entry(caller, who.person_id)


def whose(caller: Caller, who: WhoAndWhere) -> tuple[Person | None, int]:
    """The entry and the grid of a row that keeps a name only where it has no entry.

    Raises as :func:`link` does, and :class:`BadInput` for a name without a visible grid, or one
    beside an entry.
    """
    person = link(caller, who)
    if person is not None:
        if who.name is not None or who.phone or who.grid_id is not None:
            zh, en = (
                "已关联人员，姓名、电话、网格以登记为准，请去掉。",
                "The entry says it; leave it out.",
            )
            field = "name" if who.name is not None else "phone" if who.phone else "grid_id"
            raise BadInput("association", zh, en, field=field)
        return person, person.grid_id
    if who.name is None:
        raise BadInput("name", "请填写姓名。", "Give the name.", field="name")
    grid = None if who.grid_id is None else grids.named(caller.session, who.grid_id)
    if grid is None or not visible_grids(caller.actor).sees(grid["id"]):
        zh, en = "请选择您范围内的网格。", "Choose a grid in your area."
        raise BadInput("grid", zh, en, field="grid_id")
    return None, grid["id"]


def check(caller: Caller, way: str) -> None:
    """Raise :class:`BadInput` unless the mode allows to say it that way."""
    allowed = ways(caller)
    if way not in allowed:
        zh = "本系统的关联方式不允许这样填。" + "".join(CURES[one][0] for one in allowed)
        en = "The mode of association does not allow this. " + " ".join(
            CURES[one][1] for one in allowed
        )
        field = FIELDS[allowed[0]] if way == TYPED else FIELDS[way]
        raise BadInput("association", zh, en, field=field, ways=list(allowed))


def phone(caller: Caller, typed: str) -> Sealed:
    """A typed phone as it is stored: sealed, and its look-up hash."""
    digits = bodies.digits(typed)
    return caller.keys.sealed_pair(digits) if digits else (None, None)


def entry(caller: Caller, person_id: int) -> Person:
    """A visible active entry, locked; raises :class:`BadInput`."""
    found = repository.locked(caller.session, visible_grids(caller.actor), person_id)
    if found is None or found.status != "active":
        zh, en = "没有这个人，或不在您的范围内。", "No such active person in your area."
        raise BadInput("person", zh, en, field="person_id")
    return found
