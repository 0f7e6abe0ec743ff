"""Settings, read once from the environment (``GRIDGOV_*``)."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.errors import Conflict

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

    model_config = SettingsConfigDict(env_prefix="GRIDGOV_", validate_assignment=True)

    database_url: str | None = None
    # With an external database: the login of the site, a member of the two roles and no more.
    web_database_url: str | None = None
    db_schema: str = "gridgov"
    db_pool: int = 12
    statement_timeout_ms: int = 15_000
    data_dir: Path = _default_data_dir()
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    session_hours: int = Field(12, ge=1)
    # Without a request for so long a session is over. An open page or wall asks all the time.
    audit_years: int = Field(6, ge=1, le=100)
    # Years after its cancellation that a person's entry keeps its data.
    retention_years: int = Field(5, ge=1, le=100)
    # What the daily job does with entries past that time: say how many, or anonymise them.
    anonymise: Literal["count", "apply"] = "count"
    # Days that imported rows and faults of a file stay once nothing in it waits to be claimed.
    claims_keep_days: int = Field(30, ge=1, le=3650)
    # Days between the two warnings to an officer who skips a check, and then until the stop.
    patrol_warning_days: int = Field(3, ge=1, le=60)
    session_idle_minutes: int = Field(120, ge=5)
    # Roles, separated by commas, that may only work with a second factor.
    totp_roles: str = ""
    # Wrong sign-ins a minute that one client address may go on with (three times that at once).
    sign_in_failures_per_minute: int = Field(10, ge=1)
    exports_per_minute: int = Field(10, ge=1)
    # Requests a minute without a session from one client address, which may be a whole office.
    public_per_minute: int = Field(600, ge=1)
    # Addresses or networks, separated by commas, whose X-Forwarded-For and -Proto are believed.
    trusted_proxy: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_claim: str = "preferred_username"
    # Where somebody who found a hole tells it: "mailto:..." or "https://..." (RFC 9116).
    security_contact: str = Field("", pattern=r"^((mailto:|https://|tel:)[!-~]+)?$")
    max_body_mb: int = 8
    # The lists of departments are larger than anything else that is sent.
    max_upload_mb: int = Field(64, ge=1)
    timezone: str = "Asia/Shanghai"
    die_with_parent: bool = False

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        """The demo's accounts have a known password: they never enter a database of others."""
        if self.demo and self.database_url:
            raise Conflict(
                "demo_external",
                "演示模式只用自带的数据库；请去掉 GRIDGOV_DATABASE_URL，或不用 --demo。",
                "Demo mode uses its own database only: unset GRIDGOV_DATABASE_URL, or drop demo.",
            )
        return self

    @property
    def key_file(self) -> Path:
        """Where the keys lie that encrypt id numbers and phones; never in the database."""
        return self.data_dir / "keys.json"

    @property
    def anchor_file(self) -> Path:
        """Where the newest link of the audit's chain is noted, outside of the database."""
        return self.data_dir / "audit-anchors.jsonl"

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
