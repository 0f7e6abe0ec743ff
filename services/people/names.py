"""Names of people as they are looked for, and what somebody typed as the index knows it."""

from __future__ import annotations

import re

import pypinyin

LONGEST = 120


def pinyin(name: str) -> str:
    """``zhang san`` for 张三; signs that are no Chinese stay as they are."""
    return " ".join(pypinyin.lazy_pinyin(name)).lower()[:LONGEST]


def by_name(typed: str) -> str:
    """The text-search query for a part of a name: signs, pinyin or initials from any place on."""
    plain = typed.strip().lower()
    joined = re.sub(r"[\s'-]", "", plain)
    if not joined or not plain.isascii():
        return f"{_word('n', plain or ' ')}:*"
    return f"{_word('n', plain)}:* | {_word('n', joined)}:* | {_word('i', joined)}:*"


def by_address(typed: str) -> str | None:
    """The query for a part of an address, by all its pairs of signs; None when it is one sign.

    The pairs may stand apart in an address: what is found is still to be compared.
    """
    plain = typed.strip().lower()
    pairs = dict.fromkeys(plain[i : i + 2] for i in range(len(plain) - 1))
    return " & ".join(_word("a", pair) for pair in pairs) or None


def _word(kind: str, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{kind}{escaped}'"
