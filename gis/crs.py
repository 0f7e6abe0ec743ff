"""The one place for coordinate reference systems and Chinese map datums.

Stored geometry is CGCS2000 (国家大地坐标系, EPSG:4490) in degrees, longitude first. Layers that are
drawn also exist in Web Mercator (EPSG:3857). CGCS2000 and WGS 84 differ by centimetres and are
treated as one datum ("true").

Chinese web maps publish shifted coordinates: GCJ-02 (火星坐标) moves a true position by 300-800 m,
BD-09 (百度坐标) moves a GCJ-02 position further. No EPSG code stands for either, so files can
not declare them; an import has to state them and :func:`best_datum` checks the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

STORAGE = 4490
"""EPSG code of every ``geom`` column: CGCS2000, degrees, longitude then latitude."""
DRAWN = 3857
"""EPSG code of every ``geom_3857`` column: Web Mercator, metres."""

Lonlat = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

_GEOD = pyproj.Geod(ellps="GRS80")
# The shift is defined on the Krassowsky ellipsoid, whatever ellipsoid the data is on.
_AXIS, _ECC2 = 6378245.0, 0.00669342162296594323
_BOX = (72.004, 0.8293, 137.8347, 55.8271)


class Datum(StrEnum):
    """Which positions a longitude/latitude pair means."""

    TRUE = "CGCS2000"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


class UnknownCrs(ValueError):
    """The name is no CRS that leads to storage coordinates; ``name`` is what was given."""

    def __init__(self, name: str, *, reason: str = "unknown") -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True)
class Reference:
    """A coordinate system as a user states it: an EPSG system or one of the shifted datums.

    ``crs`` is None for the two shifted datums, whose coordinates are plain degrees.
    """

    datum: Datum
    crs: pyproj.CRS | None

    @property
    def label(self) -> str:
        """The short name for reports, such as ``EPSG:2263`` or ``GCJ-02``."""
        if self.crs is None:
            return self.datum.value
        authority = self.crs.to_authority()
        return ":".join(authority) if authority else self.crs.name

    @property
    def is_degrees(self) -> bool:
        """Whether coordinates in this system are longitude and latitude in degrees."""
        return self.crs is None or self.crs.is_geographic


_NAMES = {
    "GCJ02": Datum.GCJ02, "AMAP": Datum.GCJ02, "火星坐标": Datum.GCJ02,
    "BD09": Datum.BD09, "BAIDU": Datum.BD09, "百度坐标": Datum.BD09,
}  # fmt: skip
_TRUE_DEGREES = {("EPSG", "4326"), ("EPSG", "4490"), ("EPSG", "4979"), ("OGC", "CRS84")}
_TRUE_NAMES = {"WGS84": 4326, "CGCS2000": 4490, "CRS84": 4326}


def reference(name: str | pyproj.CRS) -> Reference:
    """Read a CRS or datum as people write it.

    Accepts ``WGS84``, ``CGCS2000``, ``GCJ-02``, ``BD-09`` (any case, with or without dash or
    blank) and whatever PROJ reads (``EPSG:2263``, ``4490``, WKT).

    Raises
    ------
    UnknownCrs
        PROJ does not know the name, or no exact way from it to CGCS2000 is known (then
        ``reason`` is ``"no_transformation"``; old national systems need local parameters), or it
        gives heights or earth-centred places only (``"not_horizontal"``).
    """
    if isinstance(name, str):
        plain = name.strip().upper().replace("-", "").replace("_", "").replace(" ", "")
        if plain in _NAMES:
            return Reference(_NAMES[plain], None)
        name = f"EPSG:{_TRUE_NAMES[plain]}" if plain in _TRUE_NAMES else name
        name = f"EPSG:{plain}" if plain.isdigit() else name
    try:
        crs = pyproj.CRS.from_user_input(name)
    except CRSError as error:
        raise UnknownCrs(str(name)) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise UnknownCrs(str(name), reason="not_horizontal")
    found = Reference(Datum.TRUE, crs)
    if not _is_true_degrees(crs):
        _transformer(crs.to_wkt())
    return found


def same_system(declared: Reference, stated: Reference) -> bool:
    """Whether what a file declares and what its sender states can both hold.

    WGS 84 and CGCS2000 are one. A file that declares either may hold GCJ-02 or BD-09 degrees, as
    there is no way to declare those; the statement is then the more exact of the two.
    """
    if declared.crs is None or stated.crs is None:
        return declared.crs is None or _is_true_degrees(declared.crs)
    if _is_true_degrees(declared.crs) and _is_true_degrees(stated.crs):
        return True
    return bool(declared.crs.equals(stated.crs, ignore_axis_order=True))


def to_storage(shapes: Shapes, source: Reference) -> Shapes:
    """Convert shapes (2-d, any CRS) to CGCS2000 degrees, longitude first.

    Parameters
    ----------
    shapes : array of shapely geometries; None stays None
    source : the system their coordinates are in

    Returns
    -------
    array of the same length; coordinates that PROJ can not convert become infinite
    """
    if source.crs is None:
        return shift(shapes, source.datum, Datum.TRUE)
    if _is_true_degrees(source.crs):
        return shapes
    transformer = _transformer(source.crs.to_wkt())

    def convert(xy: Lonlat) -> Lonlat:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return _each_vertex(shapes, convert)


def shift(shapes: Shapes, source: Datum, target: Datum) -> Shapes:
    """Convert shapes in degrees from one datum to another."""
    if source is target:
        return shapes
    return _each_vertex(shapes, lambda xy: convert_datum(xy, source, target))


def convert_datum(lonlat: npt.ArrayLike, source: Datum, target: Datum) -> Lonlat:
    """Convert ``(n, 2)`` degrees, longitude first, from one datum to another.

    Outside the box of the rule (72.004-137.8347 E, 0.8293-55.8271 N) GCJ-02 equals the true
    position. The way back is solved to 1e-10 degrees, not approximated.
    """
    xy = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    if source is target:
        return xy
    if source is Datum.BD09:
        xy = _solve(_gcj02_to_bd09, xy)
    elif source is Datum.TRUE:
        xy = _true_to_gcj02(xy)
    if target is Datum.BD09:
        return _gcj02_to_bd09(xy)
    return _solve(_true_to_gcj02, xy) if target is Datum.TRUE else xy


def metres(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Geodesic distance in metres between ``(n, 2)`` degrees ``a`` and ``b``, pair by pair."""
    p, q = (np.asarray(x, dtype=np.float64).reshape(-1, 2) for x in (a, b))
    distance = _GEOD.inv(p[:, 0], p[:, 1], q[:, 0], q[:, 1])[2]
    return np.asarray(distance, dtype=np.float64)


def area_m2(shape: BaseGeometry) -> float:
    """Area in square metres on the ellipsoid of a shape in degrees."""
    if shape.is_empty:
        return 0.0
    return abs(float(_GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]))


def perimeter_m(shape: BaseGeometry) -> float:
    """Length in metres of all rings or lines of a shape in degrees."""
    return 0.0 if shape.is_empty else float(_GEOD.geometry_length(shape))


@dataclass(frozen=True)
class DatumFit:
    """How well degrees fit a known outline when they are read in each datum.

    ``misfit`` maps each datum to the median distance in metres between the two outlines.
    """

    best: Datum
    misfit: dict[Datum, float]

    def contradicts(self, stated: Datum) -> bool:
        """Whether another datum fits so much better that the stated one must be wrong."""
        return self.best is not stated and self.misfit[self.best] < 0.6 * self.misfit[stated]


def best_datum(degrees: Sequence[BaseGeometry] | Shapes, outline: BaseGeometry) -> DatumFit:
    """Compare the outer edge of polygons in unknown degrees with a known true outline.

    Parameters
    ----------
    degrees : polygons as they stand in the file; together they fill (nearly) the outline
    outline : polygon of the same area in CGCS2000 degrees

    Notes
    -----
    A wrong datum moves every vertex by hundreds of metres the same way, while two honest
    drawings of one border differ by tens of metres to and fro. So the datum under which the
    vertices lie nearest to the known line is the file's.
    """
    edge = shapely.boundary(shapely.union_all(shapely.make_valid(np.asarray(degrees))))
    vertices = shapely.get_coordinates(shapely.segmentize(edge, 0.002))
    vertices = vertices[:: max(1, len(vertices) // 4000)]  # enough for a median
    scale = np.array([np.cos(np.radians(outline.centroid.y)), 1.0])
    tree = shapely.STRtree(_segments(shapely.transform(outline.boundary, lambda xy: xy * scale)))
    misfit = {}
    for datum in Datum:
        points = shapely.points(convert_datum(vertices, datum, Datum.TRUE) * scale)
        _, distance = tree.query_nearest(points, return_distance=True, all_matches=False)
        misfit[datum] = float(np.median(distance)) * 111_195
    return DatumFit(min(misfit, key=lambda datum: misfit[datum]), misfit)


def datum_inside(lonlat: npt.ArrayLike, stated: Datum, area: BaseGeometry) -> Datum | None:
    """The datum that puts scattered points inside ``area`` when the stated one does not.

    Parameters
    ----------
    lonlat : ``(n, 2)`` degrees as they stand in the file
    area : polygon in CGCS2000 degrees that should hold them all

    Returns
    -------
    the better datum, or None when the stated one is not refuted: fewer than three points are
    gained, or no other datum brings in four fifths of those that lie outside
    """
    xy = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    shapely.prepare(area)
    outside = {}
    for datum in Datum:
        true = convert_datum(xy, datum, Datum.TRUE)
        outside[datum] = int((~shapely.intersects_xy(area, true[:, 0], true[:, 1])).sum())
    best = min(outside, key=lambda datum: outside[datum])
    gained = outside[stated] - outside[best]
    return best if gained >= max(3, 0.8 * outside[stated]) else None


def _segments(lines: BaseGeometry) -> Shapes:
    """Every straight piece of some lines, as lines of their own."""
    xy, part = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    pairs = np.stack([xy[:-1], xy[1:]], axis=1)[part[:-1] == part[1:]]
    pieces: Shapes = shapely.linestrings(pairs)
    return pieces


def _is_true_degrees(crs: pyproj.CRS) -> bool:
    return crs.is_geographic and crs.to_authority(min_confidence=70) in _TRUE_DEGREES


@lru_cache(maxsize=32)
def _transformer(wkt: str) -> pyproj.Transformer:
    """The best way to true degrees; a guess without datum parameters is refused."""
    source = pyproj.CRS.from_wkt(wkt)
    for target in (STORAGE, 4326):
        try:
            return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
        except ProjError:
            continue
    raise UnknownCrs(source.name, reason="no_transformation")


def _each_vertex(shapes: Shapes, convert: Callable[[Lonlat], Lonlat]) -> Shapes:
    converted: Any = shapely.transform(np.asarray(shapes, dtype=object), convert)
    return np.asarray(converted, dtype=object)


def _true_to_gcj02(xy: Lonlat) -> Lonlat:
    """The published GCJ-02 polynomial with its sine series."""
    west, south, east, north = _BOX
    inside = (xy[:, 0] >= west) & (xy[:, 0] <= east) & (xy[:, 1] >= south) & (xy[:, 1] <= north)
    x, y, pi = xy[:, 0] - 105.0, xy[:, 1] - 35.0, np.pi
    root = np.sqrt(np.abs(x))
    common = 20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)
    north_m = (
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
        + (common + 20 * np.sin(pi * y) + 40 * np.sin(pi / 3 * y)
           + 160 * np.sin(pi / 12 * y) + 320 * np.sin(pi / 30 * y)) * 2 / 3
    )  # fmt: skip
    east_m = (
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
        + (common + 20 * np.sin(pi * x) + 40 * np.sin(pi / 3 * x)
           + 150 * np.sin(pi / 12 * x) + 300 * np.sin(pi / 30 * x)) * 2 / 3
    )  # fmt: skip
    latitude = np.radians(xy[:, 1])
    magic = 1 - _ECC2 * np.sin(latitude) ** 2
    dy = np.degrees(north_m * magic * np.sqrt(magic) / (_AXIS * (1 - _ECC2)))
    dx = np.degrees(east_m * np.sqrt(magic) / (_AXIS * np.cos(latitude)))
    return xy + np.where(inside[:, None], np.column_stack([dx, dy]), 0.0)


def _gcj02_to_bd09(xy: Lonlat) -> Lonlat:
    x, y, k = xy[:, 0], xy[:, 1], np.pi * 3000 / 180
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * k)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * k)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def _solve(forward: Callable[[Lonlat], Lonlat], target: Lonlat) -> Lonlat:
    """Find the point that ``forward`` sends to ``target``: the shift changes slowly, so this
    fixed point is reached in a handful of steps."""
    guess = target
    for _ in range(30):
        error = forward(guess) - target
        guess = guess - error
        if not np.nanmax(np.abs(error), initial=0.0) > 1e-10:
            break
    return guess
