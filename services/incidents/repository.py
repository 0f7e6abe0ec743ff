"""Incidents in the database: every statement carries the caller's scope."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from services.access.scope import Scope
from services.incidents.models import Incident, IncidentAction, IncidentCategory, IncidentPhoto


def get(session: Session, scope: Scope, incident_id: int, *, lock: bool = False) -> Incident | None:
    """One visible incident; locked for a change on demand."""
    seen = scope.where(Incident.grid_id, Incident.reporter_id)
    query = select(Incident).where(Incident.id == incident_id, seen)
    return session.scalar(query.with_for_update() if lock else query)


def get_to_add(
    session: Session, scope: Scope, incident_id: int, reporter_id: int | None
) -> Incident | None:
    """One incident that is visible or that this reporter sent, wherever it lies."""
    mine = and_(Incident.reporter_id == reporter_id, Incident.reporter_id.is_not(None))
    seen = or_(scope.where(Incident.grid_id), mine)
    return session.scalar(select(Incident).where(Incident.id == incident_id, seen))


def by_txn(session: Session, reporter_id: int | None, txn: uuid.UUID) -> Incident | None:
    """The incident that this reporter has already sent under ``txn``."""
    return session.scalar(
        select(Incident).where(Incident.txn == txn, Incident.reporter_id == reporter_id)
    )


def action_by_txn(session: Session, incident_id: int, txn: uuid.UUID) -> IncidentAction | None:
    """The action on that incident sent under ``txn``."""
    return session.scalar(
        select(IncidentAction).where(
            IncidentAction.txn == txn, IncidentAction.incident_id == incident_id
        )
    )


def actions(session: Session, incident: Incident) -> Sequence[IncidentAction]:
    """All actions of an incident, oldest first."""
    query = select(IncidentAction).where(IncidentAction.incident_id == incident.id)
    return session.scalars(query.order_by(IncidentAction.at, IncidentAction.id)).all()


def photos(session: Session, incident: Incident) -> Sequence[IncidentPhoto]:
    """All photos of an incident, oldest first."""
    query = select(IncidentPhoto).where(IncidentPhoto.incident_id == incident.id)
    return session.scalars(query.order_by(IncidentPhoto.id)).all()


def photo(session: Session, incident: Incident, photo_id: int) -> IncidentPhoto | None:
    """One photo of that incident."""
    return session.scalar(
        select(IncidentPhoto).where(
            IncidentPhoto.id == photo_id, IncidentPhoto.incident_id == incident.id
        )
    )


def categories(session: Session) -> Sequence[IncidentCategory]:
    """The table of categories, groups first."""
    query = select(IncidentCategory).order_by(
        IncidentCategory.parent.is_not(None), IncidentCategory.sort, IncidentCategory.code
    )
    return session.scalars(query).all()


def next_id(session: Session) -> int:
    """The next incident id: it is part of the number that people see."""
    statement = text("SELECT nextval(pg_get_serial_sequence('incident', 'id'))")
    return int(session.execute(statement).scalar_one())


def point(session: Session, incident: Incident) -> tuple[float, float] | None:
    """Longitude and latitude of an incident."""
    row = session.execute(
        select(func.ST_X(Incident.geom), func.ST_Y(Incident.geom)).where(Incident.id == incident.id)
    ).one()
    return None if row[0] is None else (row[0], row[1])
