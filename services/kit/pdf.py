"""Sheets to print: A4 as PDF with a title, facts, tables, and who printed it when in the foot.

The font is embedded with the signs that are used, so a sheet looks the same everywhere. Its file
is given by whoever puts the site together; no sheet without it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from fpdf import FPDF, FontFace
from fpdf.drawing_primitives import DeviceGray
from fpdf.enums import TextMode

from services.errors import Conflict
from services.kit.clock import ZONE
from services.kit.register import Caller

MARGIN, FOOT = 18.0, 20.0  # millimetres
WIDTH = 210 - 2 * MARGIN
FONT, TITLE_PT, SMALL_PT = "sheet", 18, 8
TEXT_PT = {"zh": 10, "en": 9}
RULE, SHADE, QUIET = DeviceGray(0.45), DeviceGray(0.93), DeviceGray(0.4)
Align = Literal["LEFT", "CENTER", "RIGHT"]
Fact = tuple[str, str]
Column = tuple[str, float, Align]
"""Title of a column, its share of the width, and where its cells stand."""
# It would write the signs of a name that the font lacks into the log.
logging.getLogger("fpdf").setLevel(logging.ERROR)


class Sheet:
    """One sheet, filled from the top; the table's head comes again on every page.

    Raises :class:`Conflict` (``no_font``) where the font was not fetched.
    """

    def __init__(self, font: Path, lang: str, title: str, printed_by: str) -> None:
        if not font.is_file():
            zh = "打印用的字体还没有取来，请管理员运行 python -m dashboards.vendor。"
            en = "The font for printing is missing: run python -m dashboards.vendor."
            raise Conflict("no_font", zh, en)
        self._page = _Page(font, lang, printed_by)
        self._page.set_title(title)
        self._page.add_page()
        self._heading(title)

    def _heading(self, title: str) -> None:
        page = self._page
        page.set_font(FONT, size=TITLE_PT)
        # One weight of the font is embedded; an outline makes the title bold.
        with page.local_context(text_mode=TextMode.FILL_STROKE, line_width=0.2):
            page.cell(WIDTH, 12, title, align="C", new_x="LMARGIN", new_y="NEXT")
        page.ln(4)

    def facts(self, facts: Sequence[Fact], wide: Sequence[Fact] = ()) -> None:
        """Names and values in a ruled box, two in a row; those of ``wide`` have a row of their own.

        An odd number of ``facts`` leaves the last value wide.
        """
        left: list[Align] = ["LEFT"] * 4
        with self._table((1, 1.9, 1, 1.9), tuple(left), heads=False) as box:
            rows = [facts[at : at + 2] for at in range(0, len(facts), 2)]
            for some in [*rows, *([one] for one in wide)]:
                row = box.row()
                for name, value in some:
                    row.cell(name, style=FontFace(fill_color=SHADE))
                    row.cell(value, colspan=3 if len(some) == 1 else 1)
        self._page.ln(5)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """A ruled table; rows are kept whole."""
        shares, aligns = tuple(c[1] for c in columns), tuple(c[2] for c in columns)
        with self._table(shares, aligns, heads=True) as grid:
            head = grid.row()
            for title, _, _ in columns:
                head.cell(title, align="CENTER")
            for cells in rows:
                row = grid.row()
                for cell in cells:
                    row.cell("" if cell is None else str(cell))
        self._page.ln(4)

    def words(self, text: str) -> None:
        """A line of small words under a table."""
        self._page.set_font(FONT, size=SMALL_PT)
        with self._page.local_context(text_color=QUIET):
            self._page.multi_cell(WIDTH, 4.5, text, new_x="LMARGIN", new_y="NEXT")

    def done(self) -> bytes:
        """The finished file."""
        return bytes(self._page.output())

    def _table(self, shares: tuple[float, ...], aligns: tuple[Align, ...], *, heads: bool) -> Any:
        page = self._page
        page.set_font(FONT, size=TEXT_PT[page.lang_])
        page.set_draw_color(RULE)
        page.set_line_width(0.2)
        return page.table(
            width=WIDTH, col_widths=shares, text_align=aligns, line_height=5.5, padding=(1.2, 1.6),
            first_row_as_headings=heads, headings_style=FontFace(fill_color=SHADE),
            v_align="MIDDLE",
        )  # fmt: skip


def printed_by(caller: Caller) -> str:
    """Who prints, for the foot: name and account."""
    return f"{caller.actor.name} ({caller.actor.username})"


class _Page(FPDF):
    """A4 upright, with the foot on every page."""

    def __init__(self, font: Path, lang: str, printed_by: str) -> None:
        super().__init__(format="A4")
        self.lang_, now = lang, datetime.now(ZONE)
        at = f"{now:%Y-%m-%d %H:%M}"
        self._told = (
            f"打印人：{printed_by}　打印时间：{at}"
            if lang == "zh"
            else f"Printed by {printed_by}, {at}"
        )
        self.add_font(FONT, fname=font)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, FOOT)
        self.set_creation_date(now)
        self.set_lang("zh-CN" if lang == "zh" else "en")

    def footer(self) -> None:
        """Who printed it when, and the page."""
        self.set_y(-FOOT + 5)
        self.set_draw_color(RULE)
        self.line(MARGIN, self.get_y(), MARGIN + WIDTH, self.get_y())
        self.set_font(FONT, size=SMALL_PT)
        page = self.page_no()
        counted = f"第 {page} 页，共 {{nb}} 页" if self.lang_ == "zh" else f"Page {page} of {{nb}}"
        with self.local_context(text_color=QUIET):
            self.cell(WIDTH * 0.75, 6, self._told)
            self.cell(WIDTH * 0.25, 6, counted, align="R")
