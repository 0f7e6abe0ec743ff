"""``make_wall``: the Dash page /screen with its modes 总览, 人口, 场所 and 队伍.

The address holds the state (``?grid=&mode=&metric=&incident=&lang=``), so a reload and a deep link
show the same. What every mode shows comes from one read model, ``services.analytics.service.wall``,
the cards of a mode from ``services.analytics.modes``; one callback draws all of it whenever the
grid, the mode, the metric or something in the area changes.

Order of appearance: titles, figures, map, trend. The map and the chart are put in by the page once
the figures stand (``assets/wall-glue.js``), because drawing them takes the browser much longer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from dashboards.elements import drawn
from dashboards.map.component import GridMap  # noqa: F401 - registers the component's script
from dashboards.map.mount import vendor_base
from dashboards.strings import LANGS, catalogue, t
from dashboards.wall import foot, incident, left, middle, modes, right
from dashboards.wall.parts import METRICS, MODES, Node, Reader, View, section
from services.access.actor import Actor, current
from services.analytics import modes as figures
from services.analytics import service as analytics
from services.db.session import Database
from services.errors import AppError, NotFound
from services.incidents import service as incidents

HERE = Path(__file__).parent
POLL_MS = 30_000
MORE = {"people": figures.people, "premises": figures.premises, "staff": figures.staff}
# The cards of the rails, from the top, with the modes that show them.
LEFT = {
    "people": "overview people",
    "ages": "overview people",
    "premises": "overview premises",
    "classes": "people",
    "attention": "premises",
    "due": "premises",
    "looks": "premises",
    "grids": "overview",
    "offices": "staff",
    "vacancies": "staff",
}
RIGHT = {
    "lights": "overview",
    "trend": "overview",
    "categories": "overview",
    "urgent": "overview",
    "freshness": "people",
    "houses": "people",
    "care": "people",
    "findings": "premises",
    "rounds": "premises",
    "duty": "staff",
    "load": "staff",
}
STORES = ("want", "incident", "card-of", "beat", "seen", "trend-data", "sink")
DRAWN = ("modes", "crumb", "seg", "legend", "kids", "ticker", "note", "area")

PAGE = """<!DOCTYPE html>
<html lang="zh-CN" data-theme="wall">
<head>{metas}<title>{title}</title>{favicon}{css}{early}
<script type="module" src="/static/pages/preview.mjs"></script></head>
<body>{app_entry}<footer>{config}{scripts}{renderer}</footer></body>
</html>"""
# Components that other pages of the same process use: Dash would load their scripts here as well.
OTHERS = re.compile(r'<script src="[^"]*/(dash_ag_grid|dash_table|dash_mantine)[^"]*"></script>')


class _Page(Dash):  # type: ignore[misc]
    """A Dash page without other pages' scripts; the map's modules are fetched ahead."""

    def interpolate_index(self, **parts: str) -> str:
        modules = ["/static/map/gridmap.mjs", f"{vendor_base()}maplibre/maplibre-gl.mjs"]
        early = "".join(f'<link rel="modulepreload" href="{module}">' for module in modules)
        parts["scripts"] = OTHERS.sub("", parts["scripts"])
        return PAGE.format(early=early, **parts)


def make_wall(database: Database) -> Dash:
    """The Dash application, to be mounted at /screen behind the gate."""
    app = _Page(
        "gridgov-wall",
        requests_pathname_prefix="/screen/",
        routes_pathname_prefix="/",
        assets_folder=str(HERE / "assets"),
        external_stylesheets=["/static/assets/tokens.css", f"{vendor_base()}fonts/fonts.css"],
        title=t("wall.title"),
        update_title=None,
        suppress_callback_exceptions=True,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = lambda: _layout(database, current())
    _server_side(app, database)
    _client_side(app)
    return app


def _asked(name: str, known: Any, usual: str) -> str:
    """A part of the address of the page that asks for the layout."""
    query = parse_qs(urlsplit(flask.request.referrer or "").query)
    asked = query.get(name, [""])[0]
    return asked if asked in known else usual


def _layout(database: Database, actor: Actor) -> Node:
    lang = _asked("lang", LANGS, actor.lang)

    def say(key: str) -> str:
        return t(f"wall.{key}", lang)

    if not actor.may("screen.view"):
        return html.P(say("no_screen"), className="denied")
    words = catalogue(lang, "wall.js.")
    words["weekdays"] = say("weekdays")
    return html.Div(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            dcc.Interval(id="poll", interval=POLL_MS),
            *(dcc.Store(id=name) for name in STORES),
            dcc.Store(id="lang", data=lang),
            html.Div(id="words", hidden=True, **{"data-words": _json(words)}),
            html.Div(id="map-box"),
            _top(database, actor, lang, say),
            html.Div([_card(k, m, say) for k, m in LEFT.items()], className="rail l"),
            _middle(say),
            html.Div([_card(k, m, say) for k, m in RIGHT.items()], className="rail r"),
            _foot(say),
        ],
        id="wall",
        className="wall loading",
        **{"data-lang": lang, "data-mode": _asked("mode", MODES, MODES[0])},
    )


def _json(value: Any) -> str:
    return flask.json.dumps(value, ensure_ascii=False)


def _card(key: str, shown_in: str, say: Any) -> html.Section:
    """A card of a rail: its title stands at once, its figures come with the first answer."""
    body: Node = html.Div(section(key, say(f"{key}.title")), id=key)
    if key == "trend":
        body = [body, html.Div(id="plot", className="plot")]
    modes = " ".join(f"m-{mode}" for mode in shown_in.split())
    return html.Section(body, className=f"sec {key} {modes}")


def _top(database: Database, actor: Actor, lang: str, say: Any) -> html.Header:
    other = LANGS[1 - LANGS.index(lang)]
    links: list[Node] = []
    if actor.may("desk.view"):
        links.append(html.A(say("desk"), href="/desk/"))
    links.append(html.A(t("pages.nav.account", lang), href="/account"))
    links.append(html.A(say("other_lang"), id="other-lang", href=f"?lang={other}", hrefLang=other))
    chip = [html.Span(say("demo"), className="chip")] if database.settings.demo else []
    now = [*links, *chip, html.Span(id="date"), html.B(id="clock")]
    brand = [middle.logo(), html.H1(say("title")), html.Div(id="area", className="area")]
    return html.Header(
        [
            html.Div(brand, className="brand"),
            html.Nav(id="modes", className="tabs", **{"aria-label": say("modes")}),
            html.Div(now, className="now"),
        ],
        className="top",
    )


def _middle(say: Any) -> html.Main:
    bar = html.Div(
        [
            html.Nav(id="crumb", className="crumb", **{"aria-label": say("place")}),
            html.Nav(id="seg", className="seg", **{"aria-label": say("metric.label")}),
        ],
        className="bar1",
    )
    return html.Main(
        [
            html.Div(
                [bar, html.Div(id="banner", className="ban", hidden=True), html.Div(id="note")],
                className="upper",
            ),
            html.Div(id="legend", className="lg", **{"data-corner": "bl"}),
            html.Div(id="tip", className="tip"),
            html.Div(id="card"),
            html.Section(id="kids", className="kids"),
        ],
        className="mid",
    )


def _foot(say: Any) -> html.Footer:
    title = html.H2([say("latest.title"), html.Span(id="ticker-page")])
    ticker = html.Div([title, html.Div(id="ticker", className="ticker")], className="tick")
    return html.Footer([ticker, html.Div(id="status", className="stat")], className="foot")


def _server_side(app: Dash, database: Database) -> None:
    keys = (*LEFT, *RIGHT, *DRAWN)

    @app.callback(
        *(Output(key, "children") for key in keys),
        Output("trend-data", "data"),
        Output("seen", "data"),
        Input("want", "data"),
        Input("beat", "data"),
        Input("poll", "n_intervals"),
        State("lang", "data"),
        prevent_initial_call=True,
    )
    def draw(want: Any, beat: Any, _poll: Any, lang: str) -> tuple[Any, ...]:
        actor = current()
        view, found = _look(database, actor, want or {}, lang)
        parts = _drawn(view, found)
        seen = {**middle.for_map(view), "beat": beat, "asked": (want or {}).get("grid")}
        return (*(parts[key] for key in keys), right.trend_figure(view), seen)

    @app.callback(
        Output("card", "children"),
        Input("card-of", "data"),
        State("seen", "data"),
        State("lang", "data"),
        prevent_initial_call=True,
    )
    def open_card(card_of: Any, seen: Any, lang: str) -> Node:
        incident_id = _whole((card_of or {}).get("incident"))
        if not incident_id or not seen:
            return None
        actor = current()
        with database.session(actor) as session:
            at = seen["grid"]["gridId"]
            reader = Reader(actor, lang, at, seen["mode"], seen["metric"])
            try:
                found = incidents.card(session, actor, incident_id)
            except AppError:
                return drawn(incident.missing(reader))
        return drawn(incident.card(reader, found))


def _whole(value: Any) -> int | None:
    """A grid id as the address gives it; None for anything that is no id."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _look(database: Database, actor: Actor, want: dict[str, Any], lang: str) -> tuple[View, bool]:
    """The wall of the wanted grid; of the reader's own when there is no such grid for them."""
    actor.require("screen.view")
    mode = want.get("mode") if want.get("mode") in MODES else MODES[0]
    metric = want.get("metric")
    found = True
    with database.session(actor) as session:
        try:
            asked = want.get("grid")
            grid_id = _whole(asked) if asked else analytics.home(session, actor)
            if grid_id is None:
                raise NotFound("grid")
            wall = analytics.wall(session, actor, grid_id)
        except NotFound:
            found = False
            wall = analytics.wall(session, actor, analytics.home(session, actor))
        more = MORE[mode](session, actor, wall.grid.id) if mode in MORE else None
    metric = metric if metric in METRICS[mode] else METRICS[mode][0]
    return View(actor, lang, wall.grid.id, mode, metric, wall, more), found


def _drawn(view: View, found: bool) -> dict[str, Any]:
    """What stands on the page; the cards of other modes stay as they are."""
    note = [] if found else [html.Div(view.say("not_found"), className="ban")]
    parts = {
        "people": left.people(view),
        "ages": left.ages(view),
        "premises": left.premises(view),
        "grids": left.grids(view),
        "lights": right.lights(view),
        "trend": right.trend_head(view),
        "categories": right.categories(view),
        "urgent": right.urgent(view),
        **modes.cards(view),
        "modes": middle.modes(view),
        "crumb": middle.crumbs(view),
        "seg": middle.metrics(view),
        "legend": middle.legend(view),
        "kids": middle.kids(view),
        "ticker": foot.ticker(view),
        "note": note,
        "area": view.say("area", name=view.wall.grid.chain[0].name),
    }
    shown_in = {**LEFT, **RIGHT}
    parts = {k: p for k, p in parts.items() if view.mode in shown_in.get(k, view.mode).split()}
    return dict.fromkeys(shown_in, no_update) | {k: drawn(p) for k, p in parts.items()}


def _client_side(app: Dash) -> None:
    """Glue between address, map and answers, in ``assets/wall-*.js``."""

    def run(name: str, outputs: list[Output], *inputs: Any) -> None:
        app.clientside_callback(
            ClientsideFunction("wall", name), outputs, *inputs, prevent_initial_call=name != "want"
        )

    def watch(name: str, *inputs: Input) -> None:
        run(name, [Output("sink", "data", allow_duplicate=True)], *inputs)

    run("want", [Output("want", "data"), Output("incident", "data")], Input("url", "search"))
    run("card", [Output("card-of", "data")], Input("incident", "data"), Input("seen", "data"))
    run("click", [Output("url", "search")], Input("map", "clickData"))
    watch("show", Input("seen", "data"), Input("trend-data", "data"))
    watch("live", Input("map", "liveData"))
    watch("hover", Input("map", "hoverData"))
    watch("mark", Input("incident", "data"))
    watch("out", Input("map", "signedOut"))
    watch("rest", Input("map", "view"))
