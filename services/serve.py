"""The server process: uvicorn that ends the open streams before it waits for connections."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

# Seconds an idle connection stays open. Longer than a reverse proxy or a client keeps one
# (60 s is usual): whoever closes last never cuts off a request that is just being sent.
KEEP_ALIVE = 75


class Site(uvicorn.Server):
    """Serves ``app`` on ``host:port``; Ctrl-C ends it without cutting requests short."""

    def __init__(self, app: FastAPI, host: str, port: int):
        self.site = app
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                # The gate reads them, and only from a proxy that the settings name.
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=3,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the live streams first: they would hold up the stop until its time limit."""
        await self.site.state.hub.stop()
        await super().shutdown(sockets)
