"""What the rooms of access hang on the application."""

from __future__ import annotations

from fastapi import FastAPI

from services.access.actors import Actors
from services.access.client import Proxies
from services.access.limits import Limits
from services.access.oidc import Provider
from services.access.service import Door
from services.config import Settings
from services.db.session import Database
from services.kit.crypto import Keys


def install(app: FastAPI, settings: Settings, database: Database, keys: Keys) -> None:
    """Set ``app.state.actors``, ``door``, ``limits``, ``proxies`` and ``oidc``."""
    app.state.actors = Actors(database, settings)
    app.state.door = Door(database, keys, settings)
    app.state.limits = Limits(settings)
    app.state.proxies = Proxies(settings.trusted_proxy)
    app.state.oidc = Provider(settings, keys)
