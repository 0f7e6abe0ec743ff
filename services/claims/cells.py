"""Cells of a sheet, mended where that is safe, and read as what they stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from services.kit import idnumber

BLANKS = " \t\r\n\x0b\x0c\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]")
_RUN = re.compile(f"[{BLANKS}]+")
# Full-width digits and letters, and the sign before a country code; punctuation stays as written.
_WIDE = {**{w: w - 0xFEE0 for part in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B))
            for w in range(*part)}, 0xFF0B: 0x2B}  # fmt: skip
# Our own sheets put an apostrophe before what a spreadsheet would take for a formula.
_QUOTED = re.compile(r"^'(?=[=+\-@])")
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_DATE = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?"
    r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_PACKED = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"[1-9][0-9]{3,4}(\.0+)?")
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,22}")
_EPOCH = date(1899, 12, 30)
_SAFE_DIGITS = 15
"""So many digits of a number survive in a spreadsheet."""


class BadCell(ValueError):
    """A cell that can not be taken; the code of its message. Never the value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def tidy(value: Any) -> str:
    """The text of a cell without outer and double blanks, invisible and full-width signs."""
    plain = _INVISIBLE.sub("", as_text(value)).translate(_WIDE)
    return _QUOTED.sub("", _RUN.sub(" ", plain).strip())


def as_text(value: Any) -> str:
    """A cell as it reads: a whole number without a decimal point, a day without a time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return str(value)


def words(most: int) -> Any:
    """Reads text of at most ``most`` characters."""

    def read(text: str, _: Any, __: date) -> str:
        if len(text) > most:
            raise BadCell("too_long")
        return text

    return read


def one_of(known: Mapping[str, str]) -> Any:
    """Reads one of some words, in any case; gives its code."""

    def read(text: str, _: Any, __: date) -> str:
        code = known.get(text.lower())
        if code is None:
            raise BadCell("not_in_list")
        return code

    return read


def number(text: str, value: Any, _: date) -> str:
    """Reads an id number as text; what a spreadsheet has rounded is refused.

    Whether it is right depends on the kind of document, which is another cell.
    """
    if isinstance(value, int | float) and not abs(value) < 10**_SAFE_DIGITS:  # or no number
        raise BadCell("id_rounded")
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("id_rounded")
    if len(text) > 40:
        raise BadCell("too_long")
    return idnumber.tidied(text)


def licence(text: str, value: Any, today: date) -> str:
    """Reads a licence number; what a spreadsheet has rounded is refused."""
    try:
        number(text, value, today)
    except BadCell as error:
        raise BadCell("rounded" if error.code == "id_rounded" else error.code) from None
    return text


def phone(text: str, value: Any, _: date) -> str:
    """Reads a telephone number; gives its digits."""
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("rounded")
    if not _PHONE.fullmatch(text):
        raise BadCell("phone")
    return text.replace(" ", "").replace("-", "")


def day(text: str, value: Any, today: date) -> date:
    """Reads a date: a cell of that type, a serial number, or text in the usual ways."""
    found = _day(text, value)
    if found is None:
        raise BadCell("date")
    if not idnumber.OLDEST <= found <= today:
        raise BadCell("date_range")
    return found


def _day(text: str, value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    parts = _DATE.fullmatch(text) or _PACKED.fullmatch(text)
    if parts is not None:
        try:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:
            return None
    if _SERIAL.fullmatch(text):
        return _EPOCH + timedelta(days=int(float(text)))
    return None


def positive(text: str, _: Any, __: date) -> float:
    """Reads a number above zero, up to a million."""
    found = _float(text)
    if not 0 < found <= 1_000_000:
        raise BadCell("not_positive")
    return found


def whole(text: str, _: Any, __: date) -> int:
    """Reads a whole number up to 30,000."""
    found = _float(text)
    if found != int(found) or not 0 <= found <= 30_000:
        raise BadCell("not_whole")
    return int(found)


def _float(text: str) -> float:
    try:
        found = float(text.replace(",", ""))
    except ValueError:
        raise BadCell("not_number") from None
    if not math.isfinite(found):
        raise BadCell("not_number")
    return found


def mended(value: Any, text: str, given: Any) -> str | None:
    """What was put right in a cell, as the code of a message; None where nothing was.

    ``text`` is the tidied text, ``given`` what was read from it.
    """
    raw = as_text(value)
    if raw != text:
        return "mended_wide" if raw.translate(_WIDE) != raw else "mended_blanks"
    if isinstance(given, date) and not isinstance(value, date) and given.isoformat() != text:
        return "mended_date"
    return None
