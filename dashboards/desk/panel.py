"""The panel of a grid (G3): who answers for it, its figures, what lies below it.

Every figure acts: it opens its rows in the table.
"""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.desk.parts import (
    CLASSES,
    LIGHTS,
    NONE,
    Icon,
    Node,
    Reader,
    icon_button,
    link,
    number,
    tag,
)

Panel = dict[str, Any]
MICRO = 5
FACES = 6


def render(reader: Reader, panel: Panel, buildings: list[dict[str, Any]] | None) -> list[Node]:
    """The panel; ``buildings`` of a micro-grid are listed in place of lower grids."""
    grid = panel["grid"]
    parts = [
        _head(reader, grid),
        _people_in_office(reader, panel),
        _counts(reader, panel),
        _classes(reader, panel),
        _lights(reader, panel),
    ]
    if grid["level"] == MICRO:
        parts.append(_buildings(reader, panel, buildings or []))
    else:
        parts.append(_children(reader, panel))
    return [p for p in parts if p is not None]


def _head(reader: Reader, grid: dict[str, Any]) -> html.Div:
    tags = [
        tag(reader.named("level", grid["level"])),
        tag(reader.named("kind_of_grid", grid["kind"])),
    ]
    since = reader.say("valid_from", date=grid["valid_from"])
    return html.Div(
        [
            html.Div(
                [
                    html.H2(grid["name"]),
                    *tags,
                    html.Div(icon_button("i-pin", reader.say("show_grid"), "fit"), className="r"),
                ],
                className="gh",
            ),
            html.Div([html.Span(grid["code"]), html.Span(since)], className="gs"),
        ],
        className="head",
    )


def _people_in_office(reader: Reader, panel: Panel) -> Node:
    if not reader.may("staff.read"):
        return None
    people = [_officer(reader, one, "leader") for one in panel["leaders"]]
    people += [_officer(reader, one, "deputy") for one in panel["deputies"]]
    if not panel["leaders"]:
        people.insert(0, html.Span(reader.say("no_leader"), className="q vacant"))
    extra = people[FACES:]
    return html.Div(
        [
            html.Div(people[:FACES], className="office"),
            html.Div(
                [
                    link(
                        reader.say("staff_n", n=number(panel["staff_count"])),
                        "rows",
                        register="staff",
                    ),
                    html.Span(reader.say("more_officers", n=len(extra)), className="q")
                    if extra
                    else None,
                ],
                className="stf",
            ),
        ],
        className="block",
    )


def _officer(reader: Reader, officer: dict[str, Any], post: str) -> html.Div:
    face = html.Span(officer["name"][:1], className="av l" if post == "leader" else "av")
    text = html.Span(
        [
            link(officer["name"], "card", register="staff", id=officer["staff_id"], fresh=True),
            html.Small(reader.named("post", post)),
        ]
    )
    return html.Div([face, text], className="pp")


def _shown(reader: Reader, register: str) -> bool:
    """Whether a figure is shown: its rows are the reader's, or the statistics of people are."""
    counted = register in ("people", "households") and reader.may("stats.read")
    return counted or reader.may(f"{register}.read")


def _number(reader: Reader, value: int | None) -> Node:
    """A figure, or a mark that says why it is hidden 小数保护."""
    if value is not None:
        return number(value)
    return html.Span(reader.say("small.mark"), title=reader.say("small.why"), className="hid")


def _figure(
    reader: Reader, value: int | None, name: str, register: str, permission: str
) -> html.Button:
    """A figure that opens its rows; without the right to them it only stands there."""
    if not reader.may(permission):
        return html.Div([html.B(_number(reader, value)), html.Span(name)], className="fig")
    return link(
        [html.B(number(value), **{"data-fig": name}), html.Span(name)],
        "rows",
        "fig",
        register=register,
        filters={},
    )


def _counts(reader: Reader, panel: Panel) -> html.Div:
    cells: list[Node] = []
    for level, count in sorted(panel["levels"].items(), key=lambda pair: int(pair[0])):
        name = reader.named("level_short", level)
        cells.append(html.Div([html.B(number(count)), html.Span(name)], className="fig"))
    shown = (
        ("staff", "staff.read", "staff_count"),
        ("buildings", "places.read", "buildings"),
        ("houses", "places.read", "houses"),
        ("households", "households.read", "households"),
        ("people", "people.read", "people"),
        ("premises", "premises.read", "premises"),
    )
    for register, permission, key in shown:
        if reader.may(permission) or _shown(reader, register):
            name = reader.say(f"count.{register}")
            cells.append(_figure(reader, panel[key], name, register, permission))
    return html.Div(cells, className="cnt wide" if len(cells) > 8 else "cnt")


def _classes(reader: Reader, panel: Panel) -> Node:
    if not _shown(reader, "people"):
        return None
    by_class = panel["people_by_class"]
    total = panel["people"]
    bar = [
        html.I(className=f"c{n}", style={"flexGrow": by_class[code]})
        for n, code in enumerate(CLASSES, 1)
        if by_class[code]
    ]
    legend = [
        html.Span(
            [
                html.I(className=f"c{n}"),
                reader.named("class", code),
                _class(reader, by_class[code], code),
            ],
            title=f"{by_class[code] / total:.2%}" if total and by_class[code] is not None else NONE,
        )
        for n, code in enumerate(CLASSES, 1)
    ]
    return html.Div(
        [html.Div(bar, className="stk"), html.Div(legend, className="cl")],
        className="block classes",
    )


def _class(reader: Reader, value: int | None, code: str) -> Node:
    """People of one class; they open their rows."""
    if not reader.may("people.read"):
        return html.Span(_number(reader, value))
    figure = html.Span(number(value), **{"data-fig": code})
    return link(figure, "rows", register="people", filters={"class": code})


def _lights(reader: Reader, panel: Panel) -> Node:
    if not reader.may("incidents.read"):
        return None
    lights = panel["open_incidents"]
    total = sum(lights[code] for code in LIGHTS)
    opened = html.Span(number(total), **{"data-fig": "open"})
    everything = {"register": "incidents", "filters": {"open": "true"}}
    parts: list[Node] = [
        html.B([reader.say("open_incidents"), " ", link(opened, "rows", **everything)])
    ]
    for code in LIGHTS:
        parts.append(
            link(
                [
                    Icon(name=f"l-{code}", className="li"),
                    html.Span(reader.named("light", code)),
                    html.B(number(lights[code]), **{"data-fig": code}),
                ],
                "rows",
                f"light {code}" + ("" if lights[code] else " zero"),
                register="incidents",
                filters={"open": "true", "light": code},
            )
        )
    return html.Div(parts, className="block lts")


def _children(reader: Reader, panel: Panel) -> html.Div:
    """The lower grids as a list: the way down for the keyboard, and the figures to compare."""
    children = panel["children"]
    level = children[0]["level"] if children else panel["grid"]["level"] + 1
    shown = [key for key in ("people", "households", "premises") if _shown(reader, key)]
    lights = reader.may("incidents.read")
    head = html.Tr(
        [html.Th(reader.named("level_short", level))]
        + [html.Th(reader.say(f"unit.{key}"), className="num") for key in shown]
        + ([html.Th(reader.say("unit.incidents"), className="num")] if lights else [])
    )
    rows = [_child(reader, child, shown, lights) for child in children]
    own = panel["unassigned"]
    if any(own[key] != 0 for key in shown) or (lights and sum(own["open_incidents"].values())):
        rows.append(_child(reader, {**own, "name": None}, shown, lights))
    return html.Div(html.Table([html.Thead(head), html.Tbody(rows)]), className="block below")


def _child(reader: Reader, child: Panel, keys: list[str], lights: bool) -> html.Tr:
    unassigned = child["name"] is None
    if unassigned:
        name: Node = html.Span(
            reader.say("unassigned"), className="q", title=reader.say("unassigned_hint")
        )
    else:
        name = link(child["name"], "grid", id=child["id"])
    cells = [html.Td(name)]
    for key in keys:
        figure: Node = _number(reader, child[key])
        if not unassigned and reader.may(f"{key}.read"):
            figure = link(figure, "rows", register=key, grid=child["id"])
        cells.append(html.Td(figure, className="num"))
    if lights:
        cells.append(html.Td(_small_lights(reader, child["open_incidents"]), className="num"))
    return html.Tr(cells)


def _small_lights(reader: Reader, lights: dict[str, int]) -> Node:
    """Only the lights that burn; a zero says that none does."""
    on = []
    for code in LIGHTS:
        if lights[code]:
            inside = [Icon(name=f"l-{code}", className="li"), number(lights[code])]
            on.append(html.Span(inside, className=f"sl {code}", title=reader.named("light", code)))
    return on or html.Span("0", className="q")


def _buildings(reader: Reader, panel: Panel, buildings: list[dict[str, Any]]) -> Node:
    """The buildings of a micro-grid: the way to its households and their members."""
    if not reader.may("places.read"):
        return None
    households = reader.may("households.read")
    head = [html.Th(reader.say("count.buildings"))]
    head += [html.Th(reader.say("unit.households"), className="num")] if households else []
    head += (
        [html.Th(reader.say("unit.people"), className="num")] if reader.may("people.read") else []
    )
    rows = []
    # Where somebody lives first; among equals their own order.
    for one in sorted(buildings, key=lambda b: not b["people"] and not b["households"]):
        name = link(one["name"], "card", register="buildings", id=one["id"], fresh=True)
        cells = [html.Td(name)]
        for key, permission in (("households", "households.read"), ("people", "people.read")):
            if reader.may(permission):
                figure = link(
                    number(one[key]), "inside", register=key, place={"building": one["id"]}
                )
                cells.append(html.Td(figure, className="num"))
        rows.append(html.Tr(cells))
    more = panel["buildings"] - len(buildings)
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)])
    rest = (
        link(reader.say("more_buildings", n=number(more)), "rows", register="buildings")
        if more > 0
        else None
    )
    return html.Div([table, rest], className="block below")
