"""What combined conditions 组合条件 may ask about premises; the phone is masked to everybody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select, true

from services.kit.asking import Askable, belonging
from services.kit.place import Clause
from services.kit.register import Caller
from services.places.models import Building
from services.premises.models import Premises, PremisesAlso


def _of_kind(_: Caller, kinds: Sequence[str] | None) -> Clause:
    """Whether the main kind or a further one is among ``kinds``; every premises has one."""
    if kinds is None:
        return true()
    further = select(PremisesAlso.premises_id).where(PremisesAlso.kind.in_(kinds))
    return or_(Premises.kind.in_(kinds), Premises.id.in_(further))


PREMISES = {
    "licence": Askable("text", Premises.licence),
    "name": Askable("text", Premises.name),
    "kind": Askable("codes", has=_of_kind),
    "attention": Askable("number", Premises.attention),
    "in_charge": Askable("text", Premises.in_charge, empty=True),
    "address": Askable("text", Premises.address, empty=True),
    "building": belonging(Premises.building_id, Building.name),
    "floor_area_m2": Askable("number", Premises.floor_area_m2, empty=True),
    "employees": Askable("number", Premises.employees, empty=True),
    "last_check_on": Askable("date", Premises.last_check_on, empty=True),
    "due_on": Askable("date", Premises.due_on, empty=True),
    "no_place_reason": Askable("code", Premises.no_place_reason, empty=True),
}
