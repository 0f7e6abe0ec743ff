"""The ground of the demo county: grids, water, roads, settlements, with nobody there yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.division import divide, draw_micro_grids
from services.demo.land import make_land
from services.demo.layout import TOWNSHIPS, Division
from services.demo.lines import Line, RoadNet, draw_streams
from services.demo.plane import Floats, Ints
from services.demo.settlements import Settlement, pick_settlements, share_households
from services.demo.town import StreetPlan


@dataclass(frozen=True, repr=False)
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
    land = make_land()
    districts = divide(land, townships)
    shapes = draw_micro_grids(land, districts)
    owner = np.concatenate(
        (districts.micro_village, [land.villages.index(c) for c in land.plan.community])
    )
    serial = np.zeros(len(shapes), dtype=np.int64)
    for village in range(len(land.villages)):
        serial[owner == village] = serials(shapes[owner == village])
    order = np.lexsort((serial, owner))
    place = np.argsort(order)  # old number to new number
    households = share_households(land, districts)
    settlements = pick_settlements(land, districts, households)
    cells = np.array([s.cell for s in settlements])
    net = RoadNet(land)
    roads = _lead_roads(net, settlements, land.divisions, districts.micro >= 0)
    return Ground(
        divisions=land.divisions,
        villages=land.villages,
        micro=shapes[order],
        micro_village=owner[order],
        micro_serial=serial[order],
        households=households[order],
        plan=land.plan,
        block_micro=place[len(districts.micro_seed) + land.plan.micro],
        settlements=[replace(s, micro=int(place[s.micro])) for s in settlements],
        settlement_xy=land.mesh.xy[cells],
        settlement_angle=net.direction(cells),
        river=land.river,
        streams=draw_streams(land),
        roads=roads,
    )
