"""What may stand in an import file: the fields of each kind, their types and limits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gis.io import RowError, Source
from services.imports.messages import refuse

Kind = Literal["grids", "buildings", "premises"]
Cell = str | int | float | None
Parse = Callable[[str], Cell]

_PLACE = re.compile(r"\{([^{}]*)\}")


class BadCell(ValueError):
    """A cell that can not be taken: code of the message and its values."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}


def words(most: int) -> Parse:
    """Text of at most ``most`` characters."""

    def parse(cell: str) -> Cell:
        if len(cell) > most:
            raise BadCell("too_long", most=most, found=len(cell))
        if "\x00" in cell:
            raise BadCell("bad_character")
        return cell

    return parse


def whole(least: int, most: int) -> Parse:
    """A whole number between two limits; ``3.0`` is taken as 3."""

    def parse(cell: str) -> Cell:
        number = _number(cell)
        if number != int(number):
            raise BadCell("not_whole")
        if not least <= number <= most:
            raise BadCell("out_of_range", least=least, most=most)
        return int(number)

    return parse


def positive(cell: str) -> Cell:
    """A number above zero."""
    number = _number(cell)
    if not number > 0:
        raise BadCell("not_positive")
    return number


def one_of(*values: str) -> Parse:
    """One of a closed list."""

    def parse(cell: str) -> Cell:
        if cell not in values:
            raise BadCell("not_in_list", list=", ".join(values))
        return cell

    return parse


def _number(cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        raise BadCell("not_number", value=cell[:40]) from None
    if not math.isfinite(number):
        raise BadCell("not_number", value=cell[:40])
    return number


@dataclass(frozen=True)
class Field:
    """One field: its name, how a cell is read, and what an empty cell or absent column means."""

    name: str
    parse: Parse
    required: bool = False
    default: Cell = None


FIELDS: dict[Kind, tuple[Field, ...]] = {
    "grids": (
        Field("code", words(20), required=True),
        Field("name", words(60), required=True),
        Field("level", whole(1, 5)),
        Field("parent", words(20)),
        Field("kind", one_of("residential", "unit"), default="residential"),
        Field("serial", whole(0, 999)),
        Field("sort", whole(0, 2_000_000_000), default=0),
        Field("basics", words(2000)),
    ),
    "buildings": (
        Field("code", words(30), required=True),
        Field("name", words(80), required=True),
        Field("address", words(120), default=""),
        Field(
            "use",
            one_of("residential", "mixed", "public", "commercial", "industrial", "farm"),
            default="residential",
        ),
        Field("floors", whole(1, 200), default=1),
        Field("units", whole(1, 100), default=1),
        Field("height_m", positive),
    ),
    "premises": (
        Field("licence", words(40), required=True),
        Field("name", words(80), required=True),
        Field("kind", words(20), required=True),
        Field("in_charge", words(60)),
        Field("phone", words(30)),
        Field("address", words(160), default=""),
        Field("floor_area_m2", positive),
        Field("employees", whole(0, 30_000)),
        Field("attention", whole(1, 3), default=1),
        Field("grid", words(20)),
        Field("no_place_reason", words(40)),
    ),
}


def pairs(given: list[str] | None) -> dict[str, str]:
    """``["a=b,c=d", "e=f"]`` as a mapping; raises BadInput for anything else."""
    found: dict[str, str] = {}
    for text in ",".join(given or []).split(","):
        if not text.strip():
            continue
        name, equals, value = text.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise refuse("bad_mapping", field="mapping", text=text)
        found[name.strip()] = value.strip()
    return found


def bind(
    source: Source, kind: Kind, mapping: dict[str, str], constants: dict[str, str]
) -> tuple[dict[str, list[Cell]], list[RowError]]:
    """Read every field of every row.

    ``mapping`` names for a field the column of the file, or a template such as
    ``{block}-{lot}``; a field that is not named is taken from the column of the same name, if
    there is one. ``constants`` gives all rows the same value.

    Returns the values by field, and one error for each cell that can not be taken (its value is
    then None). Raises BadInput for a field or column that does not exist and for a required
    field that nothing fills.
    """
    fields = {field.name: field for field in FIELDS[kind]}
    for name in (*mapping, *constants):
        if name not in fields:
            raise refuse("no_field", field="mapping", name=name, fields=", ".join(fields))
    values: dict[str, list[Cell]] = {}
    errors: list[RowError] = []
    for field in fields.values():
        cells, column = _cells(source, field, mapping, constants)
        values[field.name] = _read(source, field, cells, column, errors)
    return values, errors


def _cells(
    source: Source, field: Field, mapping: dict[str, str], constants: dict[str, str]
) -> tuple[list[str], str]:
    """The texts of one field, and the column to name in messages."""
    if field.name in constants:
        return [constants[field.name].strip()] * len(source), field.name
    given = mapping.get(field.name)
    if given is None:
        same = next((name for name in source.columns if name.lower() == field.name), None)
        if same is None and field.required:
            columns = ", ".join(source.columns)
            raise refuse("no_column", field=field.name, name=field.name, columns=columns)
        return (source.columns[same] if same else [""] * len(source)), same or field.name
    parts = _PLACE.findall(given) if "{" in given else [given]
    for part in parts:
        if part not in source.columns:
            columns = ", ".join(source.columns)
            raise refuse("no_mapped_column", field=field.name, name=part, columns=columns)
    if "{" not in given:
        return source.columns[given], given
    texts = _PLACE.split(given)[::2]
    rows = zip(*(source.columns[part] for part in parts), strict=True)
    return [_filled(texts, row) for row in rows], given


def _filled(texts: list[str], cells: tuple[str, ...]) -> str:
    """A template's fixed texts with the row's cells between them; "" when a cell is empty."""
    if not all(cells):
        return ""
    return texts[0] + "".join(c + t for c, t in zip(cells, texts[1:], strict=True))


def _read(
    source: Source, field: Field, cells: list[str], column: str, errors: list[RowError]
) -> list[Cell]:
    values: list[Cell] = []
    for row, cell in zip(source.rows, cells, strict=True):
        value: Cell = None
        try:
            if cell:
                value = field.parse(cell)
            elif field.required:
                raise BadCell("empty_cell")
            else:
                value = field.default
        except BadCell as bad:
            errors.append(RowError(row, column, bad.code, bad.values))
        values.append(value)
    return values
