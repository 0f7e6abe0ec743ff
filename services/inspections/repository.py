"""Inspections in the database; every statement carries the caller's scope."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from services.access.models import User
from services.access.scope import Scope
from services.grids.models import Staff
from services.inspections.models import (
    ChecklistItem,
    Finding,
    Inspection,
    InspectionAnswer,
    InspectionPhoto,
    Recheck,
)
from services.kit.place import Clause
from services.premises.models import Premises, PremisesKind

UNSETTLED: Clause = Finding.state != "rectified"


def seen(scope: Scope) -> Clause:
    """Inspections made in a visible grid, or of a premises that is in one now."""
    mine = select(Premises.id).where(scope.where(Premises.grid_id))
    return or_(scope.where(Inspection.grid_id), Inspection.premises_id.in_(mine))


def checklist(session: Session, kinds: Sequence[str] | None = None) -> list[ChecklistItem]:
    """The items in use, of some kinds or of all."""
    query = select(ChecklistItem).where(ChecklistItem.active)
    if kinds is not None:
        query = query.where(ChecklistItem.kind.in_(kinds))
    return list(session.scalars(query.order_by(ChecklistItem.kind, ChecklistItem.sort)))


def by_txn(session: Session, scope: Scope, txn: uuid.UUID) -> Inspection | None:
    """The visible inspection that was sent under ``txn``."""
    return session.scalar(select(Inspection).where(Inspection.txn == txn, seen(scope)))


def recheck_by_txn(session: Session, scope: Scope, txn: uuid.UUID) -> Recheck | None:
    """The visible re-check that was sent under ``txn``."""
    query = select(Recheck).join(Finding, Finding.id == Recheck.finding_id)
    query = query.join(Inspection, Inspection.id == Finding.inspection_id)
    return session.scalar(query.where(Recheck.txn == txn, seen(scope)))


def unsettled(session: Session, premises_id: int) -> dict[str, Finding]:
    """Code -> finding not rectified, of a premises that the caller has locked."""
    query = select(Finding).where(Finding.premises_id == premises_id, UNSETTLED)
    found = session.scalars(query.execution_options(populate_existing=True))
    return {one.code: one for one in found}


def later_ok(session: Session, premises_id: int, made_at: datetime) -> dict[str, int]:
    """Code -> the latest inspection after ``made_at`` that answered ok, of a locked premises."""
    query = (
        select(InspectionAnswer.code, func.max(Inspection.id))
        .join(Inspection, Inspection.id == InspectionAnswer.inspection_id)
        .where(
            Inspection.premises_id == premises_id,
            Inspection.made_at > made_at,
            InspectionAnswer.answer == "ok",
        )
        .group_by(InspectionAnswer.code)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def get(session: Session, scope: Scope, inspection_id: int) -> Inspection | None:
    """One visible inspection."""
    return session.scalar(select(Inspection).where(Inspection.id == inspection_id, seen(scope)))


def finding(session: Session, scope: Scope, finding_id: int) -> Finding | None:
    """One visible finding as it is stored now."""
    query = select(Finding).join(Inspection, Inspection.id == Finding.inspection_id)
    query = query.where(Finding.id == finding_id, seen(scope))
    return session.scalar(query.execution_options(populate_existing=True))


def distance(session: Session, scope: Scope, premises_id: int, geom: str) -> float | None:
    """Metres from a visible premises to a point; None where the premises has no place."""
    metres = func.ST_Distance(
        func.geography(Premises.geom), func.geography(func.ST_GeomFromEWKT(geom))
    )
    query = select(metres).where(Premises.id == premises_id, scope.where(Premises.grid_id))
    return session.scalar(query)


def point_of(session: Session, scope: Scope, premises_id: int) -> tuple[float, float] | None:
    """Longitude and latitude of a visible premises."""
    query = select(func.ST_X(Premises.geom), func.ST_Y(Premises.geom))
    query = query.where(Premises.id == premises_id, scope.where(Premises.grid_id))
    row = session.execute(query).one()
    return None if row[0] is None else (row[0], row[1])


def photos(session: Session, scope: Scope, inspection_ids: Sequence[int]) -> list[InspectionPhoto]:
    """Photos of visible inspections, oldest first."""
    query = select(InspectionPhoto).join(Inspection, Inspection.id == InspectionPhoto.inspection_id)
    query = query.where(InspectionPhoto.inspection_id.in_(inspection_ids), seen(scope))
    return list(session.scalars(query.order_by(InspectionPhoto.id)))


def _made(look: Any) -> tuple[Any, ...]:
    return (
        look.id, look.made_at, look.received_at, look.note, look.rectify_by, look.accuracy_m,
        look.distance_m, func.ST_X(look.geom).label("lon"), func.ST_Y(look.geom).label("lat"),
        User.name.label("user"), Staff.name.label("officer"),
    )  # fmt: skip


def of_premises(session: Session, scope: Scope, premises_id: int) -> list[Row[Any]]:
    """Visible inspections of a premises with who made them, the latest first."""
    query = (
        select(*_made(Inspection), Inspection.grid_id)
        .outerjoin(User, User.id == Inspection.user_id)
        .outerjoin(Staff, Staff.id == Inspection.staff_id)
        .where(Inspection.premises_id == premises_id, seen(scope))
        .order_by(Inspection.made_at.desc(), Inspection.id.desc())
    )
    return list(session.execute(query))


def answers(session: Session, scope: Scope, premises_id: int) -> list[Row[Any]]:
    """Answers of the visible inspections of a premises in the order of the checklist."""
    answer, item = InspectionAnswer, ChecklistItem
    query = (
        select(answer.inspection_id, answer.code, answer.answer, answer.note, item.name_zh,
               item.name_en)
        .join(Inspection, Inspection.id == answer.inspection_id)
        .join(item, (item.kind == answer.kind) & (item.code == answer.code))
        .where(Inspection.premises_id == premises_id, seen(scope))
        .order_by(answer.inspection_id, item.sort, answer.code)
    )  # fmt: skip
    return list(session.execute(query))


def findings(session: Session, scope: Scope, premises_id: int) -> list[Row[Any]]:
    """Visible findings of a premises, the latest first."""
    item = ChecklistItem
    query = (
        select(Finding, item.name_zh, item.name_en, Inspection.made_at)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .join(item, (item.kind == Finding.kind) & (item.code == Finding.code))
        .where(Finding.premises_id == premises_id, seen(scope))
        .order_by(Finding.id.desc())
    )
    return list(session.execute(query))


def rechecks(session: Session, scope: Scope, premises_id: int) -> list[Row[Any]]:
    """Re-checks of the visible findings of a premises, oldest first."""
    query = (
        select(*_made(Recheck), Recheck.finding_id, Recheck.inspection_id, Recheck.result)
        .join(Finding, Finding.id == Recheck.finding_id)
        .join(Inspection, Inspection.id == Finding.inspection_id)
        .outerjoin(User, User.id == Recheck.user_id)
        .outerjoin(Staff, Staff.id == Recheck.staff_id)
        .where(Finding.premises_id == premises_id, seen(scope))
        .order_by(Recheck.id)
    )
    return list(session.execute(query))


def made_between(session: Session, scope: Scope, since: datetime, until: datetime) -> Any:
    """How many inspections were made in the grids of a scope, and in how many premises."""
    query = select(
        func.count().label("inspections"),
        func.count(Inspection.premises_id.distinct()).label("premises"),
    ).where(
        Inspection.made_at >= since, Inspection.made_at < until, scope.where(Inspection.grid_id)
    )
    return session.execute(query).one()


def names_of_kinds(session: Session, lang: str) -> dict[str, str]:
    """Code -> name of all kinds of premises."""
    name = PremisesKind.name_zh if lang == "zh" else PremisesKind.name_en
    return {row[0]: row[1] for row in session.execute(select(PremisesKind.code, name))}
