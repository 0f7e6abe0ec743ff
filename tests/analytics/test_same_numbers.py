"""The same number everywhere (S2), on each of the 946 grids of the demo county.

Panel = wall = register = sum of children + unassigned = sum over tiles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import mapbox_vector_tile
import psycopg2
import pytest
from starlette.testclient import TestClient

from gis.layers import LAYERS
from gis.tiles import TileReader, tiles_of
from services.access.actor import Actor
from services.analytics import service
from services.analytics.schemas import Panel, Wall
from services.config import Settings
from services.db.session import Database
from services.grids.register import STAFF
from services.incidents.register import INCIDENTS
from services.kit.crypto import Keys
from services.kit.paging import Search
from services.kit.place import Place
from services.kit.register import Caller, Register, page
from services.people.service import HOUSEHOLDS, PEOPLE
from services.places.service import BUILDINGS, HOUSES
from services.premises.service import PREMISES
from tests.conftest import Clients

# A zoom at which grids of the level (and all above it) are counted one by one.
ZOOM_OF = {1: 7, 2: 7, 3: 9, 4: 11, 5: 12}
BUILDING_ZOOM = 14
FIGURES = ("staff_count", "households", "people", "buildings", "houses", "premises")
REGISTERS = {
    "staff_count": STAFF,
    "households": HOUSEHOLDS,
    "people": PEOPLE,
    "buildings": BUILDINGS,
    "houses": HOUSES,
    "premises": PREMISES,
}
GRIDS = 946


@dataclass
class County:
    """Panels and walls of all living grids, at one moment."""

    panels: dict[int, Panel] = field(default_factory=dict)
    walls: dict[int, Wall] = field(default_factory=dict)
    client: TestClient | None = None
    clients: Clients | None = None


@pytest.fixture(scope="module")
def county(
    county_db: Database, settings: Settings, actor_of: Callable[[Database, str], Actor]
) -> Iterator[County]:
    site = Clients(settings, county_db)
    made = County(client=site("county"), clients=site)
    actor = actor_of(county_db, "county")
    with county_db.session(actor) as session:
        waiting = [service.home(session, actor)]
        while waiting:
            grid_id = waiting.pop()
            made.panels[grid_id] = service.panel(session, actor, grid_id)
            made.walls[grid_id] = service.wall(session, actor, grid_id)
            waiting += [child.id for child in made.panels[grid_id].children]
    assert len(made.panels) == GRIDS
    yield made
    site.close()


def test_parts_add_up(county: County) -> None:
    for panel in county.panels.values():
        for name in FIGURES:
            parts = [panel.unassigned, *panel.children]
            assert getattr(panel, name) == sum(getattr(part, name) for part in parts), name
        classes = panel.people_by_class.model_dump()
        assert panel.people == sum(classes.values())
        for child in panel.children:
            below = county.panels[child.id]
            for name in (*FIGURES, "people_by_class", "open_incidents"):
                assert getattr(below, name) == getattr(child, name), name


def test_wall_says_what_the_panel_says(county: County) -> None:
    for grid_id, panel in county.panels.items():
        wall = county.walls[grid_id]
        for name in (*FIGURES, "people_by_class"):
            assert getattr(wall, name) == getattr(panel, name), name
        assert wall.open_incidents.total == panel.open_incidents.total
        assert sum(kind.total for kind in wall.premises_kinds) == panel.premises
        assert sum(category.open for category in wall.categories) == panel.open_incidents.total
        assert {row.level: row.grids for row in wall.levels[1:]} == panel.levels or not panel.levels
        assert sum(row.staff for row in wall.levels) == panel.staff_count


def test_panel_says_what_the_registers_say(
    county: County, county_db: Database, actor_of: Callable[[Database, str], Actor]
) -> None:
    """Each figure is the number of rows behind it, as the register counts them."""
    actor = actor_of(county_db, "county")
    keys = Keys.load(county_db.settings.key_file)
    with county_db.session(actor) as session:
        caller = Caller(session, actor, keys)
        for grid_id, panel in county.panels.items():
            for name, register in REGISTERS.items():
                assert _total(caller, register, grid_id) == getattr(panel, name), (grid_id, name)
            opened = _total(caller, INCIDENTS, grid_id, open=True)
            assert opened == panel.open_incidents.total, grid_id


def _total(caller: Caller, register: Register[Any], grid_id: int, **filters: Any) -> int:
    search = Search[register.filters](  # type: ignore[name-defined]
        place=Place(grid=grid_id), filters=register.filters(**filters), size=1
    )
    return int(page(caller, register, search)["total"])


def test_route_answers_the_same(county: County) -> None:
    assert county.client is not None
    root = next(p for p in county.panels.values() if p.grid.level == 1)
    answer = county.client.get(f"/api/v1/grids/{root.grid.id}/panel")
    assert answer.status_code == 200
    for name in FIGURES:
        assert answer.json()[name] == getattr(root, name)
    assert county.client.get("/api/v1/wall").json()["people"] == root.people
    for path in ("grids/999999999/panel", "wall?grid=999999999"):
        assert county.client.get(f"/api/v1/{path}").status_code == 404
    assert county.client.get("/api/v1/wall?grid=x").status_code == 422


def test_panel_says_what_the_tiles_say(county: County, county_db: Database) -> None:
    """For each level, the features of all tiles, put under the grid that they name."""
    dsn, options = county_db.dsn()
    connection = psycopg2.connect(dsn, options=options)
    connection.autocommit = True
    reader = TileReader(connection)
    root = next(p for p in county.panels.values() if p.grid.level == 1)
    box = root.grid.bbox
    names = ("people", "premises", "incidents")
    counts = {z: _tally(reader, names, box, z) for z in set(ZOOM_OF.values())}
    buildings = _tally(reader, ("buildings",), box, BUILDING_ZOOM)["buildings"]
    paths = {g: [c.id for c in p.grid.chain] for g, p in county.panels.items()}
    for grid_id, panel in county.panels.items():
        inside = {g for g, path in paths.items() if grid_id in path}
        tiles = counts[ZOOM_OF[panel.grid.level]]
        shown = {name: sum(tiles[name][g] for g in inside) for name in names}
        assert shown["people"] == panel.people, grid_id
        assert shown["premises"] == panel.premises, grid_id
        assert shown["incidents"] == panel.open_incidents.total, grid_id
        assert sum(buildings[g] for g in inside) == panel.buildings, grid_id
    connection.close()


def _tally(
    reader: TileReader, names: tuple[str, ...], box: list[float], zoom: int
) -> dict[str, Counter[int]]:
    """Rows by the grid that a feature names; a feature with an id counts once over all tiles."""
    found: dict[str, Counter[int]] = {name: Counter() for name in names}
    seen: set[tuple[str, int]] = set()
    layers = [LAYERS[name] for name in names]
    for tile in tiles_of(*box, zoom):
        content = reader.tile(layers, tile, True, frozenset()).content
        if not content:
            continue
        for name, layer in mapbox_vector_tile.decode(content).items():
            for feature in layer["features"] if name in found else []:
                number = feature.get("id") or 0  # the decoder says 0 where there is none
                if number and (name, number) in seen:
                    continue
                seen.add((name, number))
                properties = feature["properties"]
                found[name][properties["grid"]] += properties.get("n", 1)
    return found


def test_township_leader_sees_only_the_own_township(
    county: County, county_db: Database, actor_of: Callable[[Database, str], Actor]
) -> None:
    leader = actor_of(county_db, "township")
    own = leader.home_grid_id
    assert own is not None
    assert county.clients is not None
    client = county.clients("township")
    shown = client.get("/api/v1/wall").json()
    assert shown["grid"]["id"] == own
    assert shown["people"] == county.panels[own].people
    for grid_id, panel in county.panels.items():
        expected = 200 if own in [g.id for g in panel.grid.chain] else 404
        assert client.get(f"/api/v1/grids/{grid_id}/panel").status_code == expected
