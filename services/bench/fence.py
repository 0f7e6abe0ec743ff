"""What the second fence costs: the same statements in the roles of the service and as owner.

``python -m services.bench.fence`` needs a loaded demo county and no site. Both ways are measured
in turns, so that a machine that changes its speed changes both.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psycopg2
from sqlalchemy import text

from gis.layers import LAYERS
from gis.tiles import Tile, TileReader, tile_of
from services.access.actor import Actor
from services.access.service import load_actor
from services.analytics import service as analytics
from services.bench.core import emit, timed
from services.config import settings
from services.db.session import Database, entry_sql
from services.kit.crypto import Keys
from services.kit.paging import Search
from services.kit.place import Place
from services.kit.register import Caller, page
from services.people.service import PEOPLE
from services.run import database_of

ROUNDS = 300
MARK_PERCENT = 10.0
ZOOMS = range(13, 17)
Work = Callable[[bool], Any]


def compare(name: str, work: Sequence[Work], mark: float | None = None) -> None:
    """Median times with and without the fence, and the share that the fence adds."""
    for one in work[:3]:
        one(True), one(False)
    times: dict[bool, list[float]] = {True: [], False: []}
    for n, one in enumerate(work):
        one(False)  # or whoever comes second would find the pages of the first in memory
        for fenced in ((True, False), (False, True))[n % 2]:
            times[fenced] += timed([partial(one, fenced)])
    with_it, without = (statistics.median(times[key]) * 1000 for key in (True, False))
    emit(f"{name}, with the fence p50", with_it, "ms", n=len(work))
    emit(f"{name}, without p50", without, "ms", n=len(work))
    emit(f"{name}, cost", (with_it / without - 1) * 100, "%", mark=mark, n=len(work))


def _tiles(database: Database, actor: Actor) -> None:
    dsn, options = database.dsn()
    readers = {}
    for fenced in (True, False):
        connection = psycopg2.connect(dsn, options=options)
        connection.autocommit = True
        readers[fenced] = TileReader(connection)
    before = {True: entry_sql(actor), False: ""}
    query = "SELECT ST_X(point), ST_Y(point), grid_id FROM building ORDER BY id"
    with database.engine.connect() as session:
        places = [r for r in session.execute(text(query)) if actor.scope.sees(r[2])]
    step = max(1, len(places) // ROUNDS)
    layers, scope = list(LAYERS.values()), actor.scope

    def make(tile: Tile, fenced: bool) -> None:
        readers[fenced].tile(layers, tile, scope.all, scope.ids, before[fenced])

    for zoom in ZOOMS:
        tiles = [tile_of(r[0], r[1], zoom) for r in places[::step]]
        name = f"fence: tile of all layers z{zoom} as {actor.username}"
        compare(name, [partial(make, tile) for tile in tiles], MARK_PERCENT)


def _answers(database: Database, actor: Actor, keys: Keys) -> None:
    def asked(question: Callable[[Any], Any], fenced: bool) -> None:
        with (database.session if fenced else database.bulk)(actor) as session:
            question(session)

    grids: Sequence[int] = sorted(actor.scope.ids)
    if actor.scope.all:
        with database.engine.connect() as connection:
            grids = connection.execute(text("SELECT id FROM grid ORDER BY id")).scalars().all()
    chosen = grids[:: max(1, len(grids) // ROUNDS)]

    def people(grid: int, session: Any) -> None:
        page(Caller(session, actor, keys), PEOPLE, Search(place=Place(grid=grid)))

    def panel(grid: int, session: Any) -> None:
        analytics.panel(session, actor, grid)

    for name, question in (("first page of people", people), ("panel of a grid", panel)):
        work = [partial(asked, partial(question, grid)) for grid in chosen]
        compare(f"fence: {name} as {actor.username}", work)


def main() -> None:
    """Measure for a caller who sees everything and for one who sees a township."""
    with database_of(settings()) as database:
        keys = Keys.load(settings().key_file)
        for username in ("county", "township"):
            with database.session(None) as session:
                query = text("SELECT id FROM app_user WHERE username = :name")
                user_id = session.scalar(query, {"name": username})
                actor = load_actor(session, user_id) if user_id else None
            if actor is None:
                sys.exit(f"no demo account {username}")
            _tiles(database, actor)
            _answers(database, actor, keys)


if __name__ == "__main__":
    main()
