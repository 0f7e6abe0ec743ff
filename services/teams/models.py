"""Service teams 服务团队 and their members (P11)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Cancellable, Numbered, Scoped, Stamped, cancel_checks

LEADER = "leader"


class ServiceTeam(Numbered, Scoped, Stamped, Cancellable, Base):
    """A team of grid staff that serves people; cancelled means disbanded 解散."""

    __tablename__ = "service_team"

    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(60))
    founded_on: Mapped[date]

    __table_args__ = cancel_checks()


class TeamMember(Numbered, Base):
    """A time that a member of the grid staff serves in a team, first and last day included.

    ``post`` is that of the last day; a team has one leader at a time.
    """

    __tablename__ = "team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("service_team.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column(String(30))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("left_on >= joined_on", name="dates"),
        UniqueConstraint("team_id", "id"),  # what a record's members refer to
        Index(
            "uq_team_member_staff",
            "team_id",
            "staff_id",
            unique=True,
            postgresql_where=text("left_on IS NULL"),
        ),
        Index(
            "uq_team_member_leader",
            "team_id",
            unique=True,
            postgresql_where=text("left_on IS NULL AND post = 'leader'"),
        ),
    )
