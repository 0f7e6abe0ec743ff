"""Premises 场所: register and card."""

from __future__ import annotations

from typing import Any

from services.access.scope import visible_grids
from services.errors import NotFound
from services.grids import service as grids
from services.kit.crypto import mask_phone
from services.kit.paging import Search
from services.kit.place import Near, Place, Placing
from services.kit.register import Caller, Register, page
from services.premises import asked, due, repository
from services.premises.models import Premises
from services.premises.schemas import PremisesFilters, PremisesInUrl

Card = dict[str, Any]
BRIEF = ("id", "name", "kind", "attention", "due_on")

PREMISES = Register(
    name="premises",
    permission="premises.read",
    source=Premises,
    id=Premises.id,
    filters=PremisesFilters,
    url_filters=PremisesInUrl,
    columns=repository.columns,
    where=lambda filters, _: repository.where(filters),
    sorts={
        "name": Premises.name,
        "kind": Premises.kind,
        "attention": Premises.attention,
        "due_on": Premises.due_on,
        "last_check_on": Premises.last_check_on,
        "licence": Premises.licence,
        "id": Premises.id,
    },
    order=(Premises.grid_id, Premises.id),
    placing=Placing(
        grid=Premises.grid_id,
        point=Premises.geom,
        building=Premises.building_id,
        unplaced=repository.UNPLACED,
    ),
    alive=repository.ACTIVE,
    totals={"kind": Premises.kind, "attention": Premises.attention},
    sealed={"phone": Premises.phone_enc},
    dictionaries={
        "kind": "premises_kind",
        "also": "premises_kind",
        "attention": "dictionary_item/attention",
        "no_place_reason": "dictionary_item/premises_no_place",
    },
    asked=asked.PREMISES,
)


def card(caller: Caller, premises_id: int) -> Card:
    """The card of a premises; raises :class:`NotFound` outside the scope."""
    caller.actor.require("premises.read")
    row = repository.one(caller.session, visible_grids(caller.actor), premises_id)
    if row is None:
        raise NotFound("premises")
    found: Premises = row.Premises
    phone = caller.keys.decrypt(found.phone_enc) if found.phone_enc else None
    kinds = repository.kinds_of(caller.session, found.id)
    plain = (
        "id", "licence", "name", "kind", "attention", "in_charge", "address", "building_id",
        "floor_area_m2", "employees", "last_check_on", "due_on", "no_place_reason", "grid_id",
        "status", "cancelled_at", "cancel_reason", "updated_at", "version",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in plain},
        "also": row.also,
        "kinds": [
            {
                "code": k.code,
                "name": k.name_zh,
                "name_en": k.name_en,
                "limit": k.limit_zh,
                "limit_en": k.limit_en,
            }
            for k in kinds
        ],
        "every_days": due.every_days(kinds, found.attention),
        "phone": mask_phone(phone),
        "point": None if row.lon is None else [row.lon, row.lat],
        "chain": grids.chain(caller.session, grids.path_of(caller.session, found.grid_id)),
    }


def kinds_of(caller: Caller, found: Premises) -> list[str]:
    """Codes of all kinds of a premises that the caller has found before, the main one first."""
    return [kind.code for kind in repository.kinds_of(caller.session, found.id)]


def in_building(caller: Caller, building_id: int) -> list[Card]:
    """Premises of a building, in brief."""
    caller.actor.require("premises.read")
    scope = visible_grids(caller.actor)
    rows = repository.in_building(caller.session, scope, building_id)
    return [dict(row._mapping) for row in rows]


def around(caller: Caller, lon: float, lat: float, metres: float, n: int) -> list[Card]:
    """At most ``n`` premises within ``metres`` of a point, nearest first, in brief."""
    place = Place(near=Near(lon=lon, lat=lat, metres=metres))
    found = page(caller, PREMISES, Search[PremisesFilters](place=place, size=n))
    return [{k: item[k] for k in (*BRIEF, "metres")} for item in found["items"]]
