"""Inspections 检查 of premises (O4): one look at every item of the checklist, findings, re-checks.

Whoever inspects or re-checks holds the premises until the end of the transaction, so that findings,
level and due date always fit each other.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict
from services.inspections import findings, repository
from services.inspections.models import ChecklistItem, Inspection, InspectionAnswer
from services.inspections.schemas import Answer, Inspect, Look
from services.kit.clock import ZONE
from services.kit.register import Caller
from services.places.spot import point
from services.premises import entries, level
from services.premises import service as premises
from services.premises.models import Premises

INSPECTS = "premises.inspect"
OLDEST = timedelta(days=30)
FAST_CLOCK = timedelta(minutes=10)
LONGEST = timedelta(days=180)
"""The longest time that an order to rectify gives."""
Card = dict[str, Any]


def checklists(caller: Caller) -> list[Card]:
    """All checklists, for phones that will have no signal."""
    caller.actor.require("premises.read")
    return [{"kind": item.kind, **_item(item)} for item in repository.checklist(caller.session)]


def checklist(caller: Caller, premises_id: int) -> list[Card]:
    """What is to be looked at in a visible premises."""
    kinds = [kind["code"] for kind in premises.card(caller, premises_id)["kinds"]]
    return [_item(item) for item in _items(caller, kinds).values()]


def inspect(caller: Caller, premises_id: int, body: Inspect) -> Card:
    """Take in an inspection; the same ``txn`` again gives the same one.

    Raises :class:`BadInput` naming what is missing, and :class:`Conflict` for a cancelled premises
    or a ``txn`` of somebody else.
    """
    caller.actor.require(INSPECTS)
    found = entries.locked(caller, premises_id)
    known = repository.by_txn(caller.session, visible_grids(caller.actor), body.txn)
    if known is not None:
        check_same(caller, known.user_id, known.premises_id == found.id)
        return _receipt(caller, found, known.id)
    entries.must_be_active(found)
    day = day_of(body)
    items = _items(caller, premises.kinds_of(caller, found))
    answers = _answers(items, body.answers)
    bad = any(answer.answer == "not_ok" for answer in answers)
    check_date(body, day, needed=bad)
    made = Inspection(
        premises_id=found.id,
        grid_id=found.grid_id,
        txn=body.txn,
        **who_and_where(caller, found, body),
    )
    caller.session.add(made)
    caller.session.flush()
    rows = [
        InspectionAnswer(
            inspection_id=made.id,
            code=a.code,
            kind=items[a.code].kind,
            answer=a.answer,
            note=a.note,
        )
        for a in answers
    ]
    caller.session.add_all(rows)
    caller.session.flush()
    findings.settle(caller, made, rows, items)
    found.last_check_on = max(found.last_check_on or day, day)
    follow(caller, found)
    return _receipt(caller, found, made.id)


def follow(caller: Caller, found: Premises) -> None:
    """Level and due date follow the findings that are not rectified."""
    caller.session.flush()
    left = repository.unsettled(caller.session, found.id)
    level.follow(caller, found, [one.severity for one in left.values()])


def check_same(caller: Caller, user_id: int | None, same: bool) -> None:
    """Raise :class:`Conflict` unless a known ``txn`` is the caller's and of the same thing."""
    if user_id != caller.actor.user_id or not same:
        zh, en = "这个提交编号已被使用。", "This transaction id is taken."
        raise Conflict("txn_taken", zh, en, field="txn")


def day_of(body: Look) -> date:
    """The calendar day of a look; raises :class:`BadInput` for a time that cannot be."""
    now = datetime.now(UTC)
    if not now - OLDEST <= body.made_at <= now + FAST_CLOCK:
        zh = f"检查时间应在最近 {OLDEST.days} 天内，不晚于现在；请核对手机时间。"
        en = f"The time lies in the last {OLDEST.days} days and not ahead; check the phone's clock."
        raise BadInput("made_at", zh, en, field="made_at")
    return body.made_at.astimezone(ZONE).date()


def check_date(body: Look, day: date, *, needed: bool) -> None:
    """Raise :class:`BadInput` unless there is an order's date exactly where one is needed."""
    by = body.rectify_by
    if needed and (by is None or not day <= by <= day + LONGEST):
        zh = f"请给出整改期限：检查当天起 {LONGEST.days} 天以内。"
        en = f"Give the date of the order: within {LONGEST.days} days from the look."
        raise BadInput("rectify_by", zh, en, field="rectify_by")
    if not needed and by is not None:
        zh, en = (
            "没有需要整改的，请去掉整改期限。",
            "Nothing is to be rectified; leave the date out.",
        )
        raise BadInput("rectify_by", zh, en, field="rectify_by")


def who_and_where(caller: Caller, found: Premises, body: Look) -> dict[str, Any]:
    """The columns of a look: who, when, where, how far from the premises."""
    at = None if body.lon is None or body.lat is None else point(body.lon, body.lat)
    scope = visible_grids(caller.actor)
    return {
        "made_at": body.made_at,
        "user_id": caller.actor.user_id,
        "staff_id": caller.actor.staff_id,
        "note": body.note,
        "geom": at,
        "accuracy_m": body.accuracy_m,
        "distance_m": at and repository.distance(caller.session, scope, found.id, at),
        "rectify_by": body.rectify_by,
    }


def _items(caller: Caller, kinds: list[str]) -> dict[str, ChecklistItem]:
    """The checklist of some kinds, the main one first; of an item of several the gravest."""
    items: dict[str, ChecklistItem] = {}
    rows = repository.checklist(caller.session, kinds)
    for item in sorted(rows, key=lambda i: (kinds.index(i.kind), i.sort)):
        known = items.get(item.code)
        if known is None or item.severity > known.severity:
            items[item.code] = item
    return items


def _answers(items: dict[str, ChecklistItem], answers: list[Answer]) -> list[Answer]:
    """The answers, when there is one to each item and none besides."""
    given = [answer.code for answer in answers]
    if len(set(given)) != len(given):
        zh, en = "同一项目答了两次。", "An item is answered twice."
        raise BadInput("answers_twice", zh, en, field="answers")
    unknown = [code for code in given if code not in items]
    missing = [code for code in items if code not in given]
    if unknown or missing:
        raise BadInput(
            "answers",
            "检查表与这处场所不符，请更新检查表，把每一项都填上。",
            "The answers do not fit this premises' checklist; reload it and answer each item.",
            field="answers",
            unknown=unknown,
            missing=missing,
        )
    return answers


def _item(item: ChecklistItem) -> Card:
    names = {"code": item.code, "name": item.name_zh, "name_en": item.name_en}
    return {**names, "severity": item.severity, "category": item.category}


def _receipt(caller: Caller, found: Premises, inspection_id: int) -> Card:
    left = repository.unsettled(caller.session, found.id)
    return {
        "id": inspection_id,
        "premises_id": found.id,
        "attention": found.attention,
        "last_check_on": found.last_check_on,
        "due_on": found.due_on,
        "findings": [findings.brief(one) for one in left.values()],
    }
