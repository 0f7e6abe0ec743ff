"""The street plan of the county town: blocks in a bent grid on the north bank of the river."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from services.demo.layout import COMMUNITIES, TOWN_AT
from services.demo.plane import Floats, Ints, stream, to_plane, value_noise

COLUMNS, ROWS = 17, 9
HALF_LENGTH = 1_060.0
BANK = 48.0
SAMPLES = 6  # vertices per block side, so that bent streets stay bent


@dataclass(frozen=True)
class StreetPlan:
    """Blocks of the county town.

    ``blocks`` (153,) polygons in metres, row-major from the south-west; ``micro`` (153,) number
    0..63 of the micro-grid of each block; ``community`` (64,) code of each micro-grid's community;
    ``nodes`` (10, 18, 2) crossings; ``streets`` (kind, rank, name, line) in metres;
    ``gates`` points where roads leave the town.
    """

    blocks: list[shapely.Polygon]
    micro: Ints
    community: list[str]
    nodes: Floats
    streets: list[tuple[int, str, shapely.LineString]]
    gates: Floats
    outline: shapely.Polygon


class _Bend:
    """Maps street coordinates (u along the river, v away from it) to metres."""

    def __init__(self, river: shapely.LineString) -> None:
        self.origin = to_plane(np.array([TOWN_AT]))[0]
        line = shapely.get_coordinates(river)
        near = line[np.hypot(*(line - self.origin).T) < HALF_LENGTH + 350]
        heading = near[-1] - near[0]
        self.axis = heading / np.hypot(*heading)
        self.across = np.array([-self.axis[1], self.axis[0]])
        local = near - self.origin
        self.curve = np.polyfit(local @ self.axis, local @ self.across, 4)

    def __call__(self, u: Floats, v: Floats) -> Floats:
        u_bent = u + 30 * np.sin(v / 420 + 0.6) + 0.05 * v
        base = np.polyval(self.curve, u_bent) * np.exp(-np.maximum(v, 0) / 2_600)
        flat = np.column_stack((u_bent.ravel(), (base + v).ravel()))
        wobble = np.column_stack(
            (
                value_noise(flat, 700, 2, stream("bend-u")),
                value_noise(flat, 700, 2, stream("bend-v")),
            )
        )
        flat = flat + wobble * np.clip(v.ravel() / 260, 0.05, 1)[:, None] * 9
        return np.asarray(self.origin + flat[:, :1] * self.axis + flat[:, 1:] * self.across)


def _bisect(columns: range, rows: range, count: int) -> list[tuple[range, range]]:
    """Divide a rectangle of blocks into ``count`` rectangles of nearly equal size."""
    if count == 1:
        return [(columns, rows)]
    first = count // 2
    wide = len(columns) * 1.25 >= len(rows) and len(columns) > 1
    side = columns if wide else rows
    cut = side.start + min(max(1, round(len(side) * first / count)), len(side) - 1)
    near, far = range(side.start, cut), range(cut, side.stop)
    if wide:
        return _bisect(near, rows, first) + _bisect(far, rows, count - first)
    return _bisect(columns, near, first) + _bisect(columns, far, count - first)


def _share_blocks() -> tuple[Ints, list[str]]:
    areas = {
        "451030100004": (range(0, 4), range(0, ROWS)),
        "451030100003": (range(4, COLUMNS), range(0, 3)),
        "451030100002": (range(4, COLUMNS), range(3, 6)),
        "451030100001": (range(4, COLUMNS), range(6, ROWS)),
    }
    micro = np.full(ROWS * COLUMNS, -1, dtype=np.int64)
    community: list[str] = []
    for code, (columns, rows) in areas.items():
        for cols, lines in _bisect(columns, rows, COMMUNITIES[code]):
            for r in lines:
                micro[r * COLUMNS + np.arange(cols.start, cols.stop)] = len(community)
            community.append(code)
    return micro, community


_ALONG = (
    "滨江路",
    "河源巷",
    "沿河街",
    "新华街",
    "中心街",
    "文化路",
    "驮娘路",
    "环山巷",
    "桂花街",
    "北环路",
)
_UP = (
    "西环路", "木棉巷", "迎宾路", "茶园巷", "民生街", "书院巷", "建设路", "榕树巷", "中山街",
    "市场巷", "人民路", "学府巷", "金钟街", "兴林路", "丰收巷", "句町街", "凤凰巷", "东环路",
)  # fmt: skip
_ALONG_RANK = (2, 4, 3, 3, 2, 3, 3, 4, 3, 2)
_UP_RANK = (2, 4, 3, 4, 3, 4, 2, 4, 3, 4, 2, 4, 3, 3, 4, 3, 4, 2)


def plan_town(river: shapely.LineString) -> StreetPlan:
    """Lay out the county town beside ``river``."""
    rng = stream("town")
    bend = _Bend(river)
    width = rng.uniform(0.75, 1.3, COLUMNS)
    u_lines = -HALF_LENGTH + 2 * HALF_LENGTH * np.concatenate(([0], np.cumsum(width) / width.sum()))
    depth = rng.uniform(0.8, 1.2, ROWS)
    v_share = np.concatenate(([0], np.cumsum(depth) / depth.sum()))
    # Finer lattice: SAMPLES steps per block side, so that neighbours share every vertex.
    fine_u = np.interp(np.arange(COLUMNS * SAMPLES + 1) / SAMPLES, np.arange(COLUMNS + 1), u_lines)
    fine_v = np.interp(np.arange(ROWS * SAMPLES + 1) / SAMPLES, np.arange(ROWS + 1), v_share)
    reach = 860 + 130 * np.cos(fine_u / 560 + 0.5) - 50 * np.sin(fine_u / 260)
    u, v = np.meshgrid(fine_u, np.zeros(len(fine_v)))
    v = BANK + fine_v[:, None] * (reach[None, :] - BANK)
    lattice = np.round(bend(u, v).reshape(*u.shape, 2), 2)
    blocks = []
    for r in range(ROWS):
        for c in range(COLUMNS):
            rows, cols = (
                slice(r * SAMPLES, (r + 1) * SAMPLES + 1),
                slice(c * SAMPLES, (c + 1) * SAMPLES + 1),
            )
            patch = lattice[rows, cols]
            ring = np.vstack((patch[0], patch[1:, -1], patch[-1, -2::-1], patch[-2:0:-1, 0]))
            blocks.append(shapely.Polygon(ring))
    micro, community = _share_blocks()
    streets = [
        (_ALONG_RANK[i], _ALONG[i], shapely.LineString(lattice[i * SAMPLES]))
        for i in range(ROWS + 1)
    ] + [
        (_UP_RANK[i], _UP[i], shapely.LineString(lattice[:, i * SAMPLES]))
        for i in range(COLUMNS + 1)
    ]
    nodes = lattice[::SAMPLES, ::SAMPLES]
    gates = np.array([nodes[0, 0], nodes[0, -1], nodes[-1, 6], nodes[-1, 13]])
    return StreetPlan(
        blocks,
        micro,
        community,
        nodes,
        streets,
        gates,
        shapely.Polygon(shapely.get_parts(shapely.union_all(np.array(blocks)))[0]),
    )
