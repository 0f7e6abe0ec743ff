"""The whole ground of the demo county: grids, water, roads, settlements, before anybody lives there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.division import Districts, divide, draw_micro_grids, share
from services.demo.layout import (
    COMMUNITIES,
    TOWN_TOWNSHIP,
    TOWNSHIPS,
    Division,
    read_divisions,
    read_outline,
    river_course,
)
from services.demo.lines import STREAM_CELLS, Line, RoadNet, draw_streams
from services.demo.plane import Floats, Ints, stream
from services.demo.terrain import Mesh, Terrain, build_mesh, shape_terrain, within
from services.demo.town import StreetPlan, plan_town

TOWN_HOUSEHOLDS = 5_600  # of the 9,862 of the seat's township


@dataclass(frozen=True)
class Settlement:
    """A natural settlement 屯: a cell of the mesh in a rural micro-grid."""

    cell: int
    micro: int
    seat_of: str | None  # code of the village whose seat it is
    market: bool  # seat of a township


@dataclass(frozen=True)
class Ground:
    """The demo county as land. Micro-grids are in code order; all shapes in metres."""

    divisions: list[Division]
    villages: list[str]  # codes of the 98 villages, in order
    micro: npt.NDArray[np.object_]
    micro_village: Ints  # index into villages
    micro_serial: Ints
    households: Ints  # per micro-grid
    plan: StreetPlan
    block_micro: Ints  # micro-grid of each block of the town
    settlements: list[Settlement]
    settlement_xy: Floats
    settlement_angle: Floats
    river: shapely.LineString
    streams: list[Line]
    roads: list[Line]

    def micro_code(self, number: int) -> str:
        """15-digit code: village code and a serial in the village."""
        return f"{self.villages[self.micro_village[number]]}{self.micro_serial[number]:03d}"


def serials(shapes: npt.NDArray[np.object_]) -> Ints:
    """Serial numbers 1..n of the micro-grids of one village.

    The centroids are sorted from north to south into about √n rows of equal count; each row is
    numbered from west to east, the northern row first.
    """
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    rows = max(1, round(len(shapes) ** 0.5))
    numbers = np.empty(len(shapes), dtype=np.int64)
    serial = 1
    for row in np.array_split(np.argsort(-centre[:, 1], kind="stable"), rows):
        for item in row[np.argsort(centre[row, 0], kind="stable")]:
            numbers[item] = serial
            serial += 1
    return numbers


def _pick_settlements(
    mesh: Mesh,
    terrain: Terrain,
    districts: Districts,
    outline: shapely.Polygon,
    plan: StreetPlan,
    villages: list[str],
    households: Ints,
) -> list[Settlement]:
    """One to four valley cells in each rural micro-grid, away from its border and from water."""
    rng = stream("settlements")
    around = np.where(mesh.neighbours >= 0, mesh.neighbours, 0)
    core = (districts.micro[around] == districts.micro[:, None]).all(axis=1)
    core &= within(outline.buffer(-150), mesh.xy) & ~within(plan.outline.buffer(170), mesh.xy)
    wet = terrain.on_river | (terrain.upstream_cells >= STREAM_CELLS)
    score = terrain.valley[around].max(axis=1) + core - 0.8 * wet + 0.25 * rng.random(len(mesh.xy))
    seat = {int(districts.micro[c]): v for v, c in enumerate(districts.village_seed) if c >= 0}
    markets = {t.seat for t in TOWNSHIPS if t.code != TOWN_TOWNSHIP}
    found: list[Settlement] = []
    by_micro = np.argsort(districts.micro, kind="stable")
    starts = np.searchsorted(districts.micro[by_micro], np.arange(len(districts.micro_seed) + 1))
    for micro in range(len(districts.micro_seed)):
        cells = by_micro[starts[micro] : starts[micro + 1]]
        cells = cells[np.argsort(-score[cells], kind="stable")]
        wanted = int(np.clip(round(households[micro] / rng.uniform(18, 40)), 1, 4))
        chosen: list[int] = []
        for cell in cells.tolist():
            gap = np.hypot(*(mesh.xy[chosen] - mesh.xy[cell]).T) if chosen else np.array([1e9])
            if gap.min() > 520 and (score[cell] > 0.9 or not chosen):
                chosen.append(cell)
            if len(chosen) == wanted:
                break
        for rank, cell in enumerate(chosen):
            code = villages[seat[micro]] if micro in seat and rank == 0 else None
            found.append(Settlement(cell, micro, code, code in markets))
    return found


def _households(villages: list[str], districts: Districts, plan: StreetPlan) -> Ints:
    """Households of each micro-grid (rural, then town); townships sum to their plan."""
    rng = stream("households-by-grid")
    owner = np.concatenate((districts.micro_village, [villages.index(c) for c in plan.community]))
    rural = len(districts.micro_seed)
    counts = np.zeros(len(owner), dtype=np.int64)
    seat = {int(districts.micro[c]): v for v, c in enumerate(districts.village_seed) if c >= 0}
    weights = np.exp(rng.normal(0, 0.22, len(owner)))
    for micro, village in seat.items():
        weights[micro] *= 1.3
        if villages[village] in {t.seat for t in TOWNSHIPS if t.code != TOWN_TOWNSHIP}:
            weights[micro] *= 2.6
    blocks = np.bincount(plan.micro, minlength=len(plan.community))
    weights[rural:] = np.sqrt(blocks) * np.exp(rng.normal(0, 0.12, len(blocks)))
    present = {villages[v][:9] for v in owner}
    for township in (t for t in TOWNSHIPS if t.code in present):
        mine = np.array([villages[v].startswith(township.code) for v in owner])
        urban = mine & (np.arange(len(owner)) >= rural)
        land = mine & ~urban
        in_town = TOWN_HOUSEHOLDS if urban.any() else 0
        if in_town:
            counts[urban] = share(in_town, weights[urban], 40)
        counts[land] = share(township.households - in_town, weights[land], 18)
    return counts


def _lead_roads(
    net: RoadNet, ground: list[Settlement], divisions: list[Division], here: npt.NDArray[np.bool_]
) -> list[Line]:
    """County roads to the townships' seats, then roads to villages, then to every settlement."""
    names = {d.code: d.name for d in divisions}
    markets = {s.seat_of: s.cell for s in ground if s.market}
    seats = [t for t in TOWNSHIPS if t.seat in markets]
    near = [t for t in seats if t.code in ("451030103", "451030204")]
    middle = [t for t in seats if t.code in ("451030101", "451030203")]
    far = [t for t in seats if t not in near and t not in middle]
    for wave in (near, middle, far):
        net.join(
            [markets[t.seat] for t in wave], [f"西林至{names[t.code]}公路" for t in wave], rank=1
        )
    net.leave_county(rank=1)
    net.stay_in(here)
    villages = [s for s in ground if s.seat_of]
    net.join(
        [s.cell for s in villages], [f"{names[s.seat_of or '']}通村路" for s in villages], rank=2
    )
    net.join([s.cell for s in ground], [None] * len(ground), rank=4)
    return net.draw()


def make_ground(townships: list[str]) -> Ground:
    """Generate the land of the county or of some townships; the same at every call."""
    outline, river, divisions = read_outline(), river_course(), read_divisions()
    villages = [d.code for d in divisions if len(d.code) == 12]
    plan = plan_town(river)
    mesh = build_mesh(outline)
    terrain = shape_terrain(mesh, river)
    districts = divide(mesh, terrain, divisions, outline, plan, townships)
    shapes = draw_micro_grids(mesh, districts, outline, plan)
    rural = len(districts.micro_seed)
    owner = np.concatenate((districts.micro_village, [villages.index(c) for c in plan.community]))
    serial = np.zeros(len(shapes), dtype=np.int64)
    for village in range(len(villages)):
        serial[owner == village] = serials(shapes[owner == village])
    order = np.lexsort((serial, owner))
    place = np.argsort(order)  # old number to new number
    households = _households(villages, districts, plan)
    settlements = _pick_settlements(mesh, terrain, districts, outline, plan, villages, households)
    cells = np.array([s.cell for s in settlements])
    net = RoadNet(mesh, terrain, outline, plan)
    roads = _lead_roads(net, settlements, divisions, districts.micro >= 0)
    return Ground(
        divisions=divisions,
        villages=villages,
        micro=shapes[order],
        micro_village=owner[order],
        micro_serial=serial[order],
        households=households[order],
        plan=plan,
        block_micro=place[rural + plan.micro],
        settlements=[
            Settlement(s.cell, int(place[s.micro]), s.seat_of, s.market) for s in settlements
        ],
        settlement_xy=mesh.xy[cells],
        settlement_angle=net.direction(cells),
        river=river,
        streams=draw_streams(mesh, terrain, river),
        roads=roads,
    )


__all__ = ["COMMUNITIES", "Ground", "Settlement", "make_ground", "serials"]
