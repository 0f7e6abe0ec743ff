"""Templates and sheets of bad rows, as Excel and CSV, in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from services.claims import repository, rights
from services.claims.columns import ADDED, Column, RegisterName, columns
from services.claims.service import bad_rows
from services.kit import tabular
from services.kit.register import Caller

Format = Literal["xlsx", "csv"]
LAST_ROW = 100_001
"""Down to here cells are text and have their lists."""
WORDS = {
    "sheet": ("数据", "Data"),
    "about": ("填写说明", "Explanations"),
    "values": ("可选值", "Values"),
    "column": ("列名", "Column"),
    "meaning": ("说明", "Meaning"),
    **ADDED,
    "pick": ("请从列表中选择。", "Choose from the list."),
}


def template(caller: Caller, register: RegisterName, kind: Format) -> bytes:
    """The headings, an example that no one can mistake, lists to choose from, explanations."""
    if not caller.actor.may(rights.IMPORTS):
        caller.actor.require(rights.CLAIMS)
    chinese = caller.actor.lang == "zh"
    listed = columns(register)
    head = [c.zh if chinese else c.en for c in listed]
    values = _values(caller, register, chinese=chinese)
    example = [
        (c.example if chinese else c.example_en) or next(iter(values.get(c.field, [])), "")
        for c in listed
    ]
    if kind == "csv":
        return _csv([head, example])
    book = Workbook()
    book.remove(book.worksheets[0])
    _data_sheet(book, listed, [head, example], values, chinese=chinese)
    return _saved(book)


def _word(name: str, chinese: bool) -> str:
    return WORDS[name][0 if chinese else 1]


def _values(caller: Caller, register: RegisterName, *, chinese: bool) -> dict[str, list[str]]:
    """Field -> the words to choose from, one for each code."""
    found = repository.list_words(caller.session, register)
    return {field: [pair[0 if chinese else 1] for pair in pairs] for field, pairs in found.items()}


def _data_sheet(
    book: Workbook, listed: Sequence[Column], rows: Sequence[Sequence[str]],
    values: Mapping[str, Sequence[str]], *, chinese: bool,
) -> None:  # fmt: skip
    sheet = book.create_sheet(_word("sheet", chinese))
    about = book.create_sheet(_word("about", chinese))
    choice = book.create_sheet(_word("values", chinese))
    for row in rows:
        sheet.append(list(row))
    sheet.freeze_panes = "A2"
    about.append([_word("column", chinese), _word("meaning", chinese)])
    for n, column in enumerate(listed, 1):
        letter = get_column_letter(n)
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet.column_dimensions[letter].width = 22
        sheet.column_dimensions[letter].number_format = "@"
        for cell in sheet[letter]:
            cell.number_format = "@"  # text: long numbers keep their digits
        about.append([rows[0][n - 1], column.about_zh if chinese else column.about_en])
        if column.field in values:
            _add_list(sheet, choice, letter, rows[0][n - 1], values[column.field], chinese=chinese)
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 22, 70


def _add_list(
    sheet: Any, choice: Any, letter: str, heading: str, words: Sequence[str], *, chinese: bool
) -> None:
    """A drop-down; its words stand in a sheet of their own, because there may be many."""
    column = choice.max_column + 1 if choice["A1"].value else 1
    for n, word in enumerate([heading, *words], 1):
        choice.cell(n, column, word)
    at = get_column_letter(column)
    source = f"{quote_sheetname(choice.title)}!${at}$2:${at}${len(words) + 1}"
    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    rule.error = _word("pick", chinese)
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def sheet_of_bad_rows(caller: Caller, batch_id: int, kind: Format) -> bytes:
    """The bad rows of a file as they were sent, with what is wrong with each in front.

    Under the headings of the file itself; corrected, it can be sent again as it is.
    """
    headings, listed = bad_rows(caller, batch_id)
    chinese = caller.actor.lang == "zh"
    head = [_word("row", chinese), _word("wrong", chinese), *headings]
    rows = [[str(n), "；".join(words), *cells] for n, cells, words in listed]
    safe = [[tabular.safe(cell) for cell in row] for row in [head, *rows]]
    if kind == "csv":
        return _csv(safe)
    book = Workbook(write_only=True)
    page = book.create_sheet(_word("sheet", chinese))
    for row in safe:
        page.append(row)
    return _saved(book)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _saved(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
