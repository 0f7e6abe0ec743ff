"""The fixed points of the demo county: sizes, and where things lie on the schematic map (示意).

Names, codes and the outline are public facts (``data/xilin``). Where a township or the county
town lies inside the outline, and the course of the river, are only sketched: the map is no
evidence of any boundary. Households by township are made up so as to sum to the users' 43,494.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass

import numpy as np
import shapely

from data.paths import XILIN
from services.demo.plane import Floats, stream, to_plane

HOUSEHOLDS = 43_494
STAFF = 3_327
MICRO_GRIDS = 741
ROOT_CODE = "451030"
TOWN_TOWNSHIP = "451030100"


@dataclass(frozen=True)
class TownshipPlan:
    """How one township is sketched: seat (lon, lat), head start in metres, seat village, sizes."""

    code: str
    lon: float
    lat: float
    handicap: float
    seat: str
    micro_grids: int
    households: int
    staff: int


TOWNSHIPS = (
    TownshipPlan("451030100", 105.065, 24.500, -16_000, "451030100201", 168, 9_862, 762),
    TownshipPlan("451030101", 104.610, 24.560, 0, "451030101211", 143, 8_417, 629),
    TownshipPlan("451030102", 105.330, 24.215, 0, "451030102201", 54, 3_126, 240),
    TownshipPlan("451030103", 104.830, 24.550, 0, "451030103206", 95, 5_604, 427),
    TownshipPlan("451030203", 105.270, 24.310, -1_000, "451030203207", 50, 2_938, 222),
    TownshipPlan("451030204", 105.225, 24.435, -7_500, "451030204201", 83, 4_871, 362),
    TownshipPlan("451030206", 105.455, 24.310, 0, "451030206201", 110, 6_455, 489),
    TownshipPlan("451030208", 105.430, 24.125, 9_000, "451030208203", 38, 2_221, 174),
)
COMMUNITIES = {  # the four communities of the county town and their micro-grids
    "451030100001": 18,
    "451030100002": 16,
    "451030100003": 16,
    "451030100004": 14,
}

_RIVER = (
    (104.400, 24.625),
    (104.475, 24.625),
    (104.545, 24.600),
    (104.605, 24.548),
    (104.680, 24.520),
    (104.765, 24.545),
    (104.850, 24.508),
    (104.935, 24.512),
    (105.010, 24.470),
    (105.066, 24.478),
    (105.102, 24.480),
    (105.140, 24.462),
    (105.195, 24.455),
    (105.238, 24.405),
    (105.272, 24.358),
    (105.305, 24.290),
    (105.370, 24.262),
    (105.430, 24.285),
    (105.490, 24.255),
    (105.530, 24.205),
    (105.590, 24.195),
    (105.650, 24.190),
)
TOWN_AT = (105.087, 24.484)


@dataclass(frozen=True)
class Division:
    """A division 行政区划: 6, 9 or 12 digits and its name as people say it."""

    code: str
    name: str
    full_name: str


def read_divisions() -> list[Division]:
    """County, 8 townships and 98 villages of the 2021 edition, in code order."""
    digits = {"county": 6, "township": 9, "village": 12}
    with (XILIN / "divisions_2021.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Division(
            row["code"][: digits[row["level"]]],
            row["name"].removesuffix("居委会").removesuffix("委会"),
            row["name"],
        )
        for row in rows
    ]


def read_outline() -> shapely.Polygon:
    """The county outline in metres; the more detailed of the two shipped ones."""
    content = json.loads((XILIN / "outline_wgs84.geojson").read_text(encoding="utf-8"))
    ring = np.array(content["features"][0]["geometry"]["coordinates"][0])
    return shapely.Polygon(to_plane(ring))


def smooth(points: Floats, step: float) -> Floats:
    """A Catmull-Rom curve through ``points`` (n, 2), sampled about every ``step`` metres."""
    padded = np.vstack((2 * points[0] - points[1], points, 2 * points[-1] - points[-2]))
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = max(2, int(np.hypot(*(p2 - p1)) / step))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        pieces.append(
            0.5
            * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            )
        )
    return np.vstack((*pieces, points[-1:]))


def river_course() -> shapely.LineString:
    """The main river (驮娘江), schematic, in metres from west to east; calm beside the town."""
    line = smooth(to_plane(np.array(_RIVER)), 60.0)
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
    rng = stream("river")
    swing = np.zeros(len(line))
    for wavelength, size in ((5_200.0, 520.0), (2_300.0, 420.0), (1_100.0, 160.0)):
        knots = rng.normal(size=int(along[-1] / wavelength * 2) + 4)
        swing += size * np.interp(along / wavelength * 2, np.arange(len(knots)), knots)
    swing = np.convolve(
        np.pad(swing, 6, mode="edge"), np.hanning(13) / np.hanning(13).sum(), "valid"
    )
    town = to_plane(np.array([TOWN_AT]))[0]
    calm = np.clip((np.hypot(*(line - town).T) - 1_900) / 2_500, 0, 1)
    tangent = np.gradient(line, axis=0)
    normal = np.column_stack((-tangent[:, 1], tangent[:, 0])) / np.hypot(*tangent.T)[:, None]
    return shapely.LineString(line + normal * (swing * calm)[:, None])
