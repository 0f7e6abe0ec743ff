"""Real trees of three levels: Goryeong county in Korea, Beijing with its exclaves and holes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from gis.io import read
from gis.locate import TOLERANCE, locate_many
from services.access.actor import system
from services.db.session import Database
from services.grids.check import check

TREE = "SELECT c.code, p.code FROM grid c LEFT JOIN grid p ON p.id = c.parent_id"


def deepest(points: np.ndarray, layers: list[tuple[int, list[str], np.ndarray]]) -> list[str]:
    """Brute force: the code of the deepest grid at each point, smallest code first."""
    found = []
    for point in points:
        near = [
            (-level, codes[i])
            for level, codes, shapes in layers
            for i in np.flatnonzero(shapely.dwithin(shapes, point, TOLERANCE))
        ]
        found.append(min(near)[1] if near else "")
    return found


def test_goryeong_county(db: Database, shipped, importer, rows_of, figure):
    path = shipped / "kr-goryeong/goryeong.gpkg"
    names = {1: ("county", "sigungu"), 2: ("town", "emd"), 3: ("village", "ri")}
    reports = {
        level: importer("grids", path, layer=layer, level=level, mapping={"name": name})
        for level, (layer, name) in names.items()
    }
    assert [report.written for report in reports.values()] == [1, 8, 96]
    # Nobody told the parents: they follow from the place, and the nested codes prove them.
    tree = dict(rows_of(TREE))
    assert len(tree) == 105
    for code, parent in tree.items():
        assert parent == {5: None, 8: code[:5], 10: code[:8]}[len(code)]
    for level, report in reports.items():
        faults = {kind: found.n for kind, found in report.topology.items()}
        figure(f"Goryeong level {level}: {report.written} grids, faults {faults}")
    # The borders do not tile; the report says so, and nothing is hidden or changed.
    villages = reports[3].topology
    assert villages["overlap"].n > 0
    assert villages["gap"].area_m2 > villages["overlap"].area_m2 > 0

    layers = []
    for level, (layer, _) in names.items():
        source = read(path, layer=layer)
        layers.append((level, source.columns["code"], source.shapes))
    rng = np.random.default_rng(47830)
    west, south, east, north = layers[0][2][0].bounds
    corners = shapely.get_coordinates(layers[2][2])[::7]
    inside = rng.random((1500, 2)) * (east - west, north - south) + (west, south)
    points = np.vstack([corners, inside])
    with db.engine.connect() as conn:
        located = locate_many(conn, points)
    code_of = dict(rows_of("SELECT id, code FROM grid"))
    assert [code_of[i] if i else "" for i in located] == deepest(shapely.points(points), layers)
    with db.session(system("test")) as session:
        result = check(session)
    assert result.ok
    assert not result.exact
    assert set(result.faults) <= set(tree)


def test_goryeong_is_refused_when_borders_must_tile(shipped, importer, rows_of):
    path = shipped / "kr-goryeong/goryeong.gpkg"
    importer("grids", path, layer="county", level=1, mapping={"name": "sigungu"})
    report = importer("grids", path, layer="town", level=2, mapping={"name": "emd"}, strict=True)
    assert not report.ok
    assert {problem.code for problem in report.problems} == {"gap", "overlap", "beyond_parent"}
    assert rows_of("SELECT count(*) FROM grid") == [(1,)]


@pytest.fixture
def beijing(realdata: Path) -> Path:
    path = realdata / "test-only/beijing-towns/beijing.gpkg"
    if not path.is_file():
        pytest.skip("the towns of Beijing may not be shipped and are not here")
    return path


@pytest.mark.parametrize("parents", ["by code", "by place"])
def test_beijing(db: Database, beijing: Path, importer, rows_of, figure, parents: str):
    # The file's one city feature carries the name and code of a town.
    city = {"code": "110000000000", "name": "北京市"}
    by_code = parents == "by code"
    importer("grids", beijing, layer="city", level=1, constants=city)
    districts = importer("grids", beijing, layer="district", level=2)
    towns = importer(
        "grids",
        beijing,
        layer="town",
        level=3,
        mapping={"parent": "parentcode"} if by_code else {},
    )
    assert districts.ok
    assert len(districts.mended) == 1
    assert towns.ok, towns.problems[:5]
    assert (districts.written, towns.written) == (16, 343)
    faults = {kind: (found.n, found.slivers) for kind, found in towns.topology.items()}
    figure(f"Beijing {parents}: 343 towns, faults and slivers {faults}")
    source = read(beijing, layer="town")
    codes = source.columns["code"]
    tree = dict(rows_of(TREE))
    told = dict(zip(codes, source.columns["parentcode"], strict=True))
    differing = {code: tree[code] for code in codes if tree[code] != told[code]}
    assert differing == {}

    parts, owner = shapely.get_parts(source.shapes, return_index=True)
    exclaves = len(parts) - len(codes)
    holes = shapely.get_num_interior_rings(parts)
    assert exclaves > 0
    assert holes.sum() > 0
    # A point in every part of every town, and one in every hole.
    insides = shapely.point_on_surface(parts)
    rings = [ring for part in parts for ring in part.interiors]
    in_holes = shapely.point_on_surface(shapely.polygons(rings))
    points = np.concatenate([insides, in_holes])
    with db.engine.connect() as conn:
        located = locate_many(conn, shapely.get_coordinates(points))
    code_of = dict(rows_of("SELECT id, code FROM grid"))
    found = [code_of[i] if i else "" for i in located]
    expected = deepest(points, [(3, codes, source.shapes)])
    for point, mine, theirs in zip(points, found, expected, strict=True):
        if theirs:
            assert mine == theirs
        else:
            assert mine not in codes, point
    same = sum(found[i] == codes[town] for i, town in enumerate(owner))
    figure(f"{exclaves} exclaves, {holes.sum()} holes; {same} of {len(parts)} parts their own")
    assert same >= len(parts) - 3  # real overlaps: two towns claim the place
