"""The live channel: seen at once, only inside the scope, nothing missed."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Iterator

import httpx
import pytest

from services.config import Settings
from services.db.session import Database
from tests import roots
from tests.conftest import Server


@pytest.fixture
def running(settings: Settings, db: Database, root: roots.Root) -> Iterator[Server]:
    """The site on a port: a stream needs a real connection."""
    made = Server(settings, db)
    yield made
    made.stop()


def signed_in(server: Server, name: str) -> httpx.Client:
    client = httpx.Client(base_url=server.url, timeout=30)
    answer = client.post("/api/v1/session", json={"username": name, "password": name})
    assert answer.status_code == 204
    return client


class Listener:
    """Reads /events in a thread; ``next()`` waits for the next message."""

    def __init__(self, client: httpx.Client, **params: int):
        self.messages: queue.Queue[tuple[str, dict[str, object], str]] = queue.Queue()
        self.open = threading.Event()
        threading.Thread(target=self._run, args=(client, params), daemon=True).start()
        assert self.open.wait(30)

    def _run(self, client: httpx.Client, params: dict[str, int]) -> None:
        with contextlib.suppress(httpx.HTTPError):  # the site stops before the listener does
            self._read(client, params)

    def _read(self, client: httpx.Client, params: dict[str, int]) -> None:
        with client.stream("GET", "/events", params=params) as answer:
            assert answer.status_code == 200
            kind = number = ""
            for line in answer.iter_lines():
                self.open.set()
                if line.startswith("id: "):
                    number = line[4:]
                elif line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    self.messages.put((kind, json.loads(line[6:]), number))

    def next(self, seconds: float = 30) -> tuple[str, dict[str, object], str]:
        return self.messages.get(timeout=seconds)


def report(client: httpx.Client, root: roots.Root, grid: int) -> int:
    lon, lat = root.boxes[grid].middle
    answer = client.post(
        "/api/v1/incidents",
        json={"title": "秘密的标题", "category": "k", "lon": lon, "lat": lat},
    )
    assert answer.status_code == 201
    return int(answer.json()["id"])


def test_a_report_reaches_those_who_may_see_it_and_nobody_else(
    running: Server, root: roots.Root
) -> None:
    a, b = root.at(2)
    ears = {name: Listener(signed_in(running, name)) for name in ("county", "a", "b")}
    sender = signed_in(running, "county")
    first = report(sender, root, min(root.below(a) & set(root.at(5))))
    second = report(sender, root, min(root.below(b) & set(root.at(5))))
    assert [ears["county"].next()[1]["id"] for _ in range(2)] == [first, second]
    # Each township hears its own; the other one's message came earlier or not at all.
    kind, message, _ = ears["a"].next()
    assert (kind, message["id"], message["change"]) == ("incident", first, "opened")
    assert ears["b"].next()[1]["id"] == second
    with pytest.raises(queue.Empty):
        ears["a"].next(0.5)


def test_a_message_holds_no_words_of_people(running: Server, root: roots.Root) -> None:
    ear = Listener(signed_in(running, "county"))
    report(signed_in(running, "county"), root, root.at(5)[0])
    kind, message, _ = ear.next()
    assert kind == "incident"
    allowed = {"id", "grid_id", "path", "lon", "lat", "light", "warn_at", "due_at"}
    assert set(message) == allowed | {"category", "state", "at", "change"}


def test_who_reconnects_gets_what_was_missed(running: Server, root: roots.Root) -> None:
    client = signed_in(running, "a")
    ear = Listener(client)
    mine = min(root.below(root.at(2)[0]) & set(root.at(5)))
    report(client, root, mine)
    seen = int(ear.next()[2])
    missed = [report(client, root, mine) for _ in range(3)]
    again = Listener(signed_in(running, "a"), since=seen)
    heard = [again.next()[1]["id"] for _ in range(4)]
    assert [h for h in heard if h in missed] == missed


def test_who_missed_too_much_is_told_to_reload(running: Server, root: roots.Root) -> None:
    report(signed_in(running, "a"), root, root.at(5)[0])
    ear = Listener(signed_in(running, "a"), since=0)
    first = ear.next()
    # Either everything is replayed or a reload is asked for: silence would be a loss.
    assert first[0] in {"incident", "resync"}


def test_losing_the_database_connection_is_told_and_healed(
    running: Server, root: roots.Root, db: Database
) -> None:
    ear = Listener(signed_in(running, "county"))
    with db.engine.connect() as connection:
        connection.exec_driver_sql(  # the percent sign is doubled for the driver
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
        )
    assert ear.next()[0] == "resync"
    number = report(signed_in(running, "county"), root, root.at(5)[0])
    assert ear.next()[1]["id"] == number
