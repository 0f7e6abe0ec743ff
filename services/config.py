"""Settings, read once from the environment (``GRIDGOV_*``)."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def _default_data_dir() -> Path:
    """A folder that the database server's own user can reach: never under a private home.

    Root runs the server as ``postgres``, who cannot enter ``/root``; an ordinary user runs the
    server as himself.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/gridgov")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    return Path(base) / "gridgov"


class Settings(BaseSettings):
    """All settings; every one has a default that works on one machine without a network."""

    model_config = SettingsConfigDict(env_prefix="GRIDGOV_")

    database_url: str | None = None
    db_schema: str = "gridgov"
    db_pool: int = 12
    statement_timeout_ms: int = 15_000
    data_dir: Path = _default_data_dir()
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    session_hours: int = 12
    max_body_mb: int = 8
    timezone: str = "Asia/Shanghai"
    die_with_parent: bool = False

    @property
    def key_file(self) -> Path:
        """Where the keys lie that encrypt id numbers and phones; never in the database."""
        return self.data_dir / "keys.json"

    @property
    def files_dir(self) -> Path:
        """Where photos lie, by their SHA-256."""
        return self.data_dir / "files"

    @property
    def mark(self) -> str:
        """Short mark of the data folder, for names of run-time folders."""
        return hashlib.sha256(str(self.data_dir.resolve()).encode()).hexdigest()[:8]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings."""
    return Settings()
