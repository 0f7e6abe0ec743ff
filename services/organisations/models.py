"""Two new organisations 两新组织 (O6): new economic and new social organisations."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import (
    Base,
    Cancellable,
    Numbered,
    Scoped,
    Stamped,
    cancel_checks,
    one_of,
    stored,
)

KINDS = ("economic", "social")


class Organisation(Numbered, Scoped, Stamped, Cancellable, Base):
    """A new economic 新经济组织 or new social organisation 新社会组织.

    ``code`` is the unified social credit code 统一社会信用代码 (GB 32100), unique while active.
    """

    __tablename__ = "organisation"

    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(18))
    premises_id: Mapped[int | None] = mapped_column(ForeignKey("premises.id"), index=True)
    in_charge: Mapped[str | None] = mapped_column(String(60))
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(String(160), server_default="")
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    no_place_reason: Mapped[str | None] = mapped_column(String(40))
    geom: Mapped[str | None] = mapped_column(stored("POINT"))

    __personal__ = ("in_charge",)

    __table_args__ = (
        *cancel_checks(),
        one_of("kind", *KINDS),
        CheckConstraint("code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="code"),
        CheckConstraint("geom IS NULL OR no_place_reason IS NULL", name="reason_or_place"),
        Index(
            "uq_organisation_code", "code", unique=True, postgresql_where=text("status = 'active'")
        ),
        Index("ix_organisation_geom", "geom", postgresql_using="gist"),
    )
