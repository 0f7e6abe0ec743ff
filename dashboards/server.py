"""The whole site: the API, the tiles, and every page, behind one gate."""

from __future__ import annotations

from a2wsgi import WSGIMiddleware
from dash import Dash
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from dashboards import vendor
from dashboards.desk.app import make_desk
from dashboards.login.mount import router as login
from dashboards.map.mount import mount_static
from dashboards.pages.mount import router as pages
from dashboards.patrol.mount import router as patrol
from dashboards.printout.corrections import router as corrections
from dashboards.printout.mount import router as printout
from dashboards.wall.app import make_wall
from services.access.deps import Me
from services.app import create_app, guard
from services.config import Settings
from services.db.session import Database

POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; worker-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "form-action 'self'"
)
WORKERS = 8
# Where somebody lands who just opens the address: the first page the post is for.
HOMES = (
    ("desk.view", "/desk/"),
    ("patrol.view", "/patrol"),
    ("screen.view", "/screen/"),
    ("admin", "/admin"),
)


def _home(actor: Me) -> RedirectResponse:
    """Lead to the caller's own page."""
    path = next((path for right, path in HOMES if actor.may(right)), "/desk/")
    return RedirectResponse(path, status_code=303)


def _mount(app: FastAPI, pages: dict[str, Dash]) -> str:
    """Mount the Dash pages; returns the hashes of the scripts that Dash writes inline."""
    hashes: set[str] = set()
    for path, page in pages.items():
        hashes.update(page.csp_hashes())
        app.mount(path, WSGIMiddleware(page.server, workers=WORKERS))
    return " ".join(sorted(hashes))


def build_with(chosen: Settings, database: Database) -> FastAPI:
    """The site on ``database``."""
    app = create_app(chosen, database, vendor.PRINT_FILE)
    mount_static(app)
    app.include_router(login)
    app.include_router(patrol)
    app.include_router(printout)
    app.include_router(corrections)
    app.include_router(pages)
    app.get("/", include_in_schema=False)(_home)
    hashes = _mount(app, {"/screen": make_wall(database), "/desk": make_desk(database)})
    return guard(app, POLICY.format(hashes=hashes))
