"""The session cookie: on https it is bound to this host and never sent in the clear."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response
from starlette.types import Scope

COOKIE = "gridgov_session"


def name_of(scheme: str, cookie: str = COOKIE) -> str:
    """The cookie's name: with the prefix ``__Host-`` no other host or plain page can set it."""
    return f"__Host-{cookie}" if scheme == "https" else cookie


def read(scope: Scope, cookie: str = COOKIE) -> str | None:
    """The value of a cookie of ours in a request."""
    name = name_of(scope.get("scheme", "http"), cookie)
    for key, value in scope.get("headers", []):
        if key == b"cookie":
            try:
                jar: SimpleCookie = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                return None
            if name in jar:
                return jar[name].value
    return None


def write(response: Response, scheme: str, value: str, seconds: int, cookie: str = COOKIE) -> None:
    """Set a cookie of ours: HttpOnly, SameSite=Lax; on https also Secure and ``__Host-``."""
    response.set_cookie(
        name_of(scheme, cookie),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=scheme == "https",
    )


def drop(response: Response, scheme: str, cookie: str = COOKIE) -> None:
    """Take a cookie of ours back."""
    response.delete_cookie(
        name_of(scheme, cookie), path="/", httponly=True, samesite="lax", secure=scheme == "https"
    )
