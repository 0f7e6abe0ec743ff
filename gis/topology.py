"""Coverage (无缝覆盖): do the children of an area tile it, and how to draw them thinner.

Shapes are arrays of valid shapely polygons in CGCS2000 degrees (EPSG:4490) unless said otherwise.
Results are plain values: areas in square metres on the ellipsoid, places in degrees.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import Shapes, area_m2, perimeter_m

SMALLEST_M2 = 0.01
"""Areas below this (10 cm x 10 cm) are rounding, not faults."""
SLIVER_M = 1.0
"""A fault that is on average narrower than this is a sliver (碎面): two drawings of one line."""

Kind = Literal["gap", "overlap", "outside"]


@dataclass(frozen=True)
class Fault:
    """One place where shapes do not tile their parent.

    Attributes
    ----------
    kind : ``gap`` (part of the parent that no child covers), ``overlap`` (of two children) or
        ``outside`` (part of a child beyond the parent)
    keys : the children concerned; for a gap, those that touch it
    area_m2, width_m : its size, and its mean width (2 x area / perimeter)
    lon, lat : a point inside it
    """

    kind: Kind
    keys: tuple[str, ...]
    area_m2: float
    width_m: float
    lon: float
    lat: float

    @property
    def sliver(self) -> bool:
        """Whether it is narrower than :data:`SLIVER_M`."""
        return self.width_m < SLIVER_M


def coverage_faults(
    shapes: Sequence[BaseGeometry] | Shapes,
    keys: Sequence[str],
    parent: BaseGeometry | None = None,
) -> list[Fault]:
    """List every overlap among ``shapes`` and, given ``parent``, every gap and overhang.

    Without a parent, only holes that the shapes enclose count as gaps. An exact tiling gives an
    empty list. The largest faults come first.
    """
    children = np.asarray(shapes, dtype=object)
    whole = shapely.union_all(children)
    tree = shapely.STRtree(children)
    faults = _overlaps(children, keys, tree)
    area = parent if parent is not None else _without_holes(whole)
    for part in _pieces(shapely.difference(area, whole)):
        touching = tree.query(part, predicate="intersects")
        faults += _fault("gap", [keys[i] for i in touching], part)
    if parent is not None:
        shapely.prepare(parent)
        for i in np.flatnonzero(~shapely.covers(parent, children)).tolist():
            for part in _pieces(shapely.difference(children[i], parent)):
                faults += _fault("outside", [keys[i]], part)
    return sorted(faults, key=lambda fault: (-fault.area_m2, fault.keys))


def summary(faults: Sequence[Fault]) -> dict[str, dict[str, float]]:
    """Count and total area by kind: ``{"gap": {"n": 3, "slivers": 1, "area_m2": 12.5}, ...}``."""
    kinds: tuple[Kind, ...] = ("gap", "overlap", "outside")
    found = {kind: [fault for fault in faults if fault.kind == kind] for kind in kinds}
    return {
        kind: {
            "n": len(some),
            "slivers": sum(fault.sliver for fault in some),
            "area_m2": round(sum(fault.area_m2 for fault in some), 2),
        }
        for kind, some in found.items()
    }


def simplify_coverage(
    shapes: Sequence[BaseGeometry] | Shapes, tolerances: Mapping[int, float]
) -> dict[int, Shapes]:
    """Simplify a coverage once per zoom band; neighbours keep one common line.

    Parameters
    ----------
    shapes : valid coverage (see :func:`coverage_faults`), in any planar unit
    tolerances : zoom band -> tolerance in the unit of ``shapes``; it is the square root of the
        area (Visvalingam-Whyatt) that may be cut off at a vertex; 0 returns the shapes themselves

    Returns
    -------
    zoom band -> array of multipolygons, in the order of ``shapes``

    Notes
    -----
    Simplify the deepest level only and build the upper levels from it with :func:`roll_up`;
    then lines of all levels lie on each other at every zoom.
    """
    given = np.asarray(shapes, dtype=object)
    bands = {}
    for zoom, tolerance in tolerances.items():
        thin = shapely.coverage_simplify(given, tolerance) if tolerance > 0 else given
        bands[zoom] = as_multi(thin)
    return bands


def roll_up(shapes: Sequence[BaseGeometry] | Shapes, groups: Sequence[Hashable]) -> dict[
    Hashable, BaseGeometry
]:  # fmt: skip
    """Unite the members of each group of a coverage; shared lines vanish, outer ones stay exact.

    Returns group -> multipolygon, in the order of first appearance. Members that overlap or do not
    share their vertices (no true coverage) are united by the slower general way.
    """
    members: dict[Hashable, list[BaseGeometry]] = {}
    for shape, group in zip(shapes, groups, strict=True):
        members.setdefault(group, []).append(shape)
    united = as_multi([_unite(some) for some in members.values()])
    return dict(zip(members, united, strict=True))


def as_multi(shapes: Sequence[BaseGeometry | None] | Shapes) -> Shapes:
    """The polygons of each shape as one multipolygon; points and lines in it are dropped.

    None and shapes without area give None.
    """
    given = np.asarray(shapes, dtype=object)
    parts, owner = shapely.get_parts(given, return_index=True)
    parts, again = shapely.get_parts(parts, return_index=True)
    polygons = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(
        parts
    )
    out = np.full(len(given), None, dtype=object)
    if polygons.any():
        shapely.multipolygons(parts[polygons], indices=owner[again][polygons], out=out)
    return out


def label_points(shapes: Sequence[BaseGeometry] | Shapes) -> Shapes:
    """A point well inside the largest part of each polygon, where its name is written.

    It is the centre of the largest circle inside, to about 1 % of the part's extent.
    """
    parts, owner = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
    order = np.lexsort((-shapely.area(parts), owner))
    biggest = parts[order[np.unique(owner[order], return_index=True)[1]]]
    west, south, east, north = shapely.bounds(biggest).T
    precision = np.maximum(east - west, north - south) / 100
    circles = shapely.maximum_inscribed_circle(biggest, precision)
    centres: Shapes = shapely.get_point(circles, 0)
    return centres


def _unite(members: list[BaseGeometry]) -> BaseGeometry:
    try:
        return shapely.coverage_union_all(members)
    except shapely.errors.GEOSException:
        return shapely.union_all(members)


def _overlaps(children: Shapes, keys: Sequence[str], tree: shapely.STRtree) -> list[Fault]:
    left, right = tree.query(children, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    common = shapely.intersection(children[left], children[right])
    faults: list[Fault] = []
    for i in np.flatnonzero(shapely.area(common) > 0).tolist():
        for part in _pieces(common[i]):
            faults += _fault("overlap", sorted((keys[left[i]], keys[right[i]])), part)
    return faults


def _fault(kind: Kind, keys: Sequence[str], part: BaseGeometry) -> list[Fault]:
    """The fault that ``part`` is, or none when it is only rounding."""
    area = area_m2(part)
    if area < SMALLEST_M2:
        return []
    length = perimeter_m(part)
    inside = part.representative_point()
    width = 2 * area / length if length else 0.0
    return [Fault(kind, tuple(sorted(keys)), area, width, inside.x, inside.y)]


def _pieces(shape: BaseGeometry) -> npt.NDArray[np.object_]:
    parts = shapely.get_parts(shapely.get_parts(shape))
    chosen: npt.NDArray[np.object_] = parts[shapely.area(parts) > 0]
    return chosen


def _without_holes(shape: BaseGeometry) -> BaseGeometry:
    shells = shapely.get_exterior_ring(_pieces(shape))
    return shapely.union_all(shapely.polygons(shells))
