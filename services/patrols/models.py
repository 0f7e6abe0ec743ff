"""Patrol areas 巡查区 and who walks them (O7)."""

from __future__ import annotations

from datetime import time

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, Scoped, Stamped, one_of, stored


class PatrolArea(Numbered, Scoped, Stamped, Base):
    """A polygon, or a line with a width; ``geom`` is the area in both cases.

    ``grid_id`` is the smallest grid that holds the whole area. ``weekdays`` are ISO, 1 = Monday.
    """

    __tablename__ = "patrol_area"

    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(7))
    line: Mapped[str | None] = mapped_column(stored("LINESTRING"))
    width_m: Mapped[float | None]
    geom: Mapped[str] = mapped_column(stored("MULTIPOLYGON"))
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    status: Mapped[str] = mapped_column(String(6), server_default="active")

    __table_args__ = (
        one_of("kind", "polygon", "line"),
        one_of("status", "active", "closed"),
        CheckConstraint(
            "(kind = 'line') = (line IS NOT NULL) AND (kind = 'line') = (width_m IS NOT NULL)",
            name="line_has_width",
        ),
        CheckConstraint("width_m > 0", name="width"),
        CheckConstraint("weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]", name="weekdays"),
        CheckConstraint("ends_at > starts_at", name="hours"),
        Index("ix_patrol_area_geom", "geom", postgresql_using="gist"),
    )


class PatrolOfficer(Base):
    """Who patrols an area."""

    __tablename__ = "patrol_officer"

    area_id: Mapped[int] = mapped_column(
        ForeignKey("patrol_area.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)
