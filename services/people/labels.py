"""Labels on people by hand (P5): start, stop with a reason, restart; and what the rules will do.

Everybody handles only labels whose audience the own roles are in; a statutory one only after it was
opened with a reason (P6, :mod:`.reveal`). What the rules do is in :mod:`.label_rules`.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from services.access.scope import visible_grids
from services.db import hook
from services.errors import AppError, BadInput, Conflict, NotFound
from services.kit.clock import current_day
from services.kit.dictionary import in_dictionary, items
from services.kit.place import Place, resolve
from services.kit.register import Caller
from services.people import entries, label_rules, repository, reveal
from services.people import label_repository as stored
from services.people.label_repository import Event
from services.people.label_rules import WRITES
from services.people.label_schemas import Restart, Start, Stop, Upcoming
from services.people.models import Label, Person, PersonLabel

Item = dict[str, Any]
BY_RULE = {"rule", "age", "years", "term", "birth_date", "again"}
LONGEST_TERM = 30  # years
DAYS, MOST_DAYS = 30, 366


class NotOpened(AppError):
    """Statutory labels are handled by whoever has opened them with a reason."""

    status = 403

    def __init__(self) -> None:
        zh = "先填写事由、打开这个人的法定标签，再来办理。"
        en = "Open the statutory labels of this person with a reason first."
        super().__init__("labels_not_opened", zh, en)


def start(caller: Caller, person_id: int, body: Start) -> int:
    """A label begins today; returns the id of the period.

    Raises :class:`BadInput` for a label, an age, a term or a day that does not fit,
    :class:`NotOpened`, and :class:`Conflict` (``in_force``).
    """
    person = _to_write(caller, person_id)
    label = _label(caller, person, body.code)
    today = current_day(caller.session)
    _check_age(label, person, today)
    _check_term(label, body.term_ends_on, today)
    if _latest(caller, person, label, in_force=True):
        raise Conflict("in_force", "这个标签已经有了。", "The label is in force already.")
    made = _period(person, label, today, body.term_ends_on)
    if body.since is not None:
        _check_since(label, body.since, today)
        made.counts_from = body.since
    over = stored.ends(caller.session, person, made)
    if over is not None and over <= today:
        zh, en = "从这一天算，年限已经届满。", "Counted from that day its years are over."
        raise BadInput("years_over", zh, en, field="since")
    return _written(caller, person, made)


def stop(caller: Caller, person_id: int, body: Stop) -> None:
    """A label ends today; the rule does not begin it again.

    Raises as :func:`start` does, and :class:`Conflict` (``not_in_force``).
    """
    person = _to_write(caller, person_id)
    label = _label(caller, person, body.code)
    known = in_dictionary(caller.session, "label_stop_reason", body.reason)
    if not known or body.reason in BY_RULE:
        zh, en = "请从列表中选择停止原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    period = _latest(caller, person, label, in_force=True)
    if period is None:
        raise Conflict(
            "not_in_force", "没有这个标签，请刷新。", "The label is not in force; reload."
        )
    period.stopped_on, period.stopped_by = current_day(caller.session), "hand"
    period.stop_reason = body.reason
    _written(caller, person, period)


def restart(caller: Caller, person_id: int, body: Restart) -> int:
    """A label that was stopped begins again; returns the id of the new period.

    Its years go on from where they counted. Where its time is over by rule, it is held: only a hand
    stops it. Raises as :func:`start` does, and :class:`Conflict` (``never``).
    """
    person = _to_write(caller, person_id)
    label = _label(caller, person, body.code)
    today = current_day(caller.session)
    _check_term(label, body.term_ends_on, today)
    last = _latest(caller, person, label)
    if last is None:
        zh, en = "从来没有过这个标签，请用“添加”。", "It never had this label; start it instead."
        raise Conflict("never", zh, en)
    if last.stopped_on is None:
        raise Conflict("in_force", "这个标签已经有了。", "The label is in force already.")
    made = _period(person, label, today, body.term_ends_on)
    if label.end_after_years is not None:
        made.counts_from = last.counts_from or last.started_on
    over = stored.ends(caller.session, person, made)
    made.held = over is not None and over <= today
    return _written(caller, person, made)


def of_person(caller: Caller, person_id: int) -> Item:
    """Labels in force and past, and those that may be started, as far as the caller may see them.

    That somebody looked is recorded. Raises :class:`NotFound` outside the scope.
    """
    caller.actor.require("people.read")
    row = repository.person(caller.session, caller.actor, person_id)
    if row is None:
        raise NotFound("person")
    person: Person = row.Person
    hook.note(
        caller.session, "look", entity="person", entity_id=person.id, grid_id=person.grid_id,
        note="labels",
    )  # fmt: skip
    known = _seen(caller, person.id)
    found = stored.of_person(caller.session, visible_grids(caller.actor), person.id, known)
    periods = [_told(known[period.label_code], period) for period in found]
    held = {p["code"] for p in periods if p["stopped_on"] is None}
    may = caller.actor.may(WRITES) and person.status == "active"
    return {
        "in_force": [p for p in periods if p["stopped_on"] is None],
        "past": [p for p in periods if p["stopped_on"] is not None],
        "may_start": [_offer(x) for c, x in known.items() if may and c not in held],
        "stop_reasons": [
            one for one in items(caller.session, "label_stop_reason") if one["code"] not in BY_RULE
        ],
        "may_write": may,
    }


def upcoming(caller: Caller, asked: Upcoming) -> Item:
    """What the rules will begin and end from one day to another, a page of it.

    Care labels of the caller's audience; statutory ones only of people whose labels the caller has
    opened. Raises :class:`BadInput` for a span that is in the past or longer than a year.
    """
    caller.actor.require("people.read")
    first, last = _span(current_day(caller.session), asked)
    place = Place(grid=asked.grid) if asked.grid is not None else None
    scope = resolve(caller.session, caller.actor, place).scope
    known = stored.known_to(caller.session, caller.actor.roles)
    opened = reveal.all_granted(caller)
    events = [
        e
        for e in label_rules.forecast(caller.session, scope, first, last)
        if (label := known.get(e.label_code)) is not None
        and (label.label_group == "care" or reveal.LABELS in opened.get(e.person_id, ()))
    ]
    begin = (asked.page - 1) * asked.size
    shown = events[begin : begin + asked.size]
    _note_shown(caller, len(events), shown)
    return {
        "from": first,
        "to": last,
        "total": len(events),
        "page": asked.page,
        "size": asked.size,
        "items": _items(caller, shown, known),
    }


def _span(today: date, asked: Upcoming) -> tuple[date, date]:
    first = asked.since or today
    if not 0 <= (first - today).days <= MOST_DAYS:
        zh, en = "只能查今天起一年之内。", "Ask for the year that begins today."
        raise BadInput("from", zh, en, field="from")
    last = asked.to or min(first + timedelta(DAYS), today + timedelta(MOST_DAYS))
    if last < first or (last - today).days > MOST_DAYS:
        zh, en = "结束日期不能早于开始，最远到一年后。", "The end comes last, a year ahead at most."
        raise BadInput("to", zh, en, field="to")
    return first, last


def _items(caller: Caller, events: list[Event], known: dict[str, Label]) -> list[Item]:
    scope = visible_grids(caller.actor)
    names = stored.people_named(caller.session, scope, {e.person_id for e in events})
    return [
        {
            "day": e.day,
            "act": "becomes" if e.out_of else e.act,
            "label": _name(known[e.label_code]),
            "out_of": _name(known[e.out_of]) if e.out_of in known else None,
            "reason": e.reason,
            "person_id": e.person_id,
            "person": names[e.person_id].name,
            "grid_id": e.grid_id,
            "grid": names[e.person_id].grid,
        }
        for e in events
    ]


def _note_shown(caller: Caller, total: int, events: list[Event]) -> None:
    if caller.actor.seen_as:
        note = json.dumps({"rows": len(events), "of": total})
        after = {"ids": sorted({e.person_id for e in events})}
        hook.note(caller.session, "list", entity="people", note=note, after=after)


def _name(label: Label) -> Item:
    return {"code": label.code, "name": label.name_zh, "name_en": label.name_en}


def _told(label: Label, period: PersonLabel) -> Item:
    return {
        **_name(label),
        "group": label.label_group,
        "started_on": period.started_on,
        "started_by": period.started_by,
        "counts_from": period.counts_from,
        "term_ends_on": period.term_ends_on,
        "held": period.held,
        "stopped_on": period.stopped_on,
        "stopped_by": period.stopped_by,
        "stop_reason": period.stop_reason,
    }


def _offer(label: Label) -> Item:
    return {
        **_name(label),
        "group": label.label_group,
        "needs_term": label.ends_with_term,
        "years": label.end_after_years,
        "age_from": label.start_age,
        "age_to": label.end_age,
    }


def _to_write(caller: Caller, person_id: int) -> Person:
    """The entry, locked: whoever changes its labels comes one after the other."""
    caller.actor.require(WRITES)
    caller.actor.require("people.read")
    person = repository.locked(caller.session, visible_grids(caller.actor), person_id)
    if person is None:
        raise NotFound("person")
    if person.status != "active":
        zh, en = "这条登记已注销，先恢复再改。", "This entry is cancelled; restore it first."
        raise Conflict("cancelled", zh, en)
    return person


def _seen(caller: Caller, person_id: int) -> dict[str, Label]:
    """Labels that the caller sees of a person: statutory ones only once they were opened."""
    opened = reveal.LABELS in reveal.granted(caller.session, caller.actor, person_id)
    known = stored.known_to(caller.session, caller.actor.roles)
    return {c: x for c, x in known.items() if opened or x.label_group == "care"}


def _label(caller: Caller, person: Person, code: str) -> Label:
    known = stored.known_to(caller.session, caller.actor.roles)
    if code not in known:
        zh, en = "没有这个标签，请从列表中选择。", "No such label; choose from the list."
        raise BadInput("label", zh, en, field="code")
    if code not in _seen(caller, person.id):
        raise NotOpened()
    return known[code]


def _latest(
    caller: Caller, person: Person, label: Label, *, in_force: bool = False
) -> PersonLabel | None:
    scope = visible_grids(caller.actor)
    found = stored.of_person(caller.session, scope, person.id, [label.code])
    if not found or (in_force and found[0].stopped_on is not None):
        return None
    return found[0]


def _check_age(label: Label, person: Person, today: date) -> None:
    if label.start_age is None and label.end_age is None:
        return
    born = person.birth_date
    if born is None:
        zh, en = "这个标签看年龄，请先填写出生日期。", "It goes by age: enter the birth date first."
        raise BadInput("birth_date", zh, en, field="code")
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    low, high = label.start_age or 0, label.end_age
    if years < low or (high is not None and years >= high):
        zh, en = "年龄不符合这个标签的条件。", "The age does not fit this label."
        raise BadInput("age", zh, en, field="code")


def _check_term(label: Label, term: date | None, today: date) -> None:
    """A last day where the label ends with a term, and nowhere else."""
    if not label.ends_with_term:
        if term is not None:
            zh, en = "这个标签没有期限，请留空。", "This label has no term; leave it out."
            raise BadInput("no_term", zh, en, field="term_ends_on")
        return
    if term is None:
        zh, en = "请填写期限的最后一天。", "Give the last day of the term."
        raise BadInput("term", zh, en, field="term_ends_on")
    if term < today or term.year > today.year + LONGEST_TERM:
        zh = f"期限应从今天起、不超过 {LONGEST_TERM} 年。"
        en = f"The term ends today or later, within {LONGEST_TERM} years."
        raise BadInput("term", zh, en, field="term_ends_on")


def _check_since(label: Label, since: date, today: date) -> None:
    if label.end_after_years is None:
        zh, en = "这个标签不按年限计算，请留空。", "This label counts no years; leave it out."
        raise BadInput("since", zh, en, field="since")
    if since > today:
        raise BadInput(
            "since", "起算日不能晚于今天。", "It counts from today at most.", field="since"
        )


def _period(person: Person, label: Label, today: date, term: date | None) -> PersonLabel:
    return PersonLabel(
        person_id=person.id, grid_id=person.grid_id, label_code=label.code, started_on=today,
        started_by="hand", term_ends_on=term,
    )  # fmt: skip


def _written(caller: Caller, person: Person, period: PersonLabel) -> int:
    caller.session.add(period)
    caller.session.flush()
    entries.tell(caller, "people", person.grid_id)
    return period.id
