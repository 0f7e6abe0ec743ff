"""Saved views 常用查询 (D7): a question to a register under a name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, Stamped


class SavedView(Numbered, Stamped, Base):
    """A question that its owner keeps; shared, it is offered to those whose area is the owner's.

    It holds no rows: whoever opens it asks anew, with the own scope and rights.
    """

    __tablename__ = "saved_view"

    owner_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    register: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    shared: Mapped[bool] = mapped_column(server_default=text("false"))
    question: Mapped[dict[str, Any]] = mapped_column(JSONB)

    # Words that somebody looked for may name a person.
    __personal__ = ("name", "question")

    __table_args__ = (
        UniqueConstraint("owner_id", "register", "name"),
        Index("ix_saved_view_shared", "register", postgresql_where=text("shared")),
    )
