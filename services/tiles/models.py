"""Shapes that only the tiles use."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import DRAWN_SRID, Base


class GridDrawn(Base):
    """The lines of a grid simplified for one band of zooms, together with all its neighbours.

    Derived from ``grid.geom_3857`` by ``services.tiles.drawn.refresh``; where a row is missing the
    tile draws the grid as it is stored. A changed ``grid.geom`` removes the row (trigger).
    """

    __tablename__ = "grid_drawn"

    grid_id: Mapped[int] = mapped_column(
        ForeignKey("grid.id", ondelete="CASCADE"), primary_key=True
    )
    band: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    geom_3857: Mapped[str] = mapped_column(
        Geometry("MULTIPOLYGON", DRAWN_SRID, spatial_index=False)
    )
