"""Changing one field of an entry because the person asked for it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from services.errors import BadInput, Conflict, NotFound
from services.kit.register import Caller
from services.people import repository
from services.people.models import Person
from services.people.names import pinyin

SIMPLE = ("name", "sex", "birth_date", "phone", "address")
SEXES = {"男": "m", "女": "f", "m": "m", "f": "f", "male": "m", "female": "f"}
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}[0-9]")
_RULES = {
    "name": ("姓名须为 1 至 60 个字。", "A name has 1 to 60 characters."),
    "sex": ("性别请写“男”或“女”。", "Write male or female."),
    "birth_date": (
        "出生日期请写成 1980-01-31，且不晚于今天。", "Write the date as 1980-01-31, not in future."
    ),
    "phone": ("电话请写 6 至 20 位数字。", "A phone number has 6 to 20 digits."),
    "address": ("住址不超过 160 个字。", "An address has at most 160 characters."),
}  # fmt: skip


def person(caller: Caller, person_id: int, *, cancelled: bool = False) -> Person:
    """A visible entry; raises :class:`NotFound`, and :class:`Conflict` for a cancelled one."""
    row = repository.person(caller.session, caller.actor, person_id)
    if row is None:
        raise NotFound("person")
    found: Person = row.Person
    if found.status != "active" and not cancelled:
        raise Conflict(
            "cancelled", "已注销的登记不再更正。", "A cancelled entry is not corrected any more."
        )
    return found


def parsed(field: str, said: str) -> Any:
    """The value that ``said`` means for a simple field; raises :class:`BadInput`."""
    value: Any = said
    if field == "sex":
        value = SEXES.get(said.lower())
    elif field == "birth_date":
        value = _day(said)
    elif field == "phone":
        value = re.sub(r"[ -]", "", said) if _PHONE.fullmatch(said) else None
    elif len(said) > {"name": 60, "address": 160}[field] or "\n" in said:
        value = None
    if value is None:
        raise BadInput("said", *_RULES[field], field="said")
    return value


def _day(said: str) -> date | None:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if date(1880, 1, 1) <= day <= date.today() else None


def change(caller: Caller, person_id: int, field: str, said: str) -> None:
    """Put a simple field of a visible active entry; the audit says that it changed."""
    entry, value = person(caller, person_id), parsed(field, said)
    if field == "phone":
        entry.phone_enc, entry.phone_hash = caller.keys.sealed_pair(value)
    else:
        setattr(entry, field, value)
    if field == "name":
        entry.name_pinyin = pinyin(value)
    caller.session.flush()
