"""The citizen's id number 公民身份号码 (GB 11643-1999): what is wrong with one, what it tells.

Eighteen signs: six of the native place (GB/T 2260), eight of the birth date, three of a serial
(odd for men), and a check sign (ISO 7064 MOD 11-2). The area code is not compared with a list:
codes of places that were renamed or dissolved stay in force for those who were born there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.errors import BadInput

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FORM = re.compile(r"[0-9]{17}[0-9X]")
OLDEST = date(1880, 1, 1)


@dataclass(frozen=True)
class IdNumber:
    """A right number, and what follows from it."""

    text: str
    area: str
    birth_date: date
    sex: str


def check_sign(first: str) -> str:
    """The last sign that belongs to the 17 digits ``first``."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first, _WEIGHTS, strict=True)) % 11]


def tidied(text: str) -> str:
    """As it was meant: no blanks and dashes, full-width signs made plain, the X large."""
    return re.sub(r"[\s\-'’]", "", unicodedata.normalize("NFKC", text)).upper()


def parse(text: str, today: date, field: str = "id_number") -> IdNumber:
    """Read a number as somebody typed it.

    Raises :class:`BadInput` on ``field`` that says what is wrong: the length, a sign, a number
    that a spreadsheet has rounded, the check sign, the date.
    """
    number = tidied(text)
    if len(number) != 18:
        raise _wrong(
            "id_length", f"身份证号应为 18 位，现在是 {len(number)} 位。",
            f"An id number has 18 signs; this one has {len(number)}.", field,
        )  # fmt: skip
    if not _FORM.fullmatch(number):
        raise _wrong(
            "id_signs", "前 17 位应全是数字，最后一位是数字或 X。",
            "The first 17 signs are digits, the last is a digit or X.", field,
        )  # fmt: skip
    if number[17] != check_sign(number[:17]):
        if number.endswith("000"):
            raise _wrong(
                "id_rounded", "末三位是 000 且校验不符：多半是 Excel 把长数字改成了科学计数。"
                "请把该列设为“文本”后重新录入。",
                "It ends in 000 with a wrong check sign: a spreadsheet has probably rounded it. "
                "Format the column as text and enter it again.", field,
            )  # fmt: skip
        raise _wrong(
            "id_check", "校验位不符，请核对有没有抄错或颠倒的数字。",
            "The check sign is wrong: look for a wrong or swapped digit.", field,
        )  # fmt: skip
    return IdNumber(number, number[:6], _born(number, today, field), "fm"[int(number[16]) % 2])


def _born(number: str, today: date, field: str) -> date:
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        day = None
    if day is None or not OLDEST <= day <= today:
        raise _wrong(
            "id_date", "第 7 至 14 位不是有效的出生日期。",
            "Signs 7 to 14 are not a possible birth date.", field,
        )  # fmt: skip
    return day


def _wrong(code: str, zh: str, en: str, field: str) -> BadInput:
    return BadInput(code, zh, en, field=field)
