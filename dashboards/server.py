"""The whole site: the API, the tiles, and every page, behind one gate."""

from __future__ import annotations

import importlib
import importlib.util

from a2wsgi import WSGIMiddleware
from dash import Dash
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from dashboards.map.mount import mount_static
from services.app import create_app, guard
from services.config import Settings
from services.db.session import Database

PAGES = {
    "/screen": ("dashboards.wall.app", "make_wall"),
    "/desk": ("dashboards.desk.app", "make_desk"),
}
ROUTERS = ("dashboards.login.mount", "dashboards.patrol.mount")
POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; worker-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "form-action 'self'"
)
WORKERS = 8


def _there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _pages(app: FastAPI, database: Database) -> set[str]:
    """Mount the Dash pages; returns the hashes of the scripts that Dash writes inline."""
    hashes: set[str] = set()
    for path, (module, name) in PAGES.items():
        if _there(module):
            page: Dash = getattr(importlib.import_module(module), name)(database)
            hashes.update(page.csp_hashes())
            app.mount(path, WSGIMiddleware(page.server, workers=WORKERS))
    return hashes


def build_with(chosen: Settings, database: Database) -> FastAPI:
    """The site on ``database``."""
    app = create_app(chosen, database)
    mount_static(app)
    for module in ROUTERS:
        if _there(module):
            app.include_router(importlib.import_module(module).router)

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/screen/", status_code=303)

    hashes = _pages(app, database)
    quoted = " ".join(sorted(h if h.startswith("'") else f"'{h}'" for h in hashes))
    return guard(app, POLICY.format(hashes=quoted))
