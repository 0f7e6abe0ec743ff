"""Users, roles, data scopes, sessions (D5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db.base import Base, Numbered, one_of


class User(Numbered, Base):
    """Somebody who may sign in; usually a member of staff."""

    __tablename__ = "app_user"

    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    # The password was chosen by somebody else; nothing is open before it is changed.
    must_change: Mapped[bool] = mapped_column(server_default=text("false"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    lang: Mapped[str] = mapped_column(String(2), server_default="zh")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    totp_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_on: Mapped[bool] = mapped_column(server_default=text("false"))
    # The time step of the last code that was taken: a code counts once.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    # Issuer and subject of the OpenID Connect account that belongs to this user.
    oidc_subject: Mapped[str | None] = mapped_column(String(600), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __secret__ = ("totp_enc",)

    __table_args__ = (
        one_of("lang", "zh", "en"),
        CheckConstraint("NOT totp_on OR totp_enc IS NOT NULL", name="totp_has_secret"),
    )


class RecoveryCode(Base):
    """A code that opens the second factor once, when the phone is lost; kept as a keyed hash."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class SignInTry(Base):
    """Failures of one sign-in name in a row, whether anybody has that name or not."""

    __tablename__ = "sign_in_try"

    name_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


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
    """A signed-in session; the cookie's token is stored only as its SHA-256.

    No address is kept: ``agent`` ("Chrome, Windows") is enough for the owner to know it again.
    """

    __tablename__ = "user_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(String(60), server_default="")
    # How the owner was known: by the password here, or by the OpenID Connect provider.
    via: Mapped[str] = mapped_column(String(8), server_default="password")
    # While set, the session sees what this user would see, and writes nothing.
    as_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    # While that emergency look 紧急查看 is open, the session sees one more area.
    emergency_id: Mapped[int | None] = mapped_column(ForeignKey("emergency_look.id"))

    __table_args__ = (
        one_of("via", "password", "oidc"),
        CheckConstraint("as_user_id IS NULL OR emergency_id IS NULL", name="one_way_of_seeing"),
    )
