"""A small made-up county for the oracle tests: five levels, wiggly lines, rows of every odd kind.

Everything is drawn from a seed. The lattice is 8 x 8 micro-grids; 2 x 1 of them make a group,
2 x 2 a village, 4 x 2 a township... Rows lie on purpose also where rows rarely lie: at no place, at
a grid above the micro-grid, in a building of another grid, in a closed grid.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

WEST, SOUTH, SIDE = 104.83, 24.31, 0.02
CELLS = 8
NAMES = ["韦大山", "黄小河", "岑月", "Lu Ming"]


def _line(rng: random.Random, a: tuple[float, float], b: tuple[float, float]) -> list[Any]:
    """A wiggly line between two corners."""
    out = [a]
    for i in range(1, 24):
        t = i / 24
        out.append(
            (
                a[0] + (b[0] - a[0]) * t + rng.uniform(-1, 1) * SIDE / 70,
                a[1] + (b[1] - a[1]) * t + rng.uniform(-1, 1) * SIDE / 70,
            )
        )
    return [*out, b]


def lattice(rng: random.Random) -> dict[tuple[int, int], shapely.Polygon]:
    """(column, row) -> cell; neighbours share every vertex of their common line."""
    corner = {
        (i, j): (
            WEST + SIDE * (i + rng.uniform(-0.15, 0.15)),
            SOUTH + SIDE * (j + rng.uniform(-0.15, 0.15)),
        )
        for i in range(CELLS + 1)
        for j in range(CELLS + 1)
    }
    lines = []
    for (i, j), at in corner.items():
        if i < CELLS:
            lines.append(shapely.LineString(_line(rng, at, corner[i + 1, j])))
        if j < CELLS:
            lines.append(shapely.LineString(_line(rng, at, corner[i, j + 1])))
    cells = {}
    for polygon in shapely.get_parts(shapely.polygonize(lines)):
        middle = polygon.centroid
        cells[int((middle.x - WEST) // SIDE), int((middle.y - SOUTH) // SIDE)] = polygon
    assert len(cells) == CELLS * CELLS
    return cells


# Cells of one grid per level: columns, rows.
BLOCKS = {1: (8, 8), 2: (4, 8), 3: (2, 4), 4: (2, 2), 5: (1, 1)}


class World:
    """Builds the county in an open session; ``grids`` is what it built, for the oracle."""

    def __init__(self, session: Session, seed: int = 7):
        self.session = session
        self.rng = random.Random(seed)
        self.cells = lattice(self.rng)
        self.path: dict[int, list[int]] = {}
        self.shape: dict[int, Any] = {}
        self._grids()
        self._kinds()
        self._buildings()
        self._people()
        self._premises()
        self._incidents()
        self._basemap()
        session.flush()

    def _run(self, sql: str, rows: list[dict[str, Any]]) -> None:
        self.session.execute(text(sql), rows)

    def _grids(self) -> None:
        number = 0
        of: dict[tuple[int, int, int], int] = {}
        for level, (wide, high) in BLOCKS.items():
            rows = []
            for i in range(0, CELLS, wide):
                for j in range(0, CELLS, high):
                    number += 1
                    of[level, i // wide, j // high] = number
                    members = [self.cells[i + a, j + b] for a in range(wide) for b in range(high)]
                    shape = shapely.coverage_union_all(members)
                    up = BLOCKS.get(level - 1)
                    parent = of[level - 1, i // up[0], j // up[1]] if up else None
                    self.path[number] = [*(self.path[parent] if parent else []), number]
                    self.shape[number] = shape
                    label = shape.representative_point()
                    rows.append(
                        {
                            "id": number,
                            "level": level,
                            "parent": parent,
                            "path": self.path[number],
                            "serial": number if level > 3 else None,
                            "geom": shapely.multipolygons([shape]).wkt,
                            "label": label.wkt,
                        }
                    )
            self._run(
                """
                INSERT INTO grid (id, code, name, level, parent_id, path, serial, valid_from, geom,
                                  label)
                VALUES (:id, 'C' || CAST(:id AS text), '格' || CAST(:id AS text), :level, :parent,
                        :path, :serial, '2026-01-01', ST_GeomFromText(:geom, 4490),
                        ST_GeomFromText(:label, 4490))
                """,
                rows,
            )
        self.micro = [grid for grid, path in self.path.items() if len(path) == 5]
        self.number = number
        # A closed micro-grid that still has rows.
        self.closed = number + 1
        first = self.micro[0]
        self.path[self.closed] = [*self.path[first][:4], self.closed]
        self._run(
            """
            INSERT INTO grid (id, code, name, level, parent_id, path, valid_from, valid_to, geom,
                              label)
            SELECT :id, 'OLD', '旧格', 5, parent_id, :path, '2025-01-01', '2025-12-31', geom, label
            FROM grid WHERE id = :first
            """,
            [{"id": self.closed, "path": self.path[self.closed], "first": first}],
        )

    def _kinds(self) -> None:
        self._run(
            """
            INSERT INTO premises_kind (code, name_zh, name_en, check_days_general,
                                       check_days_medium, check_days_serious)
            VALUES (:code, :code, :code, 90, 30, 10)
            """,
            [{"code": "shop"}, {"code": "clinic"}],
        )
        self._run(
            """
            INSERT INTO incident_category (code, scheme, scheme_version, kind, name_zh, name_en,
                                           deadline_hours, warn_hours)
            VALUES (:code, 's', '1', 'matter', :code, :code, 8, 2)
            """,
            [{"code": "06010"}, {"code": "09005"}],
        )

    def point_in(self, grid: int) -> shapely.Point:
        """A random point inside a grid."""
        shape = self.shape.get(grid, self.shape[self.micro[0]])
        west, south, east, north = shape.bounds
        while True:
            point = shapely.Point(self.rng.uniform(west, east), self.rng.uniform(south, north))
            if shape.contains(point):
                return point

    def any_grid(self) -> int:
        """Mostly a micro-grid, sometimes one above, sometimes the closed one."""
        chance = self.rng.random()
        if chance < 0.85:
            return self.rng.choice(self.micro)
        return self.closed if chance > 0.97 else self.rng.randint(1, self.number)

    def _buildings(self) -> None:
        rows = []
        for i in range(1, 301):
            grid = self.rng.choice(self.micro)
            at = self.point_in(grid)
            shape = shapely.box(at.x, at.y, at.x + 0.0002, at.y + 0.0001)
            rows.append(
                {
                    "id": i,
                    "grid": grid,
                    "geom": shapely.multipolygons([shape]).wkt,
                    "point": shape.centroid.wkt,
                }
            )
        self.building_grid = {row["id"]: row["grid"] for row in rows}
        self._run(
            """
            INSERT INTO building (id, code, name, floors, grid_id, geom, point)
            VALUES (:id, 'B' || CAST(:id AS text), '楼', 3, :grid, ST_GeomFromText(:geom, 4490),
                    ST_GeomFromText(:point, 4490))
            """,
            rows,
        )

    def _people(self) -> None:
        households, people = [], []
        for i in range(1, 401):
            building = self.rng.randint(1, 300)
            cancelled = self.rng.random() < 0.1
            households.append(
                {
                    "id": i,
                    "building": building,
                    "grid": self.any_grid() if i % 8 == 0 else self.building_grid[building],
                    "status": "cancelled" if cancelled else "active",
                    "at": "2026-02-01" if cancelled else None,
                    "why": "merged" if cancelled else None,
                }
            )
        for i in range(1, 1501):
            building = self.rng.randint(1, 300) if self.rng.random() < 0.9 else None
            grid = self.building_grid[building] if building else self.any_grid()
            if building and self.rng.random() < 0.05:
                grid = self.any_grid()
            cancelled = self.rng.random() < 0.1
            people.append(
                {
                    "id": i,
                    "name": self.rng.choice(NAMES),
                    "building": building,
                    "grid": grid,
                    "status": "cancelled" if cancelled else "active",
                    "at": "2026-02-01" if cancelled else None,
                    "why": "moved" if cancelled else None,
                }
            )
        self._run(
            """
            INSERT INTO household (id, number, building_id, grid_id, status, cancelled_at,
                                   cancel_reason)
            VALUES (:id, 'H' || CAST(:id AS text), :building, :grid, :status, :at, :why)
            """,
            households,
        )
        self._run(
            """
            INSERT INTO person (id, class, name, sex, id_kind, building_id, grid_id, status,
                                cancelled_at, cancel_reason)
            VALUES (:id, 'registered', :name, 'f', 'none', :building, :grid, :status, :at, :why)
            """,
            people,
        )

    def _premises(self) -> None:
        rows = []
        for i in range(1, 161):
            grid = self.any_grid()
            placed = grid in self.micro and self.rng.random() < 0.9
            cancelled = self.rng.random() < 0.1
            rows.append(
                {
                    "id": i,
                    "grid": grid,
                    "kind": self.rng.choice(["shop", "clinic"]),
                    "attention": self.rng.randint(1, 3),
                    "due": self.rng.choice([None, -5, 0, 5]),
                    "geom": self.point_in(grid).wkt if placed else None,
                    "who": self.rng.choice(NAMES),
                    "status": "cancelled" if cancelled else "active",
                    "at": "2026-02-01" if cancelled else None,
                    "why": "closed" if cancelled else None,
                }
            )
        self._run(
            """
            INSERT INTO premises (id, licence, name, kind, attention, due_on, in_charge, grid_id,
                                  geom, status, cancelled_at, cancel_reason)
            VALUES (:id, 'L' || CAST(:id AS text), '店', :kind, :attention,
                    current_date + CAST(:due AS int), :who, :grid, ST_GeomFromText(:geom, 4490),
                    :status, :at, :why)
            """,
            rows,
        )

    def _incidents(self) -> None:
        rows = []
        for i in range(1, 121):
            grid = self.any_grid()
            placed = grid in self.micro and self.rng.random() < 0.9
            closed = self.rng.random() < 0.4
            rows.append(
                {
                    "id": i,
                    "grid": grid,
                    "category": self.rng.choice(["06010", "09005"]),
                    "state": "closed" if closed else "reported",
                    "due": self.rng.randint(-40, 40),
                    "closed": "2026-03-01" if closed else None,
                    "geom": self.point_in(grid).wkt if placed else None,
                }
            )
        self._run(
            """
            INSERT INTO incident (id, number, title, category, source, state, reported_at, warn_at,
                                  due_at, closed_at, grid_id, geom)
            VALUES (:id, 'N' || CAST(:id AS text), '事', :category, 'staff', :state,
                    now() - interval '50 hours', now() + (:due - 2) * interval '1 hour',
                    now() + :due * interval '1 hour', :closed, :grid, ST_GeomFromText(:geom, 4490))
            """,
            rows,
        )

    def _basemap(self) -> None:
        lines, areas, places = [], [], []
        for village in [grid for grid, path in self.path.items() if len(path) == 3]:
            shape = self.shape[village]
            west, south, east, north = shape.bounds
            for kind, rank, across in (
                ("road", 1, 0.3),
                ("road", 4, 0.5),
                ("water", 2, 0.6),
            ):
                at = south + (north - south) * across
                cut = shapely.intersection(shapely.LineString([(west, at), (east, at)]), shape)
                parts = [p for p in shapely.get_parts(cut) if p.geom_type == "LineString"]
                lines.append(
                    {
                        "kind": kind,
                        "rank": rank,
                        "name": f"{village} line {rank}",
                        "grid": village,
                        "geom": shapely.multilinestrings(parts).wkt,
                    }
                )
            for kind in ("water", "wood"):
                blob = self.point_in(village).buffer(0.002).intersection(shape)
                blob = max(shapely.get_parts(blob), key=lambda part: float(part.area))
                areas.append(
                    {
                        "kind": kind,
                        "name": f"{village} area",
                        "grid": village,
                        "geom": shapely.multipolygons([blob]).wkt,
                    }
                )
            for rank, kind in enumerate(("town", "village", "hamlet"), 1):
                places.append(
                    {
                        "kind": kind,
                        "rank": rank,
                        "name": f"{village} place {rank}",
                        "grid": village,
                        "geom": self.point_in(village).wkt,
                    }
                )
        columns = "(kind, rank, name, grid_id, geom)"
        values = "(:kind, :rank, :name, :grid, ST_GeomFromText(:geom, 4490))"
        self._run(f"INSERT INTO basemap_line {columns} VALUES {values}", lines)
        self._run(f"INSERT INTO basemap_place {columns} VALUES {values}", places)
        self._run(
            "INSERT INTO basemap_area (kind, name, grid_id, geom) "
            "VALUES (:kind, :name, :grid, ST_GeomFromText(:geom, 4490))",
            areas,
        )

    def below(self, *roots: int) -> frozenset[int]:
        """The scope "own and below" of the given grids."""
        return frozenset(grid for grid, path in self.path.items() if set(roots) & set(path))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in degrees."""
        box = np.asarray(shapely.total_bounds(list(self.shape.values())))
        return float(box[0]), float(box[1]), float(box[2]), float(box[3])
