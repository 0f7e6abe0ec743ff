"""``/tiles/{layers}/{z}/{x}/{y}.mvt`` and ``/tiles/{layers}.json``: a bare ASGI callable.

It stands outside of the framework's routing because every layer of it costs more than the tile.
The gate in front of it signs the caller in.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import psycopg2
from starlette.types import Receive, Scope, Send

from gis.layers import MAX_ZOOM, Layer
from gis.tiles import Tile, TileReader
from services.access.actor import Actor
from services.db.session import Database
from services.errors import AppError, NotFound, Unauthenticated
from services.tiles import service
from services.tiles.pool import TilePool

_NUMBER = "(0|[1-9][0-9]{0,8})"
_TILE = re.compile(rf"/tiles/([a-z_,]+)/{_NUMBER}/{_NUMBER}/{_NUMBER}\.mvt")
_JSON = re.compile(r"/tiles/([a-z_,]+)\.json")
_HOST = re.compile(r"[\w.:\[\]-]+")
_MVT = b"application/vnd.mapbox-vector-tile"

GZIP_LEVEL = 3
GZIP_FROM = 600
"""Bytes; below, compression saves no packet."""

_COMMON = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Cookie, Accept-Encoding"),
]
Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]


class TooSlow(AppError):
    """The database did not finish the tile in time, or cannot be reached."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "tile_too_slow", "地图暂时繁忙，请稍后再试。", "The map is busy; try again."
        )


class BadMethod(AppError):
    """Tiles are only read."""

    status = 405

    def __init__(self) -> None:
        super().__init__("method", "地图瓦片只能读取。", "Tiles can only be read: use GET or HEAD.")


class Tiles:
    """The ASGI application of ``/tiles``; ``close`` it with the site."""

    def __init__(self, database: Database):
        self._database = database
        self._pool = TilePool(database)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        actor: Actor | None = scope.get("state", {}).get("actor")
        try:
            status, headers, body = await self._answer(scope, actor)
        except AppError as error:
            status, headers, body = _refusal(error, actor.lang if actor else "zh")
        length = (b"content-length", str(len(body)).encode())
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*headers, *([] if status in {204, 304} else [length])],
            }
        )
        sent = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": sent})

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    async def _answer(self, scope: Scope, actor: Actor | None) -> Answer:
        if actor is None:
            raise Unauthenticated()
        if scope["method"] not in {"GET", "HEAD"}:
            raise BadMethod()
        asked = {key: value for key, value in scope["headers"] if key in _ASKED}
        if found := _TILE.fullmatch(scope["path"]):
            layers = service.layers_for(actor, found[1])
            tile = Tile(int(found[2]), int(found[3]), int(found[4]))
            if tile.z > MAX_ZOOM:
                raise NotFound("tile")

            def work(reader: TileReader) -> Answer:
                return _packed(service.make(reader, actor, layers, tile), asked)

            try:
                return await self._pool.run(work)
            except psycopg2.OperationalError as error:
                raise TooSlow() from error
        if found := _JSON.fullmatch(scope["path"]):
            layers = service.layers_for(actor, found[1])
            described = await self._pool.run(lambda _: self._described(actor, layers, _root(scope)))
            return 200, [(b"content-type", b"application/json"), *_COMMON], _json(described)
        raise NotFound("route")

    def _described(self, actor: Actor, layers: tuple[Layer, ...], root: str) -> dict[str, Any]:
        with self._database.session(actor) as session:
            return service.tilejson(session, actor, layers, root)


_ASKED = frozenset({b"if-none-match", b"accept-encoding"})


def _packed(content: bytes, asked: dict[bytes, bytes]) -> Answer:
    """The answer for a tile: 204 when empty, 304 when the caller has it, else maybe gzip."""
    if not content:
        return 204, list(_COMMON), b""
    mark = blake2b(content, digest_size=12).hexdigest()
    zipped = len(content) >= GZIP_FROM and _takes_gzip(asked.get(b"accept-encoding", b""))
    etag = (b"etag", f'"{mark}{"-gz" if zipped else ""}"'.encode())
    if _has(asked.get(b"if-none-match", b"").decode("latin-1"), mark):
        return 304, [etag, *_COMMON], b""
    headers = [(b"content-type", _MVT), etag, *_COMMON]
    if zipped:
        packer = zlib.compressobj(GZIP_LEVEL, wbits=31)
        content = packer.compress(content) + packer.flush()
        headers.append((b"content-encoding", b"gzip"))
    return 200, headers, content


def _has(if_none_match: str, mark: str) -> bool:
    """Whether one of the listed tags is this content, in either encoding."""
    tags = re.findall(r'(?:W/)?"([^"]*)"', if_none_match)
    return if_none_match.strip() == "*" or any(tag.removesuffix("-gz") == mark for tag in tags)


def _takes_gzip(accept: bytes) -> bool:
    """Whether an Accept-Encoding header allows gzip (or anything) with a quality above 0."""
    allowed: dict[str, bool] = {}
    for item in accept.decode("latin-1").lower().split(","):
        name, _, rest = item.partition(";")
        quality = rest.strip().removeprefix("q=")
        allowed[name.strip()] = not re.fullmatch(r"0(\.0{0,3})?", quality)
    return allowed.get("gzip", allowed.get("*", False))


def _root(scope: Scope) -> str:
    """Scheme and host as the caller wrote them, so that programs get whole addresses."""
    hosts = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return ""
    return f"{scope.get('scheme', 'http')}://{hosts[0]}"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _refusal(error: AppError, lang: str) -> Answer:
    headers: Iterable[tuple[bytes, bytes]] = _COMMON
    if isinstance(error, BadMethod):
        headers = [*_COMMON, (b"allow", b"GET, HEAD")]
    return error.status, [(b"content-type", b"application/json"), *headers], _json(error.body(lang))
