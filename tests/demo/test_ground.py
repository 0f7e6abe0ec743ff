"""Grids are an exact coverage with proper codes; buildings stand where buildings can stand."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from data.paths import XILIN
from services.demo.county import County
from services.demo.layout import TOWNSHIPS, read_divisions

LEVELS = {1: 1, 2: 8, 3: 98, 4: 98, 5: 741}


def test_every_level_has_the_users_number_of_grids(county: County) -> None:
    assert Counter(county.grids.level.tolist()) == LEVELS


def test_names_and_codes_of_the_upper_levels_are_the_official_ones(county: County) -> None:
    grids = county.grids
    stored = {c: n for c, n, lv in zip(grids.code, grids.name, grids.level, strict=True) if lv <= 3}
    assert stored == {d.code: d.name for d in read_divisions()}
    assert stored["451030100002"] == "城中社区"
    assert stored["451030208"] == "足别瑶族苗族乡"


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_an_exact_coverage(county: County, level: int) -> None:
    shapes = county.grids.shape[county.grids.level == level]
    assert shapely.coverage_is_valid(shapes, gap_width=1e-5)  # gaps up to a metre would show
    assert shapely.is_valid(shapes).all()
    assert {s.geom_type for s in shapes} == {"Polygon"}
    whole = shapely.coverage_union_all(shapes)
    assert whole.geom_type == "Polygon" and len(whole.interiors) == 0


def test_children_tile_their_parent_to_the_last_vertex(county: County) -> None:
    grids = county.grids
    for parent in np.flatnonzero(grids.level < 5):
        children = grids.shape[grids.parent == parent]
        union = shapely.coverage_union_all(children)
        assert shapely.equals(shapely.normalize(union), shapely.normalize(grids.shape[parent]))
        assert union.symmetric_difference(grids.shape[parent]).area == 0


def test_the_county_has_the_shape_of_the_published_outline(county: County) -> None:
    raw = json.loads((XILIN / "outline_wgs84.geojson").read_text(encoding="utf-8"))
    outline = shape(raw["features"][0]["geometry"])
    root = county.grids.shape[0]
    # The corners of the outline are kept; where lines meet it, vertices are added on it.
    assert root.symmetric_difference(outline).area < 1e-6 * outline.area
    assert root.hausdorff_distance(outline) < 1e-6


def test_codes_are_built_from_the_parents_code_and_a_serial(county: County) -> None:
    grids = county.grids
    assert len(set(grids.code)) == len(grids.code)
    for i, code in enumerate(grids.code):
        pattern = {1: r"\d{6}", 2: r"\d{9}", 3: r"\d{12}", 4: r"\d{12}-\d\d", 5: r"\d{15}"}
        assert re.fullmatch(pattern[int(grids.level[i])], code)
        if grids.level[i] == 5:
            village = grids.path(i)[2]
            assert code == f"{grids.code[village]}{grids.serial[i]:03d}"


def test_serials_run_from_west_to_east_in_rows_from_north_to_south(county: County) -> None:
    """The documented rule, worked out here once more without the generator's code."""
    grids = county.grids
    for village in np.flatnonzero(grids.level == 3):
        mine = [i for i in np.flatnonzero(grids.level == 5) if grids.path(i)[2] == village]
        mine.sort(key=lambda i: int(grids.serial[i]))
        assert [int(grids.serial[i]) for i in mine] == list(range(1, len(mine) + 1))
        centre = [grids.shape[i].centroid for i in mine]
        rows, lengths = max(1, round(len(mine) ** 0.5)), []
        for r in range(rows):
            lengths.append(len(mine) // rows + (r < len(mine) % rows))
        start, south_of_last_row = 0, float("inf")
        for length in lengths:
            row = centre[start : start + length]
            assert [p.x for p in row] == sorted(p.x for p in row)
            assert max(p.y for p in row) <= south_of_last_row
            south_of_last_row = min(p.y for p in row)
            start += length


def test_households_of_the_townships_sum_to_the_users_figure(county: County) -> None:
    code = np.array([county.ground.micro_code(m)[:9] for m in range(741)])
    for plan in TOWNSHIPS:
        assert county.ground.households[code == plan.code].sum() == plan.households
    assert county.ground.households.sum() == 43_494
    assert county.ground.households.min() >= 18


def test_buildings_neither_overlap_nor_leave_their_grid(county: County) -> None:
    shapes = county.buildings.shape
    assert 42_000 < len(shapes) < 48_000
    assert shapely.is_valid(shapes).all()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    assert shapely.contains_properly(county.ground.micro[county.buildings.micro], shapes).all()
    assert shapely.contains_xy(shapes, *county.buildings.point.T).all()
    size = shapely.area(shapes[county.buildings.kind == "farmhouse"])
    assert np.percentile(size, 1) > 60 and np.percentile(size, 99) < 200


def test_no_building_stands_on_a_road_or_in_the_water(county: County) -> None:
    ground = county.ground
    ways = [r.geom for r in ground.roads + county.lanes + ground.streams]
    ways += [line for _, _, line in ground.plan.streets] + [ground.river.buffer(30)]
    hit = shapely.STRtree(county.buildings.shape).query(np.array(ways), predicate="intersects")
    assert hit.shape[1] == 0


def test_every_micro_grid_has_room_for_its_households(county: County) -> None:
    homes = county.houses.building[county.houses.use == "residential"]
    room = np.bincount(county.buildings.micro[homes], minlength=741)
    assert (county.ground.households <= room * 1.4).all()


def test_addresses_of_buildings_are_different(county: County) -> None:
    seen = Counter(county.buildings.address.tolist())
    assert [a for a, n in seen.items() if n > 1] == []
