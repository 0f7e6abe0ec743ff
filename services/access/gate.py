"""The gate: pure ASGI middleware that signs every request in, or sends it away.

It wraps everything, Dash's own routes and streams included. Only the paths of the public list
pass without a session.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access.actor import CURRENT, Actor
from services.access.service import Actors
from services.errors import Forbidden, TooLarge, Unauthenticated

COOKIE = "gridgov_session"
PUBLIC = re.compile(
    r"^/(login|health|static/.*|favicon\.ico|manifest\.webmanifest|sw\.js|"
    r"\.well-known/security\.txt)$"
)
PUBLIC_POST = {"/api/v1/session"}
PAGES = re.compile(r"^/(screen|desk|patrol)?(/|$)")
SAFE = {"GET", "HEAD", "OPTIONS"}


def session_token(scope: Scope) -> str | None:
    """The session token of the request's cookie."""
    for key, value in scope.get("headers", []):
        if key == b"cookie":
            try:
                cookie: SimpleCookie = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                return None
            return cookie[COOKIE].value if COOKIE in cookie else None
    return None


def _same_origin(request: Request) -> bool:
    """Whether a writing request comes from our own pages (or from a program without Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.split("://")[-1] == request.headers.get("host")


class Gate:
    """ASGI middleware: session -> actor, same-origin rule for writes, body limit, headers."""

    def __init__(self, app: ASGIApp, actors: Actors, max_body: int, csp: str):
        self.app, self.actors, self.max_body = app, actors, max_body
        self.headers = [
            (b"content-security-policy", csp.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"x-frame-options", b"SAMEORIGIN"),
            (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=(self)"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        answer = await self._check(scope)
        if answer is not None:
            await answer(scope, receive, sending)
            return
        scope.setdefault("state", {})
        actor = scope["state"].get("actor")
        handle = CURRENT.set(actor)
        try:
            await self.app(scope, self._limited(receive), sending)
        finally:
            CURRENT.reset(handle)

    async def _check(self, scope: Scope) -> Response | None:
        request = Request(scope)
        path, method = request.url.path, request.method
        if method not in SAFE and not _same_origin(request):
            return JSONResponse(Forbidden("same-origin").body(), status_code=403)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.max_body:
            return _too_large(self.max_body)
        actor = await self._actor(scope)
        scope.setdefault("state", {})["actor"] = actor
        if actor or PUBLIC.match(path) or (method == "POST" and path in PUBLIC_POST):
            return None
        if method in SAFE and PAGES.match(path):
            wanted = f"{path}?{request.url.query}" if request.url.query else path
            return RedirectResponse(f"/login?next={quote(wanted, safe='/')}", status_code=303)
        return JSONResponse(Unauthenticated().body(), status_code=401)

    async def _actor(self, scope: Scope) -> Actor | None:
        token = session_token(scope)
        return await to_thread.run_sync(self.actors.of, token) if token else None

    def _limited(self, receive: Receive) -> Receive:
        """Stop a body without a declared length once it grows over the limit."""
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_body:
                raise _body_error(self.max_body)
            return message

        return limited


def _body_error(limit: int) -> TooLarge:
    mb = limit // 1_000_000
    return TooLarge(
        "too_large",
        f"内容超过 {mb} MB，请减小后再发。",
        f"The body is over {mb} MB; make it smaller.",
        field="body",
    )


def _too_large(limit: int) -> JSONResponse:
    body: dict[str, Any] = _body_error(limit).body()
    return JSONResponse(body, status_code=413)
