"""Bodies of the routes of sign-in and account."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

# A control sign cannot be part of a name, and the database takes no NUL.
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(max_length=30)]


class Login(BaseModel):
    """Sign-in name and password; in a second step with the code of the second factor."""

    username: Name
    password: Secret = Field(repr=False)
    code: Code = Field("", repr=False)


class Language(BaseModel):
    """The language in which the pages speak to the user."""

    lang: str = Field(pattern="^(zh|en)$")


class PasswordChange(BaseModel):
    """The password so far and the one to come; how long it must be is the policy's to say."""

    current: Secret = Field(repr=False)
    new: Annotated[str, StringConstraints(max_length=1000)] = Field(repr=False)


class Password(BaseModel):
    """The password once more, before something that matters."""

    password: Secret = Field(repr=False)


class TotpCode(BaseModel):
    """A code of the authenticator app."""

    code: Code = Field(min_length=1, repr=False)


class TotpEnd(Password):
    """Password and code, to switch the second factor off."""

    code: Code = Field(min_length=1, repr=False)


class See(BaseModel):
    """Whose eyes to look with."""

    user_id: int = Field(ge=1, le=2**63 - 1)
