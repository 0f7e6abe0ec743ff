"""Speed of the tiles: each layer at each zoom over HTTP, and the statement alone beside it.

``python -m services.bench.tiles http://127.0.0.1:8000`` measures a running demo county with one
client, one request after the other, nothing cached. The tiles are those around randomly chosen
buildings, so dense places weigh as much as they are looked at. The client is the plain one of the
standard library, because a comfortable one takes longer than the tile.
"""

from __future__ import annotations

import argparse
import http.client
import random
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from sqlalchemy import text

from gis.layers import LAYERS, MAX_ZOOM, Layer
from gis.tiles import Tile, TileReader, tile_of
from services.access.scope import Scope, load_scope
from services.bench.core import emit, emit_times, percentile, signed_in
from services.config import settings
from services.db.session import Database
from services.run import database_of

TILES = 60
MARK_MS, MARKED = 8.0, range(13, 17)
FIRST_ZOOM = 6


class Site:
    """A signed-in caller of the running site with one kept connection."""

    def __init__(self, url: str, username: str):
        with closing(signed_in(url, username)) as client:
            cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
        self._headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def tile(self, names: str, tile: Tile) -> tuple[float, int]:
        """Seconds of one request, and the bytes that came."""
        path = f"/tiles/{names}/{tile.z}/{tile.x}/{tile.y}.mvt"
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        spent = time.perf_counter() - began
        if answer.status not in {200, 204}:
            raise RuntimeError(f"{path}: {answer.status}")
        return spent, len(body)


class Bench:
    """Measures sets of layers as one user sees them."""

    def __init__(self, url: str, database: Database, username: str, tiles: int):
        self.username = username
        self._site = Site(url, username)
        self._scope = _scope(database, username)
        dsn, options = database.dsn()
        connection = psycopg2.connect(dsn, options=options)
        connection.autocommit = True
        self._reader = TileReader(connection)
        self._tiles = _tiles(database, self._scope, tiles)

    def layers(self, name: str, layers: Sequence[Layer], zoom: int) -> None:
        """p50 and p95 of one set of layers at one zoom: over HTTP, and the statement alone."""
        names = ",".join(layer.name for layer in layers)
        tiles = self._tiles[zoom]
        for tile in tiles[:3]:
            self._site.tile(names, tile)
            self._sql(layers, tile)
        measured = [self._site.tile(names, tile) for tile in tiles]
        label = f"tile {name} z{zoom} as {self.username}"
        emit_times(label, [s for s, _ in measured], mark=MARK_MS if zoom in MARKED else None)
        emit_times(f"{label}, SQL alone", [self._sql(layers, tile) for tile in tiles])
        size = percentile([float(n) for _, n in measured], 0.95)
        emit(f"{label} size p95", size / 1024, "KiB", n=len(tiles))

    def _sql(self, layers: Sequence[Layer], tile: Tile) -> float:
        began = time.perf_counter()
        self._reader.tile(layers, tile, self._scope.all, self._scope.ids)
        return time.perf_counter() - began


def _scope(database: Database, username: str) -> Scope:
    query = text("SELECT id FROM app_user WHERE username = :username")
    with database.session(None) as session:
        user_id = session.scalar(query, {"username": username})
        if user_id is None:
            raise SystemExit(f"no demo account {username}")
        return load_scope(session, user_id)


def _tiles(database: Database, scope: Scope, most: int) -> dict[int, list[Tile]]:
    """Zoom -> the distinct tiles around ``most`` random visible buildings."""
    query = "SELECT ST_X(point) AS lon, ST_Y(point) AS lat, grid_id FROM building ORDER BY id"
    with database.engine.connect() as connection:
        rows: list[Any] = list(connection.execute(text(query)))
    places = [(row.lon, row.lat) for row in rows if scope.sees(row.grid_id)]
    chosen = random.Random(1).sample(places, min(most, len(places)))
    return {
        zoom: sorted({tile_of(lon, lat, zoom) for lon, lat in chosen})
        for zoom in range(MAX_ZOOM + 1)
    }


def main() -> None:
    """Measure everything; ends with 0 when it could be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default=f"http://127.0.0.1:{settings().port}")
    parser.add_argument("--tiles", type=int, default=TILES)
    asked = parser.parse_args()
    with database_of(settings()) as database:
        county = Bench(asked.url, database, "county", asked.tiles)
        for layer in LAYERS.values():
            for zoom in range(max(FIRST_ZOOM, layer.minzoom), layer.maxzoom + 1):
                county.layers(layer.name, [layer], zoom)
        township = Bench(asked.url, database, "township", asked.tiles)
        for bench in (county, township):
            for zoom in range(FIRST_ZOOM, MAX_ZOOM + 1):
                bench.layers("of all layers", list(LAYERS.values()), zoom)


if __name__ == "__main__":
    main()
