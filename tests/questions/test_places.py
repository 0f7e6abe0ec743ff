"""Drawn shapes, circles, bands and the nearest, against shapely and geodesics over all rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.questions.conftest import Land
from tests.questions.county import EAST, NORTH, SOUTH, WEST

REGISTERS = {
    "people": "person",
    "households": "household",
    "houses": "house",
    "buildings": "building",
    "premises": "premises",
    "incidents": "incident",
}
GEOD = pyproj.Geod(ellps="GRS80")
QUIET = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

lons = st.floats(WEST - 0.02, EAST + 0.02)
lats = st.floats(SOUTH - 0.02, NORTH + 0.02)
inner_lons, inner_lats = st.floats(WEST, EAST), st.floats(SOUTH, NORTH)


def _placed(land: Land, register: str, user: str) -> tuple[list[int], np.ndarray]:
    seen = land.seen_by(user)
    rows = [
        r
        for r in land.county.rows[REGISTERS[register]]
        if r.get("status") != "cancelled" and r["place"] and r["grid_id"] in seen
    ]
    return [r["id"] for r in rows], np.array([r["place"] for r in rows]).reshape(-1, 2)


def _geojson(shape: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return made


def _metres(lonlat: np.ndarray, lon: float, lat: float) -> np.ndarray:
    n = len(lonlat)
    _, _, metres = GEOD.inv(np.full(n, lon), np.full(n, lat), lonlat[:, 0], lonlat[:, 1])
    return np.asarray(metres)


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize("user", ["chief", "town"])
@QUIET
@given(points=st.lists(st.tuples(lons, lats), min_size=3, max_size=7, unique=True))
def test_polygon(land: Land, register: str, user: str, points: list[Any]) -> None:
    shape = shapely.MultiPoint(points).convex_hull
    county = shapely.box(WEST, SOUTH, EAST, NORTH)
    if shape.geom_type != "Polygon" or not shape.is_valid or not shape.intersects(county):
        return
    ids, lonlat = _placed(land, register, user)
    inside = shapely.covers(shape, shapely.points(lonlat))
    want = {i for i, yes in zip(ids, inside, strict=True) if yes}
    got = land.all_ids(register, user, place={"polygon": _geojson(shape)})
    assert got == want


def test_polygon_with_a_hole_and_of_several_parts(land: Land) -> None:
    outer = shapely.box(WEST, SOUTH, EAST - 0.2, NORTH)
    hole = shapely.box(WEST + 0.05, SOUTH + 0.05, EAST - 0.25, NORTH - 0.05)
    far = shapely.box(EAST - 0.1, SOUTH, EAST, NORTH)
    shape = shapely.MultiPolygon([outer.difference(hole), far])
    ids, lonlat = _placed(land, "people", "chief")
    inside = shapely.covers(shape, shapely.points(lonlat))
    want = {i for i, yes in zip(ids, inside, strict=True) if yes}
    assert 0 < len(want) < len(ids)
    assert land.all_ids("people", place={"polygon": _geojson(shape)}) == want


def test_a_point_on_the_border_of_a_polygon_is_inside(land: Land) -> None:
    ids, lonlat = _placed(land, "buildings", "chief")
    x, y = lonlat[0]
    shape = shapely.box(x, y, x + 0.001, y + 0.001)
    assert ids[0] in land.all_ids("buildings", place={"polygon": _geojson(shape)})


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize("user", ["chief", "village"])
@QUIET
@given(lon=inner_lons, lat=inner_lats, metres=st.floats(1, 30_000))
def test_near(land: Land, register: str, user: str, lon: float, lat: float, metres: float) -> None:
    ids, lonlat = _placed(land, register, user)
    distance = _metres(lonlat, lon, lat)
    if (abs(distance - metres) < 0.001).any():
        return
    want = {i for i, d in zip(ids, distance, strict=True) if d <= metres}
    near = {"near": {"lon": lon, "lat": lat, "metres": metres}}
    assert land.all_ids(register, user, place=near) == want


def test_near_comes_nearest_first_and_says_how_far(land: Land) -> None:
    ids, lonlat = _placed(land, "premises", "chief")
    lon, lat = lonlat[7]
    distance = dict(zip(ids, _metres(lonlat, lon, lat), strict=True))
    place = {"near": {"lon": lon, "lat": lat, "metres": 9_000}}
    items = land.search("premises", place=place, size=500)["items"]
    metres = [item["metres"] for item in items]
    assert len(items) > 3 and metres == sorted(metres)
    for item in items:
        assert item["metres"] == pytest.approx(distance[item["id"]], abs=0.051)


def _to_line(lonlat: np.ndarray, line: list[Any]) -> np.ndarray:
    """Metres to a line, in a projection centred on it that keeps lengths to 0.01 %."""
    middle = np.mean(np.array(line), axis=0)
    local = pyproj.Proj(f"+proj=aeqd +lon_0={middle[0]} +lat_0={middle[1]} +ellps=GRS80")
    flat = shapely.LineString(np.array(local(*np.array(line).T)).T)
    points = shapely.points(np.array(local(*lonlat.T)).T)
    return np.asarray(shapely.distance(flat, points))


@pytest.mark.parametrize("register", ["premises", "people", "houses"])
@QUIET
@given(
    start=st.tuples(inner_lons, inner_lats),
    steps=st.lists(
        st.tuples(st.floats(-0.03, 0.03), st.floats(-0.03, 0.03)), min_size=1, max_size=4
    ),
    metres=st.floats(5, 3_000),
)
def test_along(land: Land, register: str, start: Any, steps: list[Any], metres: float) -> None:
    line = [start]
    for dx, dy in steps:
        line.append((line[-1][0] + dx, line[-1][1] + dy))
    if shapely.LineString(line).length < 1e-6:
        return
    ids, lonlat = _placed(land, register, "chief")
    distance = _to_line(lonlat, line)
    margin = 0.5 + metres * 0.001
    place = {"along": {"line": {"type": "LineString", "coordinates": line}, "metres": metres}}
    answer = land.as_("chief").post(f"/api/v1/{register}/search", json={"place": place, "size": 1})
    if answer.status_code == 422:  # the line left the county altogether
        assert not (distance < metres - margin).any()
        return
    got = land.all_ids(register, place=place)
    surely = {i for i, d in zip(ids, distance, strict=True) if d < metres - margin}
    perhaps = {i for i, d in zip(ids, distance, strict=True) if d < metres + margin}
    assert surely <= got <= perhaps


@pytest.mark.parametrize("register", [r for r in REGISTERS if r != "houses"])
@pytest.mark.parametrize("user", ["chief", "town"])
@QUIET
@given(lon=lons, lat=lats, n=st.integers(1, 60))
def test_nearest_are_nearest_in_metres(
    land: Land, register: str, user: str, lon: float, lat: float, n: int
) -> None:
    ids, lonlat = _placed(land, register, user)
    distance = _metres(lonlat, lon, lat)
    ranked = sorted(zip(np.round(distance, 6), ids, strict=True))
    place = {"nearest": {"lon": lon, "lat": lat, "n": n}}
    got = land.search(register, user, place=place, size=500)
    assert got["total"] == min(n, len(ids)) == len(got["items"])
    by_id = dict(zip(ids, distance, strict=True))
    found = [by_id[item["id"]] for item in got["items"]]
    assert found == pytest.approx([d for d, _ in ranked[:n]], abs=1e-3)


def test_nearest_keeps_the_filter(land: Land) -> None:
    rows = land.county.rows["premises"]
    hotels = {r["id"] for r in rows if r["kind"] == "hotel" and r["place"]}
    also = {x["premises_id"] for x in land.county.rows["premises_also"] if x["kind"] == "hotel"}
    place = {"nearest": {"lon": 105.2, "lat": 24.1, "n": 5}}
    got = land.search("premises", place=place, filters={"kind": ["hotel"]})
    assert got["total"] == 5
    assert {item["id"] for item in got["items"]} <= hotels | also


def test_patrol_area_gives_its_premises_to_officer_and_leader_only(
    make_land: Any, land: Land
) -> None:
    shape = shapely.box(WEST + 0.02, SOUTH + 0.02, WEST + 0.2, SOUTH + 0.2)
    own, database = make_land("questions_patrol")
    root, micro = own.county.at_level(1)[0], own.own["micro"]
    staff = next(r["id"] for r in own.county.rows["staff"] if r["grid_id"] == micro)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO patrol_area (id, name, kind, geom, weekdays, starts_at, ends_at, grid_id) "
            "VALUES (9, 'a', 'polygon', ST_Multi(ST_GeomFromText(%s, 4490)), '{1}', '08:00', "
            "'17:00', %s)",
            (shape.wkt, root),
        )
        connection.exec_driver_sql("INSERT INTO patrol_officer VALUES (9, %s)", (staff,))
        connection.exec_driver_sql(
            "UPDATE app_user SET staff_id = %s WHERE username = 'micro'", (staff,)
        )
    for user in ("chief", "micro"):
        ids, lonlat = _placed(own, "premises", user)
        inside = shapely.covers(shape, shapely.points(lonlat))
        want = {i for i, yes in zip(ids, inside, strict=True) if yes}
        assert own.all_ids("premises", user, place={"patrol_area": 9}) == want
        if user == "chief":
            assert want
    outsider = own.as_("town").post("/api/v1/premises/search", json={"place": {"patrol_area": 9}})
    assert outsider.status_code == 404
    own.clients.close()
    database.close()


def test_an_incident_lies_in_a_building_by_its_footprint(land: Land) -> None:
    building = land.county.rows["building"][0]
    got = land.search("incidents", place={"building": building["id"]})
    x, y = building["place"]
    box = shapely.box(x - 1e-4, y - 8e-5, x + 1e-4, y + 8e-5)
    _ids, lonlat = _placed(land, "incidents", "chief")
    inside = shapely.covers(box, shapely.points(lonlat))
    assert got["total"] == int(inside.sum())
