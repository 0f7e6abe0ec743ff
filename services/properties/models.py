"""Property of residents 居民财产: vehicles, e-bikes and the like (P14)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Cancellable, Numbered, Scoped, Stamped, cancel_checks


class Property(Numbered, Scoped, Stamped, Cancellable, Base):
    """One thing of a resident; ``number`` is that of its plate or frame.

    It points at an entry of people, whose grid it has, or keeps the name that was typed (P12).
    """

    __tablename__ = "property"

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(60))
    phone_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(String(30))
    number: Mapped[str] = mapped_column(String(40))
    brand: Mapped[str] = mapped_column(String(40), server_default="")
    colour: Mapped[str] = mapped_column(String(20), server_default="")
    note: Mapped[str] = mapped_column(String(200), server_default="")

    __personal__ = ("person_id", "name", "number", "brand", "colour", "note")

    __table_args__ = (
        *cancel_checks(),
        CheckConstraint("(person_id IS NULL) = (name IS NOT NULL)", name="linked_or_typed"),
        CheckConstraint("(phone_hash IS NULL) = (phone_enc IS NULL)", name="phone_whole"),
        CheckConstraint("person_id IS NULL OR phone_enc IS NULL", name="phone_typed"),
        Index(
            "uq_property_number",
            "person_id",
            "kind",
            "number",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
    )
