"""Speed of the spatial questions, end to end over HTTP, and of their SQL alone.

``python -m services.bench.questions http://127.0.0.1:8000`` measures a running demo county with
one client, one request after the other. The SQL beside it is the time inside the database driver
for the same questions, asked in this process.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import httpx
from sqlalchemy import event, text

from services.access.actor import Actor, system
from services.bench.core import emit, emit_times, signed_in, timed
from services.config import settings
from services.db.session import Database
from services.kit.crypto import Keys
from services.kit.paging import Search
from services.kit.register import Caller, Register, page
from services.people.service import PEOPLE
from services.premises.service import PREMISES
from services.run import database_of

ROUNDS = 200
LIVES_HERE_MS, PATROL_MS, SEARCH_MS = 20.0, 15.0, 50.0
Body = dict[str, Any]


class Bench:
    """The running site and, beside it, its database."""

    def __init__(self, client: httpx.Client, database: Database, rounds: int):
        self.client, self.database, self.rounds = client, database, rounds
        self.rng = random.Random(1)
        self.actor: Actor = system("bench")
        self.keys = Keys.load(database.settings.key_file)

    def rows(self, query: str, **values: Any) -> list[Any]:
        """Rows of a query, for choosing what to ask about."""
        with self.database.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def chosen(self, items: list[Any]) -> list[Any]:
        """As many random items as there are rounds."""
        return [self.rng.choice(items) for _ in range(self.rounds)]

    def post(self, path: str, body: Body) -> None:
        """One request that must succeed."""
        self.client.post(f"/api/v1{path}", json=body).raise_for_status()

    def get(self, path: str, params: Body | None = None) -> None:
        """One request that must succeed."""
        self.client.get(f"/api/v1{path}", params=params).raise_for_status()

    def http(
        self, name: str, calls: Sequence[Callable[[], None]], mark: float | None = None
    ) -> None:
        """Measure requests after a few to warm up."""
        timed(calls[:5])
        emit_times(name, timed(calls), mark=mark)

    def search(
        self, name: str, register: Register[Any], bodies: list[Body], mark: float | None = None
    ) -> None:
        """Measure searches over HTTP, and their SQL alone."""
        path = f"/{register.name}/search"
        self.http(name, [partial(self.post, path, body) for body in bodies], mark)
        spent = [self._sql(register, body) for body in bodies[: self.rounds // 2]]
        emit_times(f"{name}, SQL alone", spent)

    def _sql(self, register: Register[Any], body: Body) -> float:
        search = Search[register.filters].model_validate(body)  # type: ignore[name-defined]
        with self.database.session(self.actor) as session:
            session.execute(text("SELECT 1"))
            with _inside_driver(self.database) as spent:
                page(Caller(session, self.actor, self.keys), register, search)
        return sum(spent)


@contextmanager
def _inside_driver(database: Database) -> Iterator[list[float]]:
    """The seconds of each statement executed in the block."""
    spent: list[float] = []

    def before(*_: Any) -> None:
        spent.append(-time.perf_counter())

    def after(*_: Any) -> None:
        spent[-1] += time.perf_counter()

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    try:
        yield spent
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
        event.remove(database.engine, "after_cursor_execute", after)


def who_lives_here(bench: Bench) -> None:
    """First page with count, at each level, in a building, in a house, in a drawn polygon."""
    for level in range(1, 6):
        query = "SELECT id FROM grid WHERE level = :level AND valid_to IS NULL"
        ids = [row.id for row in bench.rows(query, level=level)]
        bodies: list[Body] = [{"place": {"grid": g}} for g in bench.chosen(ids)]
        bench.search(f"who lives here, level {level}", PEOPLE, bodies, LIVES_HERE_MS)
    for kind, table in (("building", "building"), ("house", "house"), ("household", "household")):
        ids = [row.id for row in bench.rows(f"SELECT id FROM {table} ORDER BY id LIMIT 5000")]  # noqa: S608
        bodies = [{"place": {kind: i}} for i in bench.chosen(ids)]
        bench.search(f"who lives in this {kind}", PEOPLE, bodies, LIVES_HERE_MS)
    for metres in (500, 2000):
        bodies = [{"place": {"polygon": _square(at, metres)}} for at in _points(bench)]
        bench.search(f"who lives in a drawn polygon of {metres} m", PEOPLE, bodies)


def search(bench: Bench, url: str) -> None:
    """Somebody by a part of the name, pinyin, initials, address, id number, phone, in one box."""
    query = (
        "SELECT name, name_pinyin, address, id_enc, phone_enc FROM person WHERE status = 'active' "
        "AND id_enc IS NOT NULL AND phone_enc IS NOT NULL AND address <> '' ORDER BY id LIMIT 5000"
    )
    chosen = bench.chosen(bench.rows(query))
    typed = {
        "name": [row.name for row in chosen],
        "two signs of a name": [row.name[:2] for row in chosen],
        "pinyin": [row.name_pinyin.replace(" ", "") for row in chosen],
        "initials": ["".join(s[0] for s in row.name_pinyin.split()) for row in chosen],
        "address": [row.address for row in chosen],
        "id number": [bench.keys.decrypt(row.id_enc) for row in chosen],
        "phone": [bench.keys.decrypt(row.phone_enc) for row in chosen],
    }
    for user in ("county", "township"):
        with closing(signed_in(url, user)) as client:
            asking = Bench(client, bench.database, bench.rounds)
            for what, words in typed.items():
                calls = [
                    partial(asking.post, "/people/search", {"filters": {"q": w}}) for w in words
                ]
                asking.http(f"search people by {what} as {user}", calls, SEARCH_MS)


def _points(bench: Bench) -> list[tuple[float, float]]:
    query = "SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat FROM premises WHERE geom IS NOT NULL"
    return bench.chosen([(row.lon, row.lat) for row in bench.rows(query)])


def _square(at: tuple[float, float], metres: float) -> Body:
    half = metres / 2 / 105_000
    lon, lat = at
    ring = [(lon - half, lat - half), (lon + half, lat - half), (lon + half, lat + half)]
    ring += [(lon - half, lat + half), ring[0]]
    return {"type": "Polygon", "coordinates": [ring]}


def premises(bench: Bench) -> None:
    """By grid, patrol area, circle, band, nearest."""
    areas = [row.id for row in bench.rows("SELECT id FROM patrol_area WHERE status = 'active'")]
    bodies: list[Body] = [{"place": {"patrol_area": a}} for a in bench.chosen(areas)]
    bench.search("premises in this patrol area", PREMISES, bodies, PATROL_MS)
    for level in (1, 3, 5):
        query = "SELECT id FROM grid WHERE level = :level AND valid_to IS NULL"
        ids = [row.id for row in bench.rows(query, level=level)]
        bodies = [{"place": {"grid": g}} for g in bench.chosen(ids)]
        bench.search(f"premises in this grid, level {level}", PREMISES, bodies)
    points = _points(bench)
    bodies = [{"place": {"near": {"lon": x, "lat": y, "metres": 500}}} for x, y in points]
    bench.search("premises within 500 m", PREMISES, bodies)
    lines: list[Body] = [
        {"type": "LineString", "coordinates": [[x, y], [x + 0.01, y + 0.004]]} for x, y in points
    ]
    bodies = [{"place": {"along": {"line": line, "metres": 50}}} for line in lines]
    bench.search("premises within 50 m of a line", PREMISES, bodies)
    bodies = [{"place": {"nearest": {"lon": x, "lat": y, "n": 10}}} for x, y in points]
    bench.search("nearest 10 premises", PREMISES, bodies)


def points(bench: Bench) -> None:
    """Which grid is this, what is here, and the cards."""
    at = [{"lon": lon, "lat": lat} for lon, lat in _points(bench)]
    bench.http("which grid is this point in", [partial(bench.get, "/locate", p) for p in at])
    bench.http("what is here", [partial(bench.get, "/whats-here", p) for p in at])
    for register, table in (("people", "person"), ("houses", "house"), ("buildings", "building")):
        ids = [row.id for row in bench.rows(f"SELECT id FROM {table} ORDER BY id LIMIT 5000")]  # noqa: S608
        calls = [partial(bench.get, f"/{register}/{i}") for i in bench.chosen(ids)]
        bench.http(f"card of {register}", calls)


def main() -> None:
    """Measure everything; ends with 0 when it could be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default=f"http://127.0.0.1:{settings().port}")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with database_of(settings()) as database, closing(signed_in(asked.url, "county")) as client:
        bench = Bench(client, database, asked.rounds)
        people = bench.rows("SELECT count(*) AS n FROM person WHERE status = 'active'")[0].n
        emit("active people in the register", people, "persons")
        who_lives_here(bench)
        search(bench, asked.url)
        premises(bench)
        points(bench)


if __name__ == "__main__":
    main()
