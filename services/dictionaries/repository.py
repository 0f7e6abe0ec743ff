"""The entries of dictionaries in the database; they belong to no grid."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from services.kit.models import DictionaryItem


def counts(session: Session) -> list[Row[Any]]:
    """(dictionary, entries, entries in use) of every dictionary."""
    item = DictionaryItem
    offered = func.count().filter(item.active)
    query = select(item.dictionary, func.count().label("items"), offered.label("active"))
    return list(session.execute(query.group_by(item.dictionary)))


def entries(session: Session, dictionary: str) -> list[DictionaryItem]:
    """All entries of a dictionary in their order, as they are stored now."""
    item = DictionaryItem
    query = select(item).where(item.dictionary == dictionary).order_by(item.sort, item.code)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def lock(session: Session, dictionary: str) -> None:
    """Wait until nobody else changes this dictionary, new entries included."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('dictionary'), hashtext(:name))"),
        {"name": dictionary},
    )
