"""Incidents 事件, their append-only actions, photos, and the table of categories."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, Scoped, Stamped, drawn, one_of, stored

STATES = ("reported", "accepted", "dispatched", "handled", "closed", "rejected")
CLOSED_STATES = ("closed", "rejected")


class IncidentCategory(Base):
    """A category of incidents with its deadline in working hours; ``parent`` is its group.

    Codes belong to a scheme and version because national and local code tables differ.
    """

    __tablename__ = "incident_category"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    scheme: Mapped[str] = mapped_column(String(30))
    scheme_version: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    parent: Mapped[str | None] = mapped_column(ForeignKey("incident_category.code"))
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(80))
    deadline_hours: Mapped[int] = mapped_column(SmallInteger)
    warn_hours: Mapped[int] = mapped_column(SmallInteger)
    sort: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    __table_args__ = (
        one_of("kind", "matter", "component", "request"),
        CheckConstraint("deadline_hours > 0", name="deadline"),
        CheckConstraint("warn_hours >= 0 AND warn_hours < deadline_hours", name="warn"),
    )


class Incident(Numbered, Scoped, Stamped, Base):
    """One incident. Its light follows from ``warn_at``, ``due_at`` and ``closed_at`` alone."""

    __tablename__ = "incident"

    number: Mapped[str] = mapped_column(String(24), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    category: Mapped[str] = mapped_column(ForeignKey("incident_category.code"), index=True)
    description: Mapped[str] = mapped_column(String(4000), server_default="")
    source: Mapped[str] = mapped_column(String(10))
    severity: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    state: Mapped[str] = mapped_column(String(10), server_default="reported")
    escalated: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    urged: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    reported_at: Mapped[datetime]
    warn_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    txn: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(String(160), server_default="")
    geom: Mapped[str | None] = mapped_column(stored("POINT"))
    geom_3857: Mapped[str | None] = drawn("POINT")

    __table_args__ = (
        one_of("state", *STATES),
        one_of("source", "staff", "resident", "inspection", "department", "hotline"),
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity"),
        CheckConstraint("warn_at <= due_at AND reported_at <= warn_at", name="dates"),
        CheckConstraint(
            "(state IN ('closed', 'rejected')) = (closed_at IS NOT NULL)", name="closed_has_time"
        ),
        Index("ix_incident_open", "grid_id", "due_at", postgresql_where=text("closed_at IS NULL")),
        Index("ix_incident_grid_reported", "grid_id", "reported_at"),
        Index("ix_incident_reported", "reported_at"),
        Index("ix_incident_closed", "closed_at"),
        Index("ix_incident_geom", "geom", postgresql_using="gist"),
        Index(
            "ix_incident_open_unplaced",
            "grid_id",
            postgresql_where=text("closed_at IS NULL AND geom IS NULL"),
        ),
        Index(
            "ix_incident_geom_3857_open",
            "geom_3857",
            postgresql_using="gist",
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class IncidentAction(Numbered, Base):
    """What was done to an incident: append-only, never changed."""

    __tablename__ = "incident_action"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    action: Mapped[str] = mapped_column(String(12))
    from_state: Mapped[str | None] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(String(2000), server_default="")
    txn: Mapped[uuid.UUID | None] = mapped_column(unique=True)

    __table_args__ = (one_of("to_state", *STATES),)


class IncidentPhoto(Numbered, Base):
    """A photo of an incident; the file lies in the file store under its SHA-256."""

    __tablename__ = "incident_photo"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    mime: Mapped[str] = mapped_column(String(20))
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))

    __table_args__ = (
        one_of("mime", "image/jpeg", "image/png", "image/webp"),
        UniqueConstraint("incident_id", "sha256"),
    )
