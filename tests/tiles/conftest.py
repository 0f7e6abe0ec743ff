"""A small made-up county in a database of its own, and readers of its tiles."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest

from gis.tiles import TileReader
from services.access.actor import system
from services.config import Settings
from services.db.embedded import Cluster
from services.db.session import Database
from services.tiles import drawn
from tests.tiles.world import World


@dataclass
class Small:
    """The made-up county: its database, what was built, and a connection."""

    database: Database
    world: World
    connection: Any
    reader: TileReader

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def connect(database: Database) -> Any:
    """A plain autocommit connection to ``database``."""
    dsn, options = database.dsn()
    connection = psycopg2.connect(dsn, options=options)
    connection.autocommit = True
    return connection


@pytest.fixture(scope="session")
def small(cluster: Cluster, settings: Settings, empty_template: str) -> Iterator[Small]:
    """The made-up county with simplified lines; tests only read it."""
    database = Database(cluster.clone(f"w{uuid.uuid4().hex[:8]}", empty_template), settings)
    with database.session(system("test")) as session:
        world = World(session)
        drawn.refresh(session)
    connection = connect(database)
    connection.cursor().execute("ANALYZE")
    yield Small(database, world, connection, TileReader(connection))
    connection.close()
    database.close()
