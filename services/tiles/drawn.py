"""Lines of grids for the tiles, simplified so that neighbours keep one common line."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.crs import Shapes
from gis.layers import BANDS, deepest_level
from gis.tiles import EXTENT, WORLD
from gis.topology import roll_up, simplify_coverage

# Three eighths of a pixel of a 512 px tile: not seen, not even at two screen pixels to each.
_UNITS = 3
# Children whose areas differ from their parent's by more do not tile it.
_SAME_AREA = 1e-6

_READ = text(
    """
    SELECT id, level, parent_id, ST_AsBinary(geom_3857) AS shape
    FROM grid WHERE valid_to IS NULL ORDER BY level DESC, id
    """
)
_WRITE = text(
    """
    INSERT INTO grid_drawn (grid_id, band, geom_3857)
    SELECT d.id, :band, ST_GeomFromWKB(d.shape, 3857)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:shapes AS bytea[])) AS d (id, shape)
    """
)


def refresh(session: Session) -> int:
    """Compute the simplified lines of all current grids anew; returns the number of rows.

    Call it in the transaction that loaded or changed grids. The lowest grids are simplified as
    one coverage per band of zooms and the upper ones united from them, so that the lines of all
    levels lie on each other. Grids that their children do not tile, and all grids if the lowest
    ones overlap, get no row and are drawn as stored.
    """
    session.execute(text("DELETE FROM grid_drawn"))
    rows = session.execute(_READ).all()
    parents = {row.parent_id for row in rows}
    lowest = [row for row in rows if row.id not in parents]
    stored = {row.id: shapely.from_wkb(bytes(row.shape)) for row in rows}
    shapes = np.array([stored[row.id] for row in lowest], dtype=object)
    if not rows or not shapely.coverage_is_valid(shapes):
        return 0
    above = {row.id: (row.level, row.parent_id) for row in rows}
    ids = [row.id for row in lowest]
    tiled = _tiled(_all_levels(ids, shapes, above), stored)
    written = 0
    for band, thin in simplify_coverage(shapes, {b: _tolerance(b) for b in BANDS}).items():
        chosen = {
            grid_id: shape
            for grid_id, shape in _all_levels(ids, thin, above).items()
            if grid_id in tiled and above[grid_id][0] <= deepest_level(band)
        }
        written += len(chosen)
        session.execute(
            _WRITE,
            {
                "band": band,
                "ids": list(chosen),
                "shapes": [shapely.to_wkb(shape) for shape in chosen.values()],
            },
        )
    return written


def _tolerance(band: int) -> float:
    """Metres in EPSG:3857 that :data:`_UNITS` are at the highest zoom of the band."""
    return _UNITS * 2 * WORLD / (EXTENT << band)


def _all_levels(
    ids: list[int], shapes: Shapes, above: dict[int, tuple[int, int | None]]
) -> dict[int, BaseGeometry]:
    """The lowest grids and, level by level upwards, the union of each grid's children."""
    found = dict(zip(ids, shapes, strict=True))
    for level in (5, 4, 3, 2):
        children = [grid_id for grid_id in found if above[grid_id][0] == level]
        members = [found[grid_id] for grid_id in children]
        united = roll_up(members, [above[grid_id][1] for grid_id in children])
        found.update({key: shape for key, shape in united.items() if key in above})
    return found


def _tiled(united: dict[int, BaseGeometry], stored: dict[int, BaseGeometry]) -> set[int]:
    """The grids whose own area is that of their lowest grids together."""
    return {
        grid_id
        for grid_id, shape in united.items()
        if abs(shape.area - stored[grid_id].area) <= _SAME_AREA * stored[grid_id].area
    }
