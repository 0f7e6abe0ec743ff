"""What combined conditions 组合条件 may ask about people, households and families.

Id number and phone are masked to everybody, so nobody asks about them here: a whole number is
looked up in the search box, which tells nothing of other numbers. Of labels only those of care
that the reader's roles may see exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, cast, extract, func, select

from services.access.scope import visible_grids
from services.kit.asking import Askable, belonging
from services.kit.place import Clause
from services.kit.register import Caller
from services.people import repository
from services.people.kinds import Kind
from services.people.models import Label, Person, PersonLabel
from services.places.models import Building, House

ADDRESS = ("people.address",)
READ = ("people.read",)


def _labelled(caller: Caller, codes: Sequence[str] | None) -> Clause:
    """Whether a person has one of the labels, or any that the caller may see."""
    seen = (
        select(PersonLabel.person_id)
        .join(Label, Label.code == PersonLabel.label_code)
        .where(repository.visible_label(caller.actor.roles), repository.KEPT)
    )
    return Person.id.in_(seen if codes is None else seen.where(Label.code.in_(codes)))


def _labels(caller: Caller) -> list[str]:
    return repository.care_codes(caller.session, caller.actor.roles)


PEOPLE = {
    "name": Askable("text", Person.name),
    "class": Askable("code", Person.person_class),
    "sex": Askable("code", Person.sex),
    "age": Askable("number", repository.AGE, empty=True),
    "birth_year": Askable("number", cast(extract("year", Person.birth_date), Integer), empty=True),
    "birth_date": Askable("date", Person.birth_date, ("people.birth_date",), empty=True),
    "id_kind": Askable("code", Person.id_kind),
    "relation": Askable("code", Person.relation, empty=True),
    "labels": Askable("codes", empty=True, has=_labelled, options=_labels),
    "building": belonging(Person.building_id, Building.name),
    "house": belonging(Person.house_id, House.number, *ADDRESS),
    "address": Askable("text", Person.address, ADDRESS, empty=True),
    "no_place_reason": Askable("code", Person.no_place_reason, empty=True),
    "confirmed_on": Askable("date", Person.confirmed_on, empty=True),
}


def circles(kind: Kind) -> dict[str, Askable]:
    """The columns of households, or of families."""
    model = kind.model

    def size(caller: Caller) -> Any:
        lives = repository.ACTIVE, visible_grids(caller.actor).where(Person.grid_id)
        members = select(func.count()).select_from(Person).where(kind.member == model.id)
        return members.where(*lives).scalar_subquery()

    return {
        "number": Askable("text", model.number),
        "head": belonging(model.head_id, Person.name, *READ),
        "members": Askable("number", needs=READ, scoped=size),
        "building": belonging(model.building_id, Building.name),
        "house": belonging(model.house_id, House.number, *ADDRESS),
        "address": Askable("text", model.address, ADDRESS, empty=True),
    }
