"""Over the map: breadcrumb, metric switch, legend, tooltips, cards of the child grids."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.wall.parts import LIGHTS, METRICS, MODES, Icon, Node, View, lamps, light, rate
from services.analytics.mode_schemas import PremisesMode
from services.analytics.schemas import Child

PAGE = 8
# Limits of the five steps of the map by metric and level of the coloured grids. They are fixed, so
# that a colour means the same on every day.
BREAKS = {
    "households": {
        2: (3000, 4500, 6000, 8000),
        3: (200, 350, 500, 700),
        4: (200, 350, 500, 700),
        5: (30, 50, 70, 100),
    },
    "people": {
        2: (10000, 16000, 22000, 30000),
        3: (800, 1200, 1800, 2500),
        4: (800, 1200, 1800, 2500),
        5: (100, 180, 250, 350),
    },
    "open": {2: (5, 10, 20, 40), 3: (2, 3, 5, 8), 4: (2, 3, 5, 8), 5: (2, 3, 4, 6)},
    "premises": {2: (50, 100, 200, 400), 3: (5, 10, 20, 50), 4: (5, 10, 20, 50), 5: (2, 4, 8, 16)},
    "floating": {
        2: (500, 1000, 1500, 2500),
        3: (50, 80, 120, 250),
        4: (50, 80, 120, 250),
        5: (5, 10, 20, 40),
    },
    "due": {2: (10, 20, 40, 80), 3: (2, 4, 8, 16), 4: (2, 4, 8, 16), 5: (1, 2, 4, 6)},
    "staff": {2: (200, 300, 400, 600), 3: (20, 28, 36, 48), 4: (16, 22, 30, 40), 5: (2, 3, 4, 5)},
}


def value(view: View, child: Child) -> int | None:
    """A child's figure for the map; None where it is hidden: such a grid gets no colour."""
    if view.metric == "due":
        return view.more.due_by_part[child.id] if isinstance(view.more, PremisesMode) else None
    figures = {
        "households": child.households,
        "people": child.people,
        "floating": child.people_by_class.floating,
        "open": child.open_incidents.total,
        "premises": child.premises,
        "staff": child.staff_count,
    }
    return figures[view.metric]


def crumbs(view: View) -> list[Node]:
    """Where the map is: ancestors to go back to, the shown grid, what lies below it."""
    found: list[Node] = []
    *above, own = view.wall.grid.chain
    for grid in above:
        if view.actor.scope.sees(grid.id):
            link = html.A(grid.name, href=view.href(grid=grid.id), **{"data-go": "up"})
        else:
            link = html.Span(grid.name)
        found += [link, html.I()]
    word = view.level(own.level, short=True)
    said = own.name.endswith(word)  # 011微网格 says what it is
    found.append(html.Span([None if said else word, html.B(own.name)], className="on"))
    for row in view.wall.levels[1:]:
        word = view.level(row.level, short=True)
        found += [html.I(), html.Span([word, html.B(f"{row.grids:,}")])]
    return found


def metrics(view: View) -> list[Node]:
    """The switch for the figure on the map."""
    return [
        html.A(
            view.say(f"metric.{name}"),
            href=view.href(metric=name),
            className="on" if name == view.metric else "",
            **{"data-go": "", "aria-current": "true" if name == view.metric else "false"},
        )
        for name in METRICS[view.mode]
    ]


def _line(cls: str, text: str) -> html.Span:
    return html.Span([html.I(className=f"ln {cls}"), text])


def _short(view: View, n: int) -> str:
    """A limit of the legend: four digits have room, more are told in thousands."""
    return f"{n:,}" if n < 10_000 else view.say("legend.short", n=n // 1000)


def legend(view: View) -> list[Node]:
    """What the colours, signs and lines of the map mean."""
    say, grid, children = view.say, view.wall.grid, view.wall.children
    rows: list[Node] = []
    if children:
        level = children[0].level
        limits = BREAKS[view.metric][level]
        steps = [html.I(className=f"k{n}") for n in range(5)]
        words = [_short(view, n) for n in limits]
        labels = [f"< {words[0]}", *words[:-1], f"≥ {words[-1]}"]
        rows += [
            html.H4(say(f"legend.{view.metric}", level=view.level(level))),
            html.Div([*steps, *(html.Span(text) for text in labels)], className="ramp"),
        ]
    signs: list[Node] = []
    for color in LIGHTS:
        signs.append(html.Span([light(color), say(f"light.{color}")]))
    lines: list[Node] = [_line("own", say(f"border.{grid.level}"))]
    if children:
        lines.append(_line("child", say(f"border.{children[0].level}")))
    else:
        lines += [_line("building", say("legend.building")), _line("road", say("legend.road"))]
    lines.append(_line("river", say("legend.river")))
    small = [say("schematic")]
    if children:
        small.append(say("legend.per", level=view.level(children[0].level, short=True)))
        if any(value(view, child) is None for child in children):
            small.append(say("small.legend"))
    return [
        *rows,
        html.Div(signs, className="rowx"),
        html.Div(lines, className="rowx"),
        html.Div([html.Span(text) for text in small], className="sch"),
    ]


def _levels(child: Child) -> str:
    return " / ".join(f"{n:,}" for n in child.levels.values())


def _leaders(view: View, child: Child) -> str:
    names = "、" if view.lang == "zh" else ", "
    return names.join(p.name for p in child.leaders) or view.say("kids.no_leader")


def _score(view: View, child: Child) -> str:
    share = rate(child.on_time, child.closed)
    return f"{share}%" if share else view.say("kids.closed", n=f"{child.closed:,}")


def _card(view: View, child: Child, number: int) -> html.Li:
    say = view.say
    last = child.level == 5
    middle = (child.people, "kids.people") if last else (child.staff_count, "kids.staff")
    end: Node = [f"{child.staff_count:,}", html.Em(say("kids.staff"))] if last else _levels(child)
    rows = [
        html.Div(
            [
                html.I(str(number)),
                html.Strong(child.name),
                html.B(_score(view, child), className="n"),
            ],
            className="a",
        ),
        html.Div(
            [
                html.Span([html.Em(say("kids.leader")), _leaders(view, child)]),
                lamps(view, child.open_incidents),
            ],
            className="b",
        ),
        html.Div(
            [
                html.Span([view.count(child.households), html.Em(say("kids.households"))]),
                html.Span([view.count(middle[0]), html.Em(say(middle[1]))]),
                html.Span(end),
            ],
            className="c",
        ),
    ]
    return html.Li(
        html.A(rows, href=view.href(grid=child.id), **{"data-go": "down"}),
        **{"data-grid": str(child.id)},
    )


def ordered(children: list[Child]) -> tuple[list[Child], bool]:
    """The children in the order of the cards, and whether they are ranked."""
    if children and all(c.rank is not None for c in children):
        return sorted(children, key=lambda c: c.rank or 0), True
    return children, False


def _columns(view: View) -> str:
    below = [view.level(n, short=True) for n in range(view.wall.grid.level + 2, 6)]
    if not below:
        return view.say("kids.columns_last")
    return view.say("kids.columns", levels=" / ".join(below))


def kids(view: View) -> list[Node]:
    """Cards of the child grids, eight a page; at a micro-grid the grid itself."""
    wall = view.wall
    if not wall.children:
        return _own_card(view)
    cards, ranked = ordered(wall.children)
    pages = [cards[i : i + PAGE] for i in range(0, len(cards), PAGE)]
    hint = view.say("kids.ranked" if ranked else "kids.ordered")
    words: list[Node] = [html.Small(hint)]
    own = wall.unassigned
    if own.people is None or own.people or own.premises or own.open_incidents.total:
        rest = view.figure(own.people, "people")
        before, after = view.say("kids.unassigned", n="\0").split("\0")
        words.append(html.Small([before, rest, after]))
    title = html.H2([view.level(cards[0].level), f" {len(cards):,}", *words])
    paging = html.Span(className="pages") if len(pages) > 1 else None
    head = html.Header([title, html.Small([_columns(view), paging])])
    lists = [
        html.Ol(
            [_card(view, child, PAGE * n + i + 1) for i, child in enumerate(page)],
            className="one" if len(cards) <= PAGE // 2 else "",
            hidden=True if n else None,
        )
        for n, page in enumerate(pages)
    ]
    return [head, html.Div(lists, className="pp", **{"data-pages": str(len(pages))})]


def _own_card(view: View) -> list[Node]:
    wall, say = view.wall, view.say
    join = "、" if view.lang == "zh" else ", "
    leaders = join.join(p.name for p in wall.leaders) or say("kids.no_leader")
    deputies = join.join(p.name for p in wall.deputies) or "—"
    cells = [
        ("leader", leaders),
        ("deputy", deputies),
        ("staff", view.figure(wall.staff_count, "staff")),
        ("buildings", view.figure(wall.buildings, "buildings")),
        ("houses", view.figure(wall.houses, "houses")),
        ("households", view.figure(wall.households, "households")),
        ("people", view.figure(wall.people, "people")),
    ]
    items = [html.Div([html.Dt(say(f"micro.{k}")), html.Dd(v)]) for k, v in cells]
    head = html.Header([html.H2(say("micro.title")), html.Small(wall.grid.code)])
    return [head, html.Dl(items, className="own")]


def tip(view: View, child: Child) -> dict[str, Any]:
    """Words of the tooltip of a child; ``assets/wall-page.js`` draws the one under the pointer."""
    say = view.say
    rows = [
        (say("tip.leader"), _leaders(view, child)),
        (say("tip.hh_ppl"), f"{view.number(child.households)} / {view.number(child.people)}"),
    ]
    if child.levels:
        words = " / ".join(view.level(n, short=True) for n in child.levels)
        rows.append((words, _levels(child)))
    else:
        rows.append((say("tip.buildings"), f"{child.buildings:,} / {child.houses:,}"))
    share = rate(child.on_time, child.closed)
    done = f"{child.on_time:,} / {child.closed:,}"
    rows += [
        (say("tip.staff"), f"{child.staff_count:,}"),
        (say("tip.premises"), f"{child.premises:,}"),
        (say("tip.on_time"), f"{share}%（{done}）" if share and view.lang == "zh" else done),
    ]
    go = say("tip.go_micro")
    if child.levels:
        first = min(child.levels)
        go = say("tip.go", n=f"{child.levels[first]:,}", level=view.level(first))
    return {
        "name": child.name,
        "code": child.code,
        "rows": rows,
        "open": say("tip.open", n=f"{child.open_incidents.total:,}"),
        "lights": [
            (color, say(f"light.{color}"), f"{getattr(child.open_incidents, color):,}")
            for color in LIGHTS
        ],
        "go": go,
    }


def for_map(view: View) -> dict[str, Any]:
    """What the map is told: the grid to show, its children's figures, their labels."""
    wall, children = view.wall, view.wall.children
    grid = {"gridId": wall.grid.id, "level": wall.grid.level, "bbox": wall.grid.bbox}
    grid["childLevel"] = children[0].level if children else None
    values = None
    if children:
        values = {
            "metric": view.metric,
            "data": {str(c.id): value(view, c) for c in children},
            "breaks": list(BREAKS[view.metric][children[0].level]),
        }
    info = {
        str(c.id): {
            "name": c.name,
            "metricText": view.say(f"unit.{view.metric}", n=view.number(value(view, c))),
            "green": c.open_incidents.green,
        }
        for c in children
    }
    return {
        "grid": grid,
        "values": values,
        "info": info,
        "tips": {str(c.id): tip(view, c) for c in children},
        "rows": 0 if not children else 1 if len(children) <= PAGE // 2 else 2,
        "as_of": wall.as_of.timestamp(),
        "turns_at": wall.turns_at.timestamp() if wall.turns_at else None,
        "mode": view.mode,
        "metric": view.metric,
    }


def modes(view: View) -> list[Node]:
    """The modes of the wall; another one begins with its own figure on the map."""
    return [
        html.A(
            view.say(f"mode.{name}"),
            href=view.href(mode=name, metric=METRICS[name][0]),
            className="on" if name == view.mode else "",
            **{"data-go": "", **({"aria-current": "page"} if name == view.mode else {})},
        )
        for name in MODES
    ]


def logo() -> Icon:
    """The mark of the product."""
    return Icon(name="i-grid", className="logo")
