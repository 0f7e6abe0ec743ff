"""The sweep: all layers at all zooms for several roles, decoded; nothing outside the scope.

Up to zoom 14 every tile that touches the county is read, from 15 on every tile that any row lies
in or that a road crosses near one. The base map has no ids, so its shapes are checked by place.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from sqlalchemy import text

from gis.layers import LAYERS, MAX_ZOOM
from gis.mvt import problems
from gis.tiles import EXTENT, Tile, TileReader, tile_of, tiles_of
from services.access.actor import PERMISSIONS, Actor
from services.access.scope import Scope
from services.db.session import Database
from services.tiles import service
from tests.tiles.conftest import Small, connect

EVERY_TILE_TO = 14
BASE = ("roads", "water", "places")
# The grid of each feature that has an id.
OWNER = {
    "grids": "SELECT id, id FROM grid WHERE valid_to IS NULL",
    "grids_label": "SELECT id, id FROM grid WHERE valid_to IS NULL",
    "buildings": "SELECT id, grid_id FROM building",
    "premises": "SELECT id, grid_id FROM premises WHERE status = 'active'",
    "incidents": "SELECT id, grid_id FROM incident WHERE closed_at IS NULL",
    "people": "SELECT id, grid_id FROM building",
}
COUNTED = {
    "premises": "SELECT grid_id FROM premises WHERE status = 'active'",
    "incidents": "SELECT grid_id FROM incident WHERE closed_at IS NULL",
    "people": "SELECT grid_id FROM person WHERE status = 'active'",
}
PLACES = """
    SELECT ST_X(p), ST_Y(p) FROM (
        SELECT label AS p FROM grid UNION ALL SELECT point FROM building
        UNION ALL SELECT geom FROM premises WHERE geom IS NOT NULL
        UNION ALL SELECT geom FROM incident WHERE geom IS NOT NULL
        UNION ALL SELECT geom FROM basemap_place) x
"""
# Everything in the database that is a person's name.
PERSONS = """
    SELECT name FROM person UNION SELECT name FROM staff UNION SELECT name FROM app_user
    UNION SELECT in_charge FROM premises WHERE in_charge IS NOT NULL
    UNION SELECT owner FROM house WHERE owner IS NOT NULL
"""
# An id number or a phone number, wherever it may stand.
SECRET = re.compile(r"\d{17}[\dXx]|(?<!\d)1\d{10}(?!\d)")


@dataclass
class Facts:
    """What the database holds, read without any of the code that makes tiles."""

    database: Database
    bounds: tuple[float, float, float, float]
    places: list[tuple[float, float]]
    owner: dict[str, dict[int, int]]
    counted: dict[str, list[int]]
    path: dict[int, list[int]]
    villages: dict[int, Any]
    persons: set[str]

    @classmethod
    def of(cls, database: Database) -> Facts:
        """Read them."""
        with database.engine.connect() as connection:

            def rows(sql: str) -> list[Any]:
                return [tuple(row) for row in connection.execute(text(sql))]

            box = rows(
                "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) "
                "FROM (SELECT ST_Extent(geom) AS e FROM grid) x"
            )[0]
            shapes = rows("SELECT id, ST_AsBinary(geom_3857) FROM grid WHERE level = 3")
            return cls(
                database,
                box,
                rows(PLACES),
                {layer: dict(rows(sql)) for layer, sql in OWNER.items()},
                {layer: [grid for (grid,) in rows(sql)] for layer, sql in COUNTED.items()},
                {i: list(path) for i, path in rows("SELECT id, path FROM grid")},
                {i: shapely.from_wkb(bytes(wkb)) for i, wkb in shapes},
                {name for (name,) in rows(PERSONS)},
            )

    def tiles(self, zoom: int) -> set[Tile]:
        """The tiles of a zoom that are read."""
        if zoom <= EVERY_TILE_TO:
            return set(tiles_of(*self.bounds, zoom))
        return {tile_of(lon, lat, zoom) for lon, lat in self.places}


@dataclass
class Seen:
    """What one caller saw at one zoom."""

    ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    count: Counter[str] = field(default_factory=Counter)


class Sweep:
    """Reads tiles as one actor and refuses everything that the actor must not see."""

    def __init__(self, facts: Facts, actor: Actor):
        self.facts, self.actor = facts, actor
        self.layers = service.layers_for(
            actor,
            ",".join(n for n, layer in LAYERS.items() if layer.permissions & actor.permissions),
        )
        self.visible = {g for g in facts.path if actor.scope.sees(g)}
        villages = {facts.path[g][2] for g in self.visible if len(facts.path[g]) > 2}
        self.base = shapely.union_all([facts.villages[g] for g in villages])
        self.near: dict[int, Any] = {}

    def zoom(self, reader: TileReader, zoom: int) -> Seen:
        """Every tile of a zoom."""
        seen = Seen()
        for tile in self.facts.tiles(zoom):
            content = service.make(reader, self.actor, self.layers, tile)
            assert problems(content) == [], tile
            options = {"y_coord_down": True}
            found = mapbox_vector_tile.decode(content, default_options=options)
            for name, layer in found.items():
                assert layer["extent"] == EXTENT and layer["version"] == 2
                for feature in layer["features"]:
                    self._attributes(name, tile, feature["properties"])
                    if name in BASE:
                        self._base(tile, feature)
                    else:
                        self._scoped(name, feature, seen)
        return seen

    def _attributes(self, name: str, tile: Tile, properties: dict[str, Any]) -> None:
        view = LAYERS[name].view(tile.z)
        assert view and properties.keys() <= view.attributes.keys()
        for value in properties.values():
            if isinstance(value, str):
                assert value not in self.facts.persons, "a person's name"
                assert not SECRET.search(value), "an id or phone number"

    def _scoped(self, name: str, feature: dict[str, Any], seen: Seen) -> None:
        properties, number = feature["properties"], feature["id"]
        if number:
            grid = self.facts.owner[name][number]
            assert grid in self.visible
            assert properties.get("grid", grid) == grid
            if LAYERS[name].views[0].points:
                assert number not in seen.ids[name], "in two tiles"
            seen.ids[name].add(number)
        if "grid" in properties:
            assert properties["grid"] in self.visible
        if name in COUNTED:
            seen.count[name] += properties.get("n", 1)
            assert number or properties["n"] > 0
        if "parent" in properties:
            assert properties["parent"] == self.facts.path[number][-2]

    def _base(self, tile: Tile, feature: dict[str, Any]) -> None:
        if self.actor.scope.all:
            return
        xmin, _, xmax, ymax = tile.bounds
        unit = (xmax - xmin) / EXTENT
        shape = shapely.transform(
            shapely.geometry.shape(feature["geometry"]),
            lambda xy: xy * [unit, -unit] + [xmin, ymax],
        )
        assert self._around(tile.z, 2 * unit).covers(shape), "outside the visible villages"

    def _around(self, zoom: int, metres: float) -> Any:
        """The visible villages and two units of a tile's rounding around them."""
        if zoom not in self.near:
            self.near[zoom] = self.base.buffer(metres)
            shapely.prepare(self.near[zoom])
        return self.near[zoom]


def _check(facts: Facts, actor: Actor) -> None:
    """Sweep all zooms; besides, everything that is visible was seen, and the counts are true."""
    connection = connect(facts.database)
    sweep, reader = Sweep(facts, actor), TileReader(connection)
    truth = {
        name: sum(grid in sweep.visible for grid in grids)
        for name, grids in facts.counted.items()
        if LAYERS[name] in sweep.layers
    }
    for zoom in range(MAX_ZOOM + 1):
        seen = sweep.zoom(reader, zoom)
        assert {name: seen.count[name] for name in truth} == truth, zoom
        for name, first in (("grids", 12), ("grids_label", 12), ("buildings", 14)):
            if zoom >= first and LAYERS[name] in sweep.layers:
                own = {i for i, grid in facts.owner[name].items() if grid in sweep.visible}
                assert seen.ids[name] == own, (zoom, name)
    connection.close()


@pytest.fixture(scope="module")
def facts(demo_db: Database) -> Facts:
    return Facts.of(demo_db)


@pytest.mark.parametrize("who", ["county", "township", "village", "micro", "screen"])
def test_demo_county(facts: Facts, actor_of: Callable[[Database, str], Actor], who: str) -> None:
    _check(facts, actor_of(facts.database, who))


@pytest.mark.parametrize("level", [2, 3, 4, 5])
def test_two_townships(small: Small, level: int) -> None:
    """The made-up county has two townships, so that there is another one to see nothing of."""
    world = small.world
    path = world.path[world.micro[9]]
    scope = Scope(False, world.below(path[level - 1]))
    _check(Facts.of(small.database), Actor(1, "leader", "", PERMISSIONS, scope))


def test_a_leak_is_found(small: Small) -> None:
    """The sweep is not blind: a caller who is handed somebody else's tiles is refused."""
    world = small.world
    own, other = world.path[world.micro[0]][1], world.path[world.micro[-1]][1]
    assert own != other
    facts = Facts.of(small.database)
    sweep = Sweep(facts, Actor(1, "a", "", PERMISSIONS, Scope(False, world.below(own))))
    thief = Actor(1, "b", "", PERMISSIONS, Scope(False, world.below(other)))
    sweep.actor = thief
    for names in ("grids", "buildings", "premises", "incidents", "people", *BASE):
        sweep.layers = service.layers_for(thief, names)
        with pytest.raises(AssertionError):
            for zoom in (14, 16):
                sweep.zoom(small.reader, zoom)
