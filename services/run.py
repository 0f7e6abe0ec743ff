"""Where the database is: an external PostGIS, a running embedded cluster, or one of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from services.config import Settings
from services.db import chain, migrate, reference
from services.db.embedded import Cluster
from services.db.session import Database
from services.errors import AppError


class Unreachable(AppError):
    """The database of the settings cannot be connected to."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(
            "database",
            f"连不上数据库，请检查 GRIDGOV_DATABASE_URL。{reason}",
            f"The database cannot be reached; see GRIDGOV_DATABASE_URL. {reason}",
        )


@contextmanager
def database_of(settings: Settings) -> Iterator[Database]:
    """The database that the settings mean, started if need be and stopped afterwards.

    A cluster that another gridgov process runs is used through its socket and left running.
    """
    cluster = None
    url = settings.database_url
    if url is None:
        cluster = Cluster(settings.data_dir)
        url = cluster.url() if cluster.running_elsewhere() else cluster.start()
    database = Database(url, settings)
    try:
        _reach(database)
        yield database
    finally:
        database.close()
        if cluster is not None:
            cluster.stop()


def _reach(database: Database) -> None:
    """Connect once, so that what is wrong with the address is said before anything is tried."""
    try:
        database.engine.connect().close()
    except OperationalError as error:  # libpq names host and user, never the password
        raise Unreachable(str(error.orig).strip()) from None


@contextmanager
def site_database(settings: Settings, owner: Database) -> Iterator[Database]:
    """The database as the site signs in to it: as a login without property.

    On our own cluster it is made. On an external one it is ``GRIDGOV_WEB_DATABASE_URL``; without
    that the site signs in as the owner and takes the roles of the service all the same.
    """
    if settings.database_url is not None and settings.web_database_url is None:
        yield owner
        return
    if settings.database_url is None:
        migrate.make_login(owner)
        url = owner.url.set(username=migrate.LOGIN)
    else:
        url = make_url(settings.web_database_url or "")
    database = Database(url, settings)
    try:
        _reach(database)
        yield database
    finally:
        database.close()


@contextmanager
def ready_database(settings: Settings) -> Iterator[Database]:
    """The database, brought up to date first: what a command on an empty folder needs."""
    with database_of(settings) as database:
        migrate.upgrade(database)
        reference.ensure(database)
        _watch_audit(database)
        yield database


def _watch_audit(database: Database) -> None:
    """Seal what was written before there was a chain, and note its newest link."""
    with database.engine.begin() as connection:
        chain.seal_earlier(connection, database.keys.chain)
        chain.anchor(connection, database.settings.anchor_file)
