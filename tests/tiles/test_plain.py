"""Footprints whose corners are only moved to the tile's grid, against doing it by hand."""

from __future__ import annotations

import numpy as np
import psycopg2.extras
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.layers import LAYERS, PLAIN_ZOOMS
from gis.mvt import problems
from gis.tiles import BUFFER, EXTENT, Tile, TileReader, tile_of
from tests.tiles.conftest import Small
from tests.tiles.oracle import TO_WEB, decoded

BUILDINGS = 60


def footprints(seed: int) -> list[shapely.Polygon]:
    """Stars of 3 to 9 corners in degrees: houses, slivers, needles, some with a yard inside."""
    rng = np.random.default_rng(seed)
    made: list[shapely.Polygon] = []
    while len(made) < BUILDINGS:
        turn = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 10)))
        far = rng.uniform(0.3, 1, len(turn))
        star = np.stack((np.cos(turn) * far, np.sin(turn) * far), axis=1)
        star *= 10 ** rng.uniform(-1, 1.5) * np.array([1, 10 ** rng.uniform(-2, 0)])
        middle = rng.uniform(-150, 150, 2)
        yards = [star * 0.3 + middle] if rng.random() < 0.2 else []
        degrees = [ring / 1e5 + [105.2, 24.3] for ring in (star + middle, *yards)]
        shape = shapely.Polygon(degrees[0], degrees[1:])
        if shape.is_valid and shape.area > 0:
            made.append(shape)
    return made


def rings(shape: shapely.Polygon) -> list[shapely.LinearRing]:
    return [shape.exterior, *shape.interiors]


def by_hand(shape: shapely.Polygon, tile: Tile) -> shapely.Polygon:
    """``shape`` in whole units of ``tile``, y downwards; a yard may come to nothing."""
    xmin, _, xmax, ymax = tile.bounds
    scale = EXTENT / (xmax - xmin)

    def moved(xy: np.ndarray) -> np.ndarray:
        x, y = TO_WEB.transform(xy[:, 0], xy[:, 1])
        return np.stack((np.rint((x - xmin) * scale), np.rint((ymax - y) * scale)), axis=1)

    shell, *yards = (shapely.Polygon(moved(np.array(ring.coords))) for ring in rings(shape))
    return shapely.Polygon(shell.exterior, [yard.exterior for yard in yards if yard.area])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), zoom=st.integers(*PLAIN_ZOOMS))
def test_moved_corners_are_the_shape_and_valid(small: Small, seed: int, zoom: int) -> None:
    shapes = dict(enumerate(footprints(seed), 9001))
    grid = small.rows("SELECT id FROM grid WHERE level = 5 ORDER BY id LIMIT 1")[0][0]
    tile = tile_of(105.2, 24.3, zoom)
    with small.database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        with raw.cursor() as cursor:
            psycopg2.extras.execute_values(
                cursor,
                "INSERT INTO building (id, code, name, grid_id, geom, point) VALUES %s",
                [(i, f"P{i}", "x", grid, shape.wkb, shape.wkb) for i, shape in shapes.items()],
                "(%s, %s, %s, %s, ST_Multi(ST_GeomFromWKB(%s, 4490)), "
                "ST_PointOnSurface(ST_GeomFromWKB(%s, 4490)))",
            )
            cursor.execute("SELECT id, plain FROM building WHERE id > 9000")
            plain = dict(cursor.fetchall())
        reader = TileReader(raw)
        made = reader.tile([LAYERS["buildings"]], tile, True, frozenset())
        found = {f["id"]: f["geometry"] for f in decoded(reader, "buildings", tile)["buildings"]}
    assert problems(made.content) == []
    assert 0 < sum(plain.values()) < BUILDINGS
    whole = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    hands = {i: by_hand(shape, tile) for i, shape in shapes.items() if plain[i]}
    inside = {i: hand for i, hand in hands.items() if whole.contains_properly(hand)}
    assert inside
    for i, hand in inside.items():
        assert hand.is_valid and hand.area > 0
        here = shapely.geometry.shape(found[i])
        assert here.is_valid
        assert here.symmetric_difference(hand).area == 0, (i, here.wkt, hand.wkt)
