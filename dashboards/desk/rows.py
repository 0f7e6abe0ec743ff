"""From the rows of a register to the cells of the table: texts in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dashboards.desk.parts import (
    BEIJING,
    CLASSES,
    LIGHTS,
    NONE,
    Reader,
    fresh_kind,
    number,
)
from dashboards.desk.registers import Column, Register

Row = dict[str, Any]
RENDERERS = {
    "name": "deskName",
    "class": "deskChip",
    "fresh": "deskFresh",
    "light": "deskLight",
    "attention": "deskMark",
    "due": "deskMark",
    "building": "deskLink",
    "person": "deskLink",
    "owner": "deskLink",
}
LEAST = 210
ENGLISH = {
    "class": 22, "sex": 20, "attention": 16, "state": 26, "light": 8, "kind": 76, "relation": 36,
    "category": 44, "fresh": 8, "level": 10,
}  # fmt: skip
RIGHT = {"number", "metres"}


def columns(reader: Reader, register: Register, question: Row, distance: bool) -> list[Row]:
    """AG Grid's column definitions, as many as the question's ``room`` px hold: text is never cut.

    ``distance`` shows how far a row is from the question, in place of a date. The heading of the
    order that was asked for shows it; ``columns`` are those that the reader chose, the first and
    a distance always among them. The others are there, hidden.
    """
    left_out = "date" if distance else "metres"
    chosen, room = question.get("columns"), int(question["room"])
    fitting = [c for c in register.columns if c.kind != left_out]
    kept = list(fitting)
    if chosen:
        kept = [kept[0], *(c for c in kept[1:] if c.field in chosen or c.kind == "metres")]
    sort = sorted_by(register, question["sort"])
    for column in sorted((c for c in kept if c.yields), key=lambda c: c.yields):
        if sum(_width(reader, c) or LEAST for c in kept) > room:
            kept.remove(column)
    order = {sort["column"]: sort["order"]} if sort else {}
    return [
        {**_column(reader, register, c), "sort": order.get(c.field), "hide": c not in kept}
        for c in fitting
    ]


def _width(reader: Reader, column: Column) -> int:
    """px of a column; 0 = what is left. English words need more than Chinese ones."""
    extra = ENGLISH.get(column.kind, 0) if reader.lang == "en" else 0
    return column.width + extra if column.width else 0


def _column(reader: Reader, register: Register, column: Column) -> Row:
    made: Row = {
        "field": column.field,
        "colId": column.field,
        "headerName": reader.say(f"col.{column.title or column.field}"),
        "cellRenderer": RENDERERS.get(column.kind, "deskText"),
        "sortable": column.sort is not None,
        "cellDataType": False,
        "cellClass": f"k-{column.kind}" + (" num" if column.kind in RIGHT else ""),
        "headerClass": "num" if column.kind in RIGHT else "",
    }
    if column.width:
        made |= {"width": _width(reader, column), "minWidth": 56}
    else:
        made |= {"flex": 1, "minWidth": LEAST}
    return made


def sorted_by(register: Register, sort: Any) -> Row | None:
    """Column and order of a sort; a saved view names it as the API does."""
    if not isinstance(sort, str):
        return sort or None
    for down in ("", "-"):
        for column in register.columns:
            if column.sort and sort == f"{down}{column.sort}".replace("--", ""):
                return {"column": column.field, "order": "desc" if down else "asc"}
    return None


def cells(reader: Reader, register: Register, rows: list[Row]) -> list[Row]:
    """The rows as the table shows them; ``id`` is text, as AG Grid wants it.

    ``raw`` are the values behind the cells, by which a click filters.
    """
    return [
        {
            "id": str(row["id"]),
            **{c.field: _cell(reader, c, row) for c in register.columns},
            "raw": {
                **{c.field: row.get(c.field) for c in register.columns},
                "grid": row["grid_id"],
            },
        }
        for row in rows
    ]


def _cell(reader: Reader, column: Column, row: Row) -> Any:
    value = row.get(column.field)
    special = SPECIAL.get(column.kind)
    if special is not None:
        return special(reader, value, row)
    return value


def _class(reader: Reader, value: Any, row: Row) -> Any:
    if value not in CLASSES:
        return None
    return {"text": reader.named("class", value), "kind": f"c{CLASSES.index(value) + 1}"}


def _fresh(reader: Reader, value: Any, row: Row) -> Row:
    kind = fresh_kind(value)
    text = reader.days_ago(value) if value else reader.say("never")
    return {"text": text, "kind": kind, "icon": f"f-{kind}", "title": day(value) or ""}


def _light(reader: Reader, value: Any, row: Row) -> Row:
    if value not in LIGHTS:
        return {"text": reader.say("light.closed"), "kind": "q"}
    return {
        "text": reader.named("light", value),
        "kind": value,
        "icon": f"l-{value}",
        "small": "li",
    }


def _attention(reader: Reader, value: Any, row: Row) -> Any:
    return {"text": reader.named("attention", value), "kind": f"a{value}"} if value else None


def _due(reader: Reader, value: Any, row: Row) -> Any:
    if not value:
        return None
    late = value <= datetime.now(BEIJING).date()
    title = reader.say("due.true") if late else ""
    return {"text": day(value), "kind": "late" if late else "", "title": title}


def _date(reader: Reader, value: Any, row: Row) -> str | None:
    return day(value)


def _posts(reader: Reader, value: Any, row: Row) -> str:
    kinds = dict.fromkeys(post["kind"] for post in value or [])
    return reader.say("comma").join(reader.named("post", kind) for kind in kinds) or NONE


def _level(reader: Reader, value: Any, row: Row) -> Any:
    levels = [post["level"] for post in row.get("posts") or []]
    return reader.named("level", min(levels)) if levels else None


def _worded(column: str) -> Any:
    return lambda reader, value, row: None if value is None else reader.word(column, value)


def _named(group: str) -> Any:
    return lambda reader, value, row: None if value is None else reader.named(group, value)


def _time(reader: Reader, value: Any, row: Row) -> str:
    return clock(value)


def _whose(register: str, key: str) -> Any:
    """A cell that opens the card of something else than its row."""

    def cell(reader: Reader, value: Any, row: Row) -> Any:
        return {"text": value, "register": register, "id": row.get(key)} if value else None

    return cell


def _figure(reader: Reader, value: Any, row: Row) -> str:
    return number(value)


def _yes(reader: Reader, value: Any, row: Row) -> Any:
    return None if value is None else reader.say("rented.true" if value else "rented.false")


SPECIAL: dict[str, Any] = {
    "class": _class,
    "fresh": _fresh,
    "light": _light,
    "attention": _attention,
    "due": _due,
    "sex": _named("sex"),
    "relation": _worded("relation"),
    "kind": _worded("kind"),
    "use": _worded("use"),
    "category": _worded("category"),
    "state": _worded("state"),
    "posts": _posts,
    "level": _level,
    "time": _time,
    "date": _date,
    "building": _whose("buildings", "building_id"),
    "person": _whose("people", "head_id"),
    "owner": _whose("people", "person_id"),
    "number": _figure,
    "metres": _figure,
    "yes": _yes,
}


def two(reader: Reader, value: Any) -> Any:
    """A name kept in both languages: {name | name_zh, name_en}."""
    if not isinstance(value, dict):
        return value
    chinese = value.get("name_zh") or value.get("name")
    return chinese if reader.lang == "zh" else value.get("name_en") or chinese


def clock(value: Any) -> str:
    """Date and time in Beijing, to the minute; — for none."""
    if not value:
        return NONE
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return str(moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"))


def day(value: date | None) -> str | None:
    """A date as people read it here."""
    return value.isoformat() if value else None


def sorting(register: Register, sort: Any) -> str | None:
    """The API's word for a heading that was clicked; None for the register's own order."""
    if isinstance(sort, str):
        return sort
    column = next((c for c in register.columns if sort and c.field == sort["column"]), None)
    if column is None or column.sort is None:
        return None
    down = (sort or {})["order"] == "desc"
    return f"-{column.sort}".replace("--", "") if down else column.sort
