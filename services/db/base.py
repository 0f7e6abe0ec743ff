"""Base classes of every table: naming, ids, scope column, cancellation, version.

Geometry is stored in EPSG:4490 (CGCS2000, degrees) in ``geom``; layers that are drawn also carry
``geom_3857``, a stored generated column with its own GiST index, so that tiles transform nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    String,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STORED_SRID = 4490
DRAWN_SRID = 3857


class Base(DeclarativeBase):
    """Declarative base: timestamps are with time zone, names follow one convention."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


def one_of(column: str, *values: str) -> CheckConstraint:
    """A CHECK that ``column`` holds one of ``values``; the closed lists of the domain."""
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def stored(kind: str) -> Geometry:
    """Geometry type of the stored column, EPSG:4490."""
    return Geometry(kind, STORED_SRID, spatial_index=False)


def drawn(kind: str) -> Any:
    """Stored generated EPSG:3857 twin of ``geom`` for the tiles."""
    return mapped_column(
        Geometry(kind, DRAWN_SRID, spatial_index=False),
        Computed(f"ST_Transform(geom, {DRAWN_SRID})", persisted=True),
    )


class Numbered:
    """Surrogate key; bulk loads may give ids of their own."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)


class Scoped:
    """A row that belongs to a grid; every query on it must carry the caller's scope."""

    @declared_attr
    def grid_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("grid.id"), index=True)


class Stamped:
    """When the row was made and last changed, and its version for optimistic locking."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    version: Mapped[int] = mapped_column(server_default="1")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Cancellable:
    """Cancelled 注销 with a reason and a time, never deleted."""

    status: Mapped[str] = mapped_column(String(9), server_default="active")
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(40))


def cancel_checks() -> tuple[CheckConstraint, ...]:
    """Constraints of :class:`Cancellable`: a cancelled row says when and why."""
    return (
        one_of("status", "active", "cancelled"),
        CheckConstraint(
            "(status = 'active') = (cancelled_at IS NULL) "
            "AND (status = 'active') = (cancel_reason IS NULL)",
            name="cancelled_says_why",
        ),
    )


class Dated:
    """Validity of a dated row: ``valid_to`` is NULL while it is current."""

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
