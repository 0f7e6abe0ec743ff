"""Service objects 服务对象 (P13): whom somebody of the grid staff looks after."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row

from services.access.scope import visible_grids
from services.db import hook
from services.errors import BadInput, Conflict, NotFound
from services.grids import service as grids
from services.kit.bodies import unchanged
from services.kit.clock import current_day
from services.kit.dictionary import in_dictionary
from services.kit.place import Placing
from services.kit.register import Caller, Register
from services.live import service as live
from services.people import association
from services.serving import repository
from services.serving.models import ServiceObject
from services.serving.schemas import ObjectFilters, ObjectsInUrl, Start, Stop

READS, WRITES = "services.read", "services.write"
Card = dict[str, Any]

OBJECTS = Register(
    name="service-objects",
    permission=READS,
    source=ServiceObject,
    id=ServiceObject.id,
    filters=ObjectFilters,
    url_filters=ObjectsInUrl,
    columns=repository.object_columns,
    where=lambda filters, caller: repository.object_where(filters, caller.actor),
    sorts={
        "kind": ServiceObject.kind,
        "started_on": ServiceObject.started_on,
        "id": ServiceObject.id,
    },
    order=(ServiceObject.kind.desc(), ServiceObject.grid_id, ServiceObject.id),
    placing=Placing(grid=ServiceObject.grid_id),
    alive=repository.IN_FORCE,
    totals={"kind": ServiceObject.kind},
    at=repository.person_point(ServiceObject.person_id),
    dictionaries={"kind": "dictionary_item/service_object_kind"},
)


def card(caller: Caller, object_id: int) -> Card:
    """One service object, stopped ones included; that somebody looked at the person is recorded.

    Raises :class:`NotFound` outside the scope.
    """
    reads(caller)
    row = repository.object_of(caller.session, caller.actor, object_id)
    if row is None:
        raise NotFound("service_object")
    found: ServiceObject = row.ServiceObject
    hook.note(
        caller.session, "look", entity="person", entity_id=found.person_id, grid_id=found.grid_id,
        note="services",
    )  # fmt: skip
    chain = grids.chain(caller.session, grids.path_of(caller.session, found.grid_id))
    place = None if row.lon is None else [row.lon, row.lat]
    names = {"name": row.name, "person_status": row.person_status}
    return {**told(row), **names, "point": place, "chain": chain}


def told(row: Row[Any]) -> Card:
    """A service object as the card of a person lists it."""
    names = ("id", "person_id", "kind", "staff_id", "started_on", "reason", "stopped_on",
             "stop_reason", "version")  # fmt: skip
    found: ServiceObject = row.ServiceObject
    return {**{name: getattr(found, name) for name in names}, "staff": row.staff}


def reads(caller: Caller) -> None:
    """Raise :class:`Forbidden` unless the caller reads both people and services to them."""
    caller.actor.require(READS)
    caller.actor.require("people.read")


def start(caller: Caller, body: Start) -> int:
    """Begin to look after a person; returns the id.

    Raises :class:`BadInput` for a person or staff out of sight, a reason or a day that does not
    fit, and :class:`Conflict` (``in_force``) when they look after that person already.
    """
    caller.actor.require(WRITES)
    reads(caller)
    staff_id = body.staff_id or caller.actor.staff_id
    if staff_id is None or not repository.is_staff(caller.session, caller.actor, staff_id):
        zh, en = "请选择在岗的网格员。", "Choose an active member of the grid staff."
        raise BadInput("staff", zh, en, field="staff_id")
    _check_reason(caller, "service_start_reason", body.reason)
    person = association.entry(caller, body.person_id)
    day = _day(caller, body.started_on, None, "started_on")
    scope = visible_grids(caller.actor)
    other = repository.in_force(caller.session, scope, person.id, staff_id)
    if other is not None:
        zh, en = "这个人已是其服务对象。", "They look after this person already."
        raise Conflict("in_force", zh, en, field="person_id", object_id=other)
    made = ServiceObject(
        person_id=person.id, grid_id=person.grid_id, staff_id=staff_id, kind=body.kind,
        reason=body.reason, started_on=day,
    )  # fmt: skip
    caller.session.add(made)
    _written(caller, made)
    return made.id


def stop(caller: Caller, object_id: int, body: Stop) -> None:
    """It ends with a reason of the list; the row stays."""
    caller.actor.require(WRITES)
    reads(caller)
    scope = visible_grids(caller.actor)
    found = repository.locked_object(caller.session, scope, object_id)
    if found is None:
        raise NotFound("service_object")
    unchanged(found, body.version)
    if found.stopped_on is not None:
        raise Conflict("stopped", "服务已经停止。", "It has ended already.")
    _check_reason(caller, "service_stop_reason", body.reason)
    found.stopped_on = _day(caller, body.stopped_on, found.started_on, "stopped_on")
    found.stop_reason = body.reason
    _written(caller, found)


def _day(caller: Caller, given: date | None, first: date | None, field: str) -> date:
    today = current_day(caller.session)
    day = given or today
    if day > today or (first is not None and day < first):
        zh, en = "日期不能晚于今天，停止不能早于开始。", "Not in the future, nor before the start."
        raise BadInput("day", zh, en, field=field)
    return day


def _check_reason(caller: Caller, dictionary: str, code: str) -> None:
    if not in_dictionary(caller.session, dictionary, code):
        zh, en = "请从列表中选择原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")


def _written(caller: Caller, found: ServiceObject) -> None:
    caller.session.flush()
    live.changed(caller.session, OBJECTS.name, found.grid_id)
