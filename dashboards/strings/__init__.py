"""The one catalogue of what people read: ``*.json`` beside this file, {"key": ["中文", "English"]}.

Chinese is the default, English the switch. Keys are dotted, the first part names the page or the
module that owns the file ("map.scale", "wall.title"); a key may occur in one file only.
Placeholders are those of :meth:`str.format`: "{n} 户".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

LANGS = ("zh", "en")
_FOLDER = Path(__file__).resolve().parent


class StringError(LookupError):
    """A key, a language or a file of the catalogue is wrong; the message names it."""


@cache
def _all() -> Mapping[str, tuple[str, str]]:
    """Read every file once. Raises StringError for a key of the wrong shape or given twice."""
    found: dict[str, tuple[str, str]] = {}
    for file in sorted(_FOLDER.glob("*.json")):
        for key, pair in json.loads(file.read_text("utf-8")).items():
            good = isinstance(pair, list) and len(pair) == 2
            if not good or not all(isinstance(text, str) and text for text in pair):
                raise StringError(f'{file.name}: "{key}" must be ["中文", "English"]')
            if key in found:
                raise StringError(f'{file.name}: "{key}" is in another file already')
            found[key] = (pair[0], pair[1])
    return MappingProxyType(found)


def t(key: str, lang: str = "zh", **values: object) -> str:
    """Return the text of ``key`` in ``lang`` ('zh' or 'en'), its placeholders filled.

    Raises StringError when the key, the language or a placeholder's value is missing.
    """
    try:
        text = _all()[key][_index(lang)]
    except KeyError:
        raise StringError(f'no text for "{key}" in dashboards/strings') from None
    if not values:
        return text
    try:
        return text.format(**values)
    except (KeyError, IndexError) as error:
        raise StringError(f'"{key}" needs a value for {error}') from None


def catalogue(lang: str = "zh", prefix: str = "") -> dict[str, str]:
    """Return {key: text} of every key that starts with ``prefix``, for use in the browser."""
    index = _index(lang)
    return {key: pair[index] for key, pair in _all().items() if key.startswith(prefix)}


def _index(lang: str) -> int:
    try:
        return LANGS.index(lang)
    except ValueError:
        raise StringError(f'no language "{lang}": use one of {", ".join(LANGS)}') from None
