"""Service records 服务记录 (P11, P13): one service to a person, by members of one team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from services.access.scope import visible_grids
from services.db import hook
from services.errors import BadInput, Conflict, NotFound
from services.kit.bodies import unchanged
from services.kit.clock import ZONE
from services.kit.crypto import mask_phone
from services.kit.dictionary import in_dictionary, items
from services.kit.place import Placing
from services.kit.register import Caller, Register
from services.live import service as live
from services.people import association
from services.people import service as people
from services.places.spot import point
from services.serving import objects, repository
from services.serving.models import ServiceRecord, ServiceRecordMember
from services.serving.objects import READS, WRITES, Card, reads
from services.serving.schemas import RecordFilters, RecordsInUrl, Service, Withdraw
from services.teams import service as teams

OLDEST = timedelta(days=366)
FAST_CLOCK = timedelta(minutes=10)
SHOWN = 20

RECORDS = Register(
    name="services",
    permission=READS,
    source=ServiceRecord,
    id=ServiceRecord.id,
    filters=RecordFilters,
    url_filters=RecordsInUrl,
    columns=repository.record_columns,
    where=lambda filters, caller: repository.record_where(filters, caller.actor),
    sorts={
        "served_at": ServiceRecord.served_at,
        "kind": ServiceRecord.kind,
        "id": ServiceRecord.id,
    },
    order=(ServiceRecord.served_at.desc(), ServiceRecord.id.desc()),
    placing=Placing(grid=ServiceRecord.grid_id, point=ServiceRecord.geom),
    totals={"kind": ServiceRecord.kind},
    dictionaries={
        "kind": "dictionary_item/service_kind",
        "withdraw_reason": "dictionary_item/service_withdraw_reason",
    },
)


def options(caller: Caller) -> Card:
    """What the lists of the forms of services offer, and how somebody may be named (P12)."""
    caller.actor.require(WRITES)
    names = {
        "kinds": "service_kind",
        "object_kinds": "service_object_kind",
        "start_reasons": "service_start_reason",
        "stop_reasons": "service_stop_reason",
        "withdraw_reasons": "service_withdraw_reason",
        "posts": "team_post",
    }
    found: Card = {name: items(caller.session, source) for name, source in names.items()}
    return {**found, "ways": list(association.ways(caller))}


def record(caller: Caller, body: Service) -> int:
    """Take in a service; the same ``txn`` again is the same record. Returns its id.

    Raises :class:`BadInput` naming what does not fit, and :class:`Conflict` (``txn_taken``) for a
    ``txn`` of somebody else.
    """
    caller.actor.require(WRITES)
    reads(caller)
    members = list(dict.fromkeys(body.members))
    team = teams.serving(caller, body.team_id, members, _day(body.served_at))
    known = repository.by_txn(caller.session, visible_grids(caller.actor), body.txn)
    if known is not None:
        return _same(caller, known, body)
    if not in_dictionary(caller.session, "service_kind", body.kind):
        zh, en = "请从列表中选择服务类别。", "Choose a kind from the list."
        raise BadInput("kind", zh, en, field="kind")
    person, grid_id = association.whose(caller, body)
    sealed, hashed = association.phone(caller, body.phone)
    made = ServiceRecord(
        txn=body.txn, team_id=team.id, grid_id=grid_id, person_id=person and person.id,
        name=body.name, phone_enc=sealed, phone_hash=hashed, kind=body.kind, words=body.words,
        served_at=body.served_at, user_id=caller.actor.user_id,
        geom=None if body.lon is None or body.lat is None else point(body.lon, body.lat),
    )  # fmt: skip
    caller.session.add(made)
    caller.session.flush()
    for member in members:
        row = ServiceRecordMember(record_id=made.id, member_id=member, team_id=team.id)
        caller.session.add(row)
    _written(caller, made)
    return made.id


def withdraw(caller: Caller, record_id: int, body: Withdraw) -> None:
    """Withdraw a record with a reason of the list; it stays and says so."""
    caller.actor.require(WRITES)
    reads(caller)
    scope = visible_grids(caller.actor)
    found = repository.locked_record(caller.session, scope, record_id)
    if found is None:
        raise NotFound("service")
    unchanged(found, body.version)
    if found.withdrawn_at is not None:
        raise Conflict("withdrawn", "这条记录已经撤回。", "This record is withdrawn already.")
    if not in_dictionary(caller.session, "service_withdraw_reason", body.reason):
        zh, en = "请从列表中选择撤回原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    found.withdrawn_at, found.withdraw_reason = datetime.now(UTC), body.reason
    found.withdrawn_by = caller.actor.user_id
    _written(caller, found)


def card(caller: Caller, record_id: int) -> Card:
    """One record with its words; that somebody looked is recorded."""
    reads(caller)
    row = repository.record_of(caller.session, caller.actor, record_id)
    if row is None:
        raise NotFound("service")
    found: ServiceRecord = row.ServiceRecord
    told = {"entity_id": found.id, "grid_id": found.grid_id}
    hook.note(caller.session, "look", entity="service_record", **told)
    phone = caller.keys.decrypt(found.phone_enc) if found.phone_enc else None
    name = row.person or found.name
    shown = _told(caller, [row])[0]
    return {**shown, "person_id": found.person_id, "name": name, "phone": mask_phone(phone)}


def of_person(caller: Caller, person_id: int) -> Card:
    """Who looks after a person, and all services received; that somebody looked is recorded.

    Raises :class:`NotFound` outside the scope.
    """
    reads(caller)
    found = people.visible(caller, person_id)
    hook.note(
        caller.session, "look", entity="person", entity_id=found.id, grid_id=found.grid_id,
        note="services",
    )  # fmt: skip
    return _received(caller, person_id, None)


def received(caller: Caller, person_id: int, limit: int | None = SHOWN) -> Card | None:
    """The same for a card or printout of a person, which records the look; the latest services.

    None for who may not read services.
    """
    if not (caller.actor.may(READS) and caller.actor.may("people.read")):
        return None
    return _received(caller, person_id, limit)


def _received(caller: Caller, person_id: int, limit: int | None) -> Card:
    session, scope = caller.session, visible_grids(caller.actor)
    rows = repository.records_of(session, caller.actor, person_id, limit)
    held = repository.objects_of(session, caller.actor, person_id)
    return {
        "objects": [objects.told(row) for row in held],
        "received": repository.count_of(session, scope, person_id),
        "records": _told(caller, rows),
    }


def _told(caller: Caller, rows: Sequence[Row[Any]]) -> list[Card]:
    session, scope = caller.session, visible_grids(caller.actor)
    ids = [row.ServiceRecord.id for row in rows]
    by: dict[int, list[str | None]] = defaultdict(list)
    for one in repository.served_by(session, caller.actor, ids):
        by[one.record_id].append(one.name)
    pictures = defaultdict(list)
    for photo in repository.photos(session, scope, ids):
        shown = {k: getattr(photo, k) for k in ("id", "width", "height", "mime", "at")}
        pictures[photo.record_id].append(shown)
    names = ("id", "served_at", "kind", "words", "team_id", "withdrawn_at", "withdraw_reason",
             "version")  # fmt: skip
    return [
        {
            **{name: getattr(row.ServiceRecord, name) for name in names},
            "team": row.team,
            "user": row.user,
            "withdrawn_by": row.withdrawn_by,
            "members": [name for name in by[row.ServiceRecord.id] if name is not None],
            # Members out of sight are counted only.
            "others": by[row.ServiceRecord.id].count(None),
            "point": None if row.lon is None else [row.lon, row.lat],
            "photos": pictures[row.ServiceRecord.id],
        }
        for row in rows
    ]


def _same(caller: Caller, known: ServiceRecord, body: Service) -> int:
    linked = body.person_id is None or body.person_id == known.person_id
    if known.user_id != caller.actor.user_id or not linked:
        zh, en = "这个提交编号已被使用。", "This transaction id is taken."
        raise Conflict("txn_taken", zh, en, field="txn")
    return known.id


def _day(served_at: datetime) -> date:
    """The calendar day of a service; raises :class:`BadInput` for a time that cannot be."""
    now = datetime.now(UTC)
    if not now - OLDEST <= served_at <= now + FAST_CLOCK:
        zh, en = "服务时间应在最近一年内，不晚于现在。", "Within the last year, not in the future."
        raise BadInput("served_at", zh, en, field="served_at")
    return served_at.astimezone(ZONE).date()


def _written(caller: Caller, found: ServiceRecord) -> None:
    caller.session.flush()
    live.changed(caller.session, RECORDS.name, found.grid_id)
