"""Coverages: exact tilings pass, each kind of fault is found, real borders are measured."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.crs import area_m2
from gis.io import read
from gis.topology import (
    as_multi,
    coverage_faults,
    label_points,
    roll_up,
    simplify_coverage,
    summary,
)

DATA = Path(__file__).parents[1] / "data"
KEYS = ("a", "b", "c", "d")


def quarters(move: float = 0.0) -> list[shapely.Polygon]:
    """Four squares of 0.1 degrees around (105, 24); the first one's inner corner is moved."""
    x, y, r = 105.0, 24.0, 0.1
    corner = (x + move, y + move)
    return [
        shapely.Polygon([(x - r, y - r), (x, y - r), corner, (x - r, y)]),
        shapely.box(x, y - r, x + r, y),
        shapely.box(x - r, y, x, y + r),
        shapely.box(x, y, x + r, y + r),
    ]


def test_an_exact_tiling_has_no_fault():
    shapes = quarters()
    assert coverage_faults(shapes, KEYS, shapely.union_all(shapes)) == []


def test_gap_between_children():
    shapes = quarters(-0.01)
    faults = coverage_faults(shapes, KEYS, shapely.box(104.9, 23.9, 105.1, 24.1))
    assert [fault.kind for fault in faults] == ["gap"]
    # The missing kite: two triangles with base 0.1 and height 0.01.
    kite = shapely.Polygon([(105, 23.9), (105, 24), (104.9, 24), (104.99, 23.99)])
    assert faults[0].area_m2 == pytest.approx(area_m2(kite), rel=1e-6)
    assert kite.contains(shapely.Point(faults[0].lon, faults[0].lat))
    assert set(faults[0].keys) == set(KEYS)


def test_overlap_of_children():
    faults = coverage_faults(quarters(0.01), KEYS, shapely.box(104.9, 23.9, 105.1, 24.1))
    assert {fault.kind for fault in faults} == {"overlap"}
    assert {fault.keys for fault in faults} == {("a", "b"), ("a", "c"), ("a", "d")}


def test_child_beyond_its_parent():
    shapes = quarters()
    faults = coverage_faults(shapes, KEYS, shapely.box(104.9, 23.9, 105.1, 24.05))
    assert {(fault.kind, fault.keys) for fault in faults} == {
        ("outside", ("c",)),
        ("outside", ("d",)),
    }


def test_slivers_are_told_from_real_gaps():
    shapes = quarters()
    shapes[1] = shapely.box(105 + 2e-6, 23.9, 105.1, 24)  # 20 cm left open over 11 km
    (fault,) = coverage_faults(shapes, KEYS, shapely.box(104.9, 23.9, 105.1, 24.1))
    assert fault.sliver
    assert fault.width_m == pytest.approx(0.2, rel=0.05)
    assert summary([fault])["gap"] == {"n": 1, "slivers": 1, "area_m2": round(fault.area_m2, 2)}


def test_goryeong_villages_against_brute_force():
    """The folder's README counts 131 overlapping pairs with 0.36 km2 in this file."""
    village = read(DATA / "kr-goryeong/goryeong.gpkg", layer="village")
    codes = village.columns["code"]
    faults = coverage_faults(village.shapes, codes)
    overlaps = [fault for fault in faults if fault.kind == "overlap"]
    pairs, total = set(), 0.0
    for i, j in combinations(range(len(codes)), 2):
        common = village.shapes[i].intersection(village.shapes[j])
        if common.area > 0:
            pieces = [p for p in shapely.get_parts(common) if p.area > 0]
            large = [area_m2(p) for p in pieces if area_m2(p) >= 0.01]
            total += sum(large)
            pairs |= {tuple(sorted((codes[i], codes[j])))} if large else set()
    assert {fault.keys for fault in overlaps} == pairs
    assert sum(fault.area_m2 for fault in overlaps) == pytest.approx(total)
    assert round(total / 1e6, 2) == 0.36


@st.composite
def mosaics(draw) -> np.ndarray:
    """Exact tilings with curved shared lines: Voronoi cells of random sites in a square."""
    seed = draw(st.integers(0, 2**32 - 1))
    count = draw(st.integers(4, 30))
    sites = np.random.default_rng(seed).random((count, 2)) * 1000
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=shapely.box(0, 0, 1e3, 1e3))
    )
    curved = shapely.segmentize(shapely.coverage_clean(cells), 20)
    # Both sides of a line are cut up by themselves; millimetres make them one line again.
    return np.asarray(shapely.transform(curved, lambda xy: np.round(xy, 3)), dtype=object)


@settings(deadline=None, max_examples=25)
@given(mosaics(), st.floats(1, 80))
def test_simplified_coverages_still_tile(cells, tolerance):
    bands = simplify_coverage(cells, {6: tolerance, 14: 0})
    assert set(bands) == {6, 14}
    thin = bands[6]
    assert shapely.coverage_is_valid(thin)
    assert shapely.is_valid(thin).all()
    assert shapely.area(thin).sum() == pytest.approx(shapely.union_all(thin).area)
    assert shapely.get_num_coordinates(thin).sum() <= shapely.get_num_coordinates(cells).sum()
    assert shapely.equals(bands[14], cells).all()


@settings(deadline=None, max_examples=25)
@given(mosaics())
def test_parents_made_of_thin_children_share_their_lines(cells):
    thin = simplify_coverage(cells, {10: 30.0})[10]
    groups = ["west" if cell.centroid.x < 500 else "east" for cell in cells]
    parents = roll_up(thin, groups)
    for name, parent in parents.items():
        members = [shape for shape, group in zip(thin, groups, strict=True) if group == name]
        assert parent.symmetric_difference(shapely.union_all(members)).area < 1e-6
        assert parent.geom_type == "MultiPolygon"


def test_parents_of_a_coverage_with_faults_are_still_made():
    shapes = quarters(0.01)
    (whole,) = roll_up(shapes, ["all"] * 4).values()
    assert whole.area == pytest.approx(shapely.union_all(shapes).area)


def test_only_areas_survive_as_multi():
    mixed = shapely.GeometryCollection(
        [
            shapely.Point(0, 0),
            shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
            shapely.box(2, 2, 3, 3),
        ]
    )
    many = as_multi([mixed, shapely.Point(1, 1), None, shapely.box(0, 0, 1, 1)])
    assert many[0].area == 2
    assert many[1] is None
    assert many[2] is None
    assert many[3].geom_type == "MultiPolygon"


def test_labels_lie_inside_the_largest_part():
    horseshoe = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 10, 8))
    two = shapely.MultiPolygon([shapely.box(20, 20, 21, 21), horseshoe])
    first, second = label_points([two, shapely.box(0, 0, 2, 2)])
    assert horseshoe.contains(first)
    assert second.distance(shapely.Point(1, 1)) < 0.05
