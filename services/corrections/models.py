"""Correction requests 更正申请: what a person says is wrong in the own entry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, Stamped, one_of

FIELDS = ("name", "sex", "birth_date", "id_number", "phone", "address", "household", "label",
          "other")  # fmt: skip
HOW = ("in_person", "phone", "letter", "online")
_WHOLE = " AND ".join(
    f"(state = 'open') = ({column} IS NULL)"
    for column in ("decided_at", "decided_by", "decision_enc")
)


class CorrectionRequest(Numbered, Stamped, Base):
    """One field that a person says is wrong; what is said is personal data and stored sealed.

    Somebody else than who received it decides. ``changed`` says of an accepted request whether the
    entry was changed with the decision, or has to be changed by hand.
    """

    __tablename__ = "correction_request"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    field: Mapped[str] = mapped_column(String(12))
    said_enc: Mapped[bytes] = mapped_column(LargeBinary)
    how: Mapped[str] = mapped_column(String(9))
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    received_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    state: Mapped[str] = mapped_column(String(8), server_default="open")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    decision_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed: Mapped[bool | None]

    __table_args__ = (
        one_of("field", *FIELDS),
        one_of("how", *HOW),
        one_of("state", "open", "accepted", "refused"),
        CheckConstraint(
            f"{_WHOLE} AND (state = 'accepted') = (changed IS NOT NULL)", name="decided_whole"
        ),
        CheckConstraint("decided_by <> received_by", name="by_two"),
        Index("ix_correction_request_open", "id", postgresql_where=text("state = 'open'")),
    )
