"""The frame of the desk: navigation, top bar, map with its tools, panel, table, card."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash_ag_grid import AgGrid

from dashboards.desk import acts, bars, emergency
from dashboards.desk.parts import Icon, Node, Reader, button, icon_button, intent, notice, tag
from dashboards.desk.registers import visible
from dashboards.map.component import GridMap
from dashboards.pages.mount import may_administer, may_claim
from dashboards.strings import catalogue, t

SHAPES = (
    ("select", "i-cursor"),
    ("polygon", "i-polygon"),
    ("circle", "i-circle"),
    ("line", "i-route"),
    ("nearest", "i-locate"),
    ("here", "i-info"),
)
LAYERS = (
    ("grids", None, "i-grid"),
    ("buildings", "places.read", "i-building"),
    ("premises", "premises.read", "i-premises"),
    ("incidents", "incidents.read", "i-incident"),
    ("people", "people.read", "i-users"),
)
FORMATS = ("xlsx", "csv", "geojson")


def layout(
    reader: Reader, home: dict[str, Any] | None, demo: bool, opened: str | None = None
) -> html.Div:
    """The whole page for one reader; ``home`` is where the map opens.

    ``opened``: the grid of an emergency look that is open.
    """
    boot = {
        "user": reader.actor.user_id,
        "staff": reader.actor.staff_id,
        "may": sorted(p for p in reader.actor.permissions if p.endswith(".write")),
        "home": home["id"] if home else None,
        "tabs": [r.code for r in visible(reader.actor)],
        "layers": _shown_layers(reader),
    }
    stores = (
        "grid",
        "place",
        "question",
        "card-of",
        "recard",
        "tick",
        "fit",
        "refilter",
        "page",
        "deed",
    )
    return html.Div(
        [
            dcc.Store(id="boot", data=boot),
            *[dcc.Store(id=name) for name in stores],
            _nav(reader, demo),
            _top(reader, home, opened),
            _map(reader, home),
            html.Section(
                _skeleton(), id="panel", className="panel", **{"aria-label": reader.say("panel")}
            ),
            _table(reader),
            html.Aside(id="card", className="card", **{"aria-label": reader.say("card")}),
            html.Div(id="said", className="said", hidden=True, role="alert"),
            emergency.form(reader),
        ],
        id="desk",
        className="desk",
        lang="zh-CN" if reader.lang == "zh" else "en",
    )


def denied(reader: Reader) -> html.Div:
    """What somebody sees whose post does not work at the desk."""
    leave = button(reader.say("sign_out"), "leave", "i-logout", "p")
    return html.Div(
        notice(reader.say("denied"), reader.say("denied_hint"), leave), className="desk denied"
    )


def _skeleton() -> html.Div:
    """Grey bars where figures go, until they are there."""
    return html.Div([html.I() for _ in range(9)], className="skeleton")


# ---- navigation and top bar ---------------------------------------------------------------------


def _nav(reader: Reader, demo: bool) -> html.Nav:
    entries: list[Node] = [
        html.Li(html.A([Icon(name="i-map"), reader.say("nav.map")], href="/desk/", className="on"))
    ]
    if reader.may("people.read"):
        mark = html.Span(id="unplaced", className="n")
        entries.append(
            html.Li(
                html.Button(
                    [Icon(name="i-pin"), reader.say("nav.unplaced"), mark],
                    type="button",
                    title=reader.say("nav.unplaced_hint"),
                    **intent("unplaced"),
                )
            )
        )
        words = [Icon(name="i-refresh"), reader.say("nav.revisit")]
        oldest = {"column": "confirmed_on", "order": "asc"}
        revisit = intent("rows", register="people", filters={"fresh": "90"}, sort=oldest)
        hint = reader.say("nav.revisit_hint")
        entries.append(html.Li(html.Button(words, type="button", title=hint, **revisit)))
        words = [Icon(name="i-tag"), reader.say("nav.upcoming")]
        upcoming = intent("form", form="label.upcoming")
        hint = reader.say("nav.upcoming_hint")
        entries.append(html.Li(html.Button(words, type="button", title=hint, **upcoming)))
    if reader.may("people.correct"):
        words = [Icon(name="i-edit"), reader.say("corrections")]
        entries.append(html.Li(html.A(words, href="/corrections", id="to-corrections")))
    if may_claim(reader.actor):
        words = [Icon(name="i-import"), t("pages.nav.claims", reader.lang)]
        entries.append(html.Li(html.A(words, href="/claims", id="to-claims")))
    others = [("screen", "screen.view", "i-full"), ("patrol", "patrol.view", "i-walk")]
    away = [
        html.Li(html.A([Icon(name=icon), reader.say(f"nav.{page}")], href=f"/{page}/"))
        for page, permission, icon in others
        if reader.may(permission)
    ]
    if may_administer(reader.actor):
        words = [Icon(name="i-settings"), t("pages.nav.admin", reader.lang)]
        away.append(html.Li(html.A(words, href="/admin")))
    if away:
        entries += [html.Li(className="sep"), *away]
    foot = html.Div(tag(reader.say("demo")), className="ft") if demo else None
    brand = html.Div(
        [Icon(name="i-grid", className="logo"), reader.say("brand")], className="brand"
    )
    return html.Nav([brand, html.Ul(entries), foot], className="nav")


def _top(reader: Reader, home: dict[str, Any] | None, opened: str | None) -> html.Header:
    return html.Header(
        [
            _finder(reader, home),
            html.Span(className="sp"),
            emergency.chip(reader, opened),
            html.Span(
                [
                    Icon(name="i-live"),
                    *[
                        html.Span(reader.say(f"live.{s}"), className=s)
                        for s in ("open", "retry", "closed")
                    ],
                ],
                id="live",
                className="live",
                role="status",
            ),
            html.Div(
                [
                    html.Button(
                        reader.say(f"lang.{lang}"),
                        type="button",
                        **{"aria-pressed": str(lang == reader.lang).lower()},
                        **intent("language", lang=lang),
                    )
                    for lang in ("zh", "en")
                ],
                className="lang",
            ),
            emergency.bell(reader),
            _user(reader),
        ],
        className="top",
    )


def _finder(reader: Reader, home: dict[str, Any] | None) -> html.Div:
    """The own grid as a chip that opens the search for grids, people, premises."""
    own = home["name"] if home else reader.say("no_grid")
    chip = html.Button(
        [
            Icon(name="i-pin"),
            html.B(own),
            html.Small(reader.named("level", home["level"]) if home else ""),
        ],
        type="button",
        className="scope",
        title=reader.say("own_grid"),
        **(intent("grid", id=home["id"]) if home else {}),
    )
    ask = html.Button(
        [Icon(name="i-search"), html.Span(reader.say("find")), html.Kbd("/")],
        type="button",
        className="search",
        **intent("menu", id="finder"),
    )
    box = html.Div(
        [
            dcc.Input(
                id="words",
                type="text",
                debounce=0.25,
                maxLength=60,
                placeholder=reader.say("find"),
                autoComplete="off",
            ),
            html.Div(id="found", className="found"),
        ],
        id="finder",
        className="menu finder",
    )
    return html.Div([chip, html.Div([ask, box], className="holder")], className="picker")


def _user(reader: Reader) -> html.Div:
    actor = reader.actor
    face = html.Span((actor.name or actor.username)[:1], className="av l")
    return html.Div(
        [
            html.Button(
                [face, html.Span(actor.name), Icon(name="i-down")],
                type="button",
                className="me",
                **intent("menu", id="user"),
            ),
            html.Div(
                [
                    html.Div([html.B(actor.name), html.Small(actor.username)], className="who"),
                    html.A(
                        [Icon(name="i-person"), t("pages.nav.account", reader.lang)],
                        href="/account",
                    ),
                    emergency.opener(reader),
                    html.Button(
                        [Icon(name="i-logout"), reader.say("sign_out")],
                        type="button",
                        **intent("leave"),
                    ),
                ],
                id="user",
                className="menu right",
            ),
        ],
        className="holder",
    )


# ---- map ----------------------------------------------------------------------------------------


def _map(reader: Reader, home: dict[str, Any] | None) -> html.Section:
    return html.Section(
        [
            GridMap(
                id="map",
                theme="desk",
                lang=reader.lang,
                bounds=home["bbox"] if home else None,
                padding={"top": 56, "right": 24, "bottom": 64, "left": 60},
                layers=_shown_layers(reader),
                lights="tiles" if reader.may("incidents.read") else "none",
                live="/events",
            ),
            html.Nav(id="crumb", className="ov crumb", **{"aria-label": reader.say("crumb")}),
            _layers(reader),
            _tools(reader),
            html.Div(reader.say("offline"), className="ov offline", role="status"),
            html.Div(id="legend", className="ov legend"),
            html.Div(id="answer", className="ov answer", role="status"),
        ],
        className="mapw",
        **{"aria-label": reader.say("nav.map")},
    )


def _shown_layers(reader: Reader) -> dict[str, bool | None]:
    """Which layers are drawn at first; None = never asked for, the reader may not see them."""
    return {
        name: name != "people" if permission is None or reader.may(permission) else None
        for name, permission, _ in LAYERS
    }


def _layers(reader: Reader) -> html.Div:
    return html.Div(
        [
            html.Button(
                [html.Span(Icon(name="i-check"), className="cb"), reader.say(f"layer.{name}")],
                type="button",
                role="checkbox",
                **{"data-layer": name, "aria-checked": str(name != "people").lower()},
                **intent("layer", name=name),
            )
            for name, permission, _ in LAYERS
            if permission is None or reader.may(permission)
        ],
        className="ov layers",
    )


def _tools(reader: Reader) -> html.Div:
    shapes = [
        html.Button(
            Icon(name=icon),
            type="button",
            title=reader.say(f"tool.{name}"),
            **{
                "aria-label": reader.say(f"tool.{name}"),
                "aria-pressed": str(name == "select").lower(),
                "data-tool-name": name,
            },
            **intent("tool", name=name),
        )
        for name, icon in SHAPES
        if name != "nearest" or reader.may("premises.read")
    ]
    shapes.append(icon_button("i-close", reader.say("tool.clear"), "clear", ""))
    zoom = [
        icon_button("i-plus", reader.say("tool.zoom_in"), "zoom", "", step=1),
        icon_button("i-minus", reader.say("tool.zoom_out"), "zoom", "", step=-1),
        icon_button("i-full", reader.say("tool.fit"), "fit", ""),
    ]
    hints = [
        html.Div(reader.say(f"hint.{name}"), className=f"hint for-{name}")
        for name in ("polygon", "circle", "line", "nearest", "here")
    ]
    return html.Div(
        [
            html.Div(shapes, className="ov tools", role="toolbar"),
            html.Div(zoom, className="ov tools"),
            *hints,
        ],
        className="toolbox",
    )


# ---- table --------------------------------------------------------------------------------------


def _export(reader: Reader) -> Node:
    """The button of the files; nothing for whoever may not take any."""
    if not reader.may("export"):
        return None
    files = [
        html.Button(
            [Icon(name="i-download"), reader.say(f"format.{f}")],
            type="button",
            **intent("export", format=f),
        )
        for f in FORMATS
    ]
    return html.Div(
        [
            button(reader.say("export"), "menu", "i-export", "s", id="files"),
            html.Div(files, id="files", className="menu right up"),
        ],
        id="export",
        className="holder",
    )


def _table(reader: Reader) -> html.Section:
    grid = AgGrid(
        id="table",
        columnDefs=[],
        rowData=[],
        getRowId="params.data.id",
        className="ag",
        style={"height": "100%", "width": "100%"},
        eventListeners={"sortChanged": ["deskSort(params)"]},
        defaultColDef={
            "resizable": True,
            "sortable": False,
            "suppressMovable": True,
            "comparator": {"function": "deskKeep()"},
        },
        dashGridOptions=_grid_options(reader),
    )
    return html.Section(
        [
            html.Div(
                [
                    html.Div(id="tabs", className="tabs", role="tablist"),
                    html.Span(className="sp"),
                    *acts.new(reader),
                    _export(reader),
                ],
                className="tb",
            ),
            html.Div(
                [html.Div(id="filters", className="filters"), *bars.queries(reader)],
                className="asks",
            ),
            html.Div(id="conditions", className="conditions", role="status"),
            html.Div([grid, html.Div(id="state", className="state")], id="rows", className="rows"),
            html.Footer(id="foot", className="foot"),
        ],
        className="table",
        **{"aria-label": reader.say("table")},
    )


def _grid_options(reader: Reader) -> dict[str, Any]:
    theme = (
        "themeQuartz.withParams({"
        "accentColor:'#175e90',backgroundColor:'#ffffff',foregroundColor:'#15212a',"
        "headerBackgroundColor:'#f6f8f9',headerTextColor:'#44545f',borderColor:'#e0e6ea',"
        "rowBorder:{color:'#edf1f3'},wrapperBorder:false,wrapperBorderRadius:0,"
        "selectedRowBackgroundColor:'#e4eff7',rowHoverColor:'#f3f7fa',fontSize:13,"
        "headerFontSize:12,headerFontWeight:500,cellHorizontalPadding:10,fontFamily:'inherit',"
        "browserColorScheme:'light'})"
    )
    return {
        "theme": {"function": theme},
        "rowHeight": 34,
        "headerHeight": 34,
        "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": False},
        "suppressCellFocus": False,
        "enableCellTextSelection": True,
        "animateRows": False,
        "suppressNoRowsOverlay": True,
        "suppressContextMenu": True,
        "localeText": {
            key.removeprefix("desk.grid."): text
            for key, text in catalogue(reader.lang, "desk.grid.").items()
        },
    }
