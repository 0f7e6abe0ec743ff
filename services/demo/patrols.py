"""Patrol areas: quarters of the town, main streets with a width, market towns, village roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from services.demo.buildings import Estates
from services.demo.geography import Ground
from services.demo.grids import Grids
from services.demo.layout import COMMUNITIES
from services.demo.plane import shapes_to_degrees, stream
from services.demo.staff import Staff


@dataclass(frozen=True)
class PatrolArea:
    """One area in degrees; ``line`` and ``width`` (metres) for those along a line."""

    name: str
    shape: shapely.Geometry
    line: shapely.LineString | None
    width: float | None
    grid: int
    weekdays: list[int]
    hours: tuple[int, int]
    officers: list[int]


def _smallest(grids: Grids, shape: shapely.Geometry) -> int:
    """The deepest grid that holds the whole shape."""
    level5 = np.flatnonzero(grids.level == 5)
    hit = level5[shapely.area(shapely.intersection(grids.shape[level5], shape)) > 1e-10]
    level = 5
    while len(np.unique(hit)) > 1:
        level -= 1
        hit = grids.above(hit, level)
    return int(hit[0])


def make_patrols(ground: Ground, grids: Grids, estates: Estates, staff: Staff) -> list[PatrolArea]:
    """About forty areas; each has one to three officers from its own micro-grids."""
    rng = stream("patrols")
    shapes: list[tuple[str, shapely.Geometry, shapely.LineString | None, float | None]] = []
    names = {d.code: d.name for d in ground.divisions}
    for code in COMMUNITIES:
        members = np.flatnonzero(ground.micro_village == ground.villages.index(code))
        for number, part in enumerate(np.array_split(members, 4), start=1):
            quarter = shapely.coverage_union_all(ground.micro[part])
            shapes.append((f"{names[code]}第{number}巡查区", quarter, None, None))
    for rank, name, line in ground.plan.streets:
        if rank == 2 or name in ("文化路", "新华街"):
            shapes.append((f"{name}巡查线", line.buffer(35, cap_style="flat"), line, 70.0))
    for index in np.flatnonzero(estates.rank == 1).tolist():
        hull = estates.shape[index].buffer(60)
        shapes.append((f"{estates.name[index]}集镇巡查区", hull, None, None))
    roads = [r for r in ground.roads if r.rank == 2 and r.name and r.geom.length > 2_500]
    chosen = set(np.flatnonzero(grids.village >= 0).tolist())
    seats = {names[ground.villages[v]] for v in chosen}
    by_name = {r.name: r for r in roads if (r.name or "").removesuffix("通村路") in seats}
    roads = list(by_name.values())
    for road in roads[:: max(1, len(roads) // 9)][:10]:
        shapes.append((f"{road.name}巡查线", road.geom.buffer(60), road.geom, 120.0))
    county = grids.shape[0]
    areas = []
    for name, shape, line, width in shapes:
        drawn = shapes_to_degrees(np.array([shape, line if line is not None else shape]))
        if not shapely.covers(county.buffer(0.002), drawn[0]):
            continue
        area = shapely.intersection(drawn[0], county)
        grid = _smallest(grids, area)
        inside = np.flatnonzero(shapely.intersects(grids.shape, area) & (grids.level == 5))
        pool = np.flatnonzero(np.isin(staff.grid, inside) & (staff.post != "leader"))
        officers = rng.choice(pool, min(len(pool), int(rng.integers(1, 4))), replace=False)
        days = [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [1, 3, 5], [2, 4, 6]][int(rng.integers(4))]
        start = int(rng.choice([8, 9, 14]))
        areas.append(
            PatrolArea(
                name,
                area,
                drawn[1] if line is not None else None,
                width,
                grid,
                days,
                (start, start + 3),
                sorted(officers.tolist()),
            )  # fmt: skip
        )
    return areas
