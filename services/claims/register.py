"""The lists of files and of held rows: what may be searched, listed, counted and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, cast, extract, select

from services.access.actor import Actor
from services.access.models import User
from services.claims.models import ClaimBatch, HeldPerson, HeldPremises
from services.claims.rights import CLAIMS, IMPORTS
from services.claims.schemas import BatchFilters, HeldFilters, HeldInUrl, HeldPeopleFilters
from services.kit.place import Clause, Placing
from services.kit.register import Caller, Register, contains

_HELD = ("name", "address", "village", "confidence", "state", "reason", "verdict", "batch_id",
         "row_no", "building_id", "created_at", "claimed_at", "version")  # fmt: skip


def _where(filters: HeldFilters, held: Any) -> list[Clause]:
    found: list[Clause] = []
    if filters.state is not None:
        found.append(held.state.in_(filters.state))
    if filters.confidence is not None:
        found.append(held.confidence.in_(filters.confidence))
    if filters.batch is not None:
        found.append(held.batch_id == filters.batch)
    if filters.sent_back is not None:
        sent: Clause = held.reason.is_not(None)
        found.append(sent if filters.sent_back else ~sent)
    if filters.name is not None:
        found.append(contains(filters.name, held.name))
    return found


def _people_where(filters: HeldPeopleFilters, caller: Caller) -> Sequence[Clause]:
    found = _where(filters, HeldPerson)
    if filters.id_number is not None:
        found.append(HeldPerson.id_hash.in_(caller.keys.digests(filters.id_number)))
    return found


def _people(_: Actor) -> Mapping[str, Any]:
    plain = {name: getattr(HeldPerson, name) for name in _HELD}
    return {
        **plain,
        "class": HeldPerson.person_class,
        "sex": HeldPerson.sex,
        "birth_year": cast(extract("year", HeldPerson.birth_date), Integer),
        "id_kind": HeldPerson.id_kind,
        "house_id": HeldPerson.house_id,
        "entry_id": HeldPerson.person_id,
    }


def _premises(_: Actor) -> Mapping[str, Any]:
    plain = {name: getattr(HeldPremises, name) for name in _HELD}
    more = ("licence", "kind", "in_charge", "floor_area_m2", "employees")
    return {
        **plain,
        **{name: getattr(HeldPremises, name) for name in more},
        "entry_id": HeldPremises.premises_id,
    }


_WORDS = {
    "confidence": "claim_confidence",
    "state": "claim_state",
    "reason": "dictionary_item/claim_reason",
    "verdict": "claim_verdict",
}


def _sorts(held: Any) -> dict[str, Any]:
    names = ("name", "address", "confidence", "state", "row_no", "created_at", "id")
    return {name: getattr(held, name) for name in names}


def _placing(held: Any) -> Placing:
    return Placing(grid=held.grid_id, building=held.building_id)


HELD_PEOPLE = Register(
    name="held-people",
    permission=CLAIMS,
    source=HeldPerson,
    id=HeldPerson.id,
    filters=HeldPeopleFilters,
    url_filters=HeldInUrl,
    columns=_people,
    where=_people_where,
    sorts=_sorts(HeldPerson),
    order=(HeldPerson.grid_id, HeldPerson.batch_id, HeldPerson.row_no, HeldPerson.id),
    placing=_placing(HeldPerson),
    totals={"state": HeldPerson.state, "confidence": HeldPerson.confidence},
    sealed={"id_number": HeldPerson.id_enc, "phone": HeldPerson.phone_enc},
    guarded={"address": "people.address"},
    dictionaries={
        **_WORDS,
        "class": "dictionary_item/person_class",
        "sex": "dictionary_item/sex",
        "id_kind": "dictionary_item/id_kind",
    },
)

HELD_PREMISES = Register(
    name="held-premises",
    permission=CLAIMS,
    source=HeldPremises,
    id=HeldPremises.id,
    filters=HeldFilters,
    url_filters=HeldInUrl,
    columns=_premises,
    where=lambda filters, _: _where(filters, HeldPremises),
    sorts=_sorts(HeldPremises),
    order=(HeldPremises.grid_id, HeldPremises.batch_id, HeldPremises.row_no, HeldPremises.id),
    placing=_placing(HeldPremises),
    totals={"state": HeldPremises.state, "confidence": HeldPremises.confidence},
    sealed={"phone": HeldPremises.phone_enc},
    dictionaries={**_WORDS, "kind": "premises_kind"},
)


def _batches_where(filters: BatchFilters, caller: Caller) -> list[Clause]:
    found: list[Clause] = []
    if filters.of is not None:
        found.append(ClaimBatch.register == filters.of)
    if filters.state is not None:
        found.append(ClaimBatch.state.in_(filters.state))
    if filters.mine is not None:
        mine: Clause = ClaimBatch.user_id == caller.actor.user_id
        found.append(mine if filters.mine else ~mine)
    return found


def _batches(_: Actor) -> Mapping[str, Any]:
    sender = select(User.name).where(User.id == ClaimBatch.user_id).scalar_subquery()
    plain = ("register", "file_name", "dry_run", "state", "problem", "rows_total", "rows_done",
             "rows_bad", "rows_mended", "rows_loaded", "created_at", "finished_at",
             "version")  # fmt: skip
    return {**{name: getattr(ClaimBatch, name) for name in plain}, "sender": sender}


CLAIM_BATCHES = Register(
    name="claim-batches",
    permission=IMPORTS,
    source=ClaimBatch,
    id=ClaimBatch.id,
    filters=BatchFilters,
    url_filters=BatchFilters,
    columns=_batches,
    where=_batches_where,
    sorts={
        name: getattr(ClaimBatch, name)
        for name in ("created_at", "register", "state", "rows_total", "rows_bad", "id")
    },
    order=(ClaimBatch.id.desc(),),
    placing=Placing(grid=ClaimBatch.grid_id),
    totals={"register": ClaimBatch.register, "state": ClaimBatch.state},
    dictionaries={
        "register": "claim_register",
        "state": "claim_batch_state",
        "dry_run": "yes_no",
    },
)
