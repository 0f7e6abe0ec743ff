"""Parameters 参数 that are set once for the whole system and never change (D6, P12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base

ASSOCIATION = "association_mode"
MODES = ("independent", "must_exist", "on_the_fly")


class Parameter(Base):
    """One parameter. There is no row until it is set; a trigger refuses every later change."""

    __tablename__ = "parameter"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[str] = mapped_column(String(30))
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
    set_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)

    __table_args__ = (
        CheckConstraint(
            f"name = '{ASSOCIATION}' AND value IN ({', '.join(map(repr, MODES))})", name="known"
        ),
    )
