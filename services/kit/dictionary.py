"""Looking into the dictionaries 字典."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.kit.models import DictionaryItem


def in_dictionary(session: Session, dictionary: str, code: str) -> bool:
    """Whether ``code`` is in use in a dictionary."""
    item = session.get(DictionaryItem, (dictionary, code))
    return item is not None and item.active


def items(session: Session, dictionary: str) -> list[dict[str, Any]]:
    """What a dictionary offers: ``{code, name, name_en}`` of each item, in its order."""
    item = DictionaryItem
    query = select(item.code, item.name_zh.label("name"), item.name_en)
    query = query.where(item.dictionary == dictionary, item.active)
    rows = session.execute(query.order_by(item.sort, item.code))
    return [dict(row._mapping) for row in rows]
