"""Premises 场所: the nine small kinds 九小场所 and others."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import (
    Base,
    Cancellable,
    Numbered,
    Scoped,
    Stamped,
    cancel_checks,
    drawn,
    one_of,
    stored,
)


class PremisesKind(Base):
    """A kind of premises and its limits, from the data file (O2)."""

    __tablename__ = "premises_kind"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(80))
    small: Mapped[bool] = mapped_column(server_default=text("true"))
    limit_zh: Mapped[str] = mapped_column(String(120), server_default="")
    limit_en: Mapped[str] = mapped_column(String(160), server_default="")
    check_days_general: Mapped[int] = mapped_column(SmallInteger)
    check_days_medium: Mapped[int] = mapped_column(SmallInteger)
    check_days_serious: Mapped[int] = mapped_column(SmallInteger)
    sort: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class Premises(Numbered, Scoped, Stamped, Cancellable, Base):
    """One shop, school, workshop or other premises; attention 1 general, 2 medium, 3 serious.

    ``kind`` is the main kind, further kinds are in :class:`PremisesAlso`.
    """

    __tablename__ = "premises"

    licence: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(ForeignKey("premises_kind.code"), index=True)
    in_charge: Mapped[str | None] = mapped_column(String(60))
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(String(160), server_default="")
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    floor_area_m2: Mapped[float | None]
    employees: Mapped[int | None] = mapped_column(SmallInteger)
    attention: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    last_check_on: Mapped[date | None]
    due_on: Mapped[date | None]
    no_place_reason: Mapped[str | None] = mapped_column(String(40))
    geom: Mapped[str | None] = mapped_column(stored("POINT"))
    geom_3857: Mapped[str | None] = drawn("POINT")

    __personal__ = ("in_charge",)

    __table_args__ = (
        *cancel_checks(),
        CheckConstraint("attention BETWEEN 1 AND 3", name="attention"),
        CheckConstraint("floor_area_m2 > 0", name="floor_area"),
        CheckConstraint("employees >= 0", name="employees"),
        CheckConstraint("geom IS NULL OR no_place_reason IS NULL", name="reason_or_place"),
        Index(
            "uq_premises_licence_in_grid",
            "licence",
            "grid_id",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
        Index("ix_premises_geom", "geom", postgresql_using="gist"),
        Index("ix_premises_geom_3857", "geom_3857", postgresql_using="gist"),
        Index(
            "ix_premises_unplaced",
            "grid_id",
            postgresql_where=text("status = 'active' AND geom IS NULL"),
        ),
        Index(
            "ix_premises_grid_active",
            "grid_id",
            "kind",
            "attention",
            postgresql_where=text("status = 'active'"),
        ),
    )


class PremisesAlso(Base):
    """A further kind of a premises that is of several kinds."""

    __tablename__ = "premises_also"

    premises_id: Mapped[int] = mapped_column(
        ForeignKey("premises.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(
        ForeignKey("premises_kind.code"), primary_key=True, index=True
    )


class PremisesAttention(Numbered, Base):
    """A raised level of attention 关注等级 (O3): who started and who stopped it, when and why.

    At most one of each cause is in force; ``premises.attention`` is the highest of them, or 1.
    """

    __tablename__ = "premises_attention"

    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    level: Mapped[int] = mapped_column(SmallInteger)
    cause: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    stop_reason: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        one_of("cause", "hand", "inspection"),
        CheckConstraint("level BETWEEN 2 AND 3", name="level"),
        CheckConstraint("(stopped_at IS NULL) = (stop_reason IS NULL)", name="stopped_says_why"),
        CheckConstraint("stopped_at >= started_at", name="times"),
        Index(
            "uq_premises_attention_in_force",
            "premises_id",
            "cause",
            unique=True,
            postgresql_where=text("stopped_at IS NULL"),
        ),
    )


class PremisesEmployee(Numbered, Stamped, Base):
    """Somebody who works at a premises 从业人员 (O5), linked to an entry of people where known."""

    __tablename__ = "premises_employee"

    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(60), server_default="")
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    started_on: Mapped[date]
    stopped_on: Mapped[date | None]

    __personal__ = ("name", "person_id")

    __table_args__ = (
        CheckConstraint("stopped_on >= started_on", name="dates"),
        CheckConstraint("(phone_hash IS NULL) = (phone_enc IS NULL)", name="phone_whole"),
        Index(
            "uq_premises_employee_person",
            "premises_id",
            "person_id",
            unique=True,
            postgresql_where=text("stopped_on IS NULL AND person_id IS NOT NULL"),
        ),
    )
