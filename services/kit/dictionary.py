"""Looking into the dictionaries 字典."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.kit.models import DictionaryItem


def in_dictionary(session: Session, dictionary: str, code: str) -> bool:
    """Whether ``code`` is in use in a dictionary."""
    item = session.get(DictionaryItem, (dictionary, code))
    return item is not None and item.active
