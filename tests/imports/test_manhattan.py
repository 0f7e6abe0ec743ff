"""Manhattan: 42,227 lots of others, in areas of others, against labels of others.

Source: New York City Council data team (see tests/data/nyc-council/SOURCE.md). The areas are in
US feet (EPSG:2263), the lots in WGS 84; each lot carries the area it officially lies in.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import geopandas
import pytest
from sqlalchemy import text

from services.access.actor import system
from services.db.session import Database
from services.grids.check import check

KEY = "{block}-{lot}-{modzcta}"  # one lot lies in two ZIP areas and so has two rows
LAYERS = ["policeprct", "councildist_2013", "communitydist"]
# Areas that reach into other boroughs: the file holds only their Manhattan lots.
BEYOND = {
    "policeprct": {"50", "52", "114"},
    "councildist_2013": {"8"},
    "communitydist": {"207", "208"},
}
# Central Park has one lot with 129 residents, which the published totals leave out.
PARK, PARK_RESIDENTS = (
    {
        "policeprct": {"22"},
        "councildist_2013": {"6"},
        "communitydist": {"164"},
    },
    129,
)


@pytest.fixture(scope="module")
def lots() -> list[dict[str, str]]:
    path = Path(__file__).parents[1] / "data/nyc-council/lots_mn.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 42_227
    return rows


@pytest.fixture(scope="module")
def published() -> dict[tuple[str, str], float]:
    path = Path(__file__).parents[1] / "data/nyc-council/area_population_2023.csv"
    with path.open(encoding="utf-8") as lines:
        return {
            (row["layer"], row["code"].removesuffix(".0")): float(row["population_B01001_001E"])
            for row in csv.DictReader(lines)
        }


@pytest.fixture
def city(tmp_path: Path, shipped: Path) -> Path:
    """The whole city as one area, in feet, as a GeoPackage: its five boroughs united."""
    boroughs = geopandas.read_file(f"/vsigzip/{shipped}/nyc-council/borough.geojson.gz")
    whole = geopandas.GeoDataFrame(
        {"code": ["NYC"], "name": ["New York City"]},
        geometry=[boroughs.union_all()],
        crs=boroughs.crs,
    )
    path = tmp_path / "city.gpkg"
    whole.to_file(path)
    return path


@pytest.mark.usefixtures("shop_kind")
@pytest.mark.parametrize("layer", LAYERS)
def test_every_lot_in_its_published_area_and_a_second_import_changes_nothing(
    layer, db: Database, city, shipped, lots, published, importer, rows_of, figure
):
    root = importer("grids", city, level=1)
    assert root.ok
    assert (root.written, root.crs) == (1, "EPSG:2263")
    areas = importer(
        "grids",
        shipped / f"nyc-council/{layer}.geojson.gz",
        mapping={"name": "code"},
        level=2,
    )
    assert areas.ok, areas.problems
    figure(f"{layer}: {areas.written} grids")

    placed = importer(
        "premises",
        shipped / "nyc-council/lots_mn.csv.gz",
        mapping={"licence": KEY, "name": "{block}-{lot}"},
        constants={"kind": "shop"},
        crs="WGS84",
    )
    assert placed.ok, placed.problems[:3]
    assert (placed.rows, placed.written, placed.unplaced) == (42_227, 42_227, 0)
    figure(f"{layer}: 42,227 lots placed")

    assigned = dict(
        rows_of("SELECT p.licence, g.code FROM premises p JOIN grid g ON g.id = p.grid_id")
    )
    label = {"{block}-{lot}-{modzcta}".format(**lot): lot[layer] for lot in lots}
    assert assigned == label

    sums: dict[str, float] = defaultdict(float)
    empty_lots: dict[str, float] = defaultdict(float)
    for lot in lots:
        code = assigned["{block}-{lot}-{modzcta}".format(**lot)]
        sums[code] += float(lot["bbl_population_estimate"])
        if lot["unitsres"] == "0":
            empty_lots[code] += float(lot["bbl_population_estimate"])
    worst = 0.0
    for code, total in sums.items():
        if code in BEYOND[layer]:
            continue
        difference = total - published[layer, code]
        if code in PARK[layer]:
            difference -= PARK_RESIDENTS
        # The publisher leaves out some of the residents booked on lots without dwellings (parks,
        # islands: up to 28 in an area), and shares out each census tract over two areas by
        # dwellings where the lot file gives a lot whole to one (up to 8.5 either way).
        assert -8.5 <= difference <= 8.5 + empty_lots[code], (code, difference)
        assert abs(difference) <= 0.0003 * max(total, 45_000), (code, difference)
        worst = max(worst, abs(difference))
    compared = len(sums) - len(BEYOND[layer] & set(sums))
    figure(f"{layer}: {compared} areas, residents off by {worst:.1f} at most")

    with db.session(system("test")) as session:
        result = check(session, coverage=False)
    assert result.ok
    if layer == LAYERS[-1]:
        a_second_import_changes_nothing(db, shipped, importer, rows_of)
        the_checker_finds_what_is_wrong(db, lots)


def a_second_import_changes_nothing(db: Database, shipped, importer, rows_of):
    tables = "SELECT (SELECT count(*) FROM grid), (SELECT count(*) FROM premises)"
    before = rows_of(tables)
    areas = shipped / "nyc-council/communitydist.geojson.gz"
    again = importer("grids", areas, mapping={"name": "code"}, level=2)
    assert (again.ok, again.written, again.unchanged, again.moved) == (True, 0, 71, {})
    again = importer(
        "premises",
        shipped / "nyc-council/lots_mn.csv.gz",
        mapping={"licence": KEY, "name": "{block}-{lot}"},
        constants={"kind": "shop"},
        crs="WGS84",
    )
    assert (again.ok, again.written, again.unchanged) == (True, 0, 42_227)
    assert rows_of(tables) == before == [(72, 42_227)]


def the_checker_finds_what_is_wrong(db: Database, lots):
    with db.engine.begin() as conn:
        wrong = conn.execute(
            text(
                "UPDATE premises SET grid_id = (SELECT id FROM grid WHERE code = '207')"
                " WHERE grid_id = (SELECT id FROM grid WHERE code = '112')"
            )
        ).rowcount
    with db.session(system("test")) as session:
        result = check(session, coverage=False)
    expected = sum(lot["communitydist"] == "112" for lot in lots)
    assert wrong == expected
    assert {row.table for row in result.wrong} == {"premises"}
    assert len(result.wrong) == expected
    assert not result.ok
