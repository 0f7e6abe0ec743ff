"""Tiles of the made-up county against brute force, for random tiles and scopes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.layers import LAYERS, deepest_level, deepest_rank
from gis.tiles import BUFFER, EXTENT, Tile, tile_of, tiles_of
from tests.tiles.conftest import Small
from tests.tiles.oracle import LEVEL, Oracle, counts_of, decoded
from tests.tiles.world import CELLS, SIDE, SOUTH, WEST

SCOPES = ("county", "township", "village", "group", "micro", "own", "odd", "none")


@pytest.fixture(scope="module")
def oracle(small: Small) -> Oracle:
    return Oracle(small)


def scope_of(small: Small, name: str) -> frozenset[int] | None:
    """The scopes that are tried: own-and-below of each level, one grid only, a mix, nothing."""
    first = small.world.path[small.world.micro[5]]
    if name == "county":
        return None
    if name == "own":
        return frozenset({first[2]})
    if name == "odd":
        other = small.world.path[small.world.micro[-1]]
        return small.world.below(first[4], other[3]) | {first[1]}
    if name == "none":
        return frozenset()
    level = ("county", "township", "village", "group", "micro").index(name)
    return small.world.below(first[level])


# Any tile around the county, or (number, zoom) of one with something in it.
tiles = st.one_of(
    st.builds(
        tile_of,
        st.floats(WEST - SIDE, WEST + SIDE * (CELLS + 1)),
        st.floats(SOUTH - SIDE, SOUTH + SIDE * (CELLS + 1)),
        st.integers(0, 14),
    ),
    st.tuples(st.integers(0, 10**6), st.integers(9, 18)),
)


def the(tile: Tile | tuple[int, int], oracle: Oracle) -> Tile:
    """The tile that was drawn."""
    if isinstance(tile, Tile):
        return tile
    return tile_of(*oracle.places[tile[0] % len(oracle.places)], tile[1])


tried = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@tried
@given(drawn=tiles, name=st.sampled_from(SCOPES))
def test_counts_are_those_of_brute_force(
    small: Small, oracle: Oracle, drawn: Tile | tuple[int, int], name: str
) -> None:
    tile = the(drawn, oracle)
    ids = scope_of(small, name)
    found = decoded(small.reader, "premises,incidents,people", tile, ids)
    unplaced = [row[1] for row in oracle.premises.values() if tile.z < 15 or row[5] is None]
    assert counts_of(found.get("premises", [])) == oracle.counts(unplaced, tile, ids)
    unplaced = [row[1] for row in oracle.incidents.values() if tile.z < 7 or row[5] is None]
    assert counts_of(found.get("incidents", [])) == oracle.counts(unplaced, tile, ids)
    at_grid = [
        grid
        for grid, building in oracle.people
        if tile.z < 16 or building is None or oracle.buildings[building][0] != grid
    ]
    assert counts_of(found.get("people", [])) == oracle.counts(at_grid, tile, ids)


@tried
@given(drawn=tiles, name=st.sampled_from(SCOPES))
def test_points_are_those_of_brute_force(
    small: Small, oracle: Oracle, drawn: Tile | tuple[int, int], name: str
) -> None:
    tile = the(drawn, oracle)
    ids = scope_of(small, name)
    found = decoded(small.reader, "premises,incidents,people", tile, ids)
    expected: dict[int, Any] = {}
    for i, grid, kind, attention, due, wkb in oracle.premises.values():
        if tile.z >= 15 and wkb and oracle.sees(grid, ids) and tile.holds(*oracle.lonlat(wkb)):
            expected[i] = {"kind": kind, "attention": attention, "grid": grid}
            if due is not None:
                expected[i]["due"] = due
    assert _points(found, "premises") == expected
    expected = {}
    for i, grid, category, warn_at, due_at, wkb in oracle.incidents.values():
        if tile.z >= 7 and wkb and oracle.sees(grid, ids) and tile.holds(*oracle.lonlat(wkb)):
            expected[i] = {
                "category": category,
                "warn_at": warn_at,
                "due_at": due_at,
                "grid": grid,
            }
    assert _points(found, "incidents") == expected
    people = Counter(
        building
        for grid, building in oracle.people
        if tile.z >= 16
        and building
        and oracle.buildings[building][0] == grid
        and oracle.sees(grid, ids)
        and tile.holds(*oracle.buildings[building][2])
    )
    expected = {b: {"grid": oracle.buildings[b][0], "n": n} for b, n in people.items()}
    assert _points(found, "people") == expected


def _points(found: dict[str, Any], layer: str) -> dict[int, Any]:
    points = [f for f in found.get(layer, []) if f["id"]]
    assert len({f["id"] for f in points}) == len(points)
    return {f["id"]: f["properties"] for f in points}


@tried
@given(drawn=tiles, name=st.sampled_from(SCOPES))
def test_areas_are_those_of_brute_force(
    small: Small, oracle: Oracle, drawn: Tile | tuple[int, int], name: str
) -> None:
    tile = the(drawn, oracle)
    ids = scope_of(small, name)
    found = decoded(small.reader, "grids,grids_label,buildings", tile, ids)
    shown = oracle.grids_at(tile.z, ids)
    labels = {f["id"] for f in found.get("grids_label", [])}
    assert labels == {i for i in shown if tile.holds(*oracle.label[i])}
    _compare_areas(tile, found.get("grids", []), {i: oracle.shape[i] for i in shown})
    buildings = {
        i: shape
        for i, (grid, shape, *_) in oracle.buildings.items()
        if tile.z >= 14 and oracle.sees(grid, ids)
    }
    _compare_areas(tile, found.get("buildings", []), buildings)
    for feature in found.get("buildings", []):
        grid, _, _, floors = oracle.buildings[feature["id"]]
        expected = {"floors": floors, "grid": grid}
        if tile.z >= 17:
            expected["n"] = sum(
                1 for g, b in oracle.households if b == feature["id"] and oracle.sees(g, ids)
            )
        assert feature["properties"] == expected


def _compare_areas(tile: Tile, features: list[Any], shapes: dict[int, Any]) -> None:
    """The features are the shapes that touch the tile, and lie where they lie (to 3 units)."""
    xmin, ymin, xmax, ymax = tile.bounds
    unit = (xmax - xmin) / EXTENT
    edge = BUFFER * unit
    drawn = shapely.box(xmin - edge, ymin - edge, xmax + edge, ymax + edge)
    found = {f["id"]: f["geometry"] for f in features}
    assert len(found) == len(features)
    assert found.keys() <= shapes.keys()
    for i, shape in shapes.items():
        part = shape.intersection(drawn)
        if part.buffer(-4 * unit).is_empty:
            continue  # thinner than a pixel: may vanish
        here = shapely.transform(
            shapely.geometry.shape(found[i]),
            lambda xy: xy * [unit, -unit] + [xmin, ymax],
        )
        # Beyond the difference of two units of simplifying and one of rounding nothing remains.
        assert here.difference(part.buffer(8 * unit)).area < unit * unit
        assert part.buffer(-8 * unit).difference(here).area < unit * unit


def test_every_zoom_sums_up_to_the_truth(small: Small, oracle: Oracle) -> None:
    """For each grid of the levels of a zoom: the counts at and below it = its rows."""
    for zoom in range(0, 19):
        got: dict[str, Counter[int]] = {k: Counter() for k in ("people", "premises", "incidents")}
        where = (
            tiles_of(*small.world.bounds, zoom)
            if zoom < 15
            else {tile_of(*p, zoom) for p in oracle.places}
        )
        for tile in where:
            for layer, features in decoded(small.reader, ",".join(got), tile).items():
                for f in features:
                    n = f["properties"].get("n", 1)
                    for ancestor in oracle.path[f["properties"]["grid"]]:
                        got[layer][ancestor] += n
        rows = {
            "people": [grid for grid, _ in oracle.people],
            "premises": [row[1] for row in oracle.premises.values()],
            "incidents": [row[1] for row in oracle.incidents.values()],
        }
        for layer, grids in rows.items():
            truth = Counter(a for grid in grids for a in oracle.path[grid])
            for grid, n in truth.items():
                if len(oracle.path[grid]) <= deepest_level(zoom):
                    assert got[layer][grid] == n, (zoom, layer, grid)


def test_levels_by_zoom() -> None:
    assert {z: deepest_level(z) for z in range(19)} == {z: LEVEL.get(z, 5) for z in range(19)}


def test_every_attribute_is_listed(small: Small, oracle: Oracle) -> None:
    """No layer lets out more than its allow-list, and all that is on it comes at some zoom."""
    seen: dict[str, set[str]] = {name: set() for name in LAYERS}
    for lon, lat in oracle.places[::20]:
        for zoom in range(0, 19):
            found = decoded(small.reader, ",".join(LAYERS), tile_of(lon, lat, zoom))
            for name, features in found.items():
                view = LAYERS[name].view(zoom)
                assert view
                for f in features:
                    assert f["properties"].keys() <= view.attributes.keys()
                    seen[name] |= f["properties"].keys()
    assert seen == {name: set(layer.fields) for name, layer in LAYERS.items()}


@pytest.mark.parametrize("name", SCOPES)
def test_households_of_every_building(small: Small, oracle: Oracle, name: str) -> None:
    ids = scope_of(small, name)
    seen: dict[int, int] = {}
    for tile in {tile_of(*point, 17) for _, _, point, *_ in oracle.buildings.values()}:
        for f in decoded(small.reader, "buildings", tile, ids).get("buildings", []):
            seen[f["id"]] = f["properties"]["n"]
    households = Counter(b for g, b in oracle.households if oracle.sees(g, ids))
    assert seen == {
        i: households[i] for i, (grid, *_) in oracle.buildings.items() if oracle.sees(grid, ids)
    }


@tried
@given(drawn=tiles, name=st.sampled_from(SCOPES))
def test_base_map_is_that_of_the_visible_villages(
    small: Small, oracle: Oracle, drawn: Tile | tuple[int, int], name: str
) -> None:
    tile = the(drawn, oracle)
    ids = scope_of(small, name)
    villages = {g for g, path in oracle.path.items() if len(path) == 3}
    if ids is not None:
        villages &= ids | {oracle.path[g][2] for g in ids if len(oracle.path[g]) > 3}
    xmin, ymin, xmax, ymax = tile.bounds
    box = shapely.box(xmin, ymin, xmax, ymax)
    found = decoded(small.reader, "roads,water,places", tile, ids)
    for table, layer, kinds in BASE:
        rows = small.rows(
            f"SELECT grid_id, kind, name, {'0' if table == 'basemap_area' else 'rank'}, "
            f"ST_AsBinary(geom_3857) FROM {table}"
        )
        got = {(f["properties"]["kind"], f["properties"]["name"]) for f in found.get(layer, [])}
        for grid, kind, called, rank, wkb in rows:
            if kind not in kinds:
                continue
            visible = grid in villages and rank <= deepest_rank(tile.z) and tile.z >= 5
            if not visible:
                assert (kind, called) not in got
            elif _stands_out(shapely.from_wkb(bytes(wkb)), box, (xmax - xmin) / EXTENT):
                assert (kind, called) in got


BASE = [
    ("basemap_line", "roads", {"road"}),
    ("basemap_line", "water", {"water"}),
    ("basemap_area", "water", {"water", "wood"}),
    ("basemap_place", "places", {"town", "village", "hamlet"}),
]


def _stands_out(shape: Any, box: Any, unit: float) -> bool:
    part = shape.intersection(box)
    if shape.geom_type == "Point":
        return bool(shape.within(box))
    return bool(
        part.area > 50 * unit * unit if "Poly" in shape.geom_type else part.length > 5 * unit
    )
