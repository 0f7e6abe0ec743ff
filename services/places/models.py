"""Estates, buildings, houses, and the base map under them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gis.tiles import PLAIN
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


class Estate(Numbered, Scoped, Stamped, Base):
    """A housing estate 小区 or a natural settlement 屯."""

    __tablename__ = "estate"

    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    geom: Mapped[str | None] = mapped_column(stored("POLYGON"))

    __table_args__ = (
        one_of("kind", "estate", "settlement"),
        Index("ix_estate_geom", "geom", postgresql_using="gist"),
    )


class Building(Numbered, Scoped, Stamped, Base):
    """A building footprint 楼栋. ``point`` lies inside it and decides its grid."""

    __tablename__ = "building"

    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(120), server_default="")
    use: Mapped[str] = mapped_column(String(12), server_default="residential")
    floors: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    units: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    height_m: Mapped[float | None]
    estate_id: Mapped[int | None] = mapped_column(ForeignKey("estate.id"), index=True)
    geom: Mapped[str] = mapped_column(stored("MULTIPOLYGON"))
    geom_3857: Mapped[str] = drawn("MULTIPOLYGON")
    plain: Mapped[bool] = mapped_column(Computed(PLAIN, persisted=True))
    point: Mapped[str] = mapped_column(stored("POINT"))

    __table_args__ = (
        CheckConstraint("floors BETWEEN 1 AND 200", name="floors"),
        CheckConstraint("units BETWEEN 1 AND 100", name="units"),
        CheckConstraint("height_m > 0", name="height"),
        one_of("use", "residential", "mixed", "public", "commercial", "industrial", "farm"),
        Index("ix_building_geom", "geom", postgresql_using="gist"),
        Index("ix_building_geom_3857", "geom_3857", postgresql_using="gist"),
        Index("ix_building_point", "point", postgresql_using="gist"),
    )


class House(Numbered, Scoped, Stamped, Cancellable, Base):
    """A house 房屋: one dwelling or other room of a building, with a unique number."""

    __tablename__ = "house"

    number: Mapped[str] = mapped_column(String(40))
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    unit: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    floor: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    room: Mapped[str] = mapped_column(String(10))
    use: Mapped[str] = mapped_column(String(12), server_default="residential")
    owner: Mapped[str | None] = mapped_column(String(60))
    rented: Mapped[bool] = mapped_column(server_default=text("false"))
    area_m2: Mapped[float | None]
    confirmed_on: Mapped[date | None]

    # What the audit holds under a key of the house: the name of a person.
    __personal__ = ("owner",)

    __table_args__ = (
        *cancel_checks(),
        one_of("use", "residential", "shop", "office", "storage", "other"),
        CheckConstraint("unit BETWEEN 1 AND 100", name="unit"),
        CheckConstraint("floor BETWEEN -20 AND 200", name="floor"),
        CheckConstraint("area_m2 > 0", name="area"),
        Index("uq_house_number", "number", unique=True, postgresql_where=text("status = 'active'")),
        Index("ix_house_place", "building_id", "unit", "floor", "room"),
        Index("ix_house_grid_active", "grid_id", postgresql_where=text("status = 'active'")),
    )


HOUSE_CHANGES = ("entered", "changed", "renumbered", "confirmed", "cancelled", "restored",
                 "rented", "rent_stopped", "rent_restored")  # fmt: skip


class HouseChange(Numbered, Base):
    """One change of a house; only ever added."""

    __tablename__ = "house_change"

    house_id: Mapped[int] = mapped_column(ForeignKey("house.id"), index=True)
    kind: Mapped[str] = mapped_column(String(13))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(30))
    old_number: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        one_of("kind", *HOUSE_CHANGES),
        CheckConstraint(
            "(kind IN ('cancelled', 'rent_stopped')) = (reason IS NOT NULL)", name="says_why"
        ),
        CheckConstraint("(kind = 'renumbered') = (old_number IS NOT NULL)", name="old_number"),
    )


class BasemapLine(Numbered, Scoped, Base):
    """Road 道路 or stream 河流 of the base map, cut at village lines."""

    __tablename__ = "basemap_line"

    kind: Mapped[str] = mapped_column(String(6))
    rank: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str | None] = mapped_column(String(60))
    geom: Mapped[str] = mapped_column(stored("MULTILINESTRING"))
    geom_3857: Mapped[str] = drawn("MULTILINESTRING")

    __table_args__ = (
        one_of("kind", "road", "water"),
        Index("ix_basemap_line_geom_3857", "geom_3857", postgresql_using="gist"),
    )


class BasemapArea(Numbered, Scoped, Base):
    """Area of the base map: water 水面, wood 林地, park 公园; cut at village lines."""

    __tablename__ = "basemap_area"

    kind: Mapped[str] = mapped_column(String(6))
    name: Mapped[str | None] = mapped_column(String(60))
    geom: Mapped[str] = mapped_column(stored("MULTIPOLYGON"))
    geom_3857: Mapped[str] = drawn("MULTIPOLYGON")

    __table_args__ = (
        one_of("kind", "water", "wood", "park"),
        Index("ix_basemap_area_geom_3857", "geom_3857", postgresql_using="gist"),
    )


class BasemapPlace(Numbered, Scoped, Base):
    """Named place 地名 of the base map."""

    __tablename__ = "basemap_place"

    kind: Mapped[str] = mapped_column(String(8))
    rank: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(60))
    geom: Mapped[str] = mapped_column(stored("POINT"))
    geom_3857: Mapped[str] = drawn("POINT")

    __table_args__ = (
        one_of("kind", "county", "town", "village", "hamlet", "street"),
        Index("ix_basemap_place_geom_3857", "geom_3857", postgresql_using="gist"),
    )
