"""Datums: against 490 vectors of four independent libraries, and the three outlines of Xilin."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import (
    Datum,
    UnknownCrs,
    area_m2,
    best_datum,
    convert_datum,
    metres,
    reference,
    same_system,
    to_storage,
)
from gis.io import read

DATA = Path(__file__).parents[1] / "data"
COLUMNS = {Datum.TRUE: "wgs84", Datum.GCJ02: "gcj02", Datum.BD09: "bd09"}


@pytest.fixture(scope="module")
def vectors() -> dict[Datum, np.ndarray]:
    with (DATA / "gcj02/wgs84_gcj02_bd09_vectors.csv").open(encoding="utf-8") as lines:
        # On the edge of the rule's box the libraries differ by 400-615 m, so nothing is asserted.
        rows = [row for row in csv.DictReader(lines) if row["kind"] != "edge"]
    assert len(rows) == 486
    return {
        datum: np.array([[float(row[f"{name}_lon"]), float(row[f"{name}_lat"])] for row in rows])
        for datum, name in COLUMNS.items()
    }


@pytest.mark.parametrize("source", Datum)
@pytest.mark.parametrize("target", Datum)
def test_every_vector_in_every_direction(vectors, source, target):
    converted = convert_datum(vectors[source], source, target)
    # The published columns have eight decimals: 1.1 mm.
    assert metres(converted, vectors[target]).max() < 0.002


@given(st.floats(73, 137), st.floats(1, 55), st.sampled_from(Datum), st.sampled_from(Datum))
def test_there_and_back(lon, lat, source, target):
    there = convert_datum([[lon, lat]], source, target)
    back = convert_datum(there, target, source)
    assert metres(back, [[lon, lat]])[0] < 1e-4


def test_nothing_is_shifted_outside_china():
    places = [[-0.1276, 51.5072], [-74.006, 40.7128], [151.2, -33.9]]
    np.testing.assert_array_equal(convert_datum(places, Datum.TRUE, Datum.GCJ02), places)


def outline(name: str) -> shapely.Geometry:
    source = read(DATA / f"cn-boundary/xilin_451030_{name}.geojson")
    return source.shapes[source.columns["adcode"].index("451030")]


@pytest.mark.parametrize("known", ["tianditu_cgcs2000", "amap_wgs84"])
def test_the_three_outlines_of_xilin(known):
    honest = [n for n in ("tianditu_cgcs2000", "amap_wgs84") if n != known]
    for name in honest:
        fit = best_datum([outline(name)], outline(known))
        assert fit.best is Datum.TRUE
        assert not fit.contradicts(Datum.TRUE)
    caught = best_datum([outline("amap_gcj02")], outline(known))
    assert caught.best is Datum.GCJ02
    assert caught.contradicts(Datum.TRUE)
    assert not caught.contradicts(Datum.GCJ02)


def test_the_other_direction_is_caught_too():
    fit = best_datum([outline("amap_wgs84")], outline("tianditu_cgcs2000"))
    assert fit.contradicts(Datum.GCJ02)
    assert fit.contradicts(Datum.BD09)


def test_a_baidu_outline_is_caught():
    moved = shapely.transform(
        outline("amap_wgs84"), lambda xy: convert_datum(xy, Datum.TRUE, Datum.BD09)
    )
    fit = best_datum([moved], outline("tianditu_cgcs2000"))
    assert fit.best is Datum.BD09
    assert fit.contradicts(Datum.TRUE)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("wgs84", "EPSG:4326"),
        ("CGCS2000", "EPSG:4490"),
        ("4547", "EPSG:4547"),
        ("EPSG:2263", "EPSG:2263"),
        ("gcj02", "GCJ-02"),
        ("GCJ-02", "GCJ-02"),
        ("bd_09", "BD-09"),
        (pyproj.CRS(4490).to_wkt("WKT1_ESRI"), "EPSG:4490"),
    ],
)
def test_names_as_people_write_them(name, label):
    found = reference(name)
    ours = found.crs.to_authority(min_confidence=70) if found.crs else None
    assert (":".join(ours) if ours else found.label) == label


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mars", "unknown"),
        ("", "unknown"),
        ("EPSG:999999", "unknown"),
        ("EPSG:4610", "no_transformation"),
        ("EPSG:5773", "not_horizontal"),
    ],
)
def test_names_that_lead_nowhere(name, reason):
    with pytest.raises(UnknownCrs) as caught:
        reference(name)
    assert caught.value.reason == reason


def test_which_statements_can_both_hold():
    wgs, cgcs, feet, gcj = (reference(n) for n in ("WGS84", "CGCS2000", "EPSG:2263", "GCJ-02"))
    assert same_system(wgs, cgcs)
    assert same_system(wgs, gcj)  # no file can declare GCJ-02
    assert same_system(feet, feet)
    assert not same_system(feet, wgs)
    assert not same_system(wgs, feet)
    assert not same_system(feet, gcj)


def test_feet_to_degrees_and_area():
    # The projection's own constants (NOAA): false origin at 984250 US ft, 74 W, 40 10' N.
    origin = to_storage(np.array([shapely.Point(984250, 0)]), reference("EPSG:2263"))[0]
    assert metres([[origin.x, origin.y]], [[-74, 40 + 10 / 60]])[0] < 1.5
    mile = shapely.box(984250, 0, 984250 + 5280, 5280)
    degrees = to_storage(np.array([mile]), reference("EPSG:2263"))[0]
    assert area_m2(degrees) == pytest.approx(1609.347**2, rel=5e-4)


def test_missing_shapes_stay_missing():
    shapes = np.array([None, shapely.Point(105, 24)], dtype=object)
    moved = to_storage(shapes, reference("GCJ-02"))
    assert moved[0] is None
    assert moved[1] != shapes[1]
