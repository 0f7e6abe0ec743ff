"""The hub: one LISTEN connection per process, fanned out to bounded queues of clients.

Every client has an actor; a message reaches it only when its grid lies in the actor's scope, and
the scope is looked up again for every message, so a right that was taken away counts at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import select
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg2
import psycopg2.extensions

from services.access.actor import Actor
from services.db.session import Database

CHANNEL = "gridgov_live"
QUEUE = 500
RESYNC: dict[str, Any] = {"topic": "resync", "id": None, "payload": {}}


@dataclass(eq=False)
class Client:
    """One open stream: who listens, and what waits to be sent."""

    look_up: Callable[[], Actor | None]
    queue: asyncio.Queue[dict[str, Any] | None] = field(
        default_factory=lambda: asyncio.Queue(QUEUE)
    )


class Hub:
    """Listens to the database and hands each message to the clients that may see it."""

    def __init__(self, database: Database):
        self._database = database
        self._clients: set[Client] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self, client: Client) -> None:
        """Start handing messages to ``client``."""
        self._clients.add(client)

    def leave(self, client: Client) -> None:
        """Stop handing messages to ``client``."""
        self._clients.discard(client)

    async def start(self) -> None:
        """Begin to listen; returns at once."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End the streams and stop listening."""
        for client in list(self._clients):
            self._put(client, None)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _put(self, client: Client, item: dict[str, Any] | None) -> None:
        """Queue ``item``; a client that is too slow is told to reload its snapshot instead."""
        try:
            client.queue.put_nowait(item)
        except asyncio.QueueFull:
            while not client.queue.empty():
                client.queue.get_nowait()
            client.queue.put_nowait(RESYNC if item is not None else None)

    async def _run(self) -> None:
        delay = 1.0
        while True:
            connection = None
            try:
                connection = await asyncio.to_thread(self._connect)
                for client in list(self._clients):
                    self._put(client, RESYNC)  # anything may have been missed meanwhile
                delay = 1.0
                await self._listen(connection)
            except (psycopg2.Error, OSError):
                await asyncio.sleep(delay)
                delay = min(delay * 2, 30)
            finally:
                if connection is not None:
                    connection.close()

    def _connect(self) -> psycopg2.extensions.connection:
        dsn, options = self._database.dsn()
        connection = psycopg2.connect(dsn, options=options)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        return connection

    async def _listen(self, connection: psycopg2.extensions.connection) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        handle = connection.fileno()
        loop.add_reader(handle, readable.set)
        try:
            while True:
                await readable.wait()
                readable.clear()
                if select.select([connection], [], [], 0)[0]:
                    connection.poll()
                while connection.notifies:
                    await self._hand_out(json.loads(connection.notifies.pop(0).payload))
        finally:
            loop.remove_reader(handle)

    async def _hand_out(self, message: dict[str, Any]) -> None:
        if not self._clients:
            return
        clients = list(self._clients)
        actors = await asyncio.to_thread(lambda: [c.look_up() for c in clients])
        for client, actor in zip(clients, actors, strict=True):
            if actor is None:
                self._put(client, None)
            elif message["topic"] == "access":
                continue  # only to look again at who may still listen
            elif message["topic"] == "notice":
                if actor.user_id == message["payload"]["user"] and not actor.seen_as:
                    self._put(client, {**message, "payload": {}})
            elif message["grid_id"] is None or actor.scope.sees(message["grid_id"]):
                self._put(client, message)
