"""What combined conditions 组合条件 may ask about buildings and houses.

Who lives there, and how many, is for those who may read people or households: of a count below 5
nobody else is told, and a condition on it would tell (decision 8).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from services.access.scope import visible_grids
from services.kit.asking import Askable, belonging
from services.kit.register import Caller
from services.people.models import Household, Person
from services.places.models import Building, Estate, House

PEOPLE = ("people.read",)
HOUSEHOLDS = ("households.read",)


def _count(model: Any, there: Any) -> Callable[[Caller], Any]:
    """How many active rows of ``model`` that the caller sees are there."""

    def count(caller: Caller) -> Any:
        query = select(func.count()).select_from(model).where(there, model.status == "active")
        return query.where(visible_grids(caller.actor).where(model.grid_id)).scalar_subquery()

    return count


BUILDINGS = {
    "code": Askable("text", Building.code),
    "name": Askable("text", Building.name),
    "address": Askable("text", Building.address, empty=True),
    "estate": belonging(Building.estate_id, Estate.name),
    "use": Askable("code", Building.use),
    "floors": Askable("number", Building.floors),
    "units": Askable("number", Building.units),
    "height_m": Askable("number", Building.height_m, empty=True),
    "houses": Askable("number", scoped=_count(House, House.building_id == Building.id)),
    "households": Askable(
        "number", needs=HOUSEHOLDS, scoped=_count(Household, Household.building_id == Building.id)
    ),
    "people": Askable(
        "number", needs=PEOPLE, scoped=_count(Person, Person.building_id == Building.id)
    ),
}

HOUSES = {
    "number": Askable("text", House.number),
    "building": belonging(House.building_id, Building.name),
    "unit": Askable("number", House.unit),
    "floor": Askable("number", House.floor),
    "room": Askable("text", House.room),
    "use": Askable("code", House.use),
    "rented": Askable("yes", House.rented),
    "area_m2": Askable("number", House.area_m2, empty=True),
    "owner": Askable("text", House.owner, PEOPLE, empty=True),
    "households": Askable(
        "number", needs=HOUSEHOLDS, scoped=_count(Household, Household.house_id == House.id)
    ),
    "people": Askable("number", needs=PEOPLE, scoped=_count(Person, Person.house_id == House.id)),
}
