"""The tiles in the whole site: behind the gate, with the rights of the demo accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
from sqlalchemy import text

from gis.tiles import tile_of
from services.access.actor import Actor
from services.db.session import Database

MakeClients = Any


def _somewhere(database: Database, actor: Actor) -> tuple[float, float]:
    """A building that the actor sees."""
    with database.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT grid_id, ST_X(point), ST_Y(point) FROM building ORDER BY id")
        )
        return next((lon, lat) for grid, lon, lat in rows if actor.scope.sees(grid))


def test_signed_in_people_only(clients: MakeClients) -> None:
    for path in ("/tiles/grids/8/202/110.mvt", "/tiles/grids.json", "/tiles/nothing/0/0/0.mvt"):
        answer = clients().get(path)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthenticated"


def test_every_account_gets_its_own_part(
    clients: MakeClients, demo_db: Database, actor_of: Callable[[Database, str], Actor]
) -> None:
    sizes = {}
    for who in ("county", "village", "micro", "screen", "patrol"):
        actor, client = actor_of(demo_db, who), clients(who)
        lon, lat = _somewhere(demo_db, actor_of(demo_db, "micro"))
        z, x, y = tile_of(lon, lat, 16)
        names = "grids,buildings"
        if actor.may("people.read"):
            names += ",people"
        else:
            assert client.get(f"/tiles/{names},people/{z}/{x}/{y}.mvt").status_code == 403
        answer = client.get(f"/tiles/{names}/{z}/{x}/{y}.mvt")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
        buildings = mapbox_vector_tile.decode(answer.content)["buildings"]["features"]
        assert all(actor.scope.sees(b["properties"]["grid"]) for b in buildings)
        sizes[who] = len(buildings)
        kept = client.get(
            f"/tiles/{names}/{z}/{x}/{y}.mvt",
            headers={"If-None-Match": answer.headers["etag"]},
        )
        assert kept.status_code == 304
    assert sizes["county"] == sizes["screen"] >= sizes["village"] >= sizes["micro"] > 0
    assert sizes["county"] > sizes["micro"]


def test_tilejson_bounds_are_the_callers(
    clients: MakeClients, demo_db: Database, actor_of: Callable[[Database, str], Actor]
) -> None:
    def bounds(who: str) -> list[float]:
        found: list[float] = clients(who).get("/tiles/grids,people.json").json()["bounds"]
        return found

    whole, part = bounds("county"), bounds("micro")
    assert whole[0] < part[0] < part[2] < whole[2] and whole[1] < part[1] < part[3] < whole[3]
    lon, lat = _somewhere(demo_db, actor_of(demo_db, "micro"))
    assert part[0] <= lon <= part[2] and part[1] <= lat <= part[3]


def test_writing_is_refused_and_a_wrong_address_is_plain(clients: MakeClients) -> None:
    client = clients("county")
    for path, status in (
        ("/tiles/grids/19/0/0.mvt", 404),
        ("/tiles/grids/2/4/0.mvt", 404),
        ("/tiles/secrets/2/0/0.mvt", 404),
        ("/tiles/../tiles/grids/2/9/9.mvt", 404),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.json()["error"]["message_zh"]
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert client.post("/tiles/grids/8/202/110.mvt", headers=headers).status_code == 405
