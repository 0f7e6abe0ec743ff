"""The holding area 待认领 at county level: files of departments, their rows, what was wrong."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from services.db.base import Base, Numbered, Scoped, Stamped, one_of, stored
from services.people.models import ID_KINDS, PERSON_CLASSES

REGISTERS = ("people", "premises")
BATCH_STATES = ("reading", "checked", "refused", "loaded", "failed", "undone", "forgotten")
ROW_STATES = ("waiting", "claimed", "same", "undone")
CONFIDENCE = ("building", "known", "name", "village", "none", "hand")


class ClaimBatch(Numbered, Scoped, Stamped, Base):
    """One file 导入批次 that a department sent; ``grid_id`` is the county's.

    ``reading`` while its rows are read; then ``checked`` (a dry run), ``refused`` (bad rows, so
    nothing was loaded), ``loaded``, or ``failed``; later ``undone`` or ``forgotten``.
    """

    __tablename__ = "claim_batch"

    register: Mapped[str] = mapped_column(String(10))
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    headings: Mapped[list[str]] = mapped_column(ARRAY(String(60)))
    dry_run: Mapped[bool]
    skip_bad: Mapped[bool]
    state: Mapped[str] = mapped_column(String(9), server_default="reading")
    problem: Mapped[str | None] = mapped_column(String(40))
    rows_total: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(server_default="0")
    rows_bad: Mapped[int] = mapped_column(server_default="0")
    rows_mended: Mapped[int] = mapped_column(server_default="0")
    rows_loaded: Mapped[int] = mapped_column(server_default="0")
    faults: Mapped[int] = mapped_column(server_default="0")
    finished_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (
        one_of("register", *REGISTERS),
        one_of("state", *BATCH_STATES),
        CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name="failed_says_why"),
        CheckConstraint("state <> 'undone' OR reason IS NOT NULL", name="undone_says_why"),
    )


class ClaimFault(Numbered, Base):
    """What is wrong with a cell of a file, or (``mended``) was put right in it.

    ``cells_enc`` holds the cells of the row, sealed, at its first fault: for the sheet of bad rows.
    """

    __tablename__ = "claim_fault"

    batch_id: Mapped[int] = mapped_column(ForeignKey("claim_batch.id", ondelete="CASCADE"))
    row_no: Mapped[int]
    heading: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(30))
    mended: Mapped[bool]
    cells_enc: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (Index("ix_claim_fault_batch_id", "batch_id", "mended", "row_no", "id"),)


class Held(Numbered, Scoped, Stamped):
    """What held rows of both registers have; ``grid_id`` is the probable grid, else the county."""

    batch_id: Mapped[int] = mapped_column(ForeignKey("claim_batch.id"))
    row_no: Mapped[int]
    name: Mapped[str] = mapped_column(String(80), server_default="")
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(String(160), server_default="")
    village: Mapped[str] = mapped_column(String(60), server_default="")
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    geom: Mapped[str | None] = mapped_column(stored("POINT"))
    no_place_reason: Mapped[str | None] = mapped_column(String(40))
    confidence: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    reason: Mapped[str | None] = mapped_column(String(30))
    verdict: Mapped[str | None] = mapped_column(String(8))
    # The entry's version when it was made: another one says that somebody has changed it since.
    entry_version: Mapped[int | None]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    claimed_at: Mapped[datetime | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        own = cls.__entry__
        return (
            one_of("state", *ROW_STATES),
            one_of("confidence", *CONFIDENCE),
            CheckConstraint("verdict IN ('same', 'not_same')", name="verdict"),
            CheckConstraint(
                f"(state = 'waiting') = ({own} IS NULL) AND (state = 'waiting') = "
                "(claimed_at IS NULL)", name="claimed_whole",
            ),
            Index(f"ix_{cls.__tablename__}_batch", "batch_id", "state", "id"),
            Index(f"ix_{cls.__tablename__}_grid", "grid_id", "state", "id"),
            Index(f"ix_{cls.__tablename__}_name", "grid_id", "name"),
            *cls.__more__,
        )  # fmt: skip

    __entry__ = ""
    __more__: tuple[Any, ...] = ()
    __tablename__ = ""


class HeldPerson(Held, Base):
    """A row about a person that waits to be claimed 认领, or was."""

    __tablename__ = "held_person"
    __entry__ = "person_id"
    __more__ = (
        one_of("class", *PERSON_CLASSES),
        one_of("id_kind", *ID_KINDS),
        CheckConstraint("sex IN ('m', 'f')", name="sex"),
        CheckConstraint("(id_kind = 'none') = (id_hash IS NULL)", name="id_by_kind"),
        CheckConstraint("(id_hash IS NULL) = (id_enc IS NULL)", name="id_whole"),
        CheckConstraint("name <> '' OR id_hash IS NOT NULL", name="somebody"),
        Index("ix_held_person_id_hash", "id_hash"),
    )
    __personal__ = ("name", "birth_date", "address", "village", "geom", "house_id", "building_id",
                    "no_place_reason")  # fmt: skip

    person_class: Mapped[str | None] = mapped_column("class", String(10))
    sex: Mapped[str | None] = mapped_column(String(1))
    birth_date: Mapped[date | None]
    id_kind: Mapped[str] = mapped_column(String(12))
    id_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    house_id: Mapped[int | None] = mapped_column(ForeignKey("house.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class HeldPremises(Held, Base):
    """A row about a premises that waits to be claimed, or was."""

    __tablename__ = "held_premises"
    __entry__ = "premises_id"
    __more__ = (
        CheckConstraint("name <> ''", name="named"),
        CheckConstraint("floor_area_m2 > 0", name="floor_area"),
        CheckConstraint("employees >= 0", name="employees"),
        Index("ix_held_premises_licence", "licence"),
    )
    __personal__ = ("in_charge",)

    licence: Mapped[str] = mapped_column(String(40), server_default="")
    kind: Mapped[str | None] = mapped_column(ForeignKey("premises_kind.code"), index=True)
    in_charge: Mapped[str | None] = mapped_column(String(60))
    floor_area_m2: Mapped[float | None]
    employees: Mapped[int | None] = mapped_column(SmallInteger)
    premises_id: Mapped[int | None] = mapped_column(ForeignKey("premises.id"), index=True)
