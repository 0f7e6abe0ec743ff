"""Engine and sessions. The only commit of the project is here, at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fastapi import Request
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from services.db.hook import install_audit

if TYPE_CHECKING:
    from services.access.actor import Actor
    from services.config import Settings


def connect_options(settings: Settings) -> str:
    """libpq options of every connection: schema, time zone, time limit."""
    return (
        f"-c search_path={settings.db_schema},public -c timezone={settings.timezone} "
        f"-c statement_timeout={settings.statement_timeout_ms} -c lock_timeout=5000 "
        "-c idle_in_transaction_session_timeout=60000"
    )


class Database:
    """One database: its engine and its sessions.

    ``session(actor)`` is a unit of work: it commits when the block ends well and rolls back
    otherwise. Services only flush.
    """

    def __init__(self, url: str | URL, settings: Settings):
        self.url = make_url(url)
        self.settings = settings
        self.engine: Engine = create_engine(
            self.url,
            connect_args={"options": connect_options(settings)},
            pool_size=settings.db_pool,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
        )
        self._make = sessionmaker(self.engine, expire_on_commit=False)
        install_audit(self._make)

    @contextmanager
    def session(self, actor: Actor | None) -> Iterator[Session]:
        """A unit of work of ``actor``; None may read but a write raises."""
        with self._make() as session:
            session.info["actor"] = actor
            yield session
            session.commit()

    def dsn(self) -> tuple[str, str]:
        """libpq connection string and options, for connections outside the pool."""
        parts = self.url.render_as_string(hide_password=False).replace("+psycopg2", "")
        return parts, connect_options(self.settings)

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def get_session(request: Request) -> Iterator[Session]:
    """FastAPI dependency: the session of the request's actor, committed after the answer is made.

    Used with ``scope="function"`` so that the commit happens before the answer is sent: a
    caller that was told "created" will find it.
    """
    database: Database = request.app.state.db
    with database.session(getattr(request.state, "actor", None)) as session:
        yield session
