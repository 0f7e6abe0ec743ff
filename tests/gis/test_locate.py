"""The place decides the grid: against shapely brute force, above all on the borders."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gis.locate import (
    TOLERANCE,
    Assigned,
    Difference,
    assign,
    differences,
    locate_many,
    locate_point,
    locate_shape,
)
from services.db.session import Database

WEST, SOUTH, SIDE = 104.9, 24.1, 0.2


@dataclass
class Mosaic:
    """Grids in memory: the oracle's side of the table ``grid``."""

    codes: list[str] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    parents: list[int | None] = field(default_factory=list)
    shapes: list[shapely.Geometry] = field(default_factory=list)

    def add(self, code: str, level: int, parent: int | None, shape: shapely.Geometry) -> int:
        self.codes.append(code)
        self.levels.append(level)
        self.parents.append(parent)
        self.shapes.append(shape)
        return len(self.codes)

    def path(self, number: int) -> list[int]:
        parent = self.parents[number - 1]
        return [*(self.path(parent) if parent else []), number]

    def truth(self, point: shapely.Point) -> int | None:
        """Brute force: the deepest grid within the border's width, then the smallest code."""
        near = [
            (-self.levels[i], self.codes[i].encode(), i + 1)
            for i, shape in enumerate(self.shapes)
            if shape.distance(point) <= TOLERANCE
        ]
        return min(near)[2] if near else None

    def store(self, conn: Connection) -> None:
        conn.execute(text("TRUNCATE grid CASCADE"))
        rows = [
            {
                "id": i + 1,
                "code": code,
                "level": self.levels[i],
                "parent": self.parents[i],
                "path": self.path(i + 1),
                "geom": shapely.to_wkb(self.shapes[i]),
            }
            for i, code in enumerate(self.codes)
        ]
        conn.execute(
            text(
                "INSERT INTO grid (id, code, name, level, parent_id, path, valid_from, geom, label)"
                " VALUES (:id, :code, :code, :level, :parent, :path, '2021-01-01',"
                " ST_Multi(ST_GeomFromWKB(:geom, 4490)),"
                " ST_PointOnSurface(ST_GeomFromWKB(:geom, 4490)))"
            ),
            rows,
        )


def cells(rng: np.random.Generator, count: int) -> list[shapely.Geometry]:
    """Voronoi cells of random sites, exact to the last digit along their shared lines."""
    sites = shapely.multipoints(rng.random((count, 2)) * SIDE + (WEST, SOUTH))
    frame = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
    found = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=frame))
    return list(shapely.coverage_clean(shapely.intersection(found, frame)))


@st.composite
def mosaics(draw) -> Mosaic:
    """A county of townships; some have villages, some villages were left out (gaps)."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mosaic = Mosaic()
    leaves = cells(rng, draw(st.integers(3, 25)))
    root = mosaic.add("1", 1, None, shapely.union_all(leaves))
    for number in range(draw(st.integers(1, 4))):
        members = leaves[number::4]
        if not members:
            continue
        town = mosaic.add(f"1{rng.integers(10, 99)}{number}", 2, root, shapely.union_all(members))
        for k, leaf in enumerate(members):
            if draw(st.integers(0, 5)):
                # Codes in no order of place, of different lengths and with letters.
                mosaic.add(f"{rng.choice(['9', '10', 'a', 'B'])}-{number}-{k}", 3, town, leaf)
    return mosaic


def probes(mosaic: Mosaic, rng: np.random.Generator) -> list[shapely.Point]:
    """Points inside, outside, on vertices, on shared lines, and a hair beside them."""
    corners = shapely.get_coordinates(mosaic.shapes)
    some = corners[rng.choice(len(corners), min(20, len(corners)))]
    starts = rng.choice(len(corners) - 1, min(30, len(corners) - 1))
    share = rng.random((len(starts), 1))
    on_lines = corners[starts] * (1 - share) + corners[starts + 1] * share
    beside = some + rng.normal(0, 1e-5, some.shape)
    around = rng.random((20, 2)) * SIDE * 1.2 + (WEST - 0.02, SOUTH - 0.02)
    return list(shapely.points(np.vstack([some, on_lines, beside, around])))


@pytest.mark.timeout(120)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mosaic=mosaics(), seed=st.integers(0, 2**32 - 1))
def test_one_many_and_stored_equal_brute_force(db: Database, mosaic: Mosaic, seed: int):
    points = probes(mosaic, np.random.default_rng(seed))
    expected = [mosaic.truth(point) for point in points]
    with db.engine.connect() as conn:
        mosaic.store(conn)
        many = locate_many(conn, shapely.get_coordinates(points))
        single = [locate_point(conn, point.x, point.y) for point in points]
        conn.execute(text("CREATE TEMP TABLE t (id int, geom geometry, grid_id bigint)"))
        conn.execute(
            text("INSERT INTO t VALUES (:id, ST_GeomFromWKB(:wkb, 4490), NULL)"),
            [{"id": i, "wkb": shapely.to_wkb(point)} for i, point in enumerate(points)],
        )
        result = assign(conn, "t")
        stored = list(conn.execute(text("SELECT grid_id FROM t ORDER BY id")).scalars())
        assert differences(conn, "t") == []
    assert [found and found.id for found in single] == expected
    assert many == expected
    assert stored == expected
    inside = sum(grid is not None for grid in expected)
    assert result == Assigned(len(points), inside, len(points) - inside)
    for found in single:
        if found:
            assert found.path == tuple(mosaic.path(found.id))


def square_county() -> Mosaic:
    """Four square villages around one corner, the one in the south-east missing."""
    mosaic, x, y, r = Mosaic(), 105.0, 24.0, 0.1
    root = mosaic.add("45", 1, None, shapely.box(x - r, y - r, x + r, y + r))
    mosaic.add("45-2", 2, root, shapely.box(x - r, y - r, x, y))
    mosaic.add("45-1", 2, root, shapely.box(x - r, y, x, y + r))
    mosaic.add("45-10", 2, root, shapely.box(x, y, x + r, y + r))
    return mosaic


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (104.95, 23.95, "45-2"),
        (104.95, 24.0, "45-1"),  # shared line: the smaller code
        (105.0, 24.05, "45-1"),
        (105.0, 24.0, "45-1"),  # shared corner of three
        (105.0, 23.95, "45-2"),  # border to the gap: the deeper grid
        (105.05, 24.0, "45-10"),
        (105.05, 23.95, "45"),  # in the gap: the parent
        (105.1, 24.1, "45-10"),  # corner of the county
        (105.1 + 5e-10, 24.05, "45-10"),  # 0.05 mm outside is on the line
        (105.1 + 1e-8, 24.05, None),
        (0.0, 0.0, None),
        (-181.0, 95.0, None),
    ],
)
def test_the_border_rule_by_hand(db: Database, lon: float, lat: float, code: str | None):
    with db.engine.connect() as conn:
        square_county().store(conn)
        found = locate_point(conn, lon, lat)
    assert (found.code if found else None) == code


def test_only_current_grids_count(db: Database):
    with db.engine.connect() as conn:
        square_county().store(conn)
        conn.execute(text("UPDATE grid SET valid_to = '2022-01-01' WHERE code = '45-2'"))
        found = locate_point(conn, 104.95, 23.95)
        assert found is not None
        assert found.code == "45"
        assert locate_many(conn, [(104.95, 23.95)]) == [found.id]


def test_a_shape_goes_where_its_inner_point_is(db: Database):
    yard = shapely.box(104.99, 24.02, 105.005, 24.03)  # two thirds west of the line
    ring = shapely.box(104.93, 24.03, 104.97, 24.07).difference(
        shapely.box(104.94, 24.04, 104.96, 24.06)
    )
    with db.engine.connect() as conn:
        square_county().store(conn)
        for shape in (yard, ring, shapely.LineString([(104.95, 24.02), (104.96, 24.02)])):
            found = locate_shape(conn, shapely.to_wkb(shape))
            assert found is not None
            assert found.code == "45-1"
        assert locate_shape(conn, shapely.to_wkb(shapely.Polygon())) is None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_no_place(db: Database, bad: float):
    with db.engine.connect() as conn:
        with pytest.raises(ValueError, match="finite"):
            locate_point(conn, bad, 24.0)
        assert locate_many(conn, [(bad, 24.0), (105.0, bad)]) == [None, None]
        assert locate_many(conn, []) == []


def test_stored_mistakes_are_reported_and_mended(db: Database):
    with db.engine.connect() as conn:
        square_county().store(conn)
        conn.execute(text('CREATE TABLE "odd name" (nr int, "where" geometry, grid bigint)'))
        conn.execute(
            text(
                'INSERT INTO "odd name" VALUES '
                "(1, ST_SetSRID(ST_MakePoint(104.95, 23.95), 4490), 2), "
                "(2, ST_SetSRID(ST_MakePoint(104.95, 24.05), 4490), 2), "
                "(3, ST_SetSRID(ST_MakePoint(1, 1), 4490), 1), (4, NULL, 1)"
            )
        )
        names = {"key": "nr", "place": "where", "grid": "grid"}
        found = differences(conn, "odd name", **names)
        assert found == [Difference(2, 2, 3), Difference(3, 1, None)]
        assert assign(conn, "odd name", **names) == Assigned(placed=3, changed=1, outside=1)
        assert differences(conn, "odd name", **names) == [Difference(3, 1, None)]
        grids = conn.execute(text('SELECT grid FROM "odd name" ORDER BY nr')).scalars()
        assert list(grids) == [2, 3, 1, 1]
