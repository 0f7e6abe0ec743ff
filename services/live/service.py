"""Publishing to the live channel 实时通道: within the writer's own transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.live.models import Outbox

KEPT = timedelta(hours=6)


def publish(session: Session, topic: str, grid_id: int, payload: dict[str, Any]) -> None:
    """Add a message that leaves when the transaction commits.

    ``payload`` is small and holds ids, places and states: never a name, a phone, an id number.
    """
    # Inline: the id is not asked back, because the writer may tell about a grid he does not see.
    message = {"topic": topic, "grid_id": grid_id, "payload": payload}
    session.execute(insert(Outbox).inline(), message)


def changed(session: Session, register: str, grid_id: int) -> None:
    """Rows of a register changed in a grid: open pages ask for new figures."""
    publish(session, "change", grid_id, {"register": register, "grid_id": grid_id})


def since(session: Session, actor: Actor, last_id: int, limit: int = 500) -> list[Outbox] | None:
    """Messages after ``last_id`` in the actor's scope, oldest first.

    None when too much was missed (or forgotten): the client then reloads its snapshot. Ids may
    commit out of order, so the replay starts a little earlier; clients skip ids they know.
    """
    oldest = session.scalar(select(func.min(Outbox.id)).where(Outbox.at > func.now() - KEPT))
    if oldest is None or last_id < oldest - 1:
        newest = session.scalar(select(func.max(Outbox.id)))
        return None if (newest or 0) > last_id else []
    seen = visible_grids(actor).where(Outbox.grid_id)
    rows = session.scalars(
        select(Outbox).where(Outbox.id > last_id - 50, seen).order_by(Outbox.id).limit(limit + 1)
    ).all()
    return None if len(rows) > limit else list(rows)
