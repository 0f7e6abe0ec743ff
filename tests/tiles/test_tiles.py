"""Tile addresses, edges, limits, and the simplified lines of grids."""

from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gis.layers import BANDS, LAYERS, RAW, band, deepest_level
from gis.mvt import problems
from gis.tiles import META, Tile, TileReader, tile_of, tiles_of, to_lonlat, to_web
from services.access.actor import system
from services.config import Settings
from services.db.embedded import Cluster
from services.db.session import Database
from services.tiles import drawn
from tests.tiles.conftest import Small, connect
from tests.tiles.oracle import TO_WEB, Oracle, decoded
from tests.tiles.world import World

zooms = st.integers(0, 18)
lons, lats = st.floats(-180, 179.999999), st.floats(-85, 85)


@given(lons, lats, zooms)
def test_a_point_is_of_exactly_one_tile(lon: float, lat: float, z: int) -> None:
    tile = tile_of(lon, lat, z)
    around = [Tile(z, tile.x + dx, tile.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    assert [other for other in around if other.holds(lon, lat)] == [tile]


@given(zooms, st.data())
def test_neighbours_share_their_edges_bit_for_bit(z: int, data: Any) -> None:
    side = 1 << z
    x, y = data.draw(st.integers(0, side - 1)), data.draw(st.integers(0, side - 1))
    _xmin, ymin, xmax, _ymax = Tile(z, x, y).bounds
    assert Tile(z, x + 1, y).bounds[0] == xmax
    assert Tile(z, x, y + 1).bounds[3] == ymin
    corner = Tile(z, x, y)
    west, south, east, north = corner.lonlat
    assert Tile(z, x + 1, y).lonlat[0] == east and Tile(z, x, y + 1).lonlat[3] == south
    assert corner.holds(west, north) and not corner.holds(east, north)
    assert not corner.holds(west, south)


@given(lons, lats)
def test_projection_is_that_of_proj(lon: float, lat: float) -> None:
    assert to_web(lon, lat) == pytest.approx(TO_WEB.transform(lon, lat), abs=1e-6)
    assert to_lonlat(*to_web(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


def test_tiles_of_a_box() -> None:
    west, south, east, north = 104.83, 24.3, 105.2, 24.7
    for z in range(0, 13):
        found = set(tiles_of(west, south, east, north, z))
        for lon in np.linspace(west, east, 40):
            for lat in np.linspace(south, north, 40):
                assert tile_of(float(lon), float(lat), z) in found
        box = shapely.box(west, south, east, north)
        assert all(shapely.box(*tile.lonlat).intersects(box) for tile in found)


def test_points_on_an_edge_are_drawn_once(
    cluster: Cluster, settings: Settings, small: Small
) -> None:
    """Premises exactly where four tiles meet, as PostGIS projects them, at every zoom."""
    copy = Database(cluster.url(small.database.url.database), settings)
    corner = Tile(18, 207_000, 112_000)
    xmin, _, _, ymax = corner.bounds
    micro = small.world.micro[0]
    made = connect(copy)
    made.autocommit = False
    try:
        cursor = made.cursor()
        # Stored in degrees, the corner may come back a hair off: three ways around it.
        cursor.execute(
            """
            INSERT INTO premises (id, licence, name, kind, grid_id, geom)
            SELECT 9000 + n, 'E' || n, '店', 'shop', %s,
                   ST_Transform(ST_SetSRID(ST_MakePoint(%s + d, %s - d), 3857), 4490)
            FROM (VALUES (1, 0.0), (2, 1e-9), (3, -1e-9)) v (n, d)
            """,
            (micro, xmin, ymax),
        )
        reader = TileReader(made)
        for z in range(15, 19):
            up = 18 - z
            x, y = corner.x >> up, corner.y >> up
            seen: list[int] = []
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    tile = Tile(z, x + dx, y + dy)
                    for f in decoded(reader, "premises", tile).get("premises", []):
                        seen.append(f["id"])
            assert sorted(i for i in seen if i > 9000) == [9001, 9002, 9003], z
    finally:
        made.rollback()
        made.close()
        copy.close()


def test_rows_beyond_the_limit_are_announced(small: Small) -> None:
    reader = TileReader(small.connection, rows=5)
    oracle = Oracle(small)
    by_tile: dict[Tile, set[int]] = {}
    for i, (_, _, point, *_) in oracle.buildings.items():
        by_tile.setdefault(tile_of(*point, 14), set()).add(i)
    tile = max(by_tile, key=lambda tile: len(by_tile[tile]))
    layers = [LAYERS["buildings"], LAYERS["grids"]]
    made = reader.tile(layers, tile, True, frozenset())
    whole = decoded(small.reader, "buildings,grids", tile)
    assert problems(made.content) == []
    found = mapbox_vector_tile.decode(made.content)
    assert list(found) == ["buildings", "grids", META]
    told = {f["properties"]["layer"]: f["properties"] for f in found[META]["features"]}
    total = small.rows(
        "SELECT count(*) FROM building WHERE geom_3857 && ST_Expand("
        "ST_TileEnvelope(%s, %s, %s), 2 * 20037508.342789244 / 2 ^ %s * 96 / 4096)",
        *tile,
        tile.z,
    )[0][0]
    assert told["buildings"] == {"layer": "buildings", "shown": 5, "of": total}
    assert total >= len(by_tile[tile]) > 5
    shown = [f["id"] for f in found["buildings"]["features"]]
    assert shown == sorted(f["id"] for f in whole["buildings"])[:5]
    assert found["grids"]["features"][0]["id"] == 1, "the largest grids stay"
    assert META not in whole
    exact = TileReader(small.connection, rows=total).tile(layers, tile, True, frozenset())
    assert exact.dropped == {}


def _drawn(small: Small) -> dict[int, dict[int, Any]]:
    """band -> grid -> shape as stored for drawing."""
    found: dict[int, dict[int, Any]] = {}
    for grid, at, wkb in small.rows(
        "SELECT grid_id, band, ST_AsBinary(geom_3857) FROM grid_drawn ORDER BY grid_id"
    ):
        found.setdefault(at, {})[grid] = shapely.from_wkb(bytes(wkb))
    return found


def test_drawn_lines_are_thinner_and_stay_common(small: Small) -> None:
    oracle = Oracle(small)
    found = _drawn(small)
    assert set(found) == set(BANDS)
    for top, shapes in found.items():
        assert shapes.keys() == oracle.grids_at(top, None)
        tolerance = drawn._tolerance(top)
        for level in range(1, deepest_level(top) + 1):
            grids = [g for g in shapes if len(oracle.path[g]) == level]
            thin = np.array([shapes[g] for g in grids], dtype=object)
            raw = np.array([oracle.shape[g] for g in grids], dtype=object)
            assert shapely.coverage_is_valid(thin)
            assert shapely.get_num_coordinates(thin).sum() < shapely.get_num_coordinates(raw).sum()
            far = shapely.hausdorff_distance(thin, raw)
            assert far.max() < 6 * tolerance
            for grid in grids:
                children = [g for g in shapes if oracle.path[g][:-1] == oracle.path[grid]]
                if children:
                    union = shapely.union_all([shapes[g] for g in children])
                    # Every vertex of the parent's line is one of its children's lines.
                    assert union.symmetric_difference(shapes[grid]).area < 1e-3


def test_neighbours_meet_in_the_tile(small: Small) -> None:
    """Decoded, the grids of a level lie side by side: nothing twice, no hole between."""
    lon, lat = small.world.point_in(1).coords[0]
    for zoom in range(9, 15):
        grids: dict[int, list[Any]] = {}
        tile = tile_of(lon, lat, zoom)
        for f in decoded(small.reader, "grids", tile)["grids"]:
            shape = shapely.geometry.shape(f["geometry"])
            grids.setdefault(f["properties"]["level"], []).append(shape)
        for level, shapes in grids.items():
            union = shapely.union_all(shapes)
            overlap = sum(s.area for s in shapes) - union.area
            # Only corners where a line meets the edge of the tile may be rounded apart.
            length = sum(s.length for s in shapes)
            holes = sum(
                shapely.Polygon(ring).area
                for part in shapely.get_parts(union)
                for ring in part.interiors
            )
            assert overlap <= length * 0.02, (zoom, level)
            assert holes <= length * 0.02, (zoom, level)


def test_band_of_a_zoom() -> None:
    for zoom in range(19):
        expected = min((top for top in BANDS if top >= zoom), default=RAW)
        assert band(zoom) == expected
        if expected:
            # Less than half a pixel of a 512 px tile at the highest zoom of the band.
            pixel = math.tau * 6378137 / 2**expected / 512
            assert 0 < drawn._tolerance(expected) < pixel / 2


def test_refresh_again_changes_nothing_and_doubt_means_as_stored(
    db: Database, small: Small
) -> None:
    database = db
    with database.session(system("test")) as session:
        world = World(session)
        drawn.refresh(session)
        drawn.refresh(session)
    copy = Small(database, world, connect(database), small.reader)
    assert _drawn(copy) == _drawn(small)
    moved, village = world.micro[0], world.path[world.micro[0]][2]
    # A line that was changed is drawn as stored until the next refresh.
    with database.session(system("test")) as session:
        session.execute(
            text("UPDATE grid SET geom = ST_Multi(ST_Buffer(geom, -0.0005)) WHERE id = :id"),
            {"id": moved},
        )
    assert all(moved not in shapes for shapes in _drawn(copy).values())
    # Its parents are no longer tiled by their children, so they are drawn as stored too.
    with database.session(system("test")) as session:
        drawn.refresh(session)
    for top, shapes in _drawn(copy).items():
        assert (moved in shapes) == (deepest_level(top) == 5)
        assert village not in shapes and world.path[moved][1] not in shapes
        assert shapes, "the untouched township is still simplified"
    # Lowest grids that overlap are no coverage: everything is drawn as stored.
    with database.session(system("test")) as session:
        session.execute(
            text("UPDATE grid SET geom = ST_Multi(ST_Buffer(geom, 0.001)) WHERE id = :id"),
            {"id": moved},
        )
        assert drawn.refresh(session) == 0
    assert _drawn(copy) == {}
    copy.connection.close()
