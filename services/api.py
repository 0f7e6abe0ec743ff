"""The one list of routers: tiles and streams first, registers last, public routes apart."""

from __future__ import annotations

import importlib

from fastapi import FastAPI

from services.access import endpoints as access
from services.grids import endpoints as grids
from services.live import endpoints as live

API = "/api/v1"
LATER = [
    "analytics",
    "incidents",
    "questions",
    "patrols",
    "people",
    "places",
    "premises",
    "imports",
]


def install(app: FastAPI) -> None:
    """Attach every router."""
    app.include_router(live.router)
    app.include_router(access.public, prefix=API)
    app.include_router(access.router, prefix=API)
    app.include_router(grids.router, prefix=API)
    for noun in LATER:
        name = f"services.{noun}.endpoints"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as exc:
            if exc.name not in {name, f"services.{noun}"}:
                raise
            continue
        app.include_router(module.router, prefix=API)
