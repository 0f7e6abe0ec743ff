"""Plain words, in both languages, for everything that can be wrong with a file."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

from gis.io import FileError, RowError
from services.errors import BadInput
from services.imports.schemas import Problem


@lru_cache(maxsize=1)
def catalogue() -> dict[str, list[str]]:
    """Code -> reason in Chinese and English, cure in Chinese and English."""
    text = (files("services.imports") / "messages.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


def problem(error: RowError) -> Problem:
    """The fault of one row in words."""
    texts = [text.format(**error.values) for text in catalogue()[error.code]]
    return Problem(
        row=error.row,
        column=error.column,
        code=error.code,
        reason_zh=texts[0],
        reason_en=texts[1],
        cure_zh=texts[2],
        cure_en=texts[3],
    )


def refuse(fault: str, *, field: str = "file", **values: object) -> BadInput:
    """The error for a file, or an instruction about it, that can not be used at all."""
    texts = [text.format(**values) for text in catalogue()[fault]]
    return BadInput(fault, texts[0] + texts[2], f"{texts[1]} {texts[3]}", field=field)


def refuse_file(error: FileError) -> BadInput:
    """The same for what :mod:`gis.io` found."""
    field = "crs" if error.code.startswith("crs_") else "file"
    return refuse(error.code, field=field, **error.values)
