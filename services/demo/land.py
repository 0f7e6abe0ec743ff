"""The land before it is divided: outline, river, mesh, terrain, plan of the town."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from services.demo.layout import Division, read_divisions, read_outline, river_course
from services.demo.terrain import Mesh, Terrain, build_mesh, shape_terrain
from services.demo.town import StreetPlan, plan_town


@dataclass(frozen=True, repr=False)
class Land:
    """What all later parts draw on; ``villages`` holds the 98 codes in order."""

    divisions: list[Division]
    villages: list[str]
    outline: shapely.Polygon
    river: shapely.LineString
    plan: StreetPlan
    mesh: Mesh
    terrain: Terrain


def make_land() -> Land:
    """The same land at every call."""
    outline, river, divisions = read_outline(), river_course(), read_divisions()
    mesh = build_mesh(outline)
    return Land(
        divisions=divisions,
        villages=[d.code for d in divisions if len(d.code) == 12],
        outline=outline,
        river=river,
        plan=plan_town(river),
        mesh=mesh,
        terrain=shape_terrain(mesh, river),
    )
