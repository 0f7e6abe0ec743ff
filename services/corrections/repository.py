"""Correction requests in the database; every statement carries the caller's scope."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from services.access.actor import Actor
from services.access.models import User
from services.access.scope import visible_grids
from services.corrections.models import CorrectionRequest
from services.grids.models import Grid
from services.people.models import Person

MOST = 200


def _listed(actor: Actor, *clauses: ColumnElement[bool]) -> Any:
    receiver, decider = aliased(User), aliased(User)
    return (
        select(
            CorrectionRequest,
            Person.name.label("person"),
            Person.grid_id,
            Grid.name.label("grid"),
            receiver.name.label("receiver"),
            decider.name.label("decider"),
        )
        .join(Person, Person.id == CorrectionRequest.person_id)
        .join(Grid, Grid.id == Person.grid_id)
        .join(receiver, receiver.id == CorrectionRequest.received_by)
        .outerjoin(decider, decider.id == CorrectionRequest.decided_by)
        .where(visible_grids(actor).where(Person.grid_id), *clauses)
    )


def open_ones(session: Session, actor: Actor) -> tuple[int, list[Row[Any]]]:
    """How many open requests there are in the scope; the oldest of them."""
    total = (
        select(func.count())
        .select_from(CorrectionRequest)
        .join(Person, Person.id == CorrectionRequest.person_id)
        .where(visible_grids(actor).where(Person.grid_id), CorrectionRequest.state == "open")
    )
    query = _listed(actor, CorrectionRequest.state == "open").order_by(CorrectionRequest.id)
    return session.scalar(total) or 0, list(session.execute(query.limit(MOST)))


def of_person(session: Session, actor: Actor, person_id: int) -> list[Row[Any]]:
    """All requests of a visible person, the latest first."""
    query = _listed(actor, CorrectionRequest.person_id == person_id)
    return list(session.execute(query.order_by(CorrectionRequest.id.desc()).limit(MOST)))


def locked(session: Session, actor: Actor, request_id: int) -> CorrectionRequest | None:
    """A visible request, held until the transaction ends."""
    query = (
        select(CorrectionRequest)
        .join(Person, Person.id == CorrectionRequest.person_id)
        .where(CorrectionRequest.id == request_id, visible_grids(actor).where(Person.grid_id))
        .with_for_update(of=CorrectionRequest)
    )
    return session.scalars(query).one_or_none()
