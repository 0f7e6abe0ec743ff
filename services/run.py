"""Where the database is: an external PostGIS, a running embedded cluster, or one of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from services.config import Settings
from services.db import migrate, reference
from services.db.embedded import Cluster
from services.db.session import Database


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
        yield database
    finally:
        database.close()
        if cluster is not None:
            cluster.stop()


@contextmanager
def ready_database(settings: Settings) -> Iterator[Database]:
    """The database, brought up to date first: what a command on an empty folder needs."""
    with database_of(settings) as database:
        migrate.upgrade(database)
        reference.ensure(database)
        yield database
