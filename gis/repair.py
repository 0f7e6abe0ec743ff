"""From coordinates as a file has them to valid shapes on Earth.

The step between :mod:`gis.io` and the tables: convert to CGCS2000 (EPSG:4490), refuse what lies
nowhere, mend broken rings and say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from gis.crs import Reference, Shapes, to_storage
from gis.io import RowError, Source
from gis.topology import as_multi

ShapeKind = Literal["polygon", "point"]


@dataclass(frozen=True)
class Repair:
    """A broken shape that could be mended: its row and what GEOS said about it."""

    row: int
    reason: str


def place_on_earth(
    source: Source, system: Reference, kind: ShapeKind
) -> tuple[Shapes, list[Repair], list[RowError]]:
    """Convert the shapes of a file to valid CGCS2000 shapes of one kind.

    Broken rings (open, crossing themselves, inside out) are mended and reported. Polygons come
    back as multipolygons. Where a row has an error its shape is None; a row without a shape is
    an error for polygons only.
    """
    shapes = shapely.force_2d(source.shapes)
    errors: dict[int, RowError] = {}
    shapes = to_storage(_degrees_only(shapes, source, system, errors), system)
    repairs = [Repair(row, "Ring not closed") for row in source.closed]
    if kind == "polygon":
        shapes = _polygons(shapes, source, errors, repairs)
    else:
        _only_points(shapes, source, errors)
    shapes[list(errors)] = None
    repairs = [repair for repair in repairs if repair.row not in {e.row for e in errors.values()}]
    return shapes, repairs, list(errors.values())


def _degrees_only(
    shapes: Shapes, source: Source, system: Reference, errors: dict[int, RowError]
) -> Shapes:
    """Drop shapes whose coordinates are no numbers or, read as degrees, are not on Earth."""
    bounds = shapely.bounds(shapes)
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    bad = present & ~np.isfinite(bounds).all(axis=1)
    if system.is_degrees:
        west, south, east, north = bounds.T
        with np.errstate(invalid="ignore"):
            bad |= present & ((west < -180) | (east > 180) | (south < -90) | (north > 90))
    else:
        ends = to_storage(shapely.centroid(shapes), system)
        bad |= present & ~np.isfinite(shapely.bounds(ends)).all(axis=1)
    for i in np.flatnonzero(bad).tolist():
        values = {"system": system.label, "x": f"{bounds[i, 0]:.6g}", "y": f"{bounds[i, 1]:.6g}"}
        errors[i] = RowError(source.rows[i], "geometry", "not_on_earth", values)
    kept = shapes.copy()
    kept[bad | ~present] = None
    return kept


def _polygons(
    shapes: Shapes, source: Source, errors: dict[int, RowError], repairs: list[Repair]
) -> Shapes:
    for i in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        errors.setdefault(i, RowError(source.rows[i], "geometry", "no_shape"))
    whole = np.isin(
        shapely.get_type_id(shapes),
        (-1, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
    )
    for i in np.flatnonzero(~whole).tolist():
        found = {"found": shapes[i].geom_type}
        errors[i] = RowError(source.rows[i], "geometry", "not_polygon", found)
    broken = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes) & whole)
    for i in broken.tolist():
        repairs.append(Repair(source.rows[i], str(shapely.is_valid_reason(shapes[i]))))
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    multi = as_multi(shapes)
    for i in np.flatnonzero(shapely.is_missing(multi) & ~shapely.is_missing(shapes)).tolist():
        errors.setdefault(i, RowError(source.rows[i], "geometry", "no_area"))
    return multi


def _only_points(shapes: Shapes, source: Source, errors: dict[int, RowError]) -> None:
    kinds = (-1, shapely.GeometryType.POINT)
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), kinds)).tolist():
        found = {"found": shapes[i].geom_type}
        errors[i] = RowError(source.rows[i], "geometry", "not_point", found)
