"""Actual population 实有人口, households 户, families 家庭, and the labels that people may have."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import (
    Base,
    Cancellable,
    Numbered,
    Scoped,
    Stamped,
    cancel_checks,
    one_of,
    stored,
)

PERSON_CLASSES = ("registered", "floating", "unsettled", "overseas")
OPENED = ("id_number", "phone", "birth_date", "address", "labels")
ID_KINDS = ("resident", "passport", "hkmt_permit", "tw_permit", "none")


class CircleColumns(Numbered, Scoped, Stamped, Cancellable):
    """People who belong together at a place, under a number and a head."""

    number: Mapped[str] = mapped_column(String(30))
    house_id: Mapped[int | None] = mapped_column(ForeignKey("house.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    head_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", use_alter=True, deferrable=True, initially="DEFERRED"), index=True
    )
    address: Mapped[str] = mapped_column(String(160), server_default="")
    geom: Mapped[str | None] = mapped_column(stored("POINT"))


class ChangeColumns(Numbered):
    """One change of a circle; only ever added. ``other_id`` is the one at the other end of a merger
    or a split."""

    circle_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[int | None]


def _circle_rules(table: str, *unique: str) -> tuple[CheckConstraint | Index, ...]:
    """Checks and indexes of a :class:`CircleColumns`; active ones differ in ``unique``."""
    active = text("status = 'active'")
    return (
        *cancel_checks(),
        Index(f"uq_{table}_number", *unique, unique=True, postgresql_where=active),
        Index(f"ix_{table}_geom", "geom", postgresql_using="gist"),
        Index(f"ix_{table}_grid_active", "grid_id", "id", postgresql_where=active),
    )


class Household(CircleColumns, Base):
    """A registered household 户, known by its number 户号."""

    __tablename__ = "household"
    __table_args__ = _circle_rules("household", "number")


class Family(CircleColumns, Base):
    """A family 家庭 in the wide sense (P4): any actual residents, whatever their classes.

    Its number is the grid's own, unique among the active families of the micro-grid.
    """

    __tablename__ = "family"
    __table_args__ = _circle_rules("family", "grid_id", "number")


FAMILY_CHANGES = ("founded", "changed", "renumbered", "moved", "head", "joined", "left", "died",
                  "merged", "merged_into", "split", "split_from", "dissolved")  # fmt: skip
HOUSEHOLD_CHANGES = ("founded", "renumbered", "head", "joined", "left", "born", "died",
                     "merged", "merged_into", "split", "split_from", "dissolved")  # fmt: skip


class HouseholdChange(ChangeColumns, Base):
    """One change of a household 户籍变动."""

    __tablename__ = "household_change"

    circle_id: Mapped[int] = mapped_column("household_id", ForeignKey("household.id"), index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)

    __table_args__ = (one_of("kind", *HOUSEHOLD_CHANGES),)


class FamilyChange(ChangeColumns, Base):
    """One change of a family 家庭变动."""

    __tablename__ = "family_change"

    circle_id: Mapped[int] = mapped_column("family_id", ForeignKey("family.id"), index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("family.id"), index=True)

    __table_args__ = (one_of("kind", *FAMILY_CHANGES),)


class Person(Numbered, Scoped, Stamped, Cancellable, Base):
    """One entry of the actual population, of exactly one of four classes.

    The id number and the phone are stored encrypted; ``id_hash`` is a keyed hash for exact
    look-up. ``geom`` is the place of residence and decides ``grid_id``; who has no place needs
    ``no_place_reason`` or shows up in the unplaced list 未落位.
    """

    __tablename__ = "person"

    person_class: Mapped[str] = mapped_column("class", String(10))
    name: Mapped[str] = mapped_column(String(60))
    name_pinyin: Mapped[str] = mapped_column(String(120), server_default="")
    sex: Mapped[str] = mapped_column(String(1))
    birth_date: Mapped[date | None]
    id_kind: Mapped[str] = mapped_column(String(12), server_default="resident")
    id_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    relation: Mapped[str | None] = mapped_column(String(20))
    family_id: Mapped[int | None] = mapped_column(ForeignKey("family.id"), index=True)
    family_relation: Mapped[str | None] = mapped_column(String(20))
    house_id: Mapped[int | None] = mapped_column(ForeignKey("house.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    address: Mapped[str] = mapped_column(String(160), server_default="")
    no_place_reason: Mapped[str | None] = mapped_column(String(40))
    geom: Mapped[str | None] = mapped_column(stored("POINT"))
    confirmed_on: Mapped[date | None]
    anonymised_at: Mapped[datetime | None]
    # What the entry is looked for by, see migration 0013.
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("person_words(name, name_pinyin, address)", persisted=True),
        nullable=True,
        deferred=True,
    )
    # The entry that this one follows: who moved on, or settled.
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # Under which number the client sent it, so that it is entered once.
    txn: Mapped[UUID | None]

    # What the audit holds under the person's own key only, because a person must be forgotten.
    __personal__ = ("name", "name_pinyin", "birth_date", "address", "geom", "no_place_reason",
                    "household_id", "relation", "family_id", "family_relation", "house_id",
                    "building_id", "previous_id")  # fmt: skip

    __table_args__ = (
        *cancel_checks(),
        one_of("class", *PERSON_CLASSES),
        one_of("id_kind", *ID_KINDS),
        CheckConstraint("sex IN ('m', 'f')", name="sex"),
        CheckConstraint("(id_kind = 'none') = (id_hash IS NULL)", name="id_by_kind"),
        CheckConstraint("(id_hash IS NULL) = (id_enc IS NULL)", name="id_whole"),
        CheckConstraint("(phone_hash IS NULL) = (phone_enc IS NULL)", name="phone_whole"),
        CheckConstraint("geom IS NULL OR no_place_reason IS NULL", name="reason_or_place"),
        Index(
            "uq_person_id_in_grid",
            "id_hash",
            "grid_id",
            unique=True,
            postgresql_where=text("status = 'active' AND id_hash IS NOT NULL"),
        ),
        CheckConstraint(
            "anonymised_at IS NULL OR status = 'cancelled'", name="anonymised_is_cancelled"
        ),
        Index(
            "ix_person_cancelled_at",
            "cancelled_at",
            postgresql_where=text("status = 'cancelled' AND anonymised_at IS NULL"),
        ),
        Index("ix_person_phone_hash", "phone_hash"),
        Index("uq_person_txn", "txn", unique=True, postgresql_where=text("txn IS NOT NULL")),
        Index("ix_person_words", "words", postgresql_using="gin"),
        Index("ix_person_geom", "geom", postgresql_using="gist"),
        Index(
            "ix_person_grid_active",
            "grid_id",
            "class",
            "sex",
            "birth_date",
            postgresql_where=text("status = 'active'"),
        ),
        Index(
            "ix_person_grid_building",
            "grid_id",
            "building_id",
            postgresql_where=text("status = 'active'"),
        ),
        Index(
            "ix_person_list",
            "grid_id",
            "household_id",
            "id",
            postgresql_where=text("status = 'active'"),
        ),
        Index(
            "ix_person_unplaced",
            "grid_id",
            postgresql_where=text("status = 'active' AND geom IS NULL AND no_place_reason IS NULL"),
        ),
    )


class PersonTally(Numbered, Scoped, Base):
    """How many active people of each class a grid has: the sum of ``n`` over its rows.

    Kept by triggers on ``person`` in the same transaction, as an append-only list of differences
    that is folded now and then: writers never wait for each other, and the sum is always exact.
    """

    __tablename__ = "person_tally"

    person_class: Mapped[str] = mapped_column("class", String(10))
    n: Mapped[int]


class Label(Base):
    """A label that may be put on people, from the catalogue file (P5).

    A label is kept for a stated legal basis, starts and ends by rule or by hand, and is seen
    only by the roles of :class:`LabelAudience` when it is statutory (need-to-know).
    """

    __tablename__ = "label"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(80))
    label_group: Mapped[str] = mapped_column(String(10))
    legal_basis: Mapped[str] = mapped_column(String(200))
    # Begins by itself at start_age; else start_age only bounds who may get it by hand.
    starts_by_rule: Mapped[bool] = mapped_column(server_default=text("false"))
    start_age: Mapped[int | None] = mapped_column(SmallInteger)
    end_age: Mapped[int | None] = mapped_column(SmallInteger)
    end_after_years: Mapped[int | None] = mapped_column(SmallInteger)
    ends_with_term: Mapped[bool] = mapped_column(server_default=text("false"))
    becomes: Mapped[str | None] = mapped_column(ForeignKey("label.code"), unique=True)
    sensitivity: Mapped[int] = mapped_column(SmallInteger)
    sort: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (
        one_of("label_group", "care", "statutory"),
        CheckConstraint("sensitivity BETWEEN 1 AND 3", name="sensitivity"),
        CheckConstraint(
            "NOT starts_by_rule OR (start_age IS NOT NULL AND label_group = 'care' "
            "AND becomes IS NULL)",
            name="starts_by_rule",
        ),
        CheckConstraint("end_after_years > 0", name="years"),
    )


class LabelAudience(Base):
    """Which roles may see a label."""

    __tablename__ = "label_audience"

    label_code: Mapped[str] = mapped_column(ForeignKey("label.code"), primary_key=True)
    role_code: Mapped[str] = mapped_column(ForeignKey("role.code"), primary_key=True)


class PersonLabel(Numbered, Scoped, Base):
    """A period of a label on a person, begun and ended by hand or by rule.

    ``grid_id`` is the person's. ``stopped_on`` is the first day without the label.
    """

    __tablename__ = "person_label"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    label_code: Mapped[str] = mapped_column(ForeignKey("label.code"), index=True)
    started_on: Mapped[date]
    started_by: Mapped[str] = mapped_column(String(4))
    # From when the years of the catalogue count, where that is earlier than the start here.
    counts_from: Mapped[date | None]
    # The last day of the term.
    term_ends_on: Mapped[date | None]
    # Restarted by hand after its time was over by rule: only a hand stops it again.
    held: Mapped[bool] = mapped_column(server_default=text("false"))
    stopped_on: Mapped[date | None]
    stopped_by: Mapped[str | None] = mapped_column(String(4))
    stop_reason: Mapped[str | None] = mapped_column(String(80))

    __personal__ = ("label_code", "counts_from", "term_ends_on", "stop_reason")

    __table_args__ = (
        one_of("started_by", "hand", "rule"),
        CheckConstraint("stopped_by IN ('hand', 'rule')", name="stopped_by"),
        CheckConstraint("(stopped_on IS NULL) = (stop_reason IS NULL)", name="stopped_says_why"),
        CheckConstraint("stopped_on >= started_on", name="dates"),
        CheckConstraint("counts_from <= started_on", name="counts_from"),
        CheckConstraint("NOT held OR started_by = 'hand'", name="held"),
        Index(
            "uq_person_label_in_force",
            "person_id",
            "label_code",
            unique=True,
            postgresql_where=text("stopped_on IS NULL"),
        ),
    )


class LookGrant(Numbered, Base):
    """A user has opened something of a person with a reason, until a time 查看授权."""

    __tablename__ = "look_grant"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    what: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[datetime]

    __table_args__ = (
        one_of("what", *OPENED),
        Index("ix_look_grant_user_person", "user_id", "person_id"),
    )
