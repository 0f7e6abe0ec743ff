"""Users, roles, data scopes, sessions (D5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, one_of


class User(Numbered, Base):
    """Somebody who may sign in; usually a member of staff."""

    __tablename__ = "app_user"

    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    lang: Mapped[str] = mapped_column(String(2), server_default="zh")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    failures: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (one_of("lang", "zh", "en"),)


class Role(Base):
    """A named set of permissions."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(80))


class RolePermission(Base):
    """One permission of a role."""

    __tablename__ = "role_permission"

    role_code: Mapped[str] = mapped_column(ForeignKey("role.code"), primary_key=True)
    permission: Mapped[str] = mapped_column(String(40), primary_key=True)


class UserRole(Numbered, Base):
    """A role held by a user, with its own data scope 数据范围."""

    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    role_code: Mapped[str] = mapped_column(ForeignKey("role.code"))
    scope_kind: Mapped[str] = mapped_column(String(9))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))

    __table_args__ = (
        one_of("scope_kind", "all", "chosen", "own", "own_below", "records"),
        CheckConstraint(
            "scope_kind IN ('all', 'chosen') OR grid_id IS NOT NULL", name="scope_has_grid"
        ),
    )


class UserRoleGrid(Base):
    """One chosen grid of a role whose scope is a list of grids."""

    __tablename__ = "user_role_grid"

    user_role_id: Mapped[int] = mapped_column(
        ForeignKey("user_role.id", ondelete="CASCADE"), primary_key=True
    )
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), primary_key=True)


class UserSession(Base):
    """A signed-in session; the cookie's token is stored only as its SHA-256."""

    __tablename__ = "user_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
