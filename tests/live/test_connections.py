"""The server's connections, as a client or a proxy in front that keeps them open sees them."""

from __future__ import annotations

import http.client
import time

from tests.conftest import Server


def test_an_idle_connection_takes_the_next_request(server: Server) -> None:
    """A proxy sends again on a connection that was idle for seconds: nothing may cut it off."""
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    kept.auto_open = 0
    kept.connect()
    for pause in (6, 0):
        kept.request("GET", "/login")
        answer = kept.getresponse()
        answer.read()
        assert answer.status == 200
        time.sleep(pause)
    kept.close()
