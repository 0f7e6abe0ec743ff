"""The five levels of grids as one table: codes, names, tree and shapes in degrees."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from services.demo.geography import Ground
from services.demo.layout import ROOT_CODE, TOWNSHIPS
from services.demo.plane import Ints, Shapes, shapes_to_degrees


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


@dataclass
class _Nodes:
    """The table under construction."""

    code: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    serial: list[int] = field(default_factory=list)

    def add(self, code: str, name: str, *, level: int, parent: int, serial: int) -> int:
        """Add a node; returns its entry."""
        self.code.append(code)
        self.name.append(name)
        self.level.append(level)
        self.parent.append(parent)
        self.serial.append(serial)
        return len(self.code) - 1


def make_grids(ground: Ground, townships: list[str]) -> Grids:
    """The root, the given townships and everything in them.

    Every village has one group of the same extent, so that there are 98 groups for 98 villages
    and each level is an exact coverage. A group's code is the village's with a serial of its own.
    """
    names = {d.code: d.name for d in ground.divisions}
    listed = [t.code for t in TOWNSHIPS if t.code in townships]
    chosen = [v for v, c in enumerate(ground.villages) if c[:9] in townships]
    nodes = _Nodes()
    root = nodes.add(ROOT_CODE, names[ROOT_CODE], level=1, parent=-1, serial=0)
    above = {
        code: nodes.add(code, names[code], level=2, parent=root, serial=number)
        for number, code in enumerate(listed, start=1)
    }
    village = np.full(len(ground.villages), -1, dtype=np.int64)
    for v in chosen:
        code = ground.villages[v]
        serial = 1 + nodes.parent.count(above[code[:9]])
        village[v] = nodes.add(code, names[code], level=3, parent=above[code[:9]], serial=serial)
    group = {
        v: nodes.add(
            f"{ground.villages[v]}-01", f"{_stem(names[ground.villages[v]])}一组",
            level=4, parent=int(village[v]), serial=1,
        )
        for v in chosen
    }  # fmt: skip
    micros = np.flatnonzero(np.isin(ground.micro_village, chosen))
    micro = np.full(len(ground.micro), -1, dtype=np.int64)
    for m in micros.tolist():
        serial, parent = int(ground.micro_serial[m]), group[int(ground.micro_village[m])]
        name = f"{serial:03d}微网格"
        micro[m] = nodes.add(ground.micro_code(m), name, level=5, parent=parent, serial=serial)
    shape = _all_shapes(ground, listed, chosen, micros)
    inside = shapely.maximum_inscribed_circle(shape, tolerance=0.0004)
    return Grids(
        code=nodes.code,
        name=nodes.name,
        level=np.array(nodes.level),
        parent=np.array(nodes.parent),
        serial=np.array(nodes.serial),
        shape=shape,
        label=np.asarray(shapely.get_point(inside, 0)),
        micro=micro,
        village=village,
    )


def _all_shapes(ground: Ground, listed: list[str], chosen: list[int], micros: Ints) -> Shapes:
    """Shapes in degrees in the order of the nodes; each level is united from the one below."""
    lowest = shapes_to_degrees(ground.micro[micros])
    owner = ground.micro_village[micros]
    villages = np.array([shapely.coverage_union_all(lowest[owner == v]) for v in chosen])
    township = np.array([ground.villages[v][:9] for v in chosen])
    upper = np.array([shapely.coverage_union_all(villages[township == code]) for code in listed])
    root = shapely.coverage_union_all(upper)
    return np.array([root, *upper, *villages, *villages, *lowest])
