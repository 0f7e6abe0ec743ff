"""The application: built by ``create_app``, nothing happens at import time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy import text

from services import api, errors
from services.access import setup as access
from services.access.gate import Gate
from services.config import Settings
from services.db.session import Database
from services.errors import NotFound
from services.kit.crypto import Keys
from services.live.hub import Hub
from services.tiles.endpoints import Tiles

THREADS = 24
SECURITY_TXT_DAYS = 180


def create_app(settings: Settings, database: Database, print_font: Path) -> FastAPI:
    """The API: routes, errors, live hub. ``serve`` adds the pages and the gate around it.

    ``print_font`` is the TrueType file that PDF sheets embed.
    """

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        await app.state.hub.start()
        yield
        await app.state.hub.stop()
        app.state.tiles.close()

    app = FastAPI(
        title="gridgov",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
    )
    app.state.settings = settings
    app.state.print_font = print_font
    app.state.db = database
    app.state.keys = Keys.load(settings.key_file)
    access.install(app, settings, database, app.state.keys)
    app.state.hub = Hub(database)
    errors.install(app)
    app.state.tiles = Tiles(database)
    app.mount("/tiles", app.state.tiles)
    api.install(app)

    _add_public(app, settings, database)
    return app


def _add_public(app: FastAPI, settings: Settings, database: Database) -> None:
    """What machines and finders of holes ask for, without signing in."""

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        with database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return {"status": "ok"}

    @app.get("/.well-known/security.txt", include_in_schema=False)
    def security_txt(request: Request) -> PlainTextResponse:
        """Where to tell of a hole (RFC 9116); 404 until the settings name a contact."""
        if not settings.security_contact:
            raise NotFound("security_contact")
        ends = datetime.now(UTC) + timedelta(days=SECURITY_TXT_DAYS)
        lines = {
            "Contact": settings.security_contact,
            "Expires": f"{ends:%Y-%m-%dT00:00:00Z}",
            "Preferred-Languages": "zh, en",
            "Canonical": str(request.url),
        }
        return PlainTextResponse("".join(f"{name}: {value}\n" for name, value in lines.items()))


def guard(app: FastAPI, csp: str) -> FastAPI:
    """Put the gate around everything, mounted pages included."""
    state = app.state
    app.add_middleware(
        Gate,
        actors=state.actors,
        limits=state.limits,
        proxies=state.proxies,
        max_body=state.settings.max_body_mb * 1_000_000,
        uploads={f"{api.API}/claims/batches": state.settings.max_upload_mb * 1_000_000},
        csp=csp,
    )
    return app
