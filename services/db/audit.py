"""Audit 审计: every write leaves a row of who, when, what, before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered


class Audit(Numbered, Base):
    """One audited act; ``before`` and ``after`` hold changed columns.

    Of what is personal they hold that it changed; the values are in ``sealed``, under the key of
    whom they tell of (:class:`SubjectKey`). ``key_id`` refers to a key that may be thrown away.
    """

    __tablename__ = "audit"

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    actor_name: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str | None] = mapped_column(String(40))
    entity_id: Mapped[int | None] = mapped_column(BigInteger)
    grid_id: Mapped[int | None] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(String(400), server_default="")
    key_id: Mapped[int | None] = mapped_column(BigInteger)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint("(key_id IS NULL) = (sealed IS NULL)", name="sealed_whole"),
        Index("ix_audit_entity", "entity", "entity_id"),
        Index("ix_audit_actor_at", "actor_id", "at"),
        Index("ix_audit_at", "at"),
    )


class AuditSeal(Base):
    """A link of the chain over the audit: a keyed hash of its row and of the link before.

    Links are numbered without a gap, so a row that was removed or changed shows, and so does a
    missing link (see :mod:`services.db.chain`). A row may be removed after the retention time; its
    link stays.
    """

    __tablename__ = "audit_seal"

    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class SubjectKey(Numbered, Base):
    """The key of what the audit holds of one person, or of another row with a secret in it.

    The audit is never changed. Throwing the key away is how it forgets (:mod:`services.db.sealed`).
    """

    __tablename__ = "subject_key"

    entity: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[int] = mapped_column(BigInteger)
    key_enc: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("entity", "entity_id"),)
