"""Connections of the tiles: one per thread, outside of the ORM's pool."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg2

from gis.tiles import TileReader
from services.db.session import Database

THREADS = 4
"""Tiles made at once; the database does most of the work, so a few more than cores."""
TIMEOUT_MS = 5_000

T = TypeVar("T")


class TilePool:
    """A few threads, each with a read-only connection in autocommit and its prepared statements."""

    def __init__(self, database: Database, threads: int = THREADS):
        self._database = database
        self._most = threads
        self._local = threading.local()
        self._open: list[Any] = []
        self._threads: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[[TileReader], T]) -> T:
        """Run ``work`` with a reader in one of the threads; once more if the connection is gone."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="tiles")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._call, work)

    def close(self) -> None:
        """End the threads and close their connections; the next tile opens new ones."""
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=True, cancel_futures=True)
        for connection in self._open:
            connection.close()
        self._open.clear()

    def _call(self, work: Callable[[TileReader], T]) -> T:
        try:
            return work(self._reader())
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if not self._forget_if_closed():
                raise
            return work(self._reader())

    def _reader(self) -> TileReader:
        reader: TileReader | None = getattr(self._local, "reader", None)
        if reader is None:
            dsn, options = self._database.dsn()
            limits = f"-c statement_timeout={TIMEOUT_MS} -c default_transaction_read_only=on"
            connection = psycopg2.connect(dsn, options=f"{options} {limits}")
            connection.autocommit = True
            self._open.append(connection)
            reader = self._local.reader = TileReader(connection)
            self._local.connection = connection
        return reader

    def _forget_if_closed(self) -> bool:
        """Drop this thread's connection if it is dead; False if the trouble is another one."""
        connection = getattr(self._local, "connection", None)
        if connection is None or not connection.closed:
            return False
        self._open.remove(connection)
        self._local.reader = self._local.connection = None
        return True
