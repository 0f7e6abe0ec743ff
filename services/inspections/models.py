"""Inspections 检查 of premises: checklists, answers, findings 隐患, re-checks 复查, photos (O4)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, Scoped, one_of, stored

ANSWERS = ("ok", "not_ok", "na")
RESULTS = ("rectified", "kept", "refused")


class ChecklistItem(Base):
    """What is looked at in premises of a kind, and how grave it is when it is not right.

    An item of several kinds has one code. ``category`` is what a refusal becomes as an incident.
    """

    __tablename__ = "checklist_item"

    kind: Mapped[str] = mapped_column(ForeignKey("premises_kind.code"), primary_key=True)
    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100))
    severity: Mapped[int] = mapped_column(SmallInteger)
    category: Mapped[str] = mapped_column(ForeignKey("incident_category.code"), index=True)
    sort: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    __table_args__ = (CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),)


class Made:
    """Who looked, when by the phone and by the server, where, and how far from the premises."""

    made_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    note: Mapped[str] = mapped_column(String(1000), server_default="")
    geom: Mapped[str | None] = mapped_column(stored("POINT"))
    accuracy_m: Mapped[float | None]
    distance_m: Mapped[float | None]
    rectify_by: Mapped[date | None]


class Inspection(Numbered, Scoped, Made, Base):
    """One inspection; ``grid_id`` is the premises' grid at that time, so past counts stay.

    ``rectify_by`` is the date of the order to rectify 责令整改, where anything was not right.
    """

    __tablename__ = "inspection"

    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    txn: Mapped[uuid.UUID] = mapped_column(unique=True)

    __table_args__ = (
        CheckConstraint("accuracy_m >= 0", name="accuracy"),
        CheckConstraint("distance_m >= 0", name="distance"),
        Index("ix_inspection_grid_made", "grid_id", "made_at"),
    )


class InspectionAnswer(Base):
    """The answer to one item of the checklist."""

    __tablename__ = "inspection_answer"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(6))
    note: Mapped[str] = mapped_column(String(200), server_default="")

    __table_args__ = (
        one_of("answer", *ANSWERS),
        ForeignKeyConstraint(
            ["kind", "code"],
            ["checklist_item.kind", "checklist_item.code"],
            name="fk_inspection_answer_item",
        ),
        Index("ix_inspection_answer_item", "kind", "code"),
    )


class Finding(Numbered, Base):
    """Something that was not right 隐患, until a re-check finds it rectified.

    A premises has one open finding of an item: who finds it again, keeps it. ``rectify_by`` is the
    date in force, ``seen_at`` the time of the latest look, on the phone.
    """

    __tablename__ = "finding"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(30))
    severity: Mapped[int] = mapped_column(SmallInteger)
    note: Mapped[str] = mapped_column(String(200), server_default="")
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    rectify_by: Mapped[date]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), unique=True)

    __table_args__ = (
        one_of("state", "open", "refused", "rectified"),
        CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
        CheckConstraint("(state = 'rectified') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint("state <> 'refused' OR incident_id IS NOT NULL", name="refused_escalates"),
        CheckConstraint("state <> 'open' OR incident_id IS NULL", name="open_is_not_refused"),
        ForeignKeyConstraint(
            ["kind", "code"],
            ["checklist_item.kind", "checklist_item.code"],
            name="fk_finding_item",
        ),
        Index("ix_finding_item", "kind", "code"),
        Index(
            "uq_finding_open",
            "premises_id",
            "code",
            unique=True,
            postgresql_where=text("state <> 'rectified'"),
        ),
    )


class Recheck(Numbered, Made, Base):
    """A look at a finding again 复查; ``inspection_id`` where a later inspection was that look."""

    __tablename__ = "recheck"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspection.id"), index=True)
    result: Mapped[str] = mapped_column(String(9))
    txn: Mapped[uuid.UUID | None] = mapped_column(unique=True)

    __table_args__ = (
        one_of("result", *RESULTS),
        CheckConstraint("(inspection_id IS NULL) = (txn IS NOT NULL)", name="one_origin"),
        CheckConstraint("accuracy_m >= 0", name="accuracy"),
        CheckConstraint("distance_m >= 0", name="distance"),
    )


class InspectionPhoto(Numbered, Base):
    """A photo of an inspection, or of one of its findings later on; the file lies in the store."""

    __tablename__ = "inspection_photo"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    mime: Mapped[str] = mapped_column(String(20))
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)

    __table_args__ = (
        one_of("mime", "image/jpeg", "image/png", "image/webp"),
        UniqueConstraint("inspection_id", "sha256"),
    )
