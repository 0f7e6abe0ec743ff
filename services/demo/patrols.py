"""Patrol areas: quarters of the town, main streets with a width, market towns, village roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from services.demo.footprints import Estates
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


_Sketch = tuple[str, shapely.Geometry, shapely.LineString | None, float | None]
_WEEKS = ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [1, 3, 5], [2, 4, 6])


def _town_areas(ground: Ground, names: dict[str, str]) -> list[_Sketch]:
    """Four quarters of each community, and the main streets."""
    found: list[_Sketch] = []
    for code in COMMUNITIES:
        members = np.flatnonzero(ground.micro_village == ground.villages.index(code))
        for number, part in enumerate(np.array_split(members, 4), start=1):
            quarter = shapely.coverage_union_all(ground.micro[part])
            found.append((f"{names[code]}第{number}巡查区", quarter, None, None))
    for rank, name, line in ground.plan.streets:
        if rank == 2 or name in ("文化路", "新华街"):
            found.append((f"{name}巡查线", line.buffer(35, cap_style="flat"), line, 70.0))
    return found


def _country_areas(
    ground: Ground, grids: Grids, estates: Estates, names: dict[str, str]
) -> list[_Sketch]:
    """Market towns, and about ten of the longer village roads."""
    found: list[_Sketch] = [
        (f"{estates.name[i]}集镇巡查区", estates.shape[i].buffer(60), None, None)
        for i in np.flatnonzero(estates.rank == 1).tolist()
    ]
    seats = {names[ground.villages[v]] for v in np.flatnonzero(grids.village >= 0).tolist()}
    roads = {
        r.name: r
        for r in ground.roads
        if r.rank == 2 and r.name and r.geom.length > 2_500
        if r.name.removesuffix("通村路") in seats
    }
    chosen = list(roads.values())[:: max(1, len(roads) // 9)][:10]
    found += [(f"{r.name}巡查线", r.geom.buffer(60), r.geom, 120.0) for r in chosen]
    return found


def make_patrols(ground: Ground, grids: Grids, estates: Estates, staff: Staff) -> list[PatrolArea]:
    """About forty areas; each has one to three officers from its own micro-grids."""
    rng = stream("patrols")
    names = {d.code: d.name for d in ground.divisions}
    sketches = _town_areas(ground, names) + _country_areas(ground, grids, estates, names)
    county = grids.shape[0]
    areas = []
    for name, shape, line, width in sketches:
        drawn = shapes_to_degrees(np.array([shape, line if line is not None else shape]))
        if not shapely.covers(county.buffer(0.002), drawn[0]):
            continue
        area = shapely.intersection(drawn[0], county)
        inside = np.flatnonzero(shapely.intersects(grids.shape, area) & (grids.level == 5))
        pool = np.flatnonzero(np.isin(staff.grid, inside) & (staff.post != "leader"))
        officers = rng.choice(pool, min(len(pool), int(rng.integers(1, 4))), replace=False)
        days, start = _WEEKS[int(rng.integers(4))], int(rng.choice([8, 9, 14]))
        areas.append(
            PatrolArea(
                name=name,
                shape=area,
                line=drawn[1] if line is not None else None,
                width=width,
                grid=_smallest(grids, area),
                weekdays=days,
                hours=(start, start + 3),
                officers=sorted(officers.tolist()),
            )
        )
    return areas
