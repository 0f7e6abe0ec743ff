"""A made-up landscape under the demo county: a mesh of hexagons, a drainage tree, valleys.

The mesh has about 220 m between centres. Water runs from every cell down a tree of shortest ways
to the main river (驮娘江, course schematic); where two branches meet back to back is a ridge.
Borders, streams and roads are all drawn on this one mesh.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.plane import Floats, Ints, stream, value_noise

SPACING = 220.0
MARGIN = 700.0


@dataclass(frozen=True)
class Mesh:
    """Cells of a jittered hexagon mesh that lie in (or close to) the county.

    ``xy`` (n, 2) cell centres; ``neighbours`` (n, 6) cell numbers or -1, in the order
    east, north-east, north-west, west, south-west, south-east; ``corners`` (n, 6) vertex
    numbers in the order north-east, north, north-west, south-west, south, south-east;
    ``vertices`` (m, 2) metres.
    """

    xy: Floats
    neighbours: Ints
    corners: Ints
    vertices: Floats

    @cached_property
    def ways(self) -> list[list[int]]:
        """``neighbours`` as plain lists, which a loop in Python reads much faster."""
        lists: list[list[int]] = self.neighbours.tolist()
        return lists

    def nearest(self, xy: Floats) -> Ints:
        """The cell whose centre is nearest to each point."""
        tree = shapely.STRtree(np.asarray(shapely.points(self.xy)))
        return np.asarray(tree.nearest(shapely.points(xy)), dtype=np.int64)


def within(area: shapely.Polygon, xy: Floats) -> npt.NDArray[np.bool_]:
    """Which points (n, 2) lie in ``area``."""
    shapely.prepare(area)
    return np.asarray(shapely.contains_xy(area, xy[:, 0], xy[:, 1]))


def _lattice(bounds: tuple[float, float, float, float]) -> tuple[Floats, Ints, Ints, Floats]:
    west, south, east, north = bounds
    row_step = SPACING * np.sqrt(3) / 2
    columns, rows = int((east - west) / SPACING) + 2, int((north - south) / row_step) + 2
    row, column = np.divmod(np.arange(rows * columns), columns)
    centres = np.column_stack((west + (column + 0.5 * (row % 2)) * SPACING, south + row * row_step))

    def at(r: Ints, c: Ints) -> Ints:
        inside = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
        return np.where(inside, r * columns + c, -1)

    odd = row % 2
    neighbours = np.column_stack(
        (
            at(row, column + 1),
            at(row + 1, column + odd),
            at(row + 1, column + odd - 1),
            at(row, column - 1),
            at(row - 1, column + odd - 1),
            at(row - 1, column + odd),
        )
    )
    # Each cell owns its north and its south vertex; the other four belong to neighbours.
    own = np.arange(rows * columns)
    corners = np.column_stack(
        (
            neighbours[:, 1] * 2 + 1,
            own * 2,
            neighbours[:, 2] * 2 + 1,
            neighbours[:, 4] * 2,
            own * 2 + 1,
            neighbours[:, 5] * 2,
        )
    )
    radius = SPACING / np.sqrt(3)
    vertices = np.repeat(centres, 2, axis=0)
    vertices[0::2, 1] += radius
    vertices[1::2, 1] -= radius
    return centres, neighbours, corners, vertices


def build_mesh(outline: shapely.Polygon) -> Mesh:
    """The jittered mesh over ``outline`` (metres) and a margin around it."""
    around = outline.buffer(MARGIN)
    centres, neighbours, corners, vertices = _lattice(around.buffer(2 * SPACING).bounds)
    rng = stream("mesh")
    vertices = vertices + rng.uniform(-1, 1, vertices.shape) * SPACING * 0.14
    centres = centres + rng.uniform(-1, 1, centres.shape) * SPACING * 0.22
    keep = within(around, centres)
    keep &= (neighbours >= 0).all(axis=1)
    number = np.full(len(centres) + 1, -1, dtype=np.int64)
    number[:-1][keep] = np.arange(keep.sum())
    return Mesh(centres[keep], number[neighbours[keep]], corners[keep], vertices)


@dataclass(frozen=True)
class Growth:
    """What a growth over the mesh found: cost and label per cell, parent cell, order of visit."""

    cost: Floats
    label: Ints
    parent: Ints
    order: Ints


def grow(
    mesh: Mesh,
    edge_cost: Floats,
    seeds: Sequence[int] | Ints,
    labels: Sequence[int] | Ints,
    *,
    offsets: Sequence[float] | Floats | None = None,
    region: npt.NDArray[np.bool_] | Ints | None = None,
) -> Growth:
    """Grow ``labels`` from ``seeds`` over the mesh, cheapest first (Dijkstra, many sources).

    Parameters
    ----------
    edge_cost : (n, 6) cost of the step to each neighbour; infinite where there is no way.
    offsets : starting cost of each seed; a higher one gives a smaller area.
    region : (n,) numbers; growth never crosses from one number to another (or into -1).
    """
    n = len(mesh.xy)
    cost = [float("inf")] * n
    label, parent = [-1] * n, [-1] * n
    order: list[int] = []
    if region is not None:
        zone = np.asarray(region).astype(np.int64)
        other = np.where(mesh.neighbours >= 0, zone[mesh.neighbours], -1)
        edge_cost = np.where((other == zone[:, None]) & (zone[:, None] >= 0), edge_cost, np.inf)
    # A missing neighbour is number -1 at infinite cost and is never taken.
    ways, steps = mesh.ways, edge_cost.tolist()
    starts = [0.0] * len(seeds) if offsets is None else [float(o) for o in offsets]
    heap: list[tuple[float, int, int, int]] = [
        (o, int(s), int(lab), -1) for s, lab, o in zip(seeds, labels, starts, strict=True)
    ]
    heapq.heapify(heap)
    while heap:
        here_cost, here, lab, came = heapq.heappop(heap)
        if label[here] >= 0:
            continue
        cost[here], label[here], parent[here] = here_cost, lab, came
        order.append(here)
        for there, step in zip(ways[here], steps[here], strict=True):
            if (total := here_cost + step) < cost[there] and label[there] < 0:
                cost[there] = total
                heapq.heappush(heap, (total, there, lab, here))
    return Growth(np.array(cost), np.array(label), np.array(parent), np.array(order))


@dataclass(frozen=True)
class Terrain:
    """The drainage of the county: cells upstream, valley index 0..1, step costs."""

    downstream: Ints
    upstream_cells: Ints
    on_river: npt.NDArray[np.bool_]
    valley: Floats
    step: Floats


def lengths(mesh: Mesh) -> Floats:
    """(n, 6) metres to each neighbour; infinite where there is none."""
    other = np.where(mesh.neighbours >= 0, mesh.neighbours, 0)
    gap = np.hypot(*(mesh.xy[other] - mesh.xy[:, None, :]).transpose(2, 0, 1))
    return np.asarray(np.where(mesh.neighbours >= 0, gap, np.inf))


def shape_terrain(mesh: Mesh, river: shapely.LineString) -> Terrain:
    """Drain every cell of ``mesh`` to ``river``."""
    rough = np.exp(1.5 * value_noise(mesh.xy, 3_000.0, 4, stream("terrain")))
    metres = lengths(mesh)
    other = np.where(mesh.neighbours >= 0, mesh.neighbours, 0)
    flow_cost = metres * (0.25 + 0.5 * (rough[:, None] + rough[other]))
    course = shapely.get_coordinates(river)
    reaches = shapely.linestrings(np.stack((course[:-1], course[1:]), axis=1))
    cells = shapely.STRtree(np.asarray(shapely.points(mesh.xy)))
    sources = np.unique(cells.query(reaches, "dwithin", SPACING * 0.6)[1])
    on_river = np.zeros(len(mesh.xy), dtype=bool)
    on_river[sources] = True
    flow = grow(mesh, flow_cost, sources, np.zeros(len(sources), dtype=np.int64))
    upstream = np.ones(len(mesh.xy), dtype=np.int64)
    for cell in flow.order[::-1].tolist():
        if flow.parent[cell] >= 0:
            upstream[flow.parent[cell]] += upstream[cell]
    upstream[on_river] = np.maximum(upstream[on_river], 4_000)
    valley = np.clip(np.log(upstream) / np.log(3_000), 0, 1)
    linked = (flow.parent[:, None] == mesh.neighbours) | (
        flow.parent[other] == np.arange(len(mesh.xy))[:, None]
    )
    step = metres * (1 + 2.2 * (1 - 0.5 * (valley[:, None] + valley[other])))
    patchy = np.exp(0.5 * value_noise(mesh.xy, 1_000.0, 2, stream("patches")))
    step = np.where(linked, step, step * 1.7) * (patchy[:, None] + patchy[other])
    return Terrain(flow.parent, upstream, on_river, valley, step)
