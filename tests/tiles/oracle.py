"""Brute force: what must be in a tile, computed in plain Python from plain table rows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import mapbox_vector_tile
import pyproj
import shapely

from gis.layers import LAYERS
from gis.tiles import Tile, TileReader
from tests.tiles.conftest import Small

LEVEL = {**dict.fromkeys(range(7), 2), 7: 3, 8: 3, 9: 4, 10: 4}
WHOLE: frozenset[int] = frozenset()
TO_WEB = pyproj.Transformer.from_crs(4490, 3857, always_xy=True)


def decoded(
    reader: TileReader, names: str, tile: Tile, ids: frozenset[int] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Layer -> features of a tile, for a scope (None: everything)."""
    layers = [LAYERS[name] for name in names.split(",")]
    content = reader.tile(layers, tile, ids is None, ids or WHOLE).content
    found = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in found.items()}


def all_places(small: Small) -> list[tuple[Any, ...]]:
    """(lon, lat) of every label, building and placed row."""
    return small.rows(
        """
        SELECT ST_X(p), ST_Y(p) FROM (
            SELECT label AS p FROM grid UNION ALL SELECT point FROM building
            UNION ALL SELECT geom FROM premises WHERE geom IS NOT NULL
            UNION ALL SELECT geom FROM incident WHERE geom IS NOT NULL) x
        """
    )


class Oracle:
    """The tables read once, and the rules written a second time in the plainest way."""

    def __init__(self, small: Small):
        self.places = all_places(small)
        self.path = {i: list(path) for i, path in small.rows("SELECT id, path FROM grid")}
        self.current = {i for (i,) in small.rows("SELECT id FROM grid WHERE valid_to IS NULL")}
        self.label = self._points(small, "SELECT id, ST_AsBinary(label) FROM grid")
        self.shape = self._points(small, "SELECT id, ST_AsBinary(geom_3857) FROM grid")
        self.buildings = {
            i: (grid, shapely.from_wkb(bytes(shape)), self.lonlat(point), floors)
            for i, grid, shape, point, floors in small.rows(
                "SELECT id, grid_id, ST_AsBinary(geom_3857), ST_AsBinary(point), floors "
                "FROM building"
            )
        }
        self.people = small.rows("SELECT grid_id, building_id FROM person WHERE status = 'active'")
        self.households = small.rows(
            "SELECT grid_id, building_id FROM household WHERE status = 'active'"
        )
        self.premises = {
            row[0]: row
            for row in small.rows(
                "SELECT id, grid_id, kind, attention, (due_on <= current_date)::int, "
                "ST_AsBinary(geom) FROM premises WHERE status = 'active'"
            )
        }
        self.incidents = {
            row[0]: row
            for row in small.rows(
                "SELECT id, grid_id, category, floor(extract(epoch FROM warn_at) + 0.5)::bigint, "
                "floor(extract(epoch FROM due_at) + 0.5)::bigint, ST_AsBinary(geom) "
                "FROM incident WHERE state NOT IN ('closed', 'rejected')"
            )
        }

    @staticmethod
    def lonlat(wkb: Any) -> tuple[float, float]:
        point = shapely.from_wkb(bytes(wkb))
        return point.x, point.y

    def _points(self, small: Small, sql: str) -> dict[int, Any]:
        shapes = {i: shapely.from_wkb(bytes(wkb)) for i, wkb in small.rows(sql)}
        return {i: (s.x, s.y) if s.geom_type == "Point" else s for i, s in shapes.items()}

    def sees(self, grid: int, ids: frozenset[int] | None) -> bool:
        return ids is None or grid in ids

    def counted_at(self, grid: int, zoom: int, ids: frozenset[int] | None) -> int:
        """The grid at whose label a row of ``grid`` is counted."""
        path = self.path[grid]
        for level in range(min(LEVEL.get(zoom, 5), len(path)), len(path) + 1):
            if self.sees(path[level - 1], ids):
                return path[level - 1]
        raise AssertionError("the grid itself is not visible")

    def counts(self, grids: list[int], tile: Tile, ids: frozenset[int] | None) -> dict[int, int]:
        """Grid -> number of the rows (given by their grids) counted in this tile."""
        found: dict[int, int] = defaultdict(int)
        for grid in grids:
            if self.sees(grid, ids):
                at = self.counted_at(grid, tile.z, ids)
                if tile.holds(*self.label[at]):
                    found[at] += 1
        return dict(found)

    def grids_at(self, zoom: int, ids: frozenset[int] | None) -> set[int]:
        """Visible current grids of the levels of a zoom."""
        deepest = LEVEL.get(zoom, 5)
        return {i for i in self.current if len(self.path[i]) <= deepest and self.sees(i, ids)}


def counts_of(features: list[dict[str, Any]]) -> dict[int, int]:
    """Grid -> n of the count features."""
    counts = [f["properties"] for f in features if not f.get("id")]
    found = {count["grid"]: count["n"] for count in counts}
    assert len(found) == len(counts), "a grid is counted twice"
    return found
