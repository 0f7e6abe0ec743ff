"""The outbox 发件箱: what changed, for everybody who is looking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, Scoped


class Outbox(Numbered, Scoped, Base):
    """One message of the live channel; its payload never holds a name, phone or id number."""

    __tablename__ = "outbox"

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    topic: Mapped[str] = mapped_column(String(20))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (Index("ix_outbox_at", "at"),)
