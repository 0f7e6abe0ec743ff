"""Notices 通知 in the application: what somebody ought to look at, and whether it was read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered


class Notice(Numbered, Base):
    """One notice to one user; it points at a row and holds no words, so nothing of a person."""

    __tablename__ = "notice"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    kind: Mapped[str] = mapped_column(String(30))
    entity: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_notice_user_id", "user_id", "id"),)
