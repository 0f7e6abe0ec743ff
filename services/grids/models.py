"""Grids 网格, the people who serve them, and their posts."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Dated, Numbered, Scoped, Stamped, drawn, one_of, stored


class Grid(Numbered, Dated, Stamped, Base):
    """One grid at one of five levels: 县, 乡镇, 村, 组, 微网格.

    ``path`` holds the ids from the root to the grid itself, so ``path[n]`` (1-based) is its
    ancestor at level n. A redrawn grid gets a new row; the old one keeps its ``valid_to``.
    """

    __tablename__ = "grid"

    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(11), server_default="residential")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    path: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    serial: Mapped[int | None] = mapped_column(SmallInteger)
    basics: Mapped[str | None] = mapped_column(String(2000))
    sort: Mapped[int] = mapped_column(server_default="0")
    geom: Mapped[str] = mapped_column(stored("MULTIPOLYGON"))
    geom_3857: Mapped[str] = drawn("MULTIPOLYGON")
    label: Mapped[str] = mapped_column(stored("POINT"))

    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("(level = 1) = (parent_id IS NULL)", name="root_has_no_parent"),
        CheckConstraint("cardinality(path) = level", name="path_as_long_as_level"),
        CheckConstraint("path[level] = id", name="path_ends_in_itself"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        CheckConstraint("NOT ST_IsEmpty(geom)", name="has_area"),
        one_of("kind", "residential", "unit"),
        Index(
            "uq_grid_code_current", "code", unique=True, postgresql_where=text("valid_to IS NULL")
        ),
        Index("ix_grid_geom", "geom", postgresql_using="gist"),
        Index("ix_grid_geom_3857", "geom_3857", postgresql_using="gist"),
        Index("ix_grid_label", "label", postgresql_using="gist"),
        Index("ix_grid_path", "path", postgresql_using="gin"),
    )


class Staff(Numbered, Scoped, Stamped, Base):
    """Somebody who serves a grid 网格员; ``grid_id`` is the grid of the main post."""

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str | None] = mapped_column(String(1))
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    duties: Mapped[str | None] = mapped_column(String(400))
    honour: Mapped[str | None] = mapped_column(String(60))
    service_area: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(6), server_default="active")

    __table_args__ = (
        one_of("status", "active", "left"),
        CheckConstraint("sex IN ('m', 'f')", name="sex"),
    )


class Post(Numbered, Scoped, Dated, Base):
    """A post 岗位 of a member of staff in a grid; somebody may hold several."""

    __tablename__ = "post"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str] = mapped_column(String(6))

    __table_args__ = (
        one_of("kind", "leader", "deputy", "staff"),
        Index(
            "uq_post_current",
            "staff_id",
            "grid_id",
            "kind",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
    )
