"""Parameters in the database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.parameters.models import Parameter


def get(session: Session, name: str) -> Parameter | None:
    """A parameter, None until it is set."""
    return session.scalar(select(Parameter).where(Parameter.name == name))


def put_once(session: Session, name: str, value: str, user_id: int | None) -> bool:
    """Set a parameter; False when somebody was faster. Waits for whoever is setting it now."""
    made = insert(Parameter).values(name=name, value=value, set_by=user_id)
    told = made.on_conflict_do_nothing().returning(Parameter.name)
    return session.execute(told).one_or_none() is not None
