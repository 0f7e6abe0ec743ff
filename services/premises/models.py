"""Premises 场所: the nine small kinds 九小场所 and others."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
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
    kind: Mapped[str] = mapped_column(ForeignKey("premises_kind.code"), primary_key=True)
