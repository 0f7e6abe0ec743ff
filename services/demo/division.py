"""Divides the demo county: townships, villages, micro-grids, as one exact coverage.

Areas grow over the mesh from their settlements, cheaply along valleys and dearly across ridges,
so that borders run where people draw them. Every level grows inside the level above it. The
borders between cells are then rounded by cutting corners, which cannot make two of them cross,
and noded together with the outline and the town's blocks; the faces are the micro-grids.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.land import Land
from services.demo.layout import COMMUNITIES, TOWN_TOWNSHIP, TOWNSHIPS
from services.demo.plane import Floats, Ints, stream, to_plane
from services.demo.terrain import Mesh, grow, within

GRID_SIZE = 0.01


@dataclass(frozen=True)
class Districts:
    """Who owns each cell: numbers of township, village (98) and rural micro-grid (677).

    ``village_seed`` and ``micro_seed`` are the cells of the settlements they grew from;
    ``micro_village`` gives each rural micro-grid its village.
    """

    township: Ints
    village: Ints
    micro: Ints
    village_seed: Ints
    micro_seed: Ints
    micro_village: Ints


def share(total: int, weights: Floats, least: int) -> Ints:
    """Divide ``total`` into whole parts by ``weights``, each at least ``least``."""
    exact = (total - least * len(weights)) * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    left = total - least * len(weights) - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:left]] += 1
    return np.asarray(parts + least)


def _centres(xy: Floats, count: int, rounds: int, rng: np.random.Generator) -> Floats:
    """``count`` well spread centres of the points ``xy`` (k-means, few rounds)."""
    picks = [int(rng.integers(len(xy)))]
    gap = np.full(len(xy), np.inf)
    for _ in range(count - 1):
        gap = np.minimum(gap, ((xy - xy[picks[-1]]) ** 2).sum(axis=1))
        picks.append(int(rng.choice(len(xy), p=gap / gap.sum())))
    centres = xy[picks]
    for _ in range(rounds):
        nearest = ((xy[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        size = np.bincount(nearest, minlength=count)
        sums = np.column_stack([np.bincount(nearest, xy[:, k], count) for k in (0, 1)])
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], centres)
    return np.asarray(centres)


def _settle(xy: Floats, cells: Ints, score: Floats, centres: Floats, reach: float) -> Ints:
    """The best cell near each centre: a valley floor, not taken by another centre."""
    taken: list[int] = []
    for centre in centres:
        far = np.hypot(*(xy[cells] - centre).T)
        value = np.where(far < reach, score[cells] - 0.25 * far / reach, -1 - far / 1e6)
        value[np.isin(cells, taken)] = -9
        taken.append(int(cells[value.argmax()]))
    return np.array(taken)


def _grow_villages(
    land: Land, step: Floats, usable: npt.NDArray[np.bool_], townships: list[str]
) -> tuple[Ints, Ints, Ints]:
    """Township and village of every cell, and the cell of each village's seat."""
    rng = stream("villages")
    mesh, terrain, villages = land.mesh, land.terrain, land.villages
    seats = mesh.nearest(to_plane(np.array([(t.lon, t.lat) for t in TOWNSHIPS])))
    first = grow(mesh, step, seats, range(len(TOWNSHIPS)), offsets=[t.handicap for t in TOWNSHIPS])
    score = terrain.valley * (terrain.upstream_cells < 4_000) + 0.15 * rng.random(len(mesh.xy))
    seeds = np.full(len(villages), -1, dtype=np.int64)
    for number, plan in enumerate(TOWNSHIPS):
        if plan.code not in townships:
            continue
        codes = [c for c in villages if c.startswith(plan.code) and c not in COMMUNITIES]
        cells = np.flatnonzero((first.label == number) & usable)
        centres = _centres(mesh.xy[cells], len(codes), 5, rng)
        spots = _settle(mesh.xy, cells, score, centres, 1_300)
        nearest = np.hypot(*(mesh.xy[spots] - mesh.xy[seats[number]]).T).argsort()
        rest = rng.permutation(spots[nearest[1:]])
        others = [c for c in codes if c != plan.seat]
        seeds[villages.index(plan.seat)] = spots[nearest[0]]
        seeds[[villages.index(c) for c in others]] = rest
    rural = np.flatnonzero(seeds >= 0)
    wanted = np.isin(first.label, [n for n, t in enumerate(TOWNSHIPS) if t.code in townships])
    second = grow(mesh, step, seeds[rural], rural, region=np.where(wanted, first.label, -1))
    return first.label, second.label, seeds


def divide(land: Land, townships: list[str]) -> Districts:
    """Township, village and rural micro-grid of every cell; the last only in ``townships``."""
    rng = stream("micro-grids")
    mesh, terrain, outline, plan = land.mesh, land.terrain, land.outline, land.plan
    abroad = np.where(within(outline, mesh.xy), 1.0, 12.0)
    step = terrain.step * abroad[:, None]
    usable = within(outline.buffer(-200), mesh.xy) & ~within(plan.outline.buffer(260), mesh.xy)
    township, village, village_seed = _grow_villages(land, step, usable, townships)
    villages = land.villages
    score = terrain.valley * (terrain.upstream_cells < 4_000) + 0.2 * rng.random(len(mesh.xy))
    seeds: list[int] = []
    owner: list[int] = []
    for plan_of in (t for t in TOWNSHIPS if t.code in townships):
        mine = [
            v for v, c in enumerate(villages) if c.startswith(plan_of.code) and c not in COMMUNITIES
        ]
        size = np.array([((village == v) & usable).sum() for v in mine], dtype=float)
        urban = sum(COMMUNITIES.values()) if plan_of.code == TOWN_TOWNSHIP else 0
        weights = np.sqrt(size) * rng.uniform(0.75, 1.3, len(mine))
        for v, count in zip(mine, share(plan_of.micro_grids - urban, weights, 4), strict=True):
            cells = np.flatnonzero((village == v) & usable)
            centres = _centres(mesh.xy[cells], int(count), 3, rng)
            centres[np.hypot(*(centres - mesh.xy[village_seed[v]]).T).argmin()] = mesh.xy[
                village_seed[v]
            ]
            seeds += _settle(mesh.xy, cells, score, centres, 650).tolist()
            owner += [v] * int(count)
    wanted = np.isin(village, owner)
    third = grow(mesh, step, seeds, np.arange(len(seeds)), region=np.where(wanted, village, -1))
    return Districts(township, village, third.label, village_seed, np.array(seeds), np.array(owner))


def _rounded_borders(mesh: Mesh, label: Ints) -> npt.NDArray[np.object_]:
    """Border lines between differently labelled cells, with two rounds of corner cutting.

    The first round joins the midpoints of the sides around every plain vertex; the second cuts
    the new corners at their quarter points. Vertices where three areas meet stay.
    """
    ends = {0: (0, 5), 1: (1, 0), 2: (1, 2)}
    sides = []
    for way, (a, b) in ends.items():
        other = mesh.neighbours[:, way]
        border = (other >= 0) & (label != label[other])
        sides.append(mesh.corners[border][:, [a, b]])
    side = np.vstack(sides)
    middle = mesh.vertices[side].mean(axis=1)
    degree = np.bincount(side.ravel(), minlength=len(mesh.vertices))
    half_vertex, half_side = side.ravel(), np.repeat(np.arange(len(side)), 2)
    order = np.argsort(half_vertex, kind="stable")
    half_vertex, half_side = half_vertex[order], half_side[order]
    plain = half_side[degree[half_vertex] == 2].reshape(-1, 2)
    forks = degree[half_vertex] == 3
    start = np.vstack((middle[plain[:, 0]], middle[half_side[forks]]))
    end = np.vstack((middle[plain[:, 1]], mesh.vertices[half_vertex[forks]]))
    n_plain, reach = len(plain), end - start
    near = start + 0.25 * reach
    far = np.where((np.arange(len(end)) < n_plain)[:, None], start + 0.75 * reach, end)
    # The two cut points on either side of each side's midpoint.
    sides_of = np.concatenate((plain[:, 0], half_side[forks], plain[:, 1]))
    points = np.vstack((near, far[:n_plain]))
    order = np.argsort(sides_of, kind="stable")
    sides_of, points = sides_of[order], points[order]
    twin = np.flatnonzero(sides_of[:-1] == sides_of[1:])
    pieces = np.concatenate(
        (np.stack((near, far), axis=1), np.stack((points[twin], points[twin + 1]), axis=1))
    )
    segments = np.asarray(shapely.linestrings(np.round(pieces, 3)))
    merged = shapely.line_merge(shapely.multilinestrings(segments))
    return np.asarray(shapely.get_parts(merged))


def _settle_faces(faces: npt.NDArray[np.object_], owner: Ints) -> Ints:
    """Give every detached face to the neighbour with the longest common border."""
    owner = owner.copy()
    area = shapely.area(faces)
    main = np.full(owner.max() + 1, -1)
    for face in np.argsort(area, kind="stable"):
        main[owner[face]] = face
    loose = np.flatnonzero(main[owner] != np.arange(len(faces)))
    tree = shapely.STRtree(faces)
    for face in loose[np.argsort(-area[loose], kind="stable")].tolist():
        around = tree.query(faces[face], predicate="touches")
        around = np.array(sorted(i for i in around.tolist() if main[owner[i]] == i))
        border = shapely.length(shapely.intersection(faces[around], faces[face]))
        owner[face] = owner[around[border.argmax()]]
    return owner


def draw_micro_grids(land: Land, districts: Districts) -> npt.NDArray[np.object_]:
    """Polygons of all micro-grids in metres: the rural ones first, then those of the town."""
    mesh, outline, plan = land.mesh, land.outline, land.plan
    rural = len(districts.micro_seed)
    arcs = _rounded_borders(mesh, districts.micro)
    wide = np.array([*arcs, outline.buffer(300).exterior])
    shapes = shapely.get_parts(shapely.polygonize([shapely.union_all(wide, grid_size=GRID_SIZE)]))
    # Every area grew from one settlement, so each shape holds exactly one of them.
    shape_label = np.full(len(shapes), -1, dtype=np.int64)
    seat, where = shapely.STRtree(shapes).query(
        shapely.points(mesh.xy[districts.micro_seed]), predicate="within"
    )
    shape_label[where] = seat
    urban = np.array(
        [
            shapely.union_all(np.array(plan.blocks)[plan.micro == m])
            for m in range(len(plan.community))
        ]
    )
    arcs = shapely.difference(arcs, shapely.union_all(urban))
    lines = np.array([*arcs, outline.exterior, *shapely.boundary(urban)])
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=GRID_SIZE)]))
    spots = shapely.point_on_surface(faces)
    kept = shapely.contains(outline, spots)
    faces, spots = faces[kept], spots[kept]
    # -1: another township, left out.
    owner = districts.micro[mesh.nearest(shapely.get_coordinates(spots))]
    at, where = shapely.STRtree(shapes).query(spots, predicate="intersects")
    owner[at] = np.where(shape_label[where] >= 0, shape_label[where], owner[at])
    at, where = shapely.STRtree(urban).query(spots, predicate="intersects")
    owner[at] = rural + where
    faces, owner = faces[owner >= 0], owner[owner >= 0]
    owner = _settle_faces(faces, owner)
    return np.array(
        [shapely.coverage_union_all(faces[owner == m]) for m in range(rural + len(urban))]
    )
