"""The right rail: lights, trend, categories, what is overdue or urged."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.wall.parts import (
    LIGHTS,
    Node,
    View,
    light,
    rate,
    section,
    spare,
)
from services.analytics.schemas import Category, IncidentLine

CATEGORY_ROWS = 7
URGENT_ROWS = 3
BIG_DIGITS = 6  # so many digits of the largest size stand beside three signs
FONT = '"Noto Sans SC Variable","Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif'


def lights(view: View) -> list[Node]:
    """The three big counts 事件灯."""
    counts = view.wall.open_incidents
    cells = []
    for color in LIGHTS:
        n = getattr(counts, color)
        cells.append(
            html.Div(
                [
                    light(color),
                    view.figure(n, "incidents"),
                    html.Span(view.say(f"light.{color}"), className="w"),
                ],
                className=color if n else f"{color} zero",
            )
        )
    note = view.say("lights.note", n=f"{counts.total:,}")
    digits = sum(len(f"{getattr(counts, color):,}") for color in LIGHTS)
    lamps = html.Div(cells, className="lamps tight" if digits > BIG_DIGITS else "lamps")
    return section("lights", view.say("lights.title"), note, lamps)


def trend_head(view: View) -> list[Node]:
    """Head and legend of the trend 上报与办结."""
    wall, say = view.wall, view.say
    share = rate(wall.on_time, wall.closed)
    cases = {"on_time": f"{wall.on_time:,}", "closed": f"{wall.closed:,}"}
    note = say("trend.rate", rate=share) if share else say("trend.few", **cases)
    today = wall.days[-1]
    key = [
        html.Span([html.I(className="s1"), say("trend.reported"), html.B(f"{wall.reported:,}")]),
        html.Span([html.I(className="s2"), say("trend.closed"), html.B(f"{wall.closed:,}")]),
        html.Span([say("trend.today"), html.B(f"{today.reported:,} / {today.closed:,}")]),
    ]
    head = html.Header(
        [
            html.H2(say("trend.title")),
            html.Span(note, className="note", title=say("trend.cases", **cases)),
        ]
    )
    return [head, html.Div(key, className="key")]


_AXIS = {"fixedrange": True, "zeroline": False, "showline": False, "automargin": False}
_LOOK: dict[str, Any] = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"family": FONT, "size": 16, "color": "#8fa0ab"},
    "margin": {"l": 40, "r": 8, "t": 8, "b": 30},
    "showlegend": False,
    "hovermode": "x unified",
    "hoverlabel": {
        "bgcolor": "#1e2a33",
        "bordercolor": "#3d4e5a",
        "font": {"color": "#eef3f5"},
    },
    "uirevision": "same",
}
_TICKS = [1, 10, 19, 28]


def trend_figure(view: View) -> dict[str, Any]:
    """The Plotly figure: reported as an area, closed as a line, days off as bands."""
    return {"data": _trend_series(view), "layout": _trend_layout(view)}


def _trend_series(view: View) -> list[dict[str, Any]]:
    days = view.wall.days
    line = {"type": "scatter", "mode": "lines", "x": list(range(len(days)))}
    reported = {
        **line,
        "y": [d.reported for d in days],
        "name": view.say("trend.reported"),
        "fill": "tozeroy",
        "fillcolor": "rgba(91,147,189,.26)",
        "line": {"color": "#7fb4da", "width": 2.5},
        "customdata": [d.day.isoformat() for d in days],
        "hovertemplate": "%{customdata} %{y}",
    }
    closed = {
        **line,
        "y": [d.closed for d in days],
        "name": view.say("trend.closed"),
        "line": {"color": "#e6e0d2", "width": 2},
        "hovertemplate": "%{y}",
    }
    last = {
        "type": "scatter",
        "mode": "markers",
        "x": [len(days) - 1],
        "y": [days[-1].reported],
        "marker": {"color": "#7fb4da", "size": 9},
        "hoverinfo": "skip",
    }
    return [reported, closed, last]


def _trend_layout(view: View) -> dict[str, Any]:
    days = view.wall.days
    top = max([4, *(max(d.reported, d.closed) for d in days)])
    band = {"type": "rect", "layer": "below", "y0": 0, "y1": 1, "yref": "paper"}
    band |= {"fillcolor": "#17212a", "line": {"width": 0}}
    return {
        **_LOOK,
        "shapes": [
            {**band, "x0": n - 0.5, "x1": n + 0.5} for n, d in enumerate(days) if not d.working
        ],
        "xaxis": {
            **_AXIS,
            "range": [-0.5, len(days) - 0.5],
            "showgrid": False,
            "tickvals": _TICKS,
            "ticktext": [days[n].day.strftime("%m-%d") for n in _TICKS],
            "ticklabelstandoff": 6,
        },
        "yaxis": {
            **_AXIS,
            "range": [0, top * 1.12],
            "nticks": 4,
            "tickformat": "d",
            "ticklabelstandoff": 4,
            "gridcolor": "#1f2b33",
        },
    }


def _shown(categories: list[Category]) -> tuple[list[Category], list[Category]]:
    """The categories that get a row of their own, and the rest."""
    if len(categories) <= CATEGORY_ROWS:
        return categories, []
    order = sorted(categories, key=lambda c: (-c.open, -c.closed))
    chosen = {c.code for c in order[: CATEGORY_ROWS - 1]}
    return [c for c in categories if c.code in chosen], order[CATEGORY_ROWS - 1 :]


def _bullet(view: View, used: float | None, limit: float | None, closed: int) -> html.Div:
    """Time against deadline: a bar in a track whose end tick is the deadline."""
    if used is None or not limit:
        return html.Div(html.Span("—", className="t3"), className="bul")
    width = min(1.0, used / limit) * 100
    return html.Div(
        [
            html.Div(html.I(style={"width": f"{width:.1f}%"}), className="track"),
            html.Span([html.B(f"{used:.1f}", className="n"), f" / {limit:g}"]),
        ],
        className="bul",
        title=view.say("categories.cases", n=closed),
    )


def categories(view: View) -> list[Node]:
    """Open incidents by category, and the time that finished ones took 分类与用时."""
    say = view.say
    rows, rest = _shown(view.wall.categories)
    widest = max([1, *(c.open for c in rows), sum(c.open for c in rest)])
    head = [html.Span(say(f"categories.{k}"), className="h") for k in ("name", "open", "used")]

    def bar(n: int) -> html.Div:
        width = {"width": f"calc((100% - var(--u) * 3.6) * {n / widest:.3f})"}
        return html.Div([html.I(style=width), view.figure(n, "incidents")], className="bar")

    cells: list[Node] = list(head)
    for row in rows:
        name = html.Span(view.named(row), className="nm")
        cells += [name, bar(row.open), _bullet(view, row.median_hours, row.limit_hours, row.closed)]
    if rest:
        name = html.Span(say("categories.rest", n=len(rest)), className="nm t2")
        cells += [name, bar(sum(c.open for c in rest)), html.Div(className="bul")]
    body = html.Div(cells, className="cat")
    return section("categories", say("categories.title"), say("categories.note"), body)


def place(line: IncidentLine, names: int) -> str:
    """Where an incident lies, by the outermost names below the shown grid."""
    return "·".join(g.name for g in line.place[:names])


def _escalation(view: View, line: IncidentLine) -> str:
    """How far an incident was escalated and how often urged."""
    words = []
    if line.escalated:
        target = max(1, line.level - line.escalated)
        own, to = view.level(line.level, short=True), view.level(target, short=True)
        words.append(view.say("urgent.escalated", own=own, to=to))
    if line.urged:
        words.append(view.say("urgent.urged", n=line.urged))
    return "　".join(words) if view.lang == "zh" else ", ".join(words)


def urgent(view: View) -> list[Node]:
    """Overdue, escalated and urged incidents, the most pressing first 超时与督办."""
    found, wall = view.wall.urgent, view.wall
    if found is None:
        return []
    title = view.say("urgent.title")
    if not found.items:
        words = [
            html.B(view.say("urgent.none")),
            view.say("urgent.none_more", closed=f"{wall.closed:,}", on_time=f"{wall.on_time:,}"),
        ]
        body: Node = html.Div([words[0], html.Span(words[1])], className="msg")
        return section("urgent", title, view.say("urgent.all", n=0), body)
    shown = found.items[:URGENT_ROWS]
    rows = [
        html.A(
            [
                light(line.light, view.say(f"light.{line.light}")),
                html.B(line.title),
                html.Em(spare(view, line.left_hours or 0.0), className=line.light or ""),
                html.Small(
                    [
                        html.Span(place(line, 2 if view.lang == "zh" else 1)),
                        html.Span(_escalation(view, line)),
                    ]
                ),
            ],
            href=view.href(incident=line.id),
            **{"data-go": "", "data-incident": str(line.id)},
        )
        for line in shown
    ]
    note = view.say("urgent.note", n=f"{found.total:,}", shown=len(shown))
    if found.total <= len(shown):
        note = view.say("urgent.all", n=found.total)
    return section("urgent", title, note, html.Div(rows, className="esc"))
