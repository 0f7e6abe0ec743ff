"""From a tree of conditions 组合条件 to SQL expressions, under the rights of whoever asks.

A register declares the columns that may be asked about (:class:`Askable`). One that its reader
sees masked, or not at all, is refused before anything is looked up: its values could be found by
asking otherwise. The caller's scope stands beside the tree (:func:`services.kit.register.ask`), so
no tree, and no ``not``, reaches a row outside of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, func, or_, select

from services.access.scope import visible_grids
from services.errors import AppError, BadInput
from services.kit.conditions import Condition
from services.kit.place import Clause, resolve

if TYPE_CHECKING:
    from services.kit.register import Caller, Register

Kind = Literal["text", "code", "codes", "number", "date", "time", "yes"]
MAX_DAYS = 36_500
OPS: Mapping[Kind, tuple[str, ...]] = {
    "text": ("contains", "eq", "ne", "starts", "in", "empty"),
    "code": ("in", "eq", "ne", "empty"),
    "codes": ("in", "empty"),
    "number": ("between", "eq", "ne", "in", "empty"),
    "date": ("between", "days", "eq", "ne", "empty"),
    "time": ("between", "days", "empty"),
    "yes": ("eq", "empty"),
}


@dataclass(frozen=True, eq=False)
class Askable:
    """A column that conditions may name.

    ``sql`` is its expression; ``scoped`` gives it for a caller instead, where it counts rows;
    ``through`` makes a condition on rows of one on ``sql``, where that is a column of what the
    rows belong to (the name of a building).
    ``codes`` hold several values a row: ``has(caller, values)`` says whether a row has any of
    them, or any at all for None. ``needs``: the permissions of those who see it in clear.
    ``empty``: whether rows may be without. ``options``: codes to choose from, where they are not
    those of the register's dictionary.
    """

    kind: Kind
    sql: Any = None
    needs: tuple[str, ...] = ()
    empty: bool = False
    scoped: Callable[[Caller], Any] | None = None
    through: Callable[[Caller, Clause], Clause] | None = None
    has: Callable[[Caller, Sequence[str] | None], Clause] | None = None
    options: Callable[[Caller], list[str]] | None = None

    @property
    def ops(self) -> tuple[str, ...]:
        """The operators that fit, the usual one first."""
        return tuple(op for op in OPS[self.kind] if op != "empty" or self.empty)

    def open_to(self, caller: Caller) -> bool:
        """Whether ``caller`` sees the column in clear."""
        return all(caller.actor.may(permission) for permission in self.needs)


def belonging(key: Any, name: Any, *needs: str) -> Askable:
    """The name of what a row belongs to by ``key``, as far as the caller sees it: a building, the
    head of a household. Those of a name are found first, being fewer than the rows."""
    owner = name.class_

    def through(caller: Caller, clause: Clause) -> Clause:
        seen = visible_grids(caller.actor).where(owner.grid_id)
        found: Clause = key.in_(select(owner.id).where(clause, seen))
        return found

    return Askable("text", name, needs, empty=True, through=through)


class Masked(AppError):
    """A condition on what its reader sees masked or not at all."""

    status = 403


def compiled(caller: Caller, register: Register[Any], tree: Condition) -> Clause:
    """The tree as one condition on the register's rows.

    Raises :class:`BadInput` naming the node, :class:`Masked` for a column that the caller does
    not see in clear, and what :func:`services.kit.place.resolve` raises for an area.
    """
    return _Asker(caller, register).node(tree, "conditions", wanted=True)


@dataclass(frozen=True)
class _Asker:
    caller: Caller
    register: Register[Any]

    def node(self, node: Condition, at: str, *, wanted: bool) -> Clause:
        """The clause of a node, or of its opposite when it is not ``wanted``.

        A ``not`` is carried down to the comparisons: there alone it has to decide what becomes
        of a row without a value, and all others stay as an index can answer them.
        """
        if node.none is not None:
            return self.node(node.none, f"{at}.not", wanted=not wanted)
        for name, children in (("and", node.all), ("or", node.any)):
            if children is not None:
                parts = [
                    self.node(child, f"{at}.{name}.{n}", wanted=wanted)
                    for n, child in enumerate(children)
                ]
                return and_(*parts) if (name == "and") is wanted else or_(*parts)
        if node.op == "ne":
            wanted = not wanted
        clause = self._area(node, at) if node.area is not None else self._compared(node, at)
        return clause if wanted else clause.is_not(True)

    def _area(self, node: Condition, at: str) -> Clause:
        assert node.area is not None
        if node.area.nearest is not None:
            raise BadInput(
                "area",
                "“最近的几个”不能作为条件，请改用网格、巡查区或画出的范围。",
                "The nearest ones are no condition; use a grid, a patrol area or a drawn shape.",
                field=f"{at}.in.nearest",
            )
        try:
            target = resolve(self.caller.session, self.caller.actor, node.area)
            return and_(*self.register.placing.within(target))
        except BadInput as error:
            where = (error.field or "place").removeprefix("place")
            raise BadInput(error.code, error.zh, error.en, field=f"{at}.in{where}") from None

    def _compared(self, node: Condition, at: str) -> Clause:
        assert node.column is not None and node.op is not None
        column = self._column(node.column, f"{at}.column")
        if node.op not in column.ops:
            listed = ", ".join(column.ops)
            raise BadInput(
                "op",
                f"这一列不能这样比较，可用：{listed}。",
                f"This column cannot be compared like that; use one of: {listed}.",
                field=f"{at}.op",
            )
        if column.has is not None:
            values = None if node.op == "empty" else self._codes(column, node.values or [], at)
            found = column.has(self.caller, values)
            return found if values is not None else ~found
        sql = column.scoped(self.caller) if column.scoped else column.sql
        if column.through is None:
            return _comparison(node, column.kind, sql, at)
        if node.op == "empty":
            return column.through(self.caller, sql != "").is_not(True)
        return column.through(self.caller, _comparison(node, column.kind, sql, at))

    def _column(self, name: str, at: str) -> Askable:
        column = self.register.asked.get(name)
        if name in self.register.sealed or (column and not column.open_to(self.caller)):
            raise Masked(
                "masked_column",
                "这一项对您是隐藏的，不能用作查询条件，请去掉这个条件。",
                "You see this column masked, so it cannot be a condition; take it away.",
                field=at,
                column=name,
            )
        if column is None:
            mine = [n for n, one in self.register.asked.items() if one.open_to(self.caller)]
            listed = ", ".join(mine)
            raise BadInput(
                "column",
                f"没有可以这样查询的一列，可用：{listed}。"
                if mine
                else "这份名册不能按组合条件查询。",
                f"There is no such column; use one of: {listed}."
                if mine
                else "This register takes no conditions.",
                field=at,
            )
        return column

    def _codes(self, column: Askable, values: Sequence[Any], at: str) -> list[str]:
        known = column.options(self.caller) if column.options else None
        for n, value in enumerate(values):
            if not isinstance(value, str) or (known is not None and value not in known):
                raise BadInput(
                    "code",
                    "没有这个选项，请从列表中选择。",
                    "There is no such choice; take one of the list.",
                    field=f"{at}.values.{n}",
                )
        return list(values)


def _comparison(node: Condition, kind: Kind, sql: Any, at: str) -> Clause:
    """One comparison; NULL, which counts as no, where the row has no value."""

    def read(name: str, value: Any) -> Any:
        return _read(kind, value, f"{at}.{name}")

    clause: Clause
    if node.op == "empty":
        clause = or_(sql.is_(None), sql == "") if kind == "text" else sql.is_(None)
    elif node.op in ("contains", "starts"):
        words = like(read("value", node.value))
        clause = sql.ilike(f"{words}%" if node.op == "starts" else f"%{words}%")
    elif node.op == "in":
        clause = sql.in_([read(f"values.{n}", v) for n, v in enumerate(node.values or [])])
    elif node.op == "between":
        clause = _between(node, sql, read, at)
    elif node.op == "days":
        clause = _days(node, sql, at)
    else:
        clause = sql == read("value", node.value)
    return clause


def _between(node: Condition, sql: Any, read: Callable[[str, Any], Any], at: str) -> Clause:
    since = None if node.since is None else read("since", node.since)
    until = None if node.until is None else read("until", node.until)
    if since is not None and until is not None and since > until:
        raise _turned(at)
    ends = [] if since is None else [sql >= since]
    return and_(*ends, *([] if until is None else [sql <= until]))


def _turned(at: str) -> BadInput:
    zh, en = "起点在终点之后，请对调。", "The range ends before it begins; swap the ends."
    return BadInput("range", zh, en, field=f"{at}.since")


def _days(node: Condition, sql: Any, at: str) -> Clause:
    """Between two days counted from today, both included, by the calendar of the site."""
    days: dict[str, int | None] = {"since": None, "until": None}
    for name, value in (("since", node.since), ("until", node.until)):
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_DAYS:
            zh = f"请填写天数，整数，不超过 {MAX_DAYS}。"
            en = f"This takes whole days, at most {MAX_DAYS}."
            raise BadInput("days", zh, en, field=f"{at}.{name}")
        days[name] = value
    since, until = days["since"], days["until"]
    if since is not None and until is not None and since > until:
        raise _turned(at)
    today = func.current_date()
    ends = [] if since is None else [sql >= today + since]
    return and_(*ends, *([] if until is None else [sql < today + until + 1]))


def _read(kind: Kind, value: Any, at: str) -> Any:
    """A value as its column holds it; :class:`BadInput` when it is of another kind."""
    if kind in ("text", "code") and isinstance(value, str):
        return value
    if kind == "yes" and isinstance(value, bool):
        return value
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if kind in ("date", "time") and isinstance(value, str):
        found = _moment(kind, value)
        if found is not None:
            return found
    zh, en = _EXPECTED[kind]
    raise BadInput("value", f"这一列要的是{zh}。", f"This column takes {en}.", field=at)


_EXPECTED = {
    "text": ("文字", "words"),
    "code": ("列表中的代码", "a code of the list"),
    "codes": ("列表中的代码", "codes of the list"),
    "number": ("数字", "a number"),
    "date": ("日期，如 2026-11-20", "a date such as 2026-11-20"),
    "time": ("带时区的时间，如 2026-11-20T08:00:00+08:00", "a time with its zone"),
    "yes": ("是或否", "true or false"),
}


def _moment(kind: Kind, value: str) -> date | datetime | None:
    try:
        if kind == "date":
            return date.fromisoformat(value) if len(value) == 10 else None
        found = datetime.fromisoformat(value)
        # Far ends of the calendar leave it once their zone is taken off.
        return found if found.tzinfo is not None and 1 < found.year < 9999 else None
    except ValueError:
        return None


def like(words: str) -> str:
    """``words`` for a LIKE pattern, whatever signs they hold."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def offered(
    caller: Caller, register: Register[Any], words: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """The columns that ``caller`` may ask about: ``{column, kind, ops, options}`` each.

    ``words`` are the register's dictionaries in the reader's language: {column: {code: word}}.
    """
    made = []
    for name, column in register.asked.items():
        if column.open_to(caller):
            named = words.get(name, {})
            codes = column.options(caller) if column.options else list(named)
            options = [{"code": code, "name": named.get(code, code)} for code in codes]
            made.append(
                {"column": name, "kind": column.kind, "ops": column.ops, "options": options}
            )
    return made
