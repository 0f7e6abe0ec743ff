"""The monthly report of a grid 月报 (O4): inspections, findings, orders, and what was rectified.

All is told as it was at the end of the month, or is now in the month that is running; looks belong
to the grid in which they were made.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import TextClause, text

from services.access.scope import visible_grids
from services.db import hook
from services.errors import BadInput
from services.grids import service as grids
from services.inspections import repository
from services.kit.clock import ZONE
from services.kit.pdf import Column, Sheet, printed_by
from services.kit.place import grid_scope
from services.kit.register import Caller

Report = dict[str, Any]
COUNTS = ("found", "rectified", "open", "overdue", "refused")
WORDS = {
    "zh": {
        "title": "场所检查月报", "grid": "网格", "month": "月份", "as_of": "统计截至",
        "inspections": "检查次数", "premises": "检查场所数", "found": "本月发现隐患",
        "rectified": "其中已整改", "share": "整改率", "open": "未整改", "overdue": "逾期未整改",
        "refused": "拒不整改", "kind": "场所类别", "severity": "隐患等级", "total": "合计",
        1: "一般", 2: "较大", 3: "严重",
    },
    "en": {
        "title": "Monthly report of inspections", "grid": "Grid", "month": "Month",
        "as_of": "As of", "inspections": "Inspections", "premises": "Premises inspected",
        "found": "Found this month", "rectified": "Of these rectified", "share": "Share rectified",
        "open": "Open", "overdue": "Overdue", "refused": "Refused", "kind": "Kind of premises",
        "severity": "Severity", "total": "Total", 1: "General", 2: "Medium", 3: "Serious",
    },
}  # fmt: skip


@cache
def _sql() -> TextClause:
    return text((files("services.inspections") / "sql" / "report.sql").read_text("utf-8"))


def of(caller: Caller, grid_id: int, month: date, now: datetime | None = None) -> Report:
    """The report of a visible grid, with all below it, for the month that ``month`` lies in.

    Raises :class:`NotFound` for a grid out of sight, :class:`BadInput` for a month to come.
    """
    caller.actor.require("premises.read")
    caller.actor.require("stats.read")
    since = datetime(month.year, month.month, 1, tzinfo=ZONE)
    following = since.replace(year=since.year + since.month // 12, month=since.month % 12 + 1)
    now = now or datetime.now(UTC)
    if since > now:
        raise BadInput("month", "这个月还没有到。", "This month is still to come.", field="month")
    until = min(following, now)
    scope = grid_scope(caller.session, visible_grids(caller.actor), grid_id)
    made = repository.made_between(caller.session, scope, since, until)
    day = until.astimezone(ZONE).date()
    asked = {"since": since, "until": until, "day": day, **scope.params()}
    rows = [dict(row._mapping) for row in caller.session.execute(_sql(), asked)]
    total = {name: sum(row[name] for row in rows) for name in COUNTS}
    return {
        "grid": grids.get(caller.session, caller.actor, grid_id),
        "month": f"{since:%Y-%m}",
        "as_of": until,
        "inspections": made.inspections,
        "premises": made.premises,
        **total,
        "rectified_share": round(total["rectified"] / total["found"], 4)
        if total["found"]
        else None,
        "by_kind": rows,
    }


def excel(caller: Caller, grid_id: int, month: date) -> bytes:
    """The same as an Excel file; that it was taken out is recorded."""
    told, words, rows = _taken_out(caller, grid_id, month)
    book = Workbook(write_only=True)
    page = book.create_sheet(words["title"])
    page.append([words["title"]])
    # Excel knows no time zones: local time.
    as_of = told["as_of"].astimezone(ZONE).replace(tzinfo=None)
    head = [("grid", told["grid"]["name"]), ("month", told["month"]), ("as_of", as_of)]
    head += [(name, told[name]) for name in ("inspections", "premises", *COUNTS)]
    for name, value in [*head, ("share", told["rectified_share"])]:
        page.append([words[name], value])
    page.append([])
    page.append([words[name] for name in ("kind", "severity", *COUNTS)])
    for row in rows:
        page.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(caller: Caller, grid_id: int, month: date, font: Path) -> bytes:
    """The same as a PDF to print; that it was taken out is recorded."""
    told, words, rows = _taken_out(caller, grid_id, month)
    lang = "zh" if caller.actor.lang == "zh" else "en"
    share = told["rectified_share"]
    sheet = Sheet(font, lang, words["title"], printed_by(caller))
    sheet.facts(
        [
            (words["grid"], told["grid"]["name"]), (words["month"], told["month"]),
            *((words[name], str(told[name])) for name in ("inspections", "premises", *COUNTS)),
            (words["share"], "—" if share is None else f"{share:.1%}"),
        ],
        [(words["as_of"], f"{told['as_of'].astimezone(ZONE):%Y-%m-%d %H:%M}")],
    )  # fmt: skip
    columns: list[Column] = [(words["kind"], 2.2, "LEFT"), (words["severity"], 1.2, "CENTER")]
    sheet.table([*columns, *((words[name], 1.7, "RIGHT") for name in COUNTS)], rows)
    return sheet.done()


def _taken_out(
    caller: Caller, grid_id: int, month: date
) -> tuple[Report, dict[Any, str], list[list[Any]]]:
    """The report, its words, and the rows of its table with their sum; recorded as an export."""
    caller.actor.require("export")
    told = of(caller, grid_id, month)
    lang = "zh" if caller.actor.lang == "zh" else "en"
    words: dict[Any, str] = WORDS[lang]
    kinds = repository.names_of_kinds(caller.session, lang)
    rows: list[list[Any]] = [
        [kinds.get(row["kind"], row["kind"]), words[row["severity"]], *(row[n] for n in COUNTS)]
        for row in told["by_kind"]
    ]
    rows.append([words["total"], None, *(told[name] for name in COUNTS)])
    hook.note(caller.session, "export", entity="inspections", grid_id=grid_id, note=told["month"])
    return told, words, rows
