"""A department's file, Excel or CSV, row after row: only a few rows are ever in memory."""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from services.claims.columns import RegisterName, known
from services.claims.messages import refuse
from services.errors import BadInput

Cells = tuple[Any, ...]
Rows = Iterator[tuple[int, Cells]]
MAX_ROWS = 200_000
MAX_UNPACKED = 1_000_000_000
MAX_PARTS = 2_000
MAX_COLUMNS = 400
LOOK_FOR_HEADING = 10
"""A title, even a merged one, may stand above the headings: so many rows are looked at."""
_BLOCK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row[ >]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Za-z0-9:$]{2,40})"')


@contextmanager
def opened(path: Path, register: RegisterName) -> Iterator[tuple[Cells, Rows]]:
    """The headings, and an iterator of (row as the sender counts, cells).

    Raises :class:`BadInput` for a file that can not be used; the iterator does as well.
    """
    packed = zipfile.is_zipfile(path)
    with _sheet(path) if packed else _text(path) as rows:
        heading, cells, after = _heading(rows, register)
        if packed:
            _check_merged(path, heading)
        yield cells, _bounded(after)


def estimate(path: Path) -> int:
    """About how many rows a file has, without reading them: lines, or rows of the sheet's part."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))
    with zipfile.ZipFile(path) as packed, packed.open(_part(path)) as part:
        return sum(len(_ROW.findall(block)) for block in iter(lambda: part.read(_BLOCK), b""))


def _part(path: Path) -> str:
    """The name of the first sheet's part in an Excel file."""
    with path.open("rb") as file:
        sheet: Any = load_workbook(file, read_only=True).worksheets[0]
        name: str = sheet._worksheet_path
    return name


def _heading(rows: Rows, register: RegisterName) -> tuple[int, Cells, Rows]:
    """Number and cells of the heading, and what follows it.

    It is the first row with two headings of the register; else the one with most of them among
    the first rows, the first that is not empty where there are none.
    """
    kept: list[tuple[int, Cells]] = []
    for number, cells in rows:
        kept.append((number, cells))
        if known(register, cells) >= 2 or number >= LOOK_FOR_HEADING:
            break
    filled = [row for row in kept if any(c not in (None, "") for c in row[1])]
    if not filled:
        raise refuse("empty")
    heading = max(filled, key=lambda row: known(register, row[1]))
    after = [row for row in kept if row[0] > heading[0]]
    return *heading, chain(after, rows)


def _bounded(rows: Rows) -> Rows:
    count = 0
    for number, cells in rows:
        if all(c is None or c == "" for c in cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise refuse("too_many_rows", most=MAX_ROWS)
        yield number, cells


@contextmanager
def _sheet(path: Path) -> Iterator[Rows]:
    _check_size(path)
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True)
        except Exception:  # whatever a spoilt file makes a parser say
            raise refuse("broken_file") from None
        if not book.worksheets:
            raise refuse("empty")
        yield _sheet_rows(book.worksheets[0])


def _sheet_rows(sheet: Any) -> Rows:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=None), 1):
            yield number, tuple(cells[:MAX_COLUMNS])
    except BadInput:
        raise
    except Exception:
        raise refuse("broken_file") from None


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise refuse("broken_file") from None
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refuse("unpacked")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise refuse("format")


def _check_merged(path: Path, heading: int) -> None:
    """Refuse merged cells from the headings down; they stand at the end of the sheet's part."""
    ranges: list[str] = []
    with zipfile.ZipFile(path) as packed, packed.open(_part(path)) as part:
        rest = b""
        while block := part.read(_BLOCK):
            text = rest + block
            found = list(_MERGED.finditer(text))
            ranges += [match[1].decode() for match in found]
            rest = text[max(found[-1].end() if found else 0, len(text) - 200) :]
    below = [r for r in ranges if (range_boundaries(r)[3] or heading) >= heading]
    if below:
        listed = ", ".join(below[:5]) + ("..." if len(below) > 5 else "")
        raise refuse("merged", ranges=listed)


@contextmanager
def _text(path: Path) -> Iterator[Rows]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(100_000)
        file.seek(0)
        delimiter = max(",\t;", key=first.count)
        yield _text_rows(csv.reader(_lines(file), delimiter=delimiter))


def _lines(file: Any) -> Iterator[str]:
    while line := file.readline(1_000_000):
        yield line.replace("\x00", "")


def _text_rows(reader: Any) -> Rows:
    try:
        for number, cells in enumerate(reader, 1):
            yield number, tuple(cells[:MAX_COLUMNS])
    except csv.Error:
        raise refuse("broken_file") from None


def _encoding(path: Path) -> str:
    """UTF-8 or GB18030, whichever the whole file is."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise refuse("format")  # the Excel of before 2007
    for name in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)("strict")
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return "utf-8-sig" if name == "utf-8" else name
    raise refuse("encoding")
