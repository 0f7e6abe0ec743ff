"""Correction requests 更正申请: received by one, decided by another, in the person's entry at once.

What a person says is stored sealed. A field that can be changed by itself is changed with the
decision, in the same transaction; of any other the request says that it has to be changed by hand.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from services.corrections import repository
from services.corrections.models import CorrectionRequest
from services.corrections.schemas import Ask, Decision
from services.db import hook
from services.errors import AppError, Conflict, Forbidden, NotFound
from services.kit.register import Caller
from services.people import corrected

Item = dict[str, Any]


class OwnRequest(AppError):
    """Whoever received a request may not decide it."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "own_request",
            "自己受理的更正申请须由另一人决定。",
            "You received this request: somebody else has to decide it.",
        )


def _check(caller: Caller, permission: str) -> None:
    caller.actor.require(permission)
    if caller.actor.seen_as or caller.actor.user_id is None:
        raise Forbidden(permission)


def receive(caller: Caller, person_id: int, asked: Ask) -> Item:
    """Take down what a visible person says; returns the request.

    Raises :class:`NotFound`, and ``BadInput`` where the field cannot hold what is said.
    """
    _check(caller, "people.read")
    person = corrected.person(caller, person_id)
    if asked.field in corrected.SIMPLE:
        corrected.parsed(asked.field, asked.said)
    assert caller.actor.user_id is not None
    made = CorrectionRequest(
        person_id=person.id, field=asked.field, said_enc=caller.keys.encrypt(asked.said),
        how=asked.how, received_by=caller.actor.user_id,
    )  # fmt: skip
    caller.session.add(made)
    caller.session.flush()
    return {"id": made.id, "state": "open"}


def decide(caller: Caller, request_id: int, decision: Decision) -> Item:
    """Accept or refuse a request; an accepted simple field is changed at once.

    Raises :class:`NotFound`, :class:`Conflict` when it was decided already, and
    :class:`OwnRequest`.
    """
    _check(caller, "people.correct")
    request = repository.locked(caller.session, caller.actor, request_id)
    if request is None:
        raise NotFound("correction request")
    if request.state != "open":
        raise Conflict(
            "decided", "这份更正申请已有决定。", "This request has been decided already."
        )
    if request.received_by == caller.actor.user_id:
        raise OwnRequest()
    simple = request.field in corrected.SIMPLE
    if decision.accept and simple:
        said = caller.keys.decrypt(request.said_enc)
        corrected.change(caller, request.person_id, request.field, said)
    request.changed = simple if decision.accept else None
    request.state = "accepted" if decision.accept else "refused"
    request.decided_by, request.decided_at = caller.actor.user_id, datetime.now(UTC)
    request.decision_enc = caller.keys.encrypt(decision.words)
    caller.session.flush()
    return {"id": request.id, "state": request.state, "changed": request.changed}


def open_ones(caller: Caller) -> Item:
    """Open requests of the scope, the oldest first; not what is said in them."""
    _check(caller, "people.read")
    total, rows = repository.open_ones(caller.session, caller.actor)
    return {"total": total, "items": [_brief(caller, row) for row in rows]}


def of_person(caller: Caller, person_id: int, *, printed: bool = False) -> list[Item]:
    """All requests of a visible person; that somebody looked is recorded.

    What is said may be a telephone number or an address, so it is read by whoever received it or
    may decide; others get None. ``printed`` with the printout, which shows the person everything
    and is recorded by itself.
    """
    _check(caller, "people.read")
    person = corrected.person(caller, person_id, cancelled=True)
    rows = repository.of_person(caller.session, caller.actor, person_id)
    if rows and not printed:
        hook.note(
            caller.session, "look", entity="person", entity_id=person.id, grid_id=person.grid_id,
            note="correction requests",
        )  # fmt: skip
    return [_whole(caller, row, printed=printed) for row in rows]


def _brief(caller: Caller, row: Row[Any]) -> Item:
    request: CorrectionRequest = row.CorrectionRequest
    actor = caller.actor
    mine = request.received_by == actor.user_id
    return {
        "id": request.id,
        "person_id": request.person_id,
        "person": row.person,
        "grid_id": row.grid_id,
        "grid": row.grid,
        "field": request.field,
        "how": request.how,
        "received_at": request.received_at,
        "received_by": row.receiver,
        "state": request.state,
        "may_decide": request.state == "open" and actor.may("people.correct") and not mine,
        "mine": mine,
    }


def _whole(caller: Caller, row: Row[Any], *, printed: bool) -> Item:
    request: CorrectionRequest = row.CorrectionRequest
    brief = _brief(caller, row)
    shown = printed or brief["mine"] or caller.actor.may("people.correct")
    words = request.decision_enc if shown else None
    return {
        **brief,
        "said": caller.keys.decrypt(request.said_enc) if shown else None,
        "decided_at": request.decided_at,
        "decided_by": row.decider,
        "words": caller.keys.decrypt(words) if words else None,
        "changed": request.changed,
    }
