"""The desk 工作台 as a Dash application, to be mounted under /desk.

The browser keeps what is shown (``assets/desk-act.js``) and hands it over in five stores; every
callback here reads stores, asks the services with the rights of the request's own actor, and
draws. An expected error becomes a sentence in the place of what is missing; nothing else changes.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input
from dash.exceptions import DashException

from dashboards.desk import callbacks, data, frame
from dashboards.desk.parts import Node, Reader, button, notice
from dashboards.map.mount import vendor_base
from services.access.actor import current
from services.db.session import Database
from services.errors import AppError, BadInput, Forbidden
from services.kit.crypto import Keys
from services.kit.register import Caller

HERE = Path(__file__).resolve().parent
LOG = logging.getLogger(__name__)
INDEX = """<!DOCTYPE html>
<html lang="zh-CN" data-theme="desk">
<head>{%metas%}<title>{%title%}</title>{%favicon%}
<link rel="stylesheet" href="FONTS"><link rel="stylesheet" href="/static/assets/tokens.css">
{%css%}<link rel="stylesheet" href="/static/forms/forms.css">
<script type="module" src="/static/pages/preview.mjs"></script>
<link rel="stylesheet" href="/static/query/query.css">
<script type="module" src="/static/forms/main.mjs"></script>
<script type="module" src="/static/query/main.mjs"></script></head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


class Desk:
    """What the callbacks share: the database, the keys, and how errors are told."""

    def __init__(self, database: Database):
        self.database = database
        self.keys = Keys.load(database.settings.key_file)

    @contextmanager
    def caller(self) -> Iterator[Caller]:
        """A unit of work of the request's actor."""
        actor = current()
        actor.require("desk.view")
        with self.database.session(actor) as session:
            yield Caller(session, actor, self.keys)

    def told(self, reader: Reader, error: Exception, what: str) -> Node:
        """A sentence for an error; an unexpected one gets a number that the log has as well."""
        if isinstance(error, AppError):
            text = error.zh if reader.lang == "zh" else error.en
            return notice(reader.say(f"failed.{what}"), text, class_name=f"n-{what}")
        number = secrets.token_hex(3).upper()
        LOG.error("desk %s: %s", number, type(error).__name__, exc_info=error)
        return notice(
            reader.say(f"failed.{what}"),
            reader.say("failed.hint", number=number),
            button(reader.say("retry"), "retry", "i-refresh", "p"),
            button(reader.say("copy_number"), "copy", None, "", words=number),
            class_name=f"n-{what}",
        )


def make_desk(database: Database) -> Dash:
    """The Dash application; its routes are those under /desk/."""
    app = Dash(
        __name__,
        requests_pathname_prefix="/desk/",
        routes_pathname_prefix="/",
        assets_folder=str(HERE / "assets"),
        title="网格治理一张图",
        update_title=None,  # type: ignore[arg-type]
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        index_string=INDEX.replace("FONTS", f"{vendor_base()}fonts/fonts.css"),
    )
    desk = Desk(database)

    def layout() -> Any:
        try:
            with desk.caller() as caller:
                reader = Reader(caller.actor)
                demo, opened = database.settings.demo, data.opened(caller)
                return frame.layout(reader, data.home(caller), demo, opened)
        except Forbidden:
            return frame.denied(Reader(current()))

    app.layout = layout
    _answer_errors(app)
    callbacks.install(app, desk)
    _browser_side(app)
    return app


def _answer_errors(app: Dash) -> None:
    """What a request that no page of ours would send is told: never a 500."""

    @app.server.errorhandler(AppError)
    def expected(error: AppError) -> tuple[dict[str, Any], int]:
        return error.body(), error.status

    @app.server.errorhandler(DashException)
    @app.server.errorhandler(AttributeError)
    @app.server.errorhandler(LookupError)
    @app.server.errorhandler(TypeError)
    @app.server.errorhandler(ValueError)
    def unreadable(error: Exception) -> tuple[dict[str, Any], int]:
        LOG.error("desk: a request that cannot be read", exc_info=error)
        told = BadInput("invalid", "请求的格式不对。", "The request cannot be read.")
        return told.body(), told.status


def _browser_side(app: Dash) -> None:
    """What the browser answers alone: named functions of the assets, so nothing is inline."""

    def wire(name: str, *inputs: Any) -> None:
        app.clientside_callback(ClientsideFunction("desk", name), *inputs)

    wire("boot", Input("boot", "data"))
    wire("tabs", Input("tabs", "children"))
    wire("arrived", Input("page", "data"))
    wire("cell", Input("table", "cellClicked"))
    some = {"register": ALL, "filter": ALL}
    wire("filter", Input(some, "value"), Input(some, "id"))
    wire("measure", Input({"measure": ALL}, "value"), Input({"measure": ALL}, "id"))
    wire("select", Input("map", "clickData"))
    wire("dragged", Input("map", "markerData"))
    wire("longpress", Input("map", "longpressData"))
    wire("draw", Input("map", "drawData"))
    wire("live", Input("map", "liveData"))
    wire("signedOut", Input("map", "signedOut"))
