"""Two warnings, then stop 两警一停: for officers who skip the checks of their patrol areas (O4).

A daily job: when premises are not checked by their date the officers of the area are warned, some
days later a second time, and after as many days again the officer is suspended from that patrol and
the leader of the area's grid is told. A leader lifts it with a reason. Nothing is scored. Days on
which the job did not run are not made up for: nobody is suspended who was not warned in time.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.access.actor import Actor, system
from services.access.models import User
from services.access.scope import visible_grids
from services.db.session import Database
from services.errors import Conflict, Forbidden, NotFound
from services.grids.models import Post
from services.notices import service as notices
from services.patrols.models import PatrolArea, PatrolStop

LIFTS = "premises.write"
STOP = 3
KINDS = {1: "patrol_warning_1", 2: "patrol_warning_2", STOP: "patrol_stop"}
TOLD = "patrol_stopped"
REASON = "两次提醒后仍未检查到期场所"


def give(database: Database, day: date, days: int) -> dict[str, int]:
    """The steps of a day, all of them or none; a second time on that day there is nothing left."""
    sql = text((files("services.patrols") / "sql" / "warn.sql").read_text("utf-8"))
    with database.bulk(system("two warnings")) as session:
        rows = session.execute(sql, {"day": day, "days": days}).all()
        steps = sorted({(row.area_id, row.staff_id, row.step) for row in rows})
        for area, staff, step in steps:
            _tell(session, _users(session, [staff]), KINDS[step], area)
            if step == STOP:
                _stop(session, area, staff, day)
    counts = Counter(step for _, _, step in steps)
    return {"first": counts[1], "second": counts[2], "stopped": counts[STOP]}


def _stop(session: Session, area: int, staff: int, day: date) -> None:
    row = {"area_id": area, "staff_id": staff, "reason": REASON, "stopped_on": day}
    session.execute(insert(PatrolStop).values(row).on_conflict_do_nothing())
    leaders = select(Post.staff_id).join(PatrolArea, PatrolArea.grid_id == Post.grid_id)
    leaders = leaders.where(PatrolArea.id == area, Post.kind == "leader", Post.valid_to.is_(None))
    _tell(session, _users(session, list(session.scalars(leaders))), TOLD, area)


def _users(session: Session, staff: list[int]) -> list[int]:
    query = select(User.id).where(User.staff_id.in_(staff), User.active)
    return list(session.scalars(query))


def _tell(session: Session, users: list[int], kind: str, area: int) -> None:
    notices.tell(session, users, kind, entity="patrol_area", entity_id=area)


def stops(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Suspensions in the areas of the scope, and the own ones; those in force first."""
    own = PatrolStop.staff_id == actor.staff_id
    query = (
        select(
            PatrolStop.id, PatrolStop.area_id, PatrolArea.name.label("area"), PatrolStop.staff_id,
            PatrolStop.reason, PatrolStop.stopped_on, PatrolStop.lifted_at, PatrolStop.lift_reason,
        )
        .join(PatrolArea, PatrolArea.id == PatrolStop.area_id)
        .where(or_(visible_grids(actor).where(PatrolArea.grid_id), own))
        .order_by(PatrolStop.lifted_at.desc().nulls_first(), PatrolStop.id.desc())
        .limit(200)
    )  # fmt: skip
    return [dict(row._mapping) for row in session.execute(query)]


def lift(session: Session, actor: Actor, stop_id: int, reason: str) -> None:
    """Lift a suspension in an area of the scope.

    Raises :class:`NotFound`, :class:`Forbidden` for the own one, :class:`Conflict` (``lifted``).
    """
    actor.require(LIFTS)
    query = (
        select(PatrolStop)
        .join(PatrolArea, PatrolArea.id == PatrolStop.area_id)
        .where(PatrolStop.id == stop_id, visible_grids(actor).where(PatrolArea.grid_id))
        .with_for_update(of=PatrolStop)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("patrol_stop")
    if found.staff_id == actor.staff_id:
        raise Forbidden(LIFTS)
    if found.lifted_at is not None:
        raise Conflict("lifted", "停岗已经解除。", "It was lifted already.")
    found.lifted_at, found.lifted_by, found.lift_reason = func.now(), actor.user_id, reason
    session.flush()
