"""Streams and roads of the demo county, drawn along the cells of the mesh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.land import Land
from services.demo.names import STREAM_NAMES
from services.demo.plane import Floats, Ints, stream, to_plane
from services.demo.terrain import Growth, grow, lengths, within

STREAM_CELLS = 70  # a stream shows where this many cells drain: about 3 square kilometres
# Where roads leave the county (lon, lat): towards the neighbours in the west, north, east, south.
EXITS = (
    (104.478, 24.470),
    (104.700, 24.660),
    (105.150, 24.570),
    (105.590, 24.150),
    (105.250, 24.080),
)


@dataclass(frozen=True)
class Line:
    """A line of the base map; ``rank`` 1 is the widest."""

    rank: int
    name: str | None
    geom: shapely.LineString


def round_corners(points: Floats, rounds: int = 2) -> Floats:
    """Chaikin's corner cutting; both ends stay."""
    for _ in range(rounds):
        if len(points) < 3:
            return points
        cut = np.empty((2 * len(points) - 2, 2))
        cut[0::2] = 0.75 * points[:-1] + 0.25 * points[1:]
        cut[1::2] = 0.25 * points[:-1] + 0.75 * points[1:]
        cut[0], cut[-1] = points[0], points[-1]
        points = cut
    return points


def draw_streams(land: Land) -> list[Line]:
    """The tributaries, each from its mouth along its strongest branch to its spring."""
    mesh, terrain, river = land.mesh, land.terrain, land.river
    size, down = terrain.upstream_cells, terrain.downstream
    wet = np.flatnonzero((size >= STREAM_CELLS) & ~terrain.on_river & (down >= 0))
    wet = wet[np.argsort(-size[wet], kind="stable")]
    main_branch: dict[int, int] = {}
    for cell in wet.tolist():
        main_branch.setdefault(int(down[cell]), cell)
    names = iter(stream("stream-names").permutation(STREAM_NAMES).tolist())
    drawn: dict[int, shapely.LineString] = {}
    lines = []
    for cell in wet.tolist():
        below = int(down[cell])
        if not terrain.on_river[below] and main_branch[below] == cell:
            continue
        chain = [below, cell]
        while chain[-1] in main_branch:
            chain.append(main_branch[chain[-1]])
        body = river if terrain.on_river[below] else drawn[below]
        points = mesh.xy[chain]
        mouth = shapely.line_interpolate_point(
            body, shapely.line_locate_point(body, shapely.Point(points[0]))
        )
        points[0] = shapely.get_coordinates(mouth)[0]
        if len(points) < 3:
            continue
        line = shapely.LineString(np.round(round_corners(points), 2))
        drawn.update(dict.fromkeys(chain[1:], line))
        cells = int(size[cell])
        rank = 2 if cells >= 900 else 3 if cells >= 260 else 4
        lines.append(Line(rank, next(names, None) if cells >= 260 else None, line))
    return lines


def _walk(growth: Growth, target: int) -> list[tuple[int, int]]:
    steps = []
    while growth.parent[target] >= 0:
        steps.append((int(target), int(growth.parent[target])))
        target = int(growth.parent[target])
    return steps


class RoadNet:
    """Roads by rank as sides between mesh cells; later roads join earlier ones."""

    def __init__(self, land: Land) -> None:
        mesh, terrain, plan = land.mesh, land.terrain, land.plan
        self.mesh, self.plan = mesh, plan
        metres = lengths(mesh)
        other = np.where(mesh.neighbours >= 0, mesh.neighbours, 0)
        # Roads follow the valley beside the water, not in it.
        wet = np.where(
            terrain.on_river, 9.0, np.where(terrain.upstream_cells >= STREAM_CELLS, 4.5, 1.0)
        )
        valley = np.maximum(terrain.valley, 0.9 * terrain.valley[other].max(axis=1))
        abroad = np.where(within(land.outline, mesh.xy), 1.0, 30.0)
        rough = (0.6 + 2.2 * (1 - valley)) * wet * abroad
        cost = metres * 0.5 * (rough[:, None] + rough[other])
        town = within(plan.outline.buffer(30), mesh.xy)
        self.cost = np.where(town[:, None] | town[other], np.inf, cost)
        self.free = ~town
        self.rank: dict[tuple[int, int], int] = {}
        self.name: dict[tuple[int, int], str] = {}
        self.fixed: set[int] = set()
        self.gates = self._nearest_free(plan.gates)
        self.fixed.update(self.gates.tolist())

    def _nearest_free(self, xy: Floats) -> Ints:
        free = np.flatnonzero(self.free)
        tree = shapely.STRtree(np.asarray(shapely.points(self.mesh.xy[free])))
        return np.asarray(free[tree.nearest(shapely.points(xy))])

    def stay_in(self, area: npt.NDArray[np.bool_]) -> None:
        """From now on, roads lead only over the cells of ``area``."""
        other = np.where(self.mesh.neighbours >= 0, self.mesh.neighbours, 0)
        self.cost = np.where(area[:, None] & area[other], self.cost, np.inf)

    def join(self, targets: Iterable[int], names: Iterable[str | None], rank: int) -> None:
        """Lead a road of ``rank`` from every target to the net as it is."""
        targets = list(targets)
        if not targets:
            return
        cells = {c for side in self.rank for c in side} | set(self.gates.tolist())
        start = np.array(sorted(cells))
        growth = grow(self.mesh, self.cost, start, np.zeros(len(start), dtype=np.int64))
        for target, name in zip(targets, names, strict=True):
            self.fixed.add(int(target))
            for a, b in _walk(growth, int(target)):
                side = (min(a, b), max(a, b))
                if side not in self.rank:
                    self.rank[side] = rank
                    if name:
                        self.name[side] = name

    def leave_county(self, rank: int) -> None:
        """Lead a road over the border at every exit."""
        self.join(
            self._nearest_free(to_plane(np.array(EXITS))).tolist(), ["出县公路"] * len(EXITS), rank
        )

    def draw(self) -> list[Line]:
        """All roads as smooth lines that share their crossings."""
        ways: dict[int, list[int]] = defaultdict(list)
        for a, b in self.rank:
            ways[a].append(b)
            ways[b].append(a)

        def kind(a: int, b: int) -> tuple[int, str | None]:
            side = (min(a, b), max(a, b))
            return self.rank[side], self.name.get(side)

        def ends_at(cell: int) -> bool:
            if len(ways[cell]) != 2 or cell in self.fixed:
                return True
            return kind(cell, ways[cell][0]) != kind(cell, ways[cell][1])

        lines, done = [], set()
        for cell in sorted(c for c in ways if ends_at(c)):
            for towards in sorted(ways[cell]):
                if (cell, towards) in done:
                    continue
                chain = [cell, towards]
                while not ends_at(chain[-1]):
                    chain.append(next(c for c in ways[chain[-1]] if c != chain[-2]))
                done.update({(chain[0], chain[1]), (chain[-1], chain[-2])})
                rank, name = kind(cell, towards)
                points = np.round(round_corners(self.mesh.xy[chain]), 2)
                lines.append(Line(rank, name, shapely.LineString(points)))
        for gate, cell in zip(self.plan.gates, self.gates.tolist(), strict=True):
            lines.append(Line(1, None, shapely.LineString([gate, self.mesh.xy[cell]])))
        return lines

    def direction(self, cells: Ints) -> Floats:
        """Angle of the road at each cell, radians; along the valley where several meet."""
        towards = {}
        for a, b in self.rank:
            towards[a] = b
            towards[b] = a
        reach = np.array(
            [self.mesh.xy[towards.get(c, c)] - self.mesh.xy[c] for c in cells.tolist()]
        )
        return np.asarray(np.arctan2(reach[:, 1], reach[:, 0]))
