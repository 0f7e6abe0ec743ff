"""A held row by itself: its card, and what it lacks filled in (D1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

from services.access.scope import visible_grids
from services.claims import repository
from services.claims.claiming import tell, to_write
from services.claims.columns import RegisterName
from services.claims.kinds import KINDS, Kind, place
from services.claims.rights import CLAIMS
from services.claims.schemas import CompletePerson, CompletePremises, Outcome, Take
from services.db import hook
from services.errors import BadInput, NotFound
from services.kit import idnumber
from services.kit.clock import ZONE
from services.kit.dictionary import items
from services.kit.register import Caller
from services.places.spot_schemas import At
from services.premises import entries as premises_entries
from services.premises.models import PremisesKind

# May be corrected as well: without it no entry could be made at all.
ALWAYS = {"class", "id_kind", "kind", "at"}


def options(caller: Caller) -> Outcome:
    """What the lists of the page offer, and which fields a settled row may hand to the entry."""
    caller.actor.require(CLAIMS)

    def of(dictionary: str) -> list[Outcome]:
        return items(caller.session, dictionary)

    return {
        "class": of("person_class"),
        "sex": of("sex"),
        "id_kind": of("id_kind"),
        "kind": premises_entries.options(caller)["kinds"],
        "no_place_reasons": {name: of(kind.placed.reasons) for name, kind in KINDS.items()},
        "reasons": of("claim_reason"),
        "take": {"people": get_args(Take), "premises": ("name", "phone", "address")},
    }


def card(caller: Caller, register: RegisterName, row_id: int) -> Outcome:
    """A held row, masked as a card would be, with what it lacks; the look is recorded."""
    caller.actor.require(CLAIMS)
    kind = KINDS[register]
    row = repository.row(caller.session, kind.held, visible_grids(caller.actor), row_id)
    if row is None:
        raise NotFound("held row")
    hook.note(caller.session, "look", entity=kind.held.__tablename__, entity_id=row.id,
              grid_id=row.grid_id)  # fmt: skip
    return _card(caller, kind, row)


def _card(caller: Caller, kind: Kind, row: Any) -> Outcome:
    at = place(row)
    plain = ("id", "batch_id", "row_no", "grid_id", "confidence", "state", "reason", "verdict",
             "claimed_at", "version")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        **kind.masked(caller, kind.side(caller, row)),
        "village": row.village,
        "at": at.model_dump(exclude_none=True) if at else None,
        "missing": kind.missing(row) if row.state == "waiting" else [],
        "entry_id": kind.entry_id(row),
    }


def complete(
    caller: Caller, register: RegisterName, row_id: int, body: CompletePerson | CompletePremises
) -> Outcome:
    """Fill in what a waiting row lacks; returns its card.

    Raises :class:`BadInput` for a field that is filled already: that is changed in the entry, once
    the row is claimed.
    """
    kind = KINDS[register]
    row = to_write(caller, kind, row_id, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version", "at"}, by_alias=True)
    given = {name: value for name, value in given.items() if value is not None}
    side = kind.side(caller, row)
    for name in given:
        if name not in ALWAYS and side.get(name) not in (None, "", "none"):
            zh = "这一项已有内容；认领后在登记里修改。"
            en = "This is filled already; change it in the entry once the row is claimed."
            raise BadInput("filled", zh, en, field=name)
    _put(caller, row, given)
    if body.at is not None:
        _put_place(caller, kind, row, body.at)
    caller.session.flush()
    caller.session.refresh(row)
    tell(caller, kind, row.grid_id)
    return _card(caller, kind, row)


def _put(caller: Caller, row: Any, given: dict[str, Any]) -> None:
    if "kind" in given and caller.session.get(PremisesKind, given["kind"]) is None:
        zh, en = "请从列表中选择场所类别。", "Choose a kind from the list."
        raise BadInput("kind", zh, en, field="kind")
    if phone := given.pop("phone", None):
        row.phone_enc = caller.keys.encrypt(phone.replace(" ", "").replace("-", ""))
    if "class" in given:
        row.person_class = given.pop("class")
    number, kind = given.pop("id_number", None), given.pop("id_kind", None)
    if number is not None:
        _put_number(caller, row, number, kind or "resident", given)
    elif kind is not None and (kind == "none") != (row.id_enc is None):
        zh, en = "有证件就填号码，没有就选“无证件”。", "Give the number, or choose no document."
        raise BadInput("id_number", zh, en, field="id_number")
    elif kind is not None:
        row.id_kind = kind
    for name, value in given.items():
        setattr(row, name, value)


def _put_number(caller: Caller, row: Any, number: str, kind: str, given: dict[str, Any]) -> None:
    if kind == "none":
        zh, en = "有证件就填号码，没有就选“无证件”。", "Give the number, or choose no document."
        raise BadInput("id_kind", zh, en, field="id_kind")
    if kind == "resident":
        found = idnumber.parse(number, datetime.now(ZONE).date())
        for name, value in (("sex", found.sex), ("birth_date", found.birth_date)):
            if (given.get(name) or getattr(row, name)) not in (None, value):
                zh, en = "与身份证号不符。", "This does not fit the id number."
                raise BadInput("id_differs", zh, en, field=name)
            given[name] = value
    row.id_kind = kind
    row.id_enc, row.id_hash = caller.keys.sealed_pair(idnumber.tidied(number))


def _put_place(caller: Caller, kind: Kind, row: Any, at: At) -> None:
    """The place as it was stated; the grid that it means must be the caller's."""
    grid_id = kind.grid_at(caller, at)
    row.building_id, row.no_place_reason, row.geom = at.building_id, at.no_place_reason, None
    if hasattr(row, "house_id"):
        row.house_id = at.house_id
    elif at.house_id is not None:
        zh, en = "场所请选楼栋或地点。", "Choose a building or a point for premises."
        raise BadInput("at", zh, en, field="at.house_id")
    if at.lon is not None and at.lat is not None:
        row.geom = f"SRID=4490;POINT({at.lon!r} {at.lat!r})"
    row.grid_id = grid_id
