"""Patrol areas 巡查区 and who walks them (O7)."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
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


class PatrolWarning(Numbered, Base):
    """A step of "two warnings, then stop" 两警一停: 1 and 2 are warnings, 3 is the stop.

    It is about one premises of an area that an officer did not check by ``due_on``; only ever
    added.
    """

    __tablename__ = "patrol_warning"

    area_id: Mapped[int] = mapped_column(ForeignKey("patrol_area.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    due_on: Mapped[date]
    step: Mapped[int] = mapped_column(SmallInteger)
    given_on: Mapped[date]

    __table_args__ = (
        CheckConstraint("step BETWEEN 1 AND 3", name="step"),
        CheckConstraint("given_on > due_on", name="after_the_date"),
        UniqueConstraint("area_id", "staff_id", "premises_id", "due_on", "step"),
    )


class PatrolStop(Numbered, Base):
    """An officer is suspended 停岗 from the patrol of an area, until a leader lifts it."""

    __tablename__ = "patrol_stop"

    area_id: Mapped[int] = mapped_column(ForeignKey("patrol_area.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    stopped_on: Mapped[date]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    lift_reason: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint(
            "(lifted_at IS NULL) = (lift_reason IS NULL) "
            "AND (lifted_at IS NULL) = (lifted_by IS NULL)",
            name="lifted_says_why",
        ),
        Index(
            "uq_patrol_stop_in_force",
            "area_id",
            "staff_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
