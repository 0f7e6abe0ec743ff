"""Plain words, in both languages, for what is wrong with a file of a department."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from services.errors import BadInput
from services.imports.schemas import Problem


@cache
def catalogue() -> dict[str, list[str]]:
    """Code -> reason in Chinese and English, cure in Chinese and English."""
    text = (files("services.claims") / "messages.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


def problem(row: int, column: str, code: str, **values: object) -> Problem:
    """One fault in words."""
    zh, en, cure_zh, cure_en = (text.format(**values) for text in catalogue()[code])
    return Problem(
        row=row, column=column, code=code, reason_zh=zh, reason_en=en, cure_zh=cure_zh,
        cure_en=cure_en,
    )  # fmt: skip


def refuse(code: str, *, field: str = "file", **values: object) -> BadInput:
    """The error for a file that can not be used at all."""
    zh, en, cure_zh, cure_en = (text.format(**values) for text in catalogue()[code])
    return BadInput(code, zh + cure_zh, f"{en} {cure_en}", field=field)
