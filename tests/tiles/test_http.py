"""The route of the tiles: answers, caching, refusals. Rights are in test_oracle and test_sweep."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import mapbox_vector_tile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from gis.layers import LAYERS, MAX_ZOOM
from gis.tiles import tile_of
from services.access import scope as rights
from services.access.actor import PERMISSIONS, Actor
from services.db.session import Database
from services.tiles import pool
from services.tiles.endpoints import GZIP_FROM, Tiles
from tests.tiles.conftest import Small, connect
from tests.tiles.world import SIDE, SOUTH, WEST

MIDDLE = tile_of(WEST + 4 * SIDE, SOUTH + 4 * SIDE, 12)
AT = f"{MIDDLE.z}/{MIDDLE.x}/{MIDDLE.y}.mvt"


class SignedIn:
    """Stands for the gate: puts the actor where the gate puts it."""

    def __init__(self, app: ASGIApp, actor: Actor | None):
        self.app, self.actor = app, actor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"actor": self.actor}
        await self.app(scope, receive, send)


def actor(permissions: frozenset[str] = PERMISSIONS, ids: frozenset[int] | None = None) -> Actor:
    """Somebody with these permissions; ``ids`` None sees everything."""
    seen = rights.Scope.everything() if ids is None else rights.Scope(False, ids)
    return Actor(1, "somebody", "", permissions, seen)


Make = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def client_of(small: Small) -> Iterator[Make]:
    app = Tiles(small.database)

    def make(who: Actor | None = None, *, nobody: bool = False) -> httpx.Client:
        client = TestClient(SignedIn(app, None if nobody else who or actor()))
        client.headers.pop("accept-encoding", None)
        return client

    yield make
    app.close()


@pytest.fixture(scope="module")
def client(client_of: Make) -> httpx.Client:
    return client_of()


def test_tile_of_several_layers_has_them_in_order(client: httpx.Client) -> None:
    answer = client.get(f"/tiles/people,grids,roads/{AT}", headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"] == "Cookie, Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert list(mapbox_vector_tile.decode(answer.content)) == ["people", "grids", "roads"]


def test_content_is_the_readers(client: httpx.Client, small: Small) -> None:
    names = "grids,buildings,people"
    layers = [LAYERS[name] for name in names.split(",")]
    made = small.reader.tile(layers, MIDDLE, True, frozenset()).content
    assert client.get(f"/tiles/{names}/{AT}").content == made


def test_gzip_only_when_taken_and_worth_it(client: httpx.Client) -> None:
    path = f"/tiles/grids/{AT}"
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and len(plain.content) > GZIP_FROM
    for accept in ("gzip", "br, gzip;q=0.5", "*", "GZIP"):
        with client.stream("GET", path, headers={"Accept-Encoding": accept}) as answer:
            raw = b"".join(answer.iter_raw())
            assert answer.headers["content-encoding"] == "gzip"
            assert gzip.decompress(raw) == plain.content and len(raw) < len(plain.content)
            assert answer.headers["etag"] != plain.headers["etag"]
    for accept in ("gzip;q=0", "br", "gzip;q=0.000, *", ""):
        answer = client.get(path, headers={"Accept-Encoding": accept})
        assert "content-encoding" not in answer.headers and answer.content == plain.content
    small_path = f"/tiles/places/{AT}"
    answer = client.get(small_path, headers={"Accept-Encoding": "gzip"})
    assert 0 < len(answer.content) < GZIP_FROM and "content-encoding" not in answer.headers


def test_a_caller_that_has_it_gets_304(client: httpx.Client) -> None:
    path = f"/tiles/grids,premises/{AT}"
    tags = {}
    for encoding in ("identity", "gzip"):
        answer = client.get(path, headers={"Accept-Encoding": encoding})
        tags[encoding] = answer.headers["etag"]
        assert re.fullmatch(r'"[0-9a-f]{24}(-gz)?"', tags[encoding])
    for sent in (
        tags["identity"],
        tags["gzip"],
        f'"other", {tags["gzip"]}',
        f"W/{tags['identity']}",
        "*",
    ):
        answer = client.get(path, headers={"If-None-Match": sent, "Accept-Encoding": "gzip"})
        assert answer.status_code == 304 and answer.content == b""
        assert answer.headers["etag"] == tags["gzip"]
        assert answer.headers["cache-control"] == "private, no-cache"
    for sent in ('"other"', tags["identity"][1:-1], ""):
        assert client.get(path, headers={"If-None-Match": sent}).status_code == 200


def test_etag_follows_the_content(client_of: Make, small: Small) -> None:
    path = f"/tiles/people/{AT}"
    all_of_it = client_of().get(path)
    again = client_of().get(path)
    part = client_of(actor(ids=small.world.below(2))).get(path)
    assert all_of_it.headers["etag"] == again.headers["etag"] != part.headers["etag"]


def test_empty_tile_is_204(client: httpx.Client, client_of: Make) -> None:
    answer = client.get("/tiles/grids,people/12/0/0.mvt")
    assert answer.status_code == 204 and answer.content == b""
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "content-length" not in answer.headers
    nowhere = client_of(actor(ids=frozenset()))
    assert nowhere.get(f"/tiles/{','.join(LAYERS)}/{AT}").status_code == 204


def test_layer_outside_its_zooms_is_left_out(client: httpx.Client) -> None:
    answer = client.get(f"/tiles/grids,buildings/{AT}")
    assert list(mapbox_vector_tile.decode(answer.content)) == ["grids"]


@pytest.mark.parametrize(
    "path",
    [
        f"/tiles/nothing/{AT}",
        f"/tiles/grids,nothing/{AT}",
        f"/tiles/grids,grids/{AT}",
        f"/tiles/grids,/{AT}",
        f"/tiles/_member/{AT}",
        f"/tiles/buildings/{AT}",
        f"/tiles/grids/{MAX_ZOOM + 1}/0/0.mvt",
        "/tiles/grids/3/8/0.mvt",
        "/tiles/grids/3/0/8.mvt",
        "/tiles/grids/0/1/0.mvt",
        "/tiles/grids/-1/0/0.mvt",
        "/tiles/grids/3/-1/0.mvt",
        "/tiles/grids/03/0/0.mvt",
        "/tiles/grids/3/0/0.png",
        "/tiles/grids/3/0/0.mvt/",
        "/tiles/grids/3/1e1/0.mvt",
        "/tiles/grids/99999999999999999999/0/0.mvt",
        "/tiles/grids/12/99999999999999999999/0.mvt",
        "/tiles/grids/3/0/0.mvt%0A",
        "/tiles/nothing.json",
        "/tiles/",
        "/tiles",
    ],
)
def test_what_does_not_exist_is_404(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert error["code"] == "not_found" and error["message_zh"] and error["message_en"]


def test_permission_per_layer(client_of: Make) -> None:
    needed = {
        "grids": "desk.view",
        "grids_label": "patrol.view",
        "roads": "screen.view",
        "water": "desk.view",
        "places": "desk.view",
        "buildings": "places.read",
        "premises": "premises.read",
        "incidents": "incidents.read",
        "people": "people.read",
    }
    assert needed.keys() == LAYERS.keys()
    z, x, y = tile_of(WEST + 4 * SIDE, SOUTH + 4 * SIDE, 15)
    for layer, permission in needed.items():
        with_it = client_of(actor(frozenset({permission})))
        others = frozenset(needed.values()) - LAYERS[layer].permissions
        without = client_of(actor(others | {"export", "incidents.report"}))
        for path in (f"{layer}/{z}/{x}/{y}.mvt", f"{layer}.json"):
            assert with_it.get(f"/tiles/{path}").status_code in {200, 204}, path
            answer = without.get(f"/tiles/{path}")
            assert answer.status_code == 403, path
            assert permission in answer.json()["error"]["permission"]
    mixed = client_of(actor(frozenset({"desk.view"})))
    assert mixed.get(f"/tiles/grids,people/{AT}").status_code == 403
    # People by grid are told by the panel and the wall, where small numbers are hidden.
    assert client_of(actor(frozenset({"stats.read"}))).get(f"/tiles/people/{AT}").status_code == 403


def test_households_of_a_building_only_for_who_may_read_people(client_of: Make) -> None:
    z, x, y = tile_of(WEST + 4 * SIDE, SOUTH + 4 * SIDE, 17)
    rights = frozenset({"places.read", "stats.read", "households.read"})
    for held, shown in ((rights | {"people.read"}, True), (rights, False)):
        client = client_of(actor(held))
        described = client.get("/tiles/buildings.json").json()["vector_layers"][0]
        assert ("n" in described["fields"]) is shown
        found = 0
        for tile_x, tile_y in ((x + i, y + j) for i in range(-4, 5) for j in range(-4, 5)):
            answer = client.get(f"/tiles/buildings/{z}/{tile_x}/{tile_y}.mvt")
            if answer.status_code == 200:
                features = mapbox_vector_tile.decode(answer.content)["buildings"]["features"]
                assert all(("n" in f["properties"]) is shown for f in features)
                found += len(features)
        assert found


def test_only_reading(client: httpx.Client, client_of: Make) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = client.request(method, f"/tiles/grids/{AT}")
        assert answer.status_code == 405 and answer.headers["allow"] == "GET, HEAD"
    assert client_of(nobody=True).get(f"/tiles/grids/{AT}").status_code == 401


def test_head_is_get_without_the_body(client: httpx.Client) -> None:
    path = f"/tiles/grids/{AT}"
    got, head = client.get(path), client.head(path)
    assert head.status_code == 200 and head.content == b""
    assert {k: head.headers[k] for k in got.headers} == dict(got.headers)


def test_tilejson(client_of: Make, small: Small) -> None:
    world = small.world
    township = small.world.path[small.world.micro[0]][1]
    client = client_of(actor(ids=world.below(township)))
    answer = client.get("/tiles/grids,buildings,people.json")
    described = answer.json()
    assert described["tilejson"] == "3.0.0"
    assert described["tiles"] == ["http://testserver/tiles/grids,buildings,people/{z}/{x}/{y}.mvt"]
    assert (described["minzoom"], described["maxzoom"]) == (0, MAX_ZOOM)
    assert described["bounds"] == pytest.approx(world.shape[township].bounds)
    layers = {layer["id"]: layer for layer in described["vector_layers"]}
    assert list(layers) == ["grids", "buildings", "people"]
    assert layers["buildings"]["minzoom"] == 14
    assert layers["people"]["fields"] == {"grid": "Number", "level": "Number", "n": "Number"}
    strange = client.get("/tiles/grids.json", headers={"Host": 'x"><y'}).json()
    assert strange["tiles"] == ["/tiles/grids/{z}/{x}/{y}.mvt"]
    assert "bounds" not in client_of(actor(ids=frozenset())).get("/tiles/grids.json").json()


def test_a_lost_connection_is_replaced(client: httpx.Client, small: Small) -> None:
    path = f"/tiles/grids/{AT}"
    before = client.get(path).content
    ended = small.rows(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query LIKE 'EXECUTE tile_%%' "
        "AND pid <> pg_backend_pid() AND state = 'idle'"
    )
    assert ended[0][0] >= 1
    for _ in range(2 * pool.THREADS):
        assert client.get(path).content == before


def test_no_answer_in_time_is_503(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "TIMEOUT_MS", 150)
    app = Tiles(small.database)
    client = TestClient(SignedIn(app, actor()))
    blocker = connect(small.database)
    blocker.autocommit = False
    try:
        blocker.cursor().execute("LOCK TABLE basemap_place IN ACCESS EXCLUSIVE MODE")
        answer = client.get(f"/tiles/places/{AT}")
        assert answer.status_code == 503 and answer.json()["error"]["code"] == "tile_too_slow"
    finally:
        blocker.rollback()
        blocker.close()
    assert client.get(f"/tiles/places/{AT}").status_code == 200
    app.close()


def test_unreachable_database_is_503(settings: Any) -> None:
    app = Tiles(Database("postgresql+psycopg2://nobody@/nowhere?host=/nonexistent", settings))
    assert TestClient(SignedIn(app, actor())).get(f"/tiles/grids/{AT}").status_code == 503


@settings(max_examples=150, deadline=None)
@given(
    layers=st.one_of(st.sampled_from(sorted(LAYERS)), st.text(max_size=12)),
    z=st.one_of(st.integers(-2, 25), st.text(max_size=4)),
    x=st.one_of(st.integers(-5, 2**40), st.text(max_size=6)),
    y=st.integers(-5, 2**20),
    end=st.sampled_from([".mvt", ".json", "", ".MVT"]),
)
def test_any_address_gets_a_plain_answer(
    client: httpx.Client, layers: str, z: Any, x: Any, y: int, end: str
) -> None:
    parts = (quote(str(part), safe=",") for part in (layers, z, x, y))
    path = f"/tiles/{'/'.join(parts)}{end}"
    answer = client.get(path)
    assert answer.status_code in {200, 204, 404}
    if answer.status_code != 404:
        zoom, column = int(z), int(x)
        assert 0 <= zoom <= MAX_ZOOM and 0 <= column < 2**zoom and 0 <= y < 2**zoom
        assert layers in LAYERS and end == ".mvt"
