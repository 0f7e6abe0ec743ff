"""Service objects 服务对象, service records 服务记录 and their photos (P11, P13)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, Scoped, Stamped, one_of, stored

KINDS = ("ordinary", "paired")


class ServiceObject(Numbered, Scoped, Stamped, Base):
    """A time that somebody of the grid staff looks after a person, ordinary or paired 结对.

    ``grid_id`` is the person's. Only ever stopped, with a reason; the row stays.
    """

    __tablename__ = "service_object"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    started_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(30))
    stopped_on: Mapped[date | None]
    stop_reason: Mapped[str | None] = mapped_column(String(30))

    __personal__ = ("person_id",)

    __table_args__ = (
        one_of("kind", *KINDS),
        CheckConstraint("(stopped_on IS NULL) = (stop_reason IS NULL)", name="stopped_says_why"),
        CheckConstraint("stopped_on >= started_on", name="dates"),
        Index(
            "uq_service_object_in_force",
            "person_id",
            "staff_id",
            unique=True,
            postgresql_where=text("stopped_on IS NULL"),
        ),
    )


class ServiceRecord(Numbered, Scoped, Stamped, Base):
    """One service to a person: when, what, by whom of one team. Withdrawn 撤回, never deleted.

    It points at an entry of people, whose grid it has, or keeps the name that was typed (P12).
    """

    __tablename__ = "service_record"

    team_id: Mapped[int] = mapped_column(ForeignKey("service_team.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(60))
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(String(30))
    served_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(String(1000))
    geom: Mapped[str | None] = mapped_column(stored("POINT"))
    txn: Mapped[uuid.UUID] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    withdraw_reason: Mapped[str | None] = mapped_column(String(30))

    __personal__ = ("person_id", "name", "words", "geom")

    __table_args__ = (
        CheckConstraint("(person_id IS NULL) = (name IS NOT NULL)", name="linked_or_typed"),
        CheckConstraint("(phone_hash IS NULL) = (phone_enc IS NULL)", name="phone_whole"),
        CheckConstraint("person_id IS NULL OR phone_enc IS NULL", name="phone_typed"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdraw_reason IS NULL)", name="withdrawn_says_why"
        ),
        UniqueConstraint("id", "team_id"),  # what its members refer to
    )


class ServiceRecordMember(Base):
    """Who served. The two foreign keys share the team: all members are of the record's team."""

    __tablename__ = "service_record_member"

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    team_id: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(
            ["record_id", "team_id"],
            ["service_record.id", "service_record.team_id"],
            name="fk_service_record_member_record",
        ),
        ForeignKeyConstraint(
            ["team_id", "member_id"],
            ["team_member.team_id", "team_member.id"],
            name="fk_service_record_member_member",
        ),
        Index("ix_service_record_member_member", "team_id", "member_id"),
    )


class ServicePhoto(Numbered, Base):
    """A photo of a service; the file lies in the store."""

    __tablename__ = "service_photo"

    record_id: Mapped[int] = mapped_column(ForeignKey("service_record.id"), index=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    mime: Mapped[str] = mapped_column(String(20))
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)

    __table_args__ = (
        one_of("mime", "image/jpeg", "image/png", "image/webp"),
        UniqueConstraint("record_id", "sha256"),
    )
