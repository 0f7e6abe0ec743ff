"""The five levels of grids as one table: codes, names, tree and shapes in degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.geography import Ground
from services.demo.layout import ROOT_CODE, TOWNSHIPS
from services.demo.plane import Ints, shapes_to_degrees


@dataclass(frozen=True)
class Grids:
    """One entry a grid, level by level; ``parent`` -1 for the root. Row ids are index + 1.

    ``micro`` gives the entry of each micro-grid number of the ground (-1: not part of this
    county); ``village`` the same for villages.
    """

    code: list[str]
    name: list[str]
    level: Ints
    parent: Ints
    serial: Ints
    shape: npt.NDArray[np.object_]
    label: npt.NDArray[np.object_]
    micro: Ints
    village: Ints

    def path(self, grid: int) -> list[int]:
        """Entries from the root to the grid itself."""
        way = [grid]
        while self.parent[way[0]] >= 0:
            way.insert(0, int(self.parent[way[0]]))
        return way

    def above(self, grids: Ints, level: int) -> Ints:
        """The ancestor of each grid at ``level`` (or the grid itself)."""
        up = np.array(grids)
        while (lower := self.level[up] > level).any():
            up = np.where(lower, self.parent[up], up)
        return up


def _stem(name: str) -> str:
    return name.removesuffix("社区").removesuffix("村")


def make_grids(ground: Ground, townships: list[str]) -> Grids:
    """The root, the given townships and everything in them.

    Every village has one group of the same extent, so that there are 98 groups for 98 villages
    and each level is an exact coverage. A group's code is the village's with a serial of its own.
    """
    names = {d.code: d.name for d in ground.divisions}
    chosen = [v for v, c in enumerate(ground.villages) if c[:9] in townships]
    micros = np.flatnonzero(np.isin(ground.micro_village, chosen))
    micro_shape = shapes_to_degrees(ground.micro[micros])
    village_of = ground.micro_village[micros]
    code, name, level, parent, serial = [ROOT_CODE], [names[ROOT_CODE]], [1], [-1], [0]
    listed = [t.code for t in TOWNSHIPS if t.code in townships]
    for number, township in enumerate(listed):
        code.append(township), name.append(names[township])
        level.append(2), parent.append(0), serial.append(number + 1)
    village = np.full(len(ground.villages), -1, dtype=np.int64)
    turn: dict[str, int] = {}
    for v in chosen:
        village[v] = len(code)
        turn[ground.villages[v][:9]] = turn.get(ground.villages[v][:9], 0) + 1
        serial.append(turn[ground.villages[v][:9]])
        code.append(ground.villages[v]), name.append(names[ground.villages[v]])
        level.append(3), parent.append(1 + listed.index(ground.villages[v][:9]))
    group = {}
    for v in chosen:
        group[v] = len(code)
        (
            code.append(f"{ground.villages[v]}-01"),
            name.append(f"{_stem(names[ground.villages[v]])}一组"),
        )
        level.append(4), parent.append(int(village[v])), serial.append(1)
    micro = np.full(len(ground.micro), -1, dtype=np.int64)
    for m in micros.tolist():
        micro[m] = len(code)
        code.append(ground.micro_code(m)), name.append(f"{ground.micro_serial[m]:03d}微网格")
        level.append(5), parent.append(group[int(ground.micro_village[m])])
        serial.append(int(ground.micro_serial[m]))
    of_village = [shapely.coverage_union_all(micro_shape[village_of == v]) for v in chosen]
    by_township = [
        shapely.coverage_union_all(
            np.array(
                [s for v, s in zip(chosen, of_village, strict=True) if ground.villages[v][:9] == t]
            )
        )
        for t in listed
    ]
    shape = np.array(
        [
            shapely.coverage_union_all(np.array(by_township)),
            *by_township,
            *of_village,
            *of_village,
            *micro_shape,
        ]
    )
    inside = shapely.maximum_inscribed_circle(shape, tolerance=0.0004)
    label = shapely.get_point(inside, 0)
    return Grids(
        code,
        name,
        np.array(level),
        np.array(parent),
        np.array(serial),
        shape,
        label,
        micro,
        village,
    )
