"""The level of attention 关注等级 of a premises (O3): general 1, medium 2, serious 3.

A level is in force from two sides. By hand somebody starts and stops one, with a reason. By the
rule it follows the findings of inspections: the gravest one that is not rectified, 1 without any.
The premises has the higher of the two; so the rule never lowers what was set by hand, and nobody
lowers by hand what a finding asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.errors import Conflict, NotFound
from services.kit.register import Caller
from services.premises import entries, repository
from services.premises.entry_schemas import Lower, Raise
from services.premises.models import Premises, PremisesAttention

HAND, RULE = "hand", "inspection"
FOUND = {2: "有未整改的较大隐患", 3: "有未整改的严重隐患"}
CHANGED = "隐患情况有变化"
TAKEN_OVER = "沿用原有关注等级"


def by_rule(severities: Iterable[int]) -> int:
    """The level that findings not yet rectified ask for: 3 for a serious one, 2 for a medium."""
    return max(severities, default=1)


def start(caller: Caller, premises_id: int, body: Raise) -> None:
    """Set a level by hand; it takes the place of another one that was set by hand.

    Raises :class:`Conflict` (``in_force``) when that very level is set already.
    """
    found = entries.to_write(caller, premises_id, body.version)
    held = repository.level_in_force(caller.session, found.id, HAND)
    if held is not None and held.level == body.level:
        raise Conflict("in_force", "已经是这个等级。", "This level is in force.", field="level")
    _put(caller, found, HAND, body.level, reason=body.reason, stop_reason=body.reason)
    entries.written(caller, found)


def stop(caller: Caller, premises_id: int, body: Lower) -> None:
    """End the level that was set by hand; raises :class:`Conflict` (``none``) without one."""
    found = entries.to_write(caller, premises_id, body.version)
    if repository.level_in_force(caller.session, found.id, HAND) is None:
        zh, en = "没有人工设定的等级可停。", "No level was set by hand."
        raise Conflict("none", zh, en)
    _put(caller, found, HAND, 1, reason="", stop_reason=body.reason)
    entries.written(caller, found)


def follow(caller: Caller, found: Premises, severities: Iterable[int]) -> None:
    """Let the level, and with it the due date, of a locked premises follow its findings."""
    level = by_rule(severities)
    _put(caller, found, RULE, level, reason=FOUND.get(level, ""), stop_reason=CHANGED)
    entries.written(caller, found)


def history(caller: Caller, premises_id: int) -> list[dict[str, Any]]:
    """All levels of a visible premises, the latest first; raises :class:`NotFound`."""
    caller.actor.require("premises.read")
    scope = visible_grids(caller.actor)
    if repository.one(caller.session, scope, premises_id) is None:
        raise NotFound("premises")
    return [dict(row._mapping) for row in repository.levels(caller.session, scope, premises_id)]


def take_over(session: Session, actor: Actor) -> None:
    """Note the levels that came with imported premises as set by hand."""
    scope = visible_grids(actor)
    repository.note_levels(session, scope, HAND, TAKEN_OVER, actor.user_id)


def _put(
    caller: Caller, found: Premises, cause: str, level: int, *, reason: str, stop_reason: str
) -> None:
    session, user = caller.session, caller.actor.user_id
    # The time after the lock was got: a transaction that waited for it began before the other.
    now = func.clock_timestamp()
    held = repository.level_in_force(session, found.id, cause)
    if (held.level if held else 1) != level:
        if held is not None:
            held.stopped_at, held.stopped_by = now, user
            held.stop_reason = stop_reason
            session.flush()
        if level > 1:
            made = PremisesAttention(
                premises_id=found.id, level=level, cause=cause, reason=reason, started_by=user,
                started_at=now,
            )  # fmt: skip
            session.add(made)
            session.flush()
    found.attention = repository.highest_level(session, found.id)
    entries.follow_due(caller, found)
