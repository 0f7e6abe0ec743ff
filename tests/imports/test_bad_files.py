"""Bad files: each is refused with row, column, reason and cure, and nothing is written."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis.crs import Datum, convert_datum
from gis.io import read
from services.access.actor import Actor
from services.access.scope import Scope
from services.db.session import Database
from services.errors import BadInput, Forbidden
from services.imports.batch import Options
from services.imports.messages import catalogue
from services.imports.service import import_file
from tests.imports.conftest import add_kind, importer_on, rows_on

SQUARES = {
    "45": shapely.box(105.0, 24.0, 105.2, 24.2),
    "45-1": shapely.box(105.0, 24.0, 105.1, 24.2),
    "45-2": shapely.box(105.1, 24.0, 105.2, 24.2),
}
COUNTS = (
    "SELECT (SELECT count(*) FROM grid), (SELECT count(*) FROM building), count(*) FROM premises"
)


def features(shapes: dict[str, object], crs: str | None = "EPSG:4490", **more: object) -> str:
    """A GeoJSON text of code -> shape (or raw geometry)."""
    found = []
    for code, shape in shapes.items():
        geometry = shape if isinstance(shape, dict | None) else shapely.geometry.mapping(shape)
        properties = {"code": code, "name": f"grid {code}", **more}
        found.append({"type": "Feature", "properties": properties, "geometry": geometry})
    collection: dict[str, object] = {"type": "FeatureCollection", "features": found}
    if crs:
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(collection)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def lay_out(importer, folder: Path) -> None:
    """One square county with two townships."""
    root = {"45": SQUARES["45"]}
    below = {code: shape for code, shape in SQUARES.items() if code != "45"}
    for level, shapes in ((1, root), (2, below)):
        path = folder / f"level{level}.geojson"
        path.write_text(features(shapes))
        assert importer("grids", path, level=level).ok


@pytest.fixture
def county(tmp_path: Path, importer, shop_kind) -> None:
    """The square county in this test's own database."""
    lay_out(importer, tmp_path)


@pytest.fixture(scope="module")
def standing(cluster, settings, empty_template, tmp_path_factory):
    """The square county in one database for all tests whose imports are refused."""
    database = Database(cluster.clone("standing_county", empty_template), settings)
    add_kind(database)
    lay_out(importer_on(database), tmp_path_factory.mktemp("county"))
    yield database
    database.close()


@pytest.fixture
def refused(standing) -> Iterator[Callable[..., object]]:
    """An importer whose imports must leave everything as it was."""
    before = rows_on(standing)(COUNTS)
    yield importer_on(standing)
    assert rows_on(standing)(COUNTS) == before == [(3, 0, 0)]


SHOPS = "licence,name,kind,lon,lat\n"


def only(report):
    """The one problem of a refused import."""
    assert not report.ok
    assert report.written == 0
    assert report.problem_count == 1, report.problems
    return report.problems[0]


def test_every_message_is_whole():
    for code, texts in catalogue().items():
        assert len(texts) == 4, code
        assert all(texts), code
        names = [{part.split("}")[0] for part in text.split("{")[1:]} for text in texts]
        assert names[0] == names[1], code
        assert names[2] == names[3], code


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("L1,Shop,shop,east,24.1", "lon", "not_number"),
        ("L1,Shop,shop,105.1,", "lat", "half_place"),
        ("L1,Shop,shop,nan,24.1", "lon", "not_number"),
        ("L1,Shop,shop,24.1,105.1", "geometry", "not_on_earth"),
        ("L1,Shop,shop,105.15", "", "cells"),
        ("L1,Shop,shop,110.0,24.1", "geometry", "outside"),
        ("L1,Shop,casino,105.15,24.1", "kind", "kind_unknown"),
        (",Shop,shop,105.15,24.1", "licence", "empty_cell"),
        (f"L1,{'x' * 81},shop,105.15,24.1", "name", "too_long"),
        ("A1,Shop,shop,105.05,24.1", "licence", "same_in_grid"),
        ("L1,Sh\x00op,shop,105.05,24.1", "name", "bad_character"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(
    file, refused, line: str, column: str, code: str
):
    text = f"{SHOPS}A1,Good,shop,105.05,24.1\n\n{line}\nA2,Good too,shop,105.05,24.15\n"
    problem = only(refused("premises", file("shops.csv", text), crs="CGCS2000"))
    assert (problem.row, problem.column, problem.code) == (4, column, code)
    assert problem.reason_zh
    assert problem.cure_zh
    assert problem.reason_en
    assert problem.cure_en


def test_all_faults_are_told_at_once(file, refused):
    text = SHOPS + "A1,One,shop,x,24.1\nA2,,shop,105.1,24.1\nA3,Three,casino,105.1,24.1\n"
    report = refused("premises", file("shops.csv", text), crs="CGCS2000")
    assert [problem.row for problem in report.problems] == [2, 3, 4]


@pytest.mark.parametrize(
    ("options", "field", "code"),
    [
        ({}, "crs", "crs_missing"),
        ({"crs": "Narnia"}, "crs", "crs_unknown"),
        ({"crs": "EPSG:4610"}, "crs", "crs_no_transformation"),
        ({"crs": "WGS84", "mapping": {"name": "Firma"}}, "name", "no_mapped_column"),
        ({"crs": "WGS84", "mapping": {"name": "{name}-{nr}"}}, "name", "no_mapped_column"),
        ({"crs": "WGS84", "mapping": {"owner": "name"}}, "mapping", "no_field"),
        ({"crs": "WGS84", "mapping": {"lon": "easting"}}, "file", "no_lonlat"),
        ({"crs": "WGS84", "encoding": "klingon"}, "file", "encoding"),
    ],
)
def test_instructions_that_do_not_fit(file, refused, options, field, code):
    path = file("shops.csv", SHOPS + "A1,Good,shop,105.05,24.1\n")
    with pytest.raises(BadInput) as caught:
        refused("premises", path, **options)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_wrong_heading(file, refused):
    path = file("shops.csv", "number,title,kind,lon,lat\nA1,Good,shop,105.05,24.1\n")
    with pytest.raises(BadInput) as caught:
        refused("premises", path, crs="WGS84")
    assert caught.value.code == "no_column"
    assert caught.value.field == "licence"
    assert "number, title, kind, lon, lat" in caught.value.zh


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", SHOPS, "empty"),
        ("a.csv", "licence,licence,lon,lat\n1,2,3,4\n", "double_column"),
        ("a.csv", 'licence,name,lon,lat\n"1,2,3,4\n', "broken_file"),
        ("a.csv.gz", b"no gzip at all", "broken_file"),
        ("a.geojson", "{", "broken_file"),
        ("a.geojson", "[" * 100_000, "broken_file"),
        ("a.geojson", '{"type": "Feature"}', "broken_file"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "empty"),
        ("a.gpkg", b"SQLite format 3\0 but no more", "broken_file"),
        ("a.gpkg", "<OGRVRTDataSource/>", "broken_file"),
        ("a.shp", b"\0\0\x27\x0a", "broken_file"),
        ("a.zip", b"PK", "broken_file"),
        ("a.kml", "<kml/>", "format"),
        ("a.gpkg.gz", b"", "format"),
        ("a", b"", "format"),
    ],
)
def test_files_that_can_not_be_read(file, refused, name: str, content, code: str):
    with pytest.raises(BadInput) as caught:
        refused("premises", file(name, content), crs="WGS84")
    assert caught.value.code == code


def test_a_file_that_is_not_there(refused, tmp_path):
    with pytest.raises(BadInput) as caught:
        refused("grids", tmp_path / "none.gpkg", level=1)
    assert caught.value.code == "no_file"


def test_a_geojson_without_crs_must_be_stated(file, importer):
    path = file("root.geojson", features({"45": SQUARES["45"]}, crs=None))
    with pytest.raises(BadInput) as caught:
        importer("grids", path, level=1)
    assert caught.value.code == "crs_missing"
    assert importer("grids", path, level=1, crs="CGCS2000").ok


def test_a_contradictory_crs_is_refused(shipped, importer, rows_of):
    path = shipped / "nyc-council/communitydist.geojson.gz"
    with pytest.raises(BadInput) as caught:
        importer("grids", path, level=1, mapping={"name": "code"}, crs="WGS84")
    assert caught.value.code == "crs_contradiction"
    assert "EPSG:2263" in caught.value.en
    assert rows_of("SELECT count(*) FROM grid") == [(0,)]


def test_feet_read_as_degrees_are_not_on_earth(file, importer):
    text = SHOPS + "A1,Lot,shop,984250.5,200123.2\n"
    importer("grids", file("root.geojson", features({"45": SQUARES["45"]})), level=1)
    problem = only(importer("premises", file("lots.csv", text), crs="WGS84"))
    assert problem.code == "not_on_earth"


def outline(shipped: Path, name: str) -> shapely.Geometry:
    source = read(shipped / f"cn-boundary/xilin_451030_{name}.geojson")
    return source.shapes[source.columns["adcode"].index("451030")]


@pytest.fixture
def xilin(file, importer, shipped, shop_kind) -> None:
    """Xilin by its honest outline."""
    shape = outline(shipped, "tianditu_cgcs2000")
    assert importer("grids", file("xilin.geojson", features({"451030": shape})), level=1).ok


@pytest.mark.usefixtures("xilin")
@pytest.mark.parametrize(("code", "level"), [("451030100", 2), ("451030", 1)])
def test_a_shifted_outline_is_caught(file, importer, shipped, rows_of, code: str, level: int):
    """Declared WGS 84, but the outline is that of a shifted web map."""
    shape = outline(shipped, "amap_gcj02")
    path = file("towns.geojson", features({code: shape}, crs="EPSG:4326"))
    with pytest.raises(BadInput) as caught:
        importer("grids", path, level=level)
    assert (caught.value.code, caught.value.field) == ("datum_shifted", "crs")
    assert "GCJ-02" in caught.value.zh
    assert rows_of("SELECT count(*) FROM grid") == [(1,)]


@pytest.mark.usefixtures("xilin")
def test_honest_and_honestly_shifted_outlines_pass(file, importer, shipped, rows_of):
    wgs84, gcj02 = outline(shipped, "amap_wgs84"), outline(shipped, "amap_gcj02")
    path = file("a.geojson", features({"451030100": wgs84}, crs=None))
    assert importer("grids", path, level=2, crs="WGS84", dry_run=True).ok
    path = file("b.geojson", features({"451030100": gcj02}, crs=None))
    assert importer("grids", path, level=2, crs="GCJ-02").ok
    (stored,) = rows_of("SELECT ST_AsBinary(geom) FROM grid WHERE level = 2")
    # What came in shifted lies where its honest twin does: 97 % of it, to the metre.
    both = shapely.from_wkb(bytes(stored[0])).intersection(wgs84).area
    assert both / wgs84.area > 0.999


@pytest.mark.usefixtures("xilin")
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_shifted_points_are_caught(file, importer, shipped, datum: Datum):
    """Points have no outline; but some of them come to lie beyond the county."""
    county = outline(shipped, "tianditu_cgcs2000")
    rng = np.random.default_rng(451030)
    west, south, east, north = county.bounds
    some = rng.random((4000, 2)) * (east - west, north - south) + (west, south)
    some = some[shapely.contains_xy(county, some[:, 0], some[:, 1])][:1500]

    def shops(points: np.ndarray) -> Path:
        lines = (f"L{i},Shop,shop,{x!r},{y!r}\n" for i, (x, y) in enumerate(points.tolist()))
        return file("shops.csv", SHOPS + "".join(lines))

    assert importer("premises", shops(some), crs="WGS84", dry_run=True).ok
    shifted = shops(convert_datum(some, Datum.TRUE, datum))
    with pytest.raises(BadInput) as caught:
        importer("premises", shifted, crs="WGS84")
    assert caught.value.code == "datum_shifted"
    assert datum.value in caught.value.en
    assert importer("premises", shifted, crs=datum.value).written == len(some)


def test_broken_rings_are_mended_and_told(file, importer, rows_of):
    bow = {"type": "Polygon", "coordinates": [[[105, 24], [105.2, 24.2], [105.2, 24], [105, 24.2],
                                               [105, 24]]]}  # fmt: skip
    open_ring = {"type": "Polygon", "coordinates": [[[106, 24], [106.2, 24], [106.2, 24.2]]]}
    path = file("broken.geojson", features({"1": bow, "2": open_ring}))
    report = importer("grids", path, level=1)
    assert report.ok
    reasons = {mended.row: mended.reason.split("[")[0] for mended in report.mended}
    assert reasons == {1: "Self-intersection", 2: "Ring not closed"}
    areas = dict(rows_of("SELECT code, ST_Area(geom) FROM grid"))
    assert areas["1"] == pytest.approx(0.02)  # two triangles of 0.2 x 0.1 / 2
    assert areas["2"] == pytest.approx(0.02)
    assert rows_of("SELECT bool_and(ST_IsValid(geom)) FROM grid") == [(True,)]


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "no_shape"),
        (shapely.Point(105, 24), "not_polygon"),
        (shapely.LineString([(105, 24), (106, 24)]), "not_polygon"),
        ({"type": "Polygon", "coordinates": []}, "no_shape"),
        ({"type": "Polygon", "coordinates": [[[105, 24], [106, 24], [105, 24]]]}, "no_area"),
        ({"type": "Polygon", "coordinates": [[[1e6, 24], [2e6, 24], [1e6, 25]]]}, "not_on_earth"),
    ],
)
def test_shapes_that_are_no_area(file, importer, rows_of, shape, code: str):
    path = file("bad.geojson", features({"45": SQUARES["45"], "46": shape}))
    problem = only(importer("grids", path, level=1))
    assert (problem.row, problem.column, problem.code) == (2, "geometry", code)
    assert rows_of("SELECT count(*) FROM grid") == [(0,)]


def test_codes_twice_and_parents_nowhere(file, importer, county, rows_of):
    inner = shapely.box(105.01, 24.01, 105.02, 24.02)
    text = json.loads(features({"45-1-1": inner, "45-1-2": inner}))
    text["features"].append(text["features"][0])
    double = file("double.geojson", json.dumps(text))
    problem = only(importer("grids", double, level=3))
    assert (problem.row, problem.column, problem.code) == (3, "code", "double_code")
    assert "1" in problem.reason_en

    lost = file("lost.geojson", features({"x": shapely.box(100, 20, 101, 21)}))
    assert only(importer("grids", lost, level=2)).code == "no_parent_here"
    orphan = file("orphan.geojson", features({"x": inner}, up="99"))
    report = importer("grids", orphan, level=2, mapping={"parent": "up"})
    problem = only(report)
    assert (problem.code, problem.column) == ("parent_unknown", "up")
    skipped = importer("grids", orphan, level=5, parent_code="45")
    assert only(skipped).code == "parent_unknown"
    assert rows_of("SELECT count(*) FROM grid") == [(3,)]


def test_a_grid_that_exists_otherwise(file, importer, county):
    moved = {"45-1": shapely.box(105.0, 24.0, 105.15, 24.2)}
    problem = only(importer("grids", file("moved.geojson", features(moved)), level=2))
    assert problem.code == "exists_differs"
    assert "geometry" in problem.reason_en


def test_levels_may_stand_in_the_file(file, importer, rows_of):
    both = json.loads(features(SQUARES))
    for feature in both["features"]:
        code = feature["properties"]["code"]
        feature["properties"] |= {"lv": 1 if code == "45" else 2, "up": code[:2] * ("-" in code)}
    both["features"].reverse()  # children first
    path = file("tree.geojson", json.dumps(both))
    report = importer("grids", path, mapping={"level": "lv", "parent": "up"})
    assert report.ok, report.problems
    assert report.levels == {1: 1, 2: 2}
    assert all(found.n == 0 for found in report.topology.values())
    rows = rows_of("SELECT code, level, cardinality(path) FROM grid ORDER BY code")
    assert rows == [("45", 1, 1), ("45-1", 2, 2), ("45-2", 2, 2)]
    with pytest.raises(BadInput) as caught:
        importer("grids", path)
    assert caught.value.code == "no_level"


def test_a_dry_run_tells_everything_and_keeps_nothing(file, refused):
    path = file("shops.csv", SHOPS + "A1,Good,shop,105.05,24.1\n")
    report = refused("premises", path, crs="CGCS2000", dry_run=True)
    assert (report.ok, report.written, report.dry_run) == (True, 1, True)


@pytest.mark.usefixtures("county")
def test_premises_without_a_place(file, importer, rows_of):
    text = (
        "licence,name,kind,lon,lat,grid,why\n"
        "A1,Placed,shop,105.15,24.1,45-1,\n"
        "A2,Named,shop,,,45-2,\n"
        "A3,Nowhere,shop,,,,\n"
        "A4,Stall,shop,,,45-1,moves about\n"
    )
    report = importer(
        "premises", file("s.csv", text), crs="WGS84", mapping={"no_place_reason": "why"}
    )
    assert report.ok, report.problems
    assert (report.written, report.unplaced) == (4, 2)
    rows = dict(rows_of("SELECT licence, g.code FROM premises p JOIN grid g ON g.id = p.grid_id"))
    # The place decides against the stated grid; without a place the stated grid counts.
    assert rows == {"A1": "45-2", "A2": "45-2", "A3": "45", "A4": "45-1"}


@pytest.mark.usefixtures("county")
def test_a_gbk_shapefile_in_a_zip(tmp_path: Path, importer, rows_of):
    shape = shapely.box(105.01, 24.01, 105.0102, 24.0102)
    path = tmp_path / "楼栋.shp"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([shape])),
        field_data=[np.array(["B1"]), np.array(["八达镇政府"]), np.array([6.0])],
        fields=["CODE", "名称", "floors"],
        geometry_type="Polygon",
        crs="EPSG:4490",
        driver="ESRI Shapefile",
        encoding="GB18030",
    )
    (tmp_path / "楼栋.cpg").unlink()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for part in tmp_path.glob("楼栋.*"):
            archive.write(part, part.name)
    report = importer("buildings", tmp_path / "b.zip", mapping={"name": "名称"})
    assert report.ok, report.problems
    rows = rows_of(
        "SELECT b.name, b.floors, g.code, ST_Covers(b.geom, b.point)"
        " FROM building b JOIN grid g ON g.id = b.grid_id"
    )
    assert rows == [("八达镇政府", 6, "45-1", True)]
    (tmp_path / "b.zip").write_bytes(b"")
    with pytest.raises(BadInput):
        importer("buildings", tmp_path / "b.zip")


@pytest.mark.usefixtures("county")
def test_only_administrators_and_only_their_area(db, file, rows_of):
    (west,) = rows_of("SELECT id FROM grid WHERE code = '45-1'")
    path = file(
        "s.csv", SHOPS + "A1,West,shop,105.05,24.1\nA2,East,shop,105.15,24.1\n"
    )  # fmt: skip

    def attempt(permissions: set[str]):
        actor = Actor(None, "test", "test", frozenset(permissions), Scope(False, frozenset(west)))
        with db.session(actor) as session:
            return import_file(session, actor, "premises", path, Options(crs="WGS84"))

    with pytest.raises(Forbidden):
        attempt({"premises.read"})
    problem = only(attempt({"admin"}))
    assert (problem.row, problem.code) == (3, "outside_scope")


@pytest.mark.usefixtures("county")
def test_a_code_taken_elsewhere_tells_nothing_of_its_owner(db, file, importer, rows_of):
    """Codes of buildings are unique everywhere; who may not see the other one learns no more."""
    east = {"B1": shapely.box(105.15, 24.1, 105.151, 24.101)}
    assert importer("buildings", file("east.geojson", features(east))).written == 1
    (west,) = rows_of("SELECT id FROM grid WHERE code = '45-1'")
    actor = Actor(
        None, "test", "test", frozenset({"admin"}), Scope(False, frozenset(west))
    )  # fmt: skip
    mine = file("west.geojson", features({"B1": shapely.box(105.05, 24.1, 105.051, 24.101)}))
    with db.session(actor) as session:
        problem = only(import_file(session, actor, "buildings", mine, Options()))
    assert (problem.row, problem.code) == (1, "code_taken")
    again = importer("buildings", file("again.geojson", features(east)))
    assert (again.ok, again.written, again.unchanged) == (True, 0, 1)
    moved = {"B1": shapely.box(105.15, 24.1, 105.152, 24.101)}
    problem = only(importer("buildings", file("moved.geojson", features(moved))))
    assert problem.code == "exists_differs"
    assert rows_of("SELECT count(*) FROM building") == [(1,)]


@pytest.mark.usefixtures("county")
def test_new_grids_take_what_lies_in_them(file, importer, rows_of):
    shops = file("s.csv", SHOPS + "A1,In,shop,105.02,24.02\nA2,Out,shop,105.08,24.02\n")
    assert importer("premises", shops, crs="WGS84").ok
    village = {"45-1-001": shapely.box(105.0, 24.0, 105.05, 24.1)}
    report = importer("grids", file("v.geojson", features(village)), level=3)
    assert report.moved == {"premises": 1}
    rows = dict(rows_of("SELECT licence, g.code FROM premises p JOIN grid g ON g.id = p.grid_id"))
    assert rows == {"A1": "45-1-001", "A2": "45-1"}
    audit = rows_of("SELECT entity, after->>'written' FROM audit WHERE action = 'import'")
    assert audit[-1] == ("grids", "1")
