"""The cards of the modes 人口, 场所 and 队伍: bars of shares, days and child grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html

from dashboards.wall.parts import Node, View, section, share
from services.analytics.mode_schemas import PeopleMode, PremisesMode, Round, Share, StaffMode
from services.analytics.schemas import Child

ROUNDS_SHOWN = 20
DUTY_SHOWN = 10
CHILDREN_SHOWN = 9
Bar = tuple[Node, float, Node]  # what it is, its length from 0 to 1, its figure
Figures = Mapping[int, float | None]  # child grid -> figure, None where it is hidden


def cards(view: View) -> dict[str, list[Node]]:
    """The cards of the shown mode that no other mode has."""
    match view.more:
        case PeopleMode() as more:
            return _people(view, more)
        case PremisesMode() as more:
            return _premises(view, more)
        case StaffMode() as more:
            return _staff(view, more)
        case None:
            return {}


def _bars(bars: Sequence[Bar], cls: str = "") -> html.Div:
    """Rows of name, bar and figure; the bars of a card share one scale."""
    rows = []
    for name, length, figure in bars:
        fill = html.I(style={"width": f"{100 * length:.1f}%"})
        cells = [html.Span(name, className="nm"), html.Div(fill, className="gauge"), figure]
        rows.append(html.Div(cells))
    return html.Div(rows, className=f"rows {cls}".strip())


def _figure(text: str, small: Node = None) -> html.Span:
    return html.Span([text, html.Em(small)] if small else text, className="n")


def _by_child(view: View, figures: Figures, *, add: bool = True) -> html.Div:
    """A bar for each child grid, the largest first; the rest in one line, ``add`` their sum."""
    children = {child.id: child for child in view.wall.children}
    order = sorted(figures, key=lambda i: (-(figures[i] or 0), children[i].code))
    top = max((n or 0 for n in figures.values()), default=0) or 1
    shown = order if len(order) <= CHILDREN_SHOWN else order[: CHILDREN_SHOWN - 1]
    bars: list[Bar] = [
        (_link(view, children[i]), (figures[i] or 0) / top, _count(view, figures[i])) for i in shown
    ]
    rest = [figures[i] for i in order[len(shown) :]]
    if rest:
        told = None if None in rest else sum(n or 0 for n in rest)
        name = html.Span(view.say("modes.rest", n=len(rest)), className="t2")
        bars.append((name, 0, _count(view, told) if add else None))
    return _bars(bars)


def _link(view: View, child: Child) -> html.A:
    return html.A(child.name, href=view.href(grid=child.id), **{"data-go": "down"})


def _count(view: View, n: float | None) -> html.Span:
    return html.Span(view.count(None) if n is None else f"{n:,}", className="n")


# ---- people -------------------------------------------------------------------------------------


def _people(view: View, more: PeopleMode) -> dict[str, list[Node]]:
    say = view.say
    counted = {"care": _care(view, more)}
    floating = {c.id: c.people_by_class.floating for c in view.wall.children}
    body: Node = _by_child(view, floating) if floating else _nothing(view, "modes.no_children")
    counted["classes"] = section("classes", say("classes.title"), say("classes.note"), body)
    counted["freshness"] = _freshness(view, more)
    counted["houses"] = _houses(view, more)
    return counted


def _told(view: View, part: Share) -> Node:
    """A share as people read it: the count and its percent, as far as they are told."""
    if part.percent is None:
        return html.Span(view.count(part.n), className="n")
    if part.n is None:
        return _figure(f"≈ {part.percent}%")
    return _figure(f"{part.n:,}", f"{part.percent}%")


def _freshness(view: View, more: PeopleMode) -> list[Node]:
    """How long ago people were last confirmed 登记新鲜度."""
    say, found = view.say, more.freshness
    rows = [
        ([html.I(className=f"sw {key}"), say(f"freshness.{key}")], getattr(found, key))
        for key in ("fresh", "aging", "old")
    ]
    bars = [(name, (part.percent or 0) / 100, _told(view, part)) for name, part in rows]
    note = "" if view.actor.may("people.read") else say("modes.shares")
    return section("freshness", say("freshness.title"), note, _bars(bars, "three"))


def _houses(view: View, more: PeopleMode) -> list[Node]:
    """Houses 房屋: in use, let, lived in."""
    say, found = view.say, more.houses
    cells = [
        (say("houses.lived_in"), (found.lived_in.percent or 0) / 100, _told(view, found.lived_in)),
        (
            say("houses.rented"),
            found.rented / found.total if found.total else 0,
            _figure(f"{found.rented:,}", share(found.rented, found.total)),
        ),
    ]
    total = [view.figure(found.total, "houses", "mid2"), html.Small(say("houses.unit"))]
    hero = html.Div(html.Div(total), className="hero")
    return section("houses", say("houses.title"), "", [hero, _bars(cells)])


def _care(view: View, more: PeopleMode) -> list[Node]:
    """People with a label of care 关爱服务, as far as the reader's roles may see the label."""
    say = view.say
    if not more.care:
        return section("care", say("care.title"), "", _nothing(view, "care.none"))
    top = max((label.count or 0 for label in more.care), default=0) or 1
    bars: list[Bar] = [
        (view.named(x), (x.count or 0) / top, html.Span(view.count(x.count), className="n"))
        for x in sorted(more.care, key=lambda x: -(x.count or 0))
    ]
    return section("care", say("care.title"), say("care.note"), _bars(bars))


# ---- premises -----------------------------------------------------------------------------------


def _premises(view: View, more: PremisesMode) -> dict[str, list[Node]]:
    say = view.say
    levels = more.attention.model_dump()
    whole = max(1, sum(levels.values()))
    attention: list[Bar] = [
        ([html.I(className=f"sw {key}"), say(f"attention.{key}")], n / whole,
         _figure(f"{n:,}", share(n, whole)))
        for key, n in levels.items()
    ]  # fmt: skip
    dates = more.due.model_dump()
    due: list[Bar] = [
        (say(f"due.{key}"), n / max(1, sum(dates.values())), html.Span(f"{n:,}", className="n"))
        for key, n in dates.items()
    ]
    return {
        "attention": section("attention", say("attention.title"), "", _bars(attention, "three")),
        "due": section("due", say("due.title"), "", _bars(due)),
        "looks": _looks(view, more),
        "findings": _findings(view, more),
        "rounds": _rounds(view, more.rounds),
    }


def _looks(view: View, more: PremisesMode) -> list[Node]:
    """Inspections of thirty days 近 30 日检查: a column a day, with what was not right in it."""
    top = max((day.looks for day in more.days), default=0) or 1
    columns = []
    for day in more.days:
        words = view.say("looks.day", day=day.day.isoformat(), n=day.looks, bad=day.bad)
        height = {"height": f"{100 * day.looks / top:.1f}%"}
        bad = {"height": f"{100 * day.bad / (day.looks or 1):.1f}%"}
        stick = html.I(html.I(style=bad, className="bad"), style=height)
        columns.append(html.Div(stick, title=words, className="" if day.working else "off"))
    first, last = (d.day.strftime("%m-%d") for d in (more.days[0], more.days[-1]))
    looks, bad = sum(d.looks for d in more.days), sum(d.bad for d in more.days)
    axis = html.Div([html.Span(first), html.Span(view.say("looks.top", n=top)), html.Span(last)])
    note = view.say("looks.note", n=f"{looks:,}", bad=f"{bad:,}")
    chart = html.Div(columns, className="days", role="img", **{"aria-label": note})
    return section("looks", view.say("looks.title"), note, [chart, axis])


def _findings(view: View, more: PremisesMode) -> list[Node]:
    """Findings 隐患 that are not yet rectified, and those that were."""
    cells = [
        html.Div(
            [html.Span(f"{n:,}", className="n"), html.Span(view.say(f"findings.{key}"))],
            className=key if n else f"{key} zero",
        )
        for key, n in more.findings.model_dump().items()
    ]
    return section("findings", view.say("findings.title"), "", html.Div(cells, className="four"))


def _rounds(view: View, rounds: list[Round]) -> list[Node]:
    """Patrol areas 巡查区 by what is due in them."""
    say = view.say
    if not rounds:
        return section("rounds", say("rounds.title"), "", _nothing(view, "rounds.none"))
    top = max(r.due for r in rounds) or 1
    bars: list[Bar] = [
        (r.name, r.due / top, _figure(f"{r.due:,}", f"/ {r.premises:,}"))
        for r in rounds[:ROUNDS_SHOWN]
    ]
    note = say("rounds.note", n=len(rounds), due=f"{sum(r.due for r in rounds):,}")
    return section("rounds", say("rounds.title"), note, _bars(bars))


# ---- staff --------------------------------------------------------------------------------------


def _staff(view: View, more: StaffMode) -> dict[str, list[Node]]:
    return {
        "offices": _offices(view, more),
        "vacancies": _vacancies(view, more),
        "duty": _duty(view, more.rounds),
        "load": _load(view),
    }


def _offices(view: View, more: StaffMode) -> list[Node]:
    """Posts 岗位 in force by level and kind."""
    say = view.say
    keys = ("grids", "leader", "deputy", "staff", "vacant")
    head = [html.Span(say("grids.level")), *(html.Span(say(f"offices.{k}")) for k in keys)]
    rows = [html.Div(head, className="h")]
    for row in more.offices:
        figures = [(key, getattr(row, key)) for key in keys]
        cells = [
            html.Span(f"{n:,}", className="n zero" if key == "vacant" and not n else "n")
            for key, n in figures
        ]
        rows.append(html.Div([html.Span(view.level(row.level), className="t2"), *cells]))
    total = [view.figure(view.wall.staff_count, "staff", "big"), html.Small(say("offices.unit"))]
    body = [html.Div(html.Div(total), className="hero"), html.Div(rows, className="lv six")]
    return section("offices", say("offices.title"), say("offices.note"), body)


def _vacancies(view: View, more: StaffMode) -> list[Node]:
    """Grids without a leader 网格长空缺."""
    say, found = view.say, more.vacancies
    title, note = say("vacancies.title"), say("vacancies.note", n=f"{found.total:,}")
    if not found.total:
        return section("vacancies", title, note, _nothing(view, "vacancies.none"))
    rows = [
        html.A(
            [html.B(row.name), html.Small("·".join(grid.name for grid in row.place))],
            href=view.href(grid=row.id),
            **{"data-go": "down"},
        )
        for row in found.items
    ]
    return section("vacancies", title, note, html.Div(rows, className="list"))


def _duty(view: View, rounds: list[Round]) -> list[Node]:
    """Patrol areas that are walked today 今日巡查, with their hours and officers."""
    say = view.say
    today = [r for r in rounds if r.today]
    officers = sum(r.officers for r in today)
    note = say("duty.note", n=len(today), all=len(rounds), officers=f"{officers:,}")
    if not today:
        return section("duty", say("duty.title"), note, _nothing(view, "duty.none"))
    rows = [
        html.Div(
            [
                html.B(r.name),
                html.Small(f"{r.starts_at}–{r.ends_at}"),
                html.Span(say("duty.officers", n=r.officers), className="" if r.officers else "no"),
            ]
        )
        for r in sorted(today, key=lambda r: (r.officers > 0, r.starts_at, r.id))[:DUTY_SHOWN]
    ]
    return section("duty", say("duty.title"), note, html.Div(rows, className="list duty"))


def _load(view: View) -> list[Node]:
    """Households for each member of staff 户均负担, by child grid."""
    say = view.say
    figures: dict[int, float | None] = {}
    for child in view.wall.children:
        told = child.households is not None and child.staff_count
        figures[child.id] = round(child.households / child.staff_count, 1) if told else None
    body: Node = (
        _by_child(view, figures, add=False) if figures else _nothing(view, "modes.no_children")
    )
    return section("load", say("load.title"), say("load.note"), body)


def _nothing(view: View, key: str) -> html.Div:
    return html.Div(html.Span(view.say(key)), className="msg")
