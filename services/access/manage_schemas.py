"""Bodies of the routes for administrators."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.kit.paging import Code, Id, Words

SIGNS = r"^[^\x00-\x1f\x7f]+$"
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=SIGNS)]
Secret = Annotated[str, StringConstraints(max_length=1000)]
# As it is typed at the door: no sign that cannot be seen.
SignInName = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x20\x7f]+$")
]
RoleCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
ScopeKind = Literal["all", "chosen", "own", "own_below", "records"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UserSearch(_Body):
    """Which users: part of the name or of the sign-in name, a role held, in use or not."""

    words: Words | None = None
    role: Code | None = None
    active: bool | None = None
    page: int = Field(1, ge=1, le=1_000_000)
    size: int = Field(50, ge=1, le=200)


class PostBody(_Body):
    """A post 岗位 of a user: a role and how far it reaches 数据范围."""

    role: Code
    scope: ScopeKind
    grid_id: Id | None = None
    grids: list[Id] = Field(default_factory=list, max_length=200)


class NewUser(_Body):
    """A new user with a first post; without a password one is made up and answered once."""

    username: SignInName
    name: Annotated[Title, Field(max_length=60)]
    password: Secret | None = Field(None, repr=False)
    staff_id: Id | None = None
    post: PostBody


class UserChange(_Body):
    """What to change of a user; what is left out stays."""

    name: Annotated[Title, Field(max_length=60)] | None = None
    active: bool | None = None
    staff_id: Id | None = None


class NewPassword(_Body):
    """A new first password; without one it is made up and answered once."""

    password: Secret | None = Field(None, repr=False)


class RoleBody(_Body):
    """Names and permissions of a role."""

    name_zh: Annotated[Title, Field(max_length=40)]
    name_en: Annotated[Title, Field(max_length=80)]
    permissions: list[Annotated[str, Field(max_length=40)]] = Field(max_length=100)


class NewRole(RoleBody):
    """A role of one's own making."""

    code: RoleCode
