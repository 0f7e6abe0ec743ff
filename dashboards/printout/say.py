"""How the printout says things: texts, names of codes, days, tables. Every value is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.strings import t

BEIJING = ZoneInfo("Asia/Shanghai")
Held = Mapping[str, Any]


@dataclass(frozen=True)
class Say:
    """Texts in one language, and names of codes by the dictionaries of what is printed."""

    lang: str
    words: Mapping[str, Mapping[str, tuple[str, str]]] | None = None
    page: str = "printout"
    demo: bool = False

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``<page>.<key>``, ready for HTML."""
        return escape(t(f"{self.page}.{key}", self.lang, **values))

    def word(self, dictionary: str, code: object) -> str:
        """The name of a code; the code itself where the dictionary lacks it."""
        pair = (self.words or {}).get(dictionary, {}).get(str(code))
        return escape(pair[self.lang == "en"] if pair else str(code))

    def two(self, one: Held) -> str:
        """The name of a row that has it in both languages."""
        return escape(one["name_en"] if self.lang == "en" else one["name_zh"])


def say_list(say: Say, words: Sequence[str]) -> str:
    """Words one after the other."""
    return ("、" if say.lang == "zh" else ", ").join(words)


def day(value: date | None) -> str:
    """A day as it is printed; empty for none."""
    return "" if value is None else value.isoformat()


def clock(moment: datetime) -> str:
    """A moment to the minute, in Beijing."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def table(say: Say, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with the titles of ``columns``."""
    head = "".join(f"<th>{say(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
