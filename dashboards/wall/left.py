"""The left rail: people, ages, premises, grids and staff."""

from __future__ import annotations

from dash import html

from dashboards.wall.parts import Icon, Node, View, section, share
from services.analytics.schemas import Ages

CLASSES = ("registered", "floating", "unsettled", "overseas")
KINDS = {"school", "clinic", "shop", "restaurant", "hotel", "entertainment", "netcafe", "beauty"}
KINDS |= {"workshop", "other"}
THOUSANDS_FROM = 2000


def people(view: View) -> list[Node]:
    """People 实有人口 by class, and households."""
    wall, by_class = view.wall, view.wall.people_by_class
    counts = [(c, getattr(by_class, c)) for c in CLASSES]
    hero = html.Div(
        [
            html.Div(
                [view.figure(wall.people, "people", "big"), html.Small(view.say("people.unit"))]
            ),
            html.Div(
                [
                    view.figure(wall.households, "households", "mid2"),
                    html.Small(view.say("people.households")),
                ]
            ),
        ],
        className="hero",
    )
    # What is hidden stands together as one part, so that the others keep their share.
    rest = (wall.people or 0) - sum(n or 0 for _, n in counts) if wall.hidden else 0
    parts = [
        html.I(className=c, style={"flex": f"{n} 0 calc(var(--u) * .2)"})
        for c, n in [*counts, ("hidden", max(rest, 0))]
        if n
    ]
    rows = [
        html.Div(
            [
                html.Span([html.I(className=f"sw {c}"), view.say(f"class.{c}")]),
                view.figure(n, "people"),
                html.Span(share(n, wall.people), className="t2"),
            ]
        )
        for c, n in counts
    ]
    body = [hero, html.Div(parts, className="stack"), html.Div(rows, className="cls")]
    return section("people", view.say("people.title"), view.say("people.note"), body)


def _step(top: int) -> int:
    """Distance of the axis marks: the smallest round number that gives at most three a side."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if top < 4 * size * factor:
                return size * factor
        size *= 10


def _axis(ages: Ages, top: int, step: int, unit: str) -> list[Node]:
    scale = 1000 if top >= THOUSANDS_FROM else 1
    marks: list[Node] = []
    for value in range(step, top + 1, step):
        text = f"{value / scale:g}"
        offset = 43.75 * value / top
        for side in ("left", "right"):
            marks.append(html.I(className="gl", style={side: f"{43.75 - offset:.2f}%"}))
            marks.append(
                html.Span(text, className=f"ax {side}", style={side: f"{43.75 - offset:.2f}%"})
            )
    return [*marks, html.Span(unit, className="ax unit")]


def _known(found: Ages) -> int:
    """People of known age; 0 where that is hidden."""
    if found.young is None or found.working is None or found.old is None:
        return 0
    return found.young + found.working + found.old


def ages(view: View) -> list[Node]:
    """Age pyramid 年龄结构 with the same scale on both sides."""
    found = view.wall.ages
    top = max((max(b.men or 0, b.women or 0) for b in found.bands), default=0) or 1
    step = _step(top)
    unit = view.say("ages.thousand" if top >= THOUSANDS_FROM else "people.unit")
    bars: list[Node] = []
    for n, band in enumerate(found.bands):
        row = {"bottom": f"{100 * n / len(found.bands):.2f}%"}
        for sex, count in (("men", band.men), ("women", band.women)):
            if count is None:
                bars.append(html.I(className=f"pb {sex} hidden", style=row))
                continue
            width = {"width": f"{43.75 * count / top:.2f}%"}
            bars.append(html.I(className=f"pb {sex}", style={**row, **width}))
        if band.since % 20 == 0:
            bars.append(html.Span(str(band.since), className="age", style=row))
    men, women = view.number(found.men), view.number(found.women)
    label = view.say("ages.chart", men=men, women=women)
    chart = html.Div(
        [html.Div(bars, className="bars"), *_axis(found, top, step, unit)],
        className="pyr",
        role="img",
        **{"aria-label": label},
    )
    key = html.Div(
        [
            html.Span([html.I(className="men"), view.say("ages.men"), html.B(men)]),
            html.Span([view.say("ages.women"), html.B(women), html.I(className="women")]),
        ],
        className="mf",
    )
    known = _known(found)
    groups = (("0–14", found.young), ("15–59", found.working), ("60+", found.old))
    three = [
        html.Span([name, html.B(f"{100 * (n or 0) / known:.1f}%" if known else "—")])
        for name, n in groups
    ]
    note: Node = view.say("ages.note")
    if found.hidden:
        note = html.Span(view.say("small.some"), title=view.say("small.why"))
    if found.unknown:
        note = view.say("ages.unknown", n=f"{found.unknown:,}")
    body = [key, chart, html.Div(three, className="tri")]
    return section("ages", view.say("ages.title"), note, body)


def premises(view: View) -> list[Node]:
    """Premises 场所 by kind, with how many need attention."""
    wall = view.wall
    kinds = [k for k in wall.premises_kinds if k.code in KINDS or k.total]
    cells = []
    for kind in kinds:
        known = kind.code in KINDS
        name = view.say(f"kind.{kind.code}") if known else view.named(kind)
        hint = view.say(
            "premises.kind",
            kind=view.named(kind),
            n=kind.total,
            medium=kind.medium,
            serious=kind.serious,
        )
        cells.append(
            html.Div(
                [
                    Icon(name=f"p-{kind.code}" if known else "p-other", className="pi"),
                    html.Span(name, className="nm"),
                    view.figure(kind.total, "premises"),
                ],
                title=hint,
                className="" if kind.total else "zero",
            )
        )
    medium, serious = (sum(getattr(k, level) for k in kinds) for level in ("medium", "serious"))
    attention = [
        html.Span(
            [html.I(mark, className=f"att a{mark}"), view.say(f"premises.{key}"), html.B(f"{n:,}")]
        )
        for mark, key, n in (("2", "medium", medium), ("3", "serious", serious))
    ]
    due = sum(k.due for k in kinds)
    note = view.say("premises.note", n=f"{wall.premises:,}", due=f"{due:,}")
    body = [html.Div(cells, className="kinds"), html.Div(attention, className="atts")]
    return section("premises", view.say("premises.title"), note, body)


def grids(view: View) -> list[Node]:
    """Grids, staff and missing leaders of each level 网格与队伍."""
    say, levels = view.say, view.wall.levels
    head = [html.Span(say(f"grids.{k}")) for k in ("level", "grids", "staff", "vacant")]
    rows = [html.Div(head, className="h")]
    for row in levels:
        vacant = html.Span(f"{row.vacant:,}", className="n" if row.vacant else "n zero")
        rows.append(
            html.Div(
                [
                    html.Span(view.level(row.level), className="t2"),
                    html.Span(f"{row.grids:,}", className="n"),
                    html.Span(f"{row.staff:,}", className="n"),
                    vacant,
                ]
            )
        )
    total = say(
        "grids.count",
        grids=f"{sum(r.grids for r in levels):,}",
        staff=f"{view.wall.staff_count:,}",
    )
    return section("grids", say("grids.title"), total, html.Div(rows, className="lv"))
