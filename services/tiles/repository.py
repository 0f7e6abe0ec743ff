"""What the tiles ask the database beside the tiles themselves."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.access.scope import Scope

_BOUNDS = text(
    """
    SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
    FROM (SELECT ST_Extent(geom) AS e FROM grid
          WHERE valid_to IS NULL AND (:scope_all OR id = ANY(:scope_ids))) x
    """
)


def bounds(session: Session, scope: Scope) -> list[float] | None:
    """[west, south, east, north] of the visible grids, degrees; None when there are none."""
    found = session.execute(_BOUNDS, scope.params()).one()
    return None if found[0] is None else [float(value) for value in found]
