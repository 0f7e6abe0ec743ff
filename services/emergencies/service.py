"""Looking outside the own scope in an emergency 紧急查看: with a reason, shortly, told of."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.access import service as access
from services.access.actor import Actor
from services.access.emergency import OPENS, REVIEWS
from services.db import hook
from services.emergencies import report as reports
from services.emergencies import repository
from services.emergencies.models import EmergencyLook
from services.emergencies.schemas import Begin, Review
from services.errors import BadInput, Conflict, Forbidden, NotFound, TooMany
from services.grids import service as grids
from services.notices import service as notices

MINUTES = 30
MINUTE = timedelta(minutes=1)
A_DAY = 3
NOTICE = "emergency"
Answer = dict[str, Any]


def begin(session: Session, actor: Actor, asked: Begin) -> Answer:
    """Open a grid and all below to the actor's session for :data:`MINUTES`, for reading.

    The nearest superior is told in the same transaction. Raises :class:`Forbidden`,
    :class:`BadInput` for a grid or a reason that does not fit, :class:`Conflict` while another
    look is open or where no superior could be told, and :class:`TooMany` after three in a day.
    """
    actor.require(OPENS)
    if actor.seen_as or actor.token_hash is None:
        raise Conflict("seen_as", "请先结束正在进行的查看。", "End the other way of seeing first.")
    assert actor.user_id is not None
    _check_reason(session, asked.reason)
    _check_grid(session, actor, asked.grid_id)
    now = repository.now(session)
    _close_earlier(session, actor.user_id, now)
    _check_number(session, actor.user_id, now)
    told = superiors(session, actor)
    look = EmergencyLook(
        user_id=actor.user_id, home_grid_id=actor.home_grid_id, opened_grid_id=asked.grid_id,
        reason=asked.reason, words=asked.words, begun_at=now, until=now + MINUTES * MINUTE,
    )  # fmt: skip
    session.add(look)
    session.flush()
    access.begin_emergency(session, actor, look.id)
    notices.tell(session, told, NOTICE, entity="emergency_look", entity_id=look.id)
    _note(session, look, "begin", reason=asked.reason, words=asked.words)
    return {"id": look.id, "until": look.until, "told": len(told)}


def _note(session: Session, look: EmergencyLook, what: str, **words: Any) -> None:
    told = json.dumps(words, ensure_ascii=False) if words else ""
    hook.note(
        session, f"emergency {what}", entity="emergency_look", entity_id=look.id,
        grid_id=look.opened_grid_id, note=f"emergency {look.id} {told}".strip()[:400],
    )  # fmt: skip


def _check_reason(session: Session, reason: str) -> None:
    if reason not in {row.code for row in repository.reasons(session)}:
        raise BadInput(
            "reason", "请从列表中选择事由。", "Choose a reason from the list.", field="reason"
        )


def _check_grid(session: Session, actor: Actor, grid_id: int) -> None:
    grid = grids.named(session, grid_id)
    if grid is None:
        raise BadInput("grid", "没有这个网格。", "There is no such grid.", field="grid_id")
    if actor.scope.sees(grid_id):
        raise BadInput(
            "own_grid",
            "这个网格就在您的范围内，不需要紧急查看。",
            "This grid is in your own area; you need no emergency look.",
            field="grid_id",
        )
    if grid["level"] == 1:
        raise BadInput(
            "whole_county",
            "不能打开整个县，请选一个乡镇或更小的网格。",
            "Not the whole county: choose a township or less.",
            field="grid_id",
        )


def _close_earlier(session: Session, user_id: int, now: datetime) -> None:
    """End a look whose time is over, so that there is one open look a user."""
    earlier = repository.unended(session, user_id)
    if earlier is None:
        return
    if earlier.until > now:
        raise Conflict(
            "still_open",
            "您有一次紧急查看还在进行，请先结束。",
            "You have an emergency look open; end it first.",
        )
    earlier.ended_at = earlier.until
    session.flush()


def _check_number(session: Session, user_id: int, now: datetime) -> None:
    day = timedelta(days=1)
    begun = repository.since(session, user_id, now - day)
    if len(begun) >= A_DAY:
        wait = max(1, math.ceil((begun[-A_DAY] + day - now).total_seconds()))
        raise TooMany(
            "too_many",
            f"24 小时内最多紧急查看 {A_DAY} 次；再需要时请联系上级。",
            f"At most {A_DAY} emergency looks in 24 hours; ask your superior.",
            retry_after=wait,
        )


def superiors(session: Session, actor: Actor) -> set[int]:
    """Users at the nearest level above the actor who review such looks.

    Raises :class:`Conflict` where there is nobody: nobody looks without being seen.
    """
    assert actor.user_id is not None
    levels = repository.superiors(session, actor.user_id, actor.home_grid_id)
    if not levels:
        raise Conflict(
            "no_superior",
            "没有能收到通知的上级，不能紧急查看；请联系管理员指定。",
            "There is no superior who could be told, so it cannot be opened; "
            "ask the administrator to name one.",
        )
    nearest = max(levels.values())
    return {user for user, level in levels.items() if level == nearest}


def end(session: Session, actor: Actor) -> None:
    """End the actor's open look; harmless without one."""
    if actor.user_id is None:
        return
    look = repository.unended(session, actor.user_id)
    if look is None:
        return
    look.ended_at = min(repository.now(session), look.until)
    session.flush()
    access.leave_emergency(session, actor)
    _note(session, look, "end")


def _brief(row: Row[Any]) -> Answer:
    return {key: value for key, value in row._mapping.items() if key != "opened_path"}


def listed(session: Session, actor: Actor, page: int, size: int) -> Answer:
    """One page of the own looks and of those that the actor may review, the newest first.

    Raises :class:`Forbidden` for whoever may neither look nor review.
    """
    _may_any(actor)
    total, rows = repository.page(session, actor, size, (page - 1) * size)
    items = [{**_brief(row), "mine": row.user_id == actor.user_id} for row in rows]
    return {"total": total, "page": page, "size": size, "items": items}


def _may_any(actor: Actor) -> None:
    if not (actor.may(OPENS) or actor.may(REVIEWS)):
        raise Forbidden(OPENS)


def _seen(session: Session, actor: Actor, look_id: int) -> Row[Any]:
    _may_any(actor)
    row = repository.one(session, actor, look_id)
    if row is None:
        raise NotFound("emergency")
    return row


def report(session: Session, actor: Actor, look_id: int) -> Answer:
    """The report of a look: who, where, why, how long, and all that was opened in it."""
    row = _seen(session, actor, look_id)
    acts = repository.acts(session, row.user_id, f"emergency {look_id}", row.begun_at, reports.MOST)
    mine = row.user_id == actor.user_id
    return {
        **_brief(row),
        "mine": mine,
        "opened_chain": grids.chain(session, row.opened_path),
        "may_review": actor.may(REVIEWS) and not mine and row.ended_at is not None
        and row.reviewed_at is None,
        **reports.of(acts, actor.scope),
    }  # fmt: skip


def review(session: Session, actor: Actor, look_id: int, said: Review) -> Answer:
    """A superior says of a look that is over whether it was in order; once.

    Raises :class:`Forbidden`, :class:`NotFound`, or :class:`Conflict` for a look that is still
    open, is one's own, or was reviewed before.
    """
    actor.require(REVIEWS)
    row = _seen(session, actor, look_id)
    if row.user_id == actor.user_id:
        raise Conflict("own_look", "不能评定自己的紧急查看。", "Nobody reviews the own look.")
    if row.ended_at is None:
        raise Conflict("not_over", "查看还在进行，结束后再评定。", "It is still open; wait.")
    look = session.get_one(EmergencyLook, look_id, with_for_update=True)
    if look.reviewed_at is not None:
        raise Conflict("reviewed", "这次查看已经评定过。", "This look was reviewed already.")
    assert actor.user_id is not None
    look.reviewed_by, look.reviewed_at = actor.user_id, repository.now(session)
    look.in_order, look.review_words = said.in_order, said.words
    session.flush()
    notices.tell(
        session, [look.user_id], "emergency_reviewed", entity="emergency_look", entity_id=look_id
    )
    return report(session, actor, look_id)


def form(session: Session, actor: Actor) -> Answer:
    """What the form needs: the reasons, how long and how often one may look."""
    actor.require(OPENS)
    reasons = [dict(row._mapping) for row in repository.reasons(session)]
    return {"reasons": reasons, "minutes": MINUTES, "a_day": A_DAY}


def places(session: Session, actor: Actor, words: str) -> list[Answer]:
    """Grids outside the own scope by part of name or code; names of grids are no secret."""
    actor.require(OPENS)
    return grids.find_outside(session, actor, words)
