"""The gate: pure ASGI middleware that signs every request in, or sends it away.

It wraps everything, Dash's own routes and streams included. Only the paths of the public list
pass without a session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access import cookies
from services.access.actor import CURRENT
from services.access.actors import PASSWORD, SECOND_FACTOR, Actors, Seen
from services.access.client import Proxies, bucket_of
from services.access.emergency import Emergency, EmergencyReadOnly, may_call
from services.access.limits import Limits
from services.access.preview import Preview, PreviewReadOnly
from services.errors import AppError, Forbidden, TooLarge, TooMany, Unauthenticated

PUBLIC = re.compile(
    r"^/(login|health|static/.*|favicon\.ico|manifest\.webmanifest|sw\.js|"
    r"\.well-known/security\.txt)$"
)
OPEN_CALLS = {
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/session/oidc"),
    ("GET", "/api/v1/session/oidc/back"),
}
# Without a session these are not counted: files, and signing in, which has a count of its own.
FREE = re.compile(r"^/(static/.*|api/v1/session)$")
PAGES = re.compile(r"^/(screen|desk|patrol|print|corrections|admin|account)?(/|$)")
SAFE = {"GET", "HEAD", "OPTIONS"}

_OWN_CALLS = {
    ("GET", "/api/v1/me"),
    ("PUT", "/api/v1/me/lang"),
    ("PUT", "/api/v1/me/password"),
    ("DELETE", "/api/v1/session"),
}
# What a session may do whose owner has a duty first.
BEFORE_DUTY = {
    PASSWORD: _OWN_CALLS,
    SECOND_FACTOR: _OWN_CALLS | {("POST", "/api/v1/me/totp"), ("POST", "/api/v1/me/totp/confirm")},
}
DUTY_STEP = {PASSWORD: "change", SECOND_FACTOR: "enrol"}
# What a preview may send: questions of the registers and of the pages, and its own end.
PREVIEW_POST = re.compile(r"^/(api/v1/[a-z_-]+/search|(screen|desk)/_dash-update-component)$")
PREVIEW_DELETE = {"/api/v1/session/as", "/api/v1/session"}
session_token = cookies.read


class DutyFirst(AppError):
    """Signed in, but the password or the second factor comes first."""

    status = 403

    def __init__(self, duty: str) -> None:
        if duty == PASSWORD:
            super().__init__(
                "password_change_needed",
                "这是别人替您设的密码，请先改成自己的。",
                "Somebody else chose this password: change it to your own first.",
            )
        else:
            super().__init__(
                "second_factor_needed",
                "您的岗位须启用两步验证，请先设置。",
                "Your post asks for a second factor: set it up first.",
            )


def _same_origin(request: Request) -> bool:
    """Whether a writing request comes from our own pages (or from a program without Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.split("://")[-1] == request.headers.get("host")


class Gate:
    """ASGI middleware: session -> actor, same-origin rule for writes, body limit, headers."""

    def __init__(
        self, app: ASGIApp, *, actors: Actors, limits: Limits, proxies: Proxies, max_body: int,
        csp: str, uploads: Mapping[str, int] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.app, self.actors, self.limits, self.proxies = app, actors, limits, proxies
        self.max_body, self.uploads = max_body, uploads
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
        scope = self.proxies.real(scope)

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
            await self.app(scope, self._limited(receive, self._most(scope["path"])), sending)
        finally:
            CURRENT.reset(handle)

    async def _check(self, scope: Scope) -> Response | None:
        request = Request(scope)
        path, method = request.url.path, request.method
        if method not in SAFE and not _same_origin(request):
            return _refused(Forbidden("same-origin"), request)
        length = request.headers.get("content-length", "0")
        most = self._most(path)
        if not length.isdigit() or int(length) > most:
            return _too_large(most)
        try:
            return await self._admit(request, scope, path, method)
        except TooMany as error:
            return _refused(error, request)

    async def _admit(
        self, request: Request, scope: Scope, path: str, method: str
    ) -> Response | None:
        """None lets the request in; otherwise the answer that sends it away."""
        seen = await self._seen(scope)
        state = scope.setdefault("state", {})
        state["actor"], state["duty"] = (seen.actor, seen.duty) if seen else (None, None)
        if seen is None and not FREE.match(path):
            self.limits.public(bucket_of(scope))
        if PUBLIC.match(path) or (method, path) in OPEN_CALLS:
            return None
        if seen is None:
            return _to_login(request, "") or _refused(Unauthenticated(), request)
        if seen.duty and (method, path) not in BEFORE_DUTY[seen.duty]:
            step = f"{DUTY_STEP[seen.duty]}=1&"
            return _to_login(request, step) or _refused(DutyFirst(seen.duty), request)
        if isinstance(seen.actor, Preview):
            if not _preview_may(method, path):
                return _refused(PreviewReadOnly(), request)
            await to_thread.run_sync(self.actors.note_look, seen.actor, method, path)
        if isinstance(seen.actor, Emergency):  # a refused try is noted as well
            await to_thread.run_sync(self.actors.note_look, seen.actor, method, path)
            if not may_call(method, path):
                return _refused(EmergencyReadOnly(), request)
        return None

    async def _seen(self, scope: Scope) -> Seen | None:
        token = session_token(scope)
        return await to_thread.run_sync(self.actors.look, token) if token else None

    def _most(self, path: str) -> int:
        """How large a body of that path may be."""
        return self.uploads.get(path, self.max_body)

    def _limited(self, receive: Receive, most: int) -> Receive:
        """Stop a body without a declared length once it grows over the limit."""
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise _body_error(most)
            return message

        return limited


def _to_login(request: Request, step: str) -> Response | None:
    """The way to the sign-in page, for a page; None for anything else."""
    path = request.url.path
    if request.method not in SAFE or not PAGES.match(path):
        return None
    wanted = f"{path}?{request.url.query}" if request.url.query else path
    return RedirectResponse(f"/login?{step}next={quote(wanted, safe='/')}", status_code=303)


def _refused(error: AppError, request: Request) -> JSONResponse:
    lang = "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"
    wait = error.extra.get("retry_after")
    headers = {"Retry-After": str(wait)} if wait else None
    return JSONResponse(error.body(lang), status_code=error.status, headers=headers)


def _preview_may(method: str, path: str) -> bool:
    if method == "POST":
        return PREVIEW_POST.match(path) is not None
    return method in SAFE or (method == "DELETE" and path in PREVIEW_DELETE)


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
