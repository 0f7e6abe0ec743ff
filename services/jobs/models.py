"""What the daily jobs 每日任务 did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, one_of


class JobRun(Base):
    """One job on one day: its outcome, its figures, or the kind of error that ended it."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(7))
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    problem: Mapped[str | None] = mapped_column(String(80))
    tries: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        one_of("outcome", "running", "done", "failed"),
        CheckConstraint("(outcome = 'running') = (finished_at IS NULL)", name="finished"),
        CheckConstraint("(outcome = 'failed') = (problem IS NOT NULL)", name="failed_says_why"),
    )
