"""Findings 隐患 and what becomes of them: rectified, kept with a new date, or refused (O4).

    open     --rectified--> rectified      refused  --rectified--> rectified
    open     --kept-------> open           refused  --kept-------> refused
    open     --refused----> refused, and an incident is opened

A later inspection is a look again at what it asks about: ok rectifies, not ok keeps. What a phone
without a signal saw before the latest look changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.incidents import service as incidents
from services.incidents.schemas import Report
from services.inspections import repository
from services.inspections import service as inspections
from services.inspections.models import (
    ChecklistItem,
    Finding,
    Inspection,
    InspectionAnswer,
    Recheck,
)
from services.inspections.schemas import Again
from services.kit.register import Caller
from services.premises import entries
from services.premises.models import Premises

Card = dict[str, Any]
REFUSED = "拒不整改"
TITLE = 120


def brief(found: Finding) -> Card:
    """A finding in brief."""
    names = ("id", "code", "severity", "state", "rectify_by", "note", "incident_id")
    return {name: getattr(found, name) for name in names}


def settle(
    caller: Caller,
    made: Inspection,
    answers: Iterable[InspectionAnswer],
    items: dict[str, ChecklistItem],
) -> None:
    """What an inspection just stored does to the findings of its premises."""
    held = repository.unsettled(caller.session, made.premises_id)
    later = repository.later_ok(caller.session, made.premises_id, made.made_at)
    for answer in answers:
        known = held.get(answer.code)
        if known is None and answer.answer == "not_ok":
            _open(caller, made, answer, items[answer.code].severity, later.get(answer.code))
        elif known is not None and answer.answer != "na":
            result = "kept" if answer.answer == "not_ok" else "rectified"
            _note(caller, known, made, result, answer.note)
    caller.session.flush()


def _open(
    caller: Caller, made: Inspection, answer: InspectionAnswer, severity: int, later: int | None
) -> None:
    assert made.rectify_by is not None
    found = Finding(
        inspection_id=made.id, premises_id=made.premises_id, kind=answer.kind, code=answer.code,
        severity=severity, note=answer.note, state="open", rectify_by=made.rectify_by,
        seen_at=made.made_at,
    )  # fmt: skip
    caller.session.add(found)
    caller.session.flush()
    if later is not None:  # somebody who looked later, and was heard earlier, found it in order
        inspection = repository.get(caller.session, visible_grids(caller.actor), later)
        if inspection is not None:
            _note(caller, found, inspection, "rectified", "")


def _note(caller: Caller, found: Finding, made: Inspection, result: str, note: str) -> None:
    """A later inspection looked at a finding again."""
    rectify_by = made.rectify_by if result == "kept" else None
    caller.session.add(
        Recheck(
            finding_id=found.id, inspection_id=made.id, result=result, made_at=made.made_at,
            user_id=made.user_id, staff_id=made.staff_id, note=note, geom=made.geom,
            accuracy_m=made.accuracy_m, distance_m=made.distance_m, rectify_by=rectify_by,
        )
    )  # fmt: skip
    if made.made_at > found.seen_at:
        _become(found, result, made.made_at, rectify_by)


def _become(found: Finding, result: str, made_at: datetime, rectify_by: Any) -> None:
    found.seen_at = made_at
    if result == "rectified":
        found.state, found.closed_at = "rectified", datetime.now(UTC)
    elif rectify_by is not None:
        found.rectify_by = rectify_by


def recheck(caller: Caller, finding_id: int, body: Again) -> Card:
    """Look at a finding again; the same ``txn`` again is the same look.

    Raises :class:`NotFound`; :class:`Conflict` for a finding that is rectified, or was looked at
    later; :class:`BadInput` for a missing date, or words that a refusal needs.
    """
    caller.actor.require(inspections.INSPECTS)
    scope = visible_grids(caller.actor)
    found = repository.finding(caller.session, scope, finding_id)
    if found is None:
        raise NotFound("finding")
    premises = entries.locked(caller, found.premises_id)
    known = repository.recheck_by_txn(caller.session, scope, body.txn)
    if known is not None:
        inspections.check_same(caller, known.user_id, known.finding_id == finding_id)
    else:
        _look(caller, premises, finding_id, body)
    found = repository.finding(caller.session, scope, finding_id)
    assert found is not None
    return {**brief(found), "attention": premises.attention, "due_on": premises.due_on}


def _look(caller: Caller, premises: Premises, finding_id: int, body: Again) -> None:
    """Store a re-check of a finding whose premises is locked."""
    entries.must_be_active(premises)
    found = repository.finding(caller.session, visible_grids(caller.actor), finding_id)
    assert found is not None
    day = inspections.day_of(body)
    _check_state(found, body)
    asked = body.result == "kept" and (found.state == "open" or body.rectify_by is not None)
    inspections.check_date(body, day, needed=asked)
    columns = inspections.who_and_where(caller, premises, body)
    made = Recheck(finding_id=found.id, txn=body.txn, result=body.result, **columns)
    caller.session.add(made)
    if body.result == "refused":
        found.incident_id, found.state = _escalate(caller, premises, found, body), "refused"
    _become(found, body.result, body.made_at, body.rectify_by)
    inspections.follow(caller, premises)


def _check_state(found: Finding, body: Again) -> None:
    if found.state == "rectified":
        zh, en = "这条隐患已整改，不用再复查。", "This finding is rectified already."
        raise Conflict("rectified", zh, en, state=found.state)
    if body.result == "refused" and found.state == "refused":
        zh, en = "已按拒不整改上报，请到事件里办理。", "The refusal is an incident already."
        raise Conflict("refused", zh, en, incident_id=found.incident_id)
    if body.made_at <= found.seen_at:
        zh, en = "之后已有人查看过这条隐患，请核对。", "Somebody looked at this finding later."
        raise Conflict("later_look", zh, en, field="made_at")
    if body.result == "refused" and not body.note:
        zh, en = "请写明拒不整改的情况。", "Say how it was refused."
        raise BadInput("note", zh, en, field="note")
    if body.result != "refused" and body.category is not None:
        zh, en = "只有拒不整改才填事件类别。", "Only a refusal has a category."
        raise BadInput("category", zh, en, field="category")


def _escalate(caller: Caller, premises: Premises, found: Finding, body: Again) -> int:
    """Open the incident of a refusal, at the premises; where it has no place, at the look."""
    item = caller.session.get_one(ChecklistItem, (found.kind, found.code))
    scope = visible_grids(caller.actor)
    given = None if body.lon is None or body.lat is None else (body.lon, body.lat)
    place = repository.point_of(caller.session, scope, premises.id) or given
    if place is None:
        zh, en = "这处场所没有位置，请给出当前位置。", "The premises has no place: give a position."
        raise BadInput("position", zh, en, field="lon")
    report = Report(
        title=f"{REFUSED}：{item.name_zh}（{premises.name}）"[:TITLE],
        category=body.category or item.category,
        text=body.note,
        lon=place[0],
        lat=place[1],
        severity=found.severity,
        source="inspection",
        address=premises.address,
    )
    made: int = incidents.report(caller.session, caller.actor, report)["id"]
    return made
