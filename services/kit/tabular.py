"""Registers as files: CSV, Excel and GeoJSON.

CSV is UTF-8 with a byte-order mark, so that a double click opens it right. Codes become words in
the reader's language. A cell that a spreadsheet would take for a formula gets an apostrophe in
front. Column titles, their order and the few words that no dictionary holds are data, in
``columns.json``: {register: {column: [中文, English]}}.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from pydantic_core import to_json
from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from services.errors import BadInput
from services.kit.register import Item, Register

# Making an Excel file takes ten times as long as CSV and holds up the whole process meanwhile.
MAX_ROWS = {"csv": 200_000, "geojson": 200_000, "xlsx": 50_000}
IN_MEMORY = 2_000_000
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FILE = Path(__file__).with_name("columns.json")


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """The titles of all registers, and under ``words`` the values without a dictionary."""
    found: dict[str, dict[str, Any]] = json.loads(_FILE.read_text("utf-8"))
    return found


def check_size(total: int, kind: str) -> int:
    """``total``, unless it is more than one file of that kind may hold: :class:`BadInput`."""
    most = MAX_ROWS[kind]
    if total > most:
        zh = f"结果超过 {most} 行，请缩小范围后再导出。"
        en = f"More than {most} rows; narrow the question and export again."
        if kind == "xlsx":
            zh = f"Excel 文件最多 {most} 行，请缩小范围或导出为 CSV。"
            en = f"An Excel file holds at most {most} rows; narrow the question or take CSV."
        raise BadInput("too_many_rows", zh, en, field="format" if kind == "xlsx" else "place")
    return total


class Sheet:
    """The titles of one register and the words for its codes, in one language."""

    def __init__(self, session: Session, register: Register[Any], lang: str):
        self.at = 0 if lang == "zh" else 1
        self.titles: Mapping[str, list[str]] = catalogue()[register.name]
        self.register = register
        words = {k: {c: v[self.at] for c, v in d.items()} for k, d in catalogue()["words"].items()}
        names = register.dictionaries.items()
        self.words = {
            col: words[source] if source in words else _dictionary(session, source, lang)
            for col, source in names
        }

    def title(self) -> list[str]:
        """The head of the table."""
        return [pair[self.at] for pair in self.titles.values()]

    def called(self, name: str) -> str:
        """The title of a column, also of one that can be asked about and is in no file."""
        pair = self.titles.get(name) or catalogue()["asked"][f"{self.register.name}.{name}"]
        return pair[self.at]

    def cells(self, item: Item) -> list[Any]:
        """The cells of one row, safe for a spreadsheet."""
        lon, lat = item["point"] or (None, None)
        full = {**item, "lon": lon, "lat": lat}
        return [safe(self._word(name, full.get(name))) for name in self.titles]

    def _word(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return ("、" if self.at == 0 else ", ").join(self._part(name, v) for v in value)
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
        words = self.words.get(name)
        if words is None or value is None:
            return value
        return words.get(str(value).lower() if isinstance(value, bool) else str(value), value)

    def _part(self, name: str, value: Any) -> str:
        words = self.words.get(name, {})
        if isinstance(value, dict):
            return f"{value['grid']} {words.get(value['kind'], value['kind'])}"
        return str(words.get(value, value))


def _dictionary(session: Session, source: str, lang: str) -> dict[str, str]:
    """Words of a dictionary, or of a catalogue table that is named by ``source``."""
    word: Any = column("name_zh" if lang == "zh" else "name_en")
    name, _, part = source.partition("/")
    query = select(column("code"), word).select_from(table(name))
    if part:
        query = query.where(column("dictionary") == part)
    query = query.order_by(column("sort"), column("code"))
    return {row[0]: row[1] for row in session.execute(query)}


def safe(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula, without control characters."""
    if not isinstance(value, str):
        return value
    clean = _CONTROL.sub("", value)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def write(sheet: Sheet, rows: Iterable[Item], kind: str) -> IO[bytes]:
    """A temporary file with ``rows``, ready to be read; the caller closes it."""
    writers: dict[str, Callable[[Sheet, Iterable[Item], IO[bytes]], None]]
    writers = {"csv": _csv, "xlsx": _xlsx, "geojson": _geojson}
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on
    try:
        writers[kind](sheet, rows, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _csv(sheet: Sheet, rows: Iterable[Item], file: IO[bytes]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    out = csv.writer(text)
    out.writerow(sheet.title())
    for item in rows:
        out.writerow([_plain(cell) for cell in sheet.cells(item)])
    text.flush()
    text.detach()


def _plain(cell: Any) -> Any:
    return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell


def _xlsx(sheet: Sheet, rows: Iterable[Item], file: IO[bytes]) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.register.name)
    page.freeze_panes = "A2"
    page.append(sheet.title())
    for item in rows:
        # Excel knows no time zones: local time, as in the CSV.
        page.append([_naive(cell) for cell in sheet.cells(item)])
    book.save(file)


def _naive(cell: Any) -> Any:
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _geojson(sheet: Sheet, rows: Iterable[Item], file: IO[bytes]) -> None:
    file.write(b'{"type":"FeatureCollection","features":[')
    for n, item in enumerate(rows):
        point = item.pop("point")
        shape = {"type": "Point", "coordinates": point} if point else None
        feature = {"type": "Feature", "id": item["id"], "geometry": shape, "properties": item}
        file.write((b",\n" if n else b"\n") + to_json(feature))
    file.write(b"\n]}\n")
