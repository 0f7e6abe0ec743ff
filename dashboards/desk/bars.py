"""The bars around the table: tabs with counts, filters, footer, the answer of a drawn question."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboards.desk.parts import (
    LIGHTS,
    Icon,
    Node,
    Reader,
    button,
    icon_button,
    intent,
    link,
    number,
)
from dashboards.desk.registers import REGISTERS, Filter, Register

Place = dict[str, Any]
# Registers whose figures a drawn shape answers with.
ANSWERED = ("people", "households", "premises", "incidents")
SINGLY = 3
MOST = {"metres": 20_000, "count": 200}
CLASS_MARKS = {"registered": "c1", "floating": "c2", "unsettled": "c3", "overseas": "c4"}


def tabs(
    reader: Reader, registers: list[Register], counts: dict[str, int | None], chosen: str
) -> list[Node]:
    """One tab for each register that can be asked by the place; None = it cannot."""
    return [
        html.Button(
            [reader.say(f"tab.{r.code}"), html.B(number(counts[r.code]), **{"data-fig": r.code})],
            type="button",
            role="tab",
            **{"aria-selected": str(r.code == chosen).lower(), "data-tab": r.code},
            **intent("tab", register=r.code),
        )
        for r in registers
        if counts.get(r.code) is not None
    ]


def place_chip(reader: Reader, place: Place, label: str | None) -> Node:
    """What the rows are limited to, with a way back to the whole grid; None for a grid."""
    if "grid" in place:
        return None
    kind = next(iter(place))
    text = place_words(reader, place) if label is None else label
    icon = {"polygon": "i-polygon", "near": "i-circle", "along": "i-route", "nearest": "i-locate"}
    return html.Span(
        [
            Icon(name=icon.get(kind, "i-filter")),
            text,
            icon_button("i-close", reader.say("clear_place"), "clear", "x"),
        ],
        className="fc",
    )


def place_words(reader: Reader, place: Place) -> str:
    """A drawn place in words."""
    kind = next(iter(place))
    value = place[kind]
    if kind == "near":
        return reader.say("place.near", metres=number(value["metres"]))
    if kind == "along":
        return reader.say("place.along", metres=number(value["metres"]))
    if kind == "nearest":
        return reader.say("place.nearest", n=value["n"])
    return reader.say(f"place.{kind}")


def filters(reader: Reader, register: Register, values: dict[str, Any]) -> list[Node]:
    """The filters of a register with their present values."""
    fields = [
        _field(reader, register, one, values.get(one.name))
        for one in register.filters
        if not one.needs or reader.may(one.needs)
    ]
    clear = link(reader.say("unfilter"), "unfilter", "clear")
    return [
        html.Span([Icon(name="i-filter"), reader.say("filter")], className="fn"),
        *fields,
        clear,
    ]


def _field(reader: Reader, register: Register, one: Filter, value: Any) -> Node:
    key = {"register": register.code, "filter": one.name}
    style = {"width": one.width}
    name = reader.say(f"filter.{register.code}.{one.name}")
    if one.kind == "pick":
        options = [{"label": _choice(reader, one, code), "value": code} for code in one.codes]
        return dcc.Dropdown(
            id=key,
            options=options,
            value=value,
            placeholder=name,
            searchable=False,
            clearable=True,
            className="pick",
            style=style,
        )
    number_field = {"type": "number", "min": 0, "max": 150, "step": 1}
    kind = number_field if one.kind == "number" else {"type": "text", "maxLength": 60}
    return dcc.Input(
        id=key,
        value=value,
        placeholder=name,
        debounce=0.3,
        autoComplete="off",
        className=f"in {one.kind}",
        style=style,
        **kind,
    )


def _choice(reader: Reader, one: Filter, code: str) -> str:
    """A choice in words: of the catalogue if it has a group there, else of the dictionary."""
    return reader.named(one.group, code) if one.group else reader.word(one.name, code)


def queries(reader: Reader) -> list[Node]:
    """The ways to combined conditions and to saved views; what they open is dashboards/query."""
    conditions, views = (
        html.Button(
            [Icon(name=icon), html.Span(reader.say(name))],
            type="button",
            className="btn s ask",
            title=reader.say(name),
            **intent(name),
        )
        for name, icon in (("conditions", "i-list"), ("views", "i-star"))
    )
    menu = html.Div(id="views", className="menu right up")
    return [conditions, html.Div([views, menu], className="holder")]


# ---- footer -------------------------------------------------------------------------------------


def foot(
    reader: Reader, register: Register, answer: dict[str, Any], page: int, size: int
) -> list[Node]:
    """Which rows are shown, how they divide, and the pages."""
    total = answer["total"]
    first, last = (page - 1) * size + 1, min(page * size, total)
    shown = reader.say("shown", first=number(first), last=number(last), total=number(total))
    if not total:
        shown = reader.say("shown_none")
    parts: list[Node] = [html.Span(shown, id="shown", **{"data-total": total})]
    parts += _totals(reader, register, answer.get("totals") or {})
    return [*parts, _pages(reader, page, max(1, -(-total // size)))]


def _totals(reader: Reader, register: Register, totals: dict[str, Any]) -> list[Node]:
    """How the rows divide; the parts add up to the total."""
    if not register.totals or not isinstance(totals.get(register.totals), dict):
        return []
    by_code = totals[register.totals]
    made = []
    for code in register.codes:
        name = reader.named if code in LIGHTS else reader.word
        text = [name(register.totals, code), html.B(number(by_code.get(code, 0)))]
        if code in LIGHTS:
            made.append(
                html.Span([Icon(name=f"l-{code}", className="li"), *text], className="part")
            )
        else:
            made.append(
                html.Span([html.I(className=CLASS_MARKS.get(code, "")), *text], className="part")
            )
    return made


def _pages(reader: Reader, page: int, pages: int) -> html.Span:
    near = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    made: list[Node] = [
        icon_button("i-left", reader.say("page_before"), "page", "pb", page=page - 1)
    ]
    for before, this in zip([0, *near], near, strict=False):
        if this - before > 1:
            made.append(html.Span("…", className="gap"))
        current = {"aria-current": "page"} if this == page else {}
        made.append(
            html.Button(
                number(this), type="button", className="pb", **current, **intent("page", page=this)
            )
        )
    made.append(icon_button("i-right", reader.say("page_after"), "page", "pb", page=page + 1))
    return html.Span(made, className="pages")


# ---- the answer on the map ----------------------------------------------------------------------


def answer(
    reader: Reader, place: Place, registers: list[Register], counts: dict[str, int | None]
) -> list[Node]:
    """The answer of a drawn shape: the same figures as the tabs, with the metres to change."""
    kind = next(iter(place))
    parts: list[Node] = [html.Strong(reader.say("answer"))]
    if kind in ("near", "along"):
        parts.append(_measure(reader, "metres", kind, place[kind]["metres"]))
    elif kind == "nearest":
        parts.append(_measure(reader, "count", kind, place[kind]["n"]))
    for r in registers:
        count = counts.get(r.code)
        if count is not None and r.code in ANSWERED and kind != "nearest":
            unit = html.Span(reader.say(f"unit_of.{r.code}"))
            figure = html.B(number(count), **{"data-fig": r.code})
            parts.append(link([figure, unit], "tab", "sum", register=r.code))
    if reader.may("export"):
        parts.append(button(reader.say("export"), "menu", "i-export", "p", id="files"))
    parts.append(icon_button("i-close", reader.say("clear_place"), "clear"))
    return parts


def _measure(reader: Reader, act: str, kind: str, value: int) -> html.Label:
    """The metres, or how many, as a field; the browser asks again when it changes."""
    field = dcc.Input(
        id={"measure": act},
        type="number",
        min=1,
        max=MOST[act],
        step=1,
        value=value,
        debounce=True,
        className="in number",
    )
    unit = reader.say("metres" if act == "metres" else "unit_of.premises")
    return html.Label([reader.say(f"measure.{kind}"), field, unit], className="measure")


# ---- search and breadcrumb ----------------------------------------------------------------------


def crumb(reader: Reader, grid: dict[str, Any], visible: set[int]) -> list[Node]:
    """The way from the county to here; what lies above the own area is named but does not act."""
    made: list[Node] = []
    chain = grid["chain"]
    for place, one in enumerate(chain):
        if made:
            made.append(html.I())
        if one["id"] == grid["id"]:
            made.append(html.B(one["name"], **{"aria-current": "location"}))
        elif one["id"] in visible:
            up = {"data-up": ""} if place == len(chain) - 2 else {}
            made.append(
                html.Button(one["name"], type="button", **up, **intent("grid", id=one["id"]))
            )
        else:
            made.append(html.Span(one["name"]))
    return made


def found(reader: Reader, words: str, grids: list[dict[str, Any]]) -> list[Node]:
    """Grids by name or code, then the registers in which the words can be looked for."""
    made: list[Node] = []
    for one in grids:
        above = " · ".join(g["name"] for g in one["chain"][:-1][-2:])
        made.append(
            html.Button(
                [
                    Icon(name="i-grid"),
                    html.Span([html.B(one["name"]), html.Small(above)]),
                    html.Small(reader.named("level_short", one["level"]), className="r"),
                ],
                type="button",
                **intent("grid", id=one["id"]),
            )
        )
    if not made:
        made.append(html.Div(reader.say("no_grid_found"), className="q none"))
    for code, icon in (
        ("people", "i-person"),
        ("households", "i-household"),
        ("premises", "i-premises"),
    ):
        if reader.may(f"{code}.read"):
            made.append(
                html.Button(
                    [Icon(name=icon), html.Span(reader.say(f"find_in.{code}", words=words))],
                    type="button",
                    **intent("find", register=code, words=words, key=REGISTERS[code].words),
                )
            )
    return made


def legend(reader: Reader, level: int, kinds: dict[str, str]) -> list[Node]:
    """What the signs on the map mean; premises are drawn singly from the villages on."""
    made: list[Node] = []
    if reader.may("incidents.read"):
        lights = [
            html.Span([Icon(name=f"l-{code}", className="li"), reader.named("light", code)])
            for code in LIGHTS
        ]
        made.append(html.Div([html.B(reader.say("open_incidents")), *lights], className="lrow"))
    if level >= SINGLY and reader.may("premises.read"):
        marks = [
            html.Span([html.I(str(n), className=f"a{n}"), reader.named("attention", n)])
            for n in (2, 3)
        ]
        made.append(html.Div([html.B(reader.say("tab.premises")), *marks], className="lrow"))
        signs = [
            html.Span([Icon(name=f"p-{code}", className="sign"), name])
            for code, name in kinds.items()
            if code != "other"
        ]
        made.append(html.Div(signs, className="kinds"))
    return [*made, html.Div(reader.say("schematic"), className="note")]
