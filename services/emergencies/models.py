"""Emergency looks 紧急查看: who looked outside the own scope, where, why, and its review."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered


class EmergencyLook(Numbered, Base):
    """One look; the service may end and review it, but neither prolong it nor widen it."""

    __tablename__ = "emergency_look"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    # Where the looker's post is: whoever is above it reviews. None: no post in a single grid.
    home_grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    # What is opened: this grid and all below.
    opened_grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    reason: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(String(200))
    begun_at: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    reviewed_at: Mapped[datetime | None]
    in_order: Mapped[bool | None]
    review_words: Mapped[str | None] = mapped_column(String(400))

    __table_args__ = (
        CheckConstraint(
            "until > begun_at AND until <= begun_at + interval '30 minutes'", name="half_an_hour"
        ),
        CheckConstraint("ended_at >= begun_at", name="ends_after_it_began"),
        CheckConstraint("char_length(words) >= 10", name="says_why"),
        CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL) "
            "AND (reviewed_by IS NULL) = (in_order IS NULL) "
            "AND (reviewed_by IS NULL) = (review_words IS NULL)",
            name="review_is_whole",
        ),
        CheckConstraint("reviewed_by <> user_id", name="reviewed_by_another"),
        # One open look a user.
        Index(
            "uq_emergency_look_open",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
