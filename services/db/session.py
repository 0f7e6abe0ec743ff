"""Engine and sessions. The only commit of the project is here, at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from fastapi import Request
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from services.db.hook import install_audit
from services.kit.crypto import Keys

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


SETTINGS = ("role", "app.scope", "app.user", "app.staff")
ENTER = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
"""Until the end of the transaction: the role without property, and who asks in it."""


def entry(actor: Actor | None) -> tuple[str, ...]:
    """The values of :data:`SETTINGS` for ``actor``.

    A role owns nothing; row-level security shows it the rows of the scope (a map of its grids).
    Nobody (None) sees no row of any grid.
    """
    if actor is None:
        return "gridgov_app", "", "", ""
    who = (str(actor.user_id or ""), str(actor.staff_id or ""))
    if actor.scope.all:
        return "gridgov_all", "", *who
    return "gridgov_app", actor.scope.bits, *who


def entry_sql(actor: Actor) -> str:
    """The same until further notice, as a statement for connections outside of the pool."""
    told = zip(SETTINGS, entry(actor), strict=True)  # names and digits only, nothing to be quoted
    calls = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in told)
    return f"SELECT {calls}"


def _enter(session: Session, _: SessionTransaction, connection: Connection) -> None:
    if not session.info["owner"]:
        connection.exec_driver_sql(ENTER, entry(session.info["actor"]))


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """Without the fence of rows, for what concerns all grids, in the caller's own transaction.

    A second connection for it could be waited for by all who hold a first one. After an error the
    transaction, or the savepoint around this, is rolled back: that puts the fence up again.
    """
    actor = session.info["actor"]
    if session.info["owner"] or (actor is not None and actor.scope.all):
        yield
        return
    session.connection().exec_driver_sql(ENTER, ("gridgov_all", "", "", ""))
    try:
        yield
    except BaseException:
        if not session.in_nested_transaction():
            session.rollback()
        raise
    session.connection().exec_driver_sql(ENTER, entry(actor))


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
        install_audit(self._make, lambda: self.keys)
        event.listen(self._make, "after_begin", _enter)

    @contextmanager
    def session(self, actor: Actor | None) -> Iterator[Session]:
        """A unit of work of ``actor``; None may read but a write raises."""
        with self._unit(actor, owner=False) as session:
            yield session

    @contextmanager
    def bulk(self, actor: Actor) -> Iterator[Session]:
        """A unit of work of whoever owns the tables: row-level security allows no COPY."""
        with self._unit(actor, owner=True) as session:
            yield session

    @contextmanager
    def _unit(self, actor: Actor | None, *, owner: bool) -> Iterator[Session]:
        with self._make(info={"actor": actor, "owner": owner}) as session:
            yield session
            session.commit()

    @cached_property
    def keys(self) -> Keys:
        """The key ring: what is stored sealed, and the chain over the audit."""
        return Keys.load(self.settings.key_file)

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
