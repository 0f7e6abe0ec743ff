"""The columns of a department's file: known headings and their synonyms, checked before any row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from services.claims.cells import tidy
from services.claims.messages import problem, refuse
from services.db.reference import read
from services.errors import BadInput
from services.imports.schemas import Problem

RegisterName = Literal["people", "premises"]
# At least one of these columns has to be there.
NEEDED = {"people": ("name", "id_number"), "premises": ("name",)}
MOST_HEADINGS = 200
# What the sheet of bad rows puts in front, so that it can be sent again as it is.
ADDED = {"row": ("原行号", "Row"), "wrong": ("问题和改法", "What is wrong, and the cure")}


@dataclass(frozen=True)
class Column:
    """A column of a register: its field, headings in both languages, explanation, example."""

    field: str
    zh: str
    en: str
    names: frozenset[str]
    about_zh: str
    about_en: str
    example: str
    example_en: str


@cache
def columns(register: RegisterName) -> tuple[Column, ...]:
    """The columns of a register, in the order of the template."""
    found = []
    for row in read("import_columns"):
        if row["register"] != register:
            continue
        names = [row["field"], row["zh"], row["en"], *row["synonyms"].split(";")]
        found.append(
            Column(
                row["field"], row["zh"], row["en"], frozenset(plain(n) for n in names if n),
                row["about_zh"], row["about_en"], row["example"], row["example_en"],
            )
        )  # fmt: skip
    return tuple(found)


def plain(heading: object) -> str:
    """A heading as it is compared: without blanks, marks and what stands in brackets, small."""
    text = re.sub(r"[（(\[【].*?[）)\]】]", "", tidy(heading)) or tidy(heading)
    return re.sub(r"[\s*＊:：_.\-]", "", text).lower()


OURS = frozenset(plain(word) for words in ADDED.values() for word in words)


def known(register: RegisterName, cells: Sequence[object]) -> int:
    """How many of ``cells`` are headings of the register: tells the row of the headings."""
    names = frozenset().union(*(c.names for c in columns(register)))
    return sum(plain(cell) in names for cell in cells if cell is not None)


def bind(
    register: RegisterName,
    headings: Sequence[object],
    mapping: dict[str, str],
    *,
    ignore_unknown: bool,
) -> dict[str, int]:
    """Field -> number of its column.

    ``mapping`` names a field's column where its heading is of nobody's list. Raises
    :class:`BadInput` that lists every unknown, missing and double heading with the cure.
    """
    cells = [tidy(h)[:60] for h in headings[:MOST_HEADINGS]]
    by_name = {name: c.field for c in columns(register) for name in c.names}
    faults: list[Problem] = []
    at: dict[str, int] = {}
    given = _mapped(register, cells, mapping, faults)
    for n, cell in enumerate(cells):
        field = given.get(n) or (None if n in given else by_name.get(plain(cell)))
        if not cell or plain(cell) in OURS or (field is None and ignore_unknown):
            continue
        if field is None:
            faults.append(_told(register, "heading_unknown", cell))
        elif field in mapping and n not in given:
            continue  # the caller has named another column
        elif field in at:
            faults.append(_told(register, "heading_double", cell))
        else:
            at[field] = n
    needed = NEEDED[register]
    if not any(field in at for field in needed):
        heading = next(c for c in columns(register) if c.field == needed[0])
        faults.append(_told(register, "heading_missing", heading.zh, heading.en))
    if faults:
        raise _refused(faults)
    return at


def _mapped(
    register: RegisterName, cells: list[str], mapping: dict[str, str], faults: list[Problem]
) -> dict[int, str]:
    fields = {c.field for c in columns(register)}
    found: dict[int, str] = {}
    for field, name in mapping.items():
        if field not in fields:
            told = {"heading": field, "heading_en": field}
            names = ", ".join(sorted(fields))
            raise refuse("no_field", field="mapping", **told, known=names, known_en=names)
        places = [n for n, cell in enumerate(cells) if plain(cell) == plain(name)]
        if not places:
            faults.append(_told(register, "no_mapped_column", name[:60]))
        found |= dict.fromkeys(places[:1], field)
    return found


def _told(register: RegisterName, code: str, heading: str, english: str = "") -> Problem:
    zh, en = ([getattr(c, lang) for c in columns(register)] for lang in ("zh", "en"))
    told = {"heading": heading, "heading_en": english or heading}
    return problem(0, heading, code, **told, known="、".join(zh), known_en=", ".join(en))


def _refused(faults: list[Problem]) -> BadInput:
    zh = "".join(f.reason_zh + f.cure_zh for f in faults[:3])
    en = " ".join(f"{f.reason_en} {f.cure_en}" for f in faults[:3])
    told = [f.model_dump() for f in faults]
    return BadInput("headings", zh, en, field="file", problems=told)
