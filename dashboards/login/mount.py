"""Serve /login and its two files.

The page is one template filled from the catalogue; the demo accounts are written into it in demo
mode only. It posts to /api/v1/session and goes on to the page that was asked for.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from string import Template
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from dashboards import vendor
from dashboards.strings import LANGS, t

HERE = Path(__file__).resolve().parent
FILES = {"login.css": "text/css", "login.mjs": "text/javascript"}
ACCOUNTS = ("county", "township", "village", "micro", "patrol", "department", "screen", "admin")
DEMO_PASSWORD = "gridgov-demo"
# A path of our own: no scheme, no host, no backslash that a browser would read as a slash.
OWN_PATH = re.compile(r"/(?![/\\])[^\\\s]*")

router = APIRouter(include_in_schema=False)


@router.get("/login")
def page(request: Request, next: str = "", lang: str = "") -> HTMLResponse:
    """The sign-in page; ``next`` is where to go afterwards, ``lang`` 'zh' or 'en'."""
    chosen = lang if lang in LANGS else _preferred(request)
    demo = request.app.state.settings.demo
    # The query of the page that was asked for belongs to it, not to us.
    target = next if OWN_PATH.fullmatch(next) else ""
    return HTMLResponse(_render(chosen, target, demo), headers={"Cache-Control": "no-store"})


@router.get("/static/login/{name}")
def file(name: str) -> Response:
    """The style sheet and the script."""
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(HERE / name, media_type=FILES[name], headers={"Cache-Control": "no-cache"})


def _preferred(request: Request) -> str:
    accepted = request.headers.get("accept-language", "").lower()
    return "en" if accepted.startswith("en") else "zh"


def _render(lang: str, target: str, demo: bool) -> str:
    def say(key: str) -> str:
        return html.escape(t(f"login.{key}", lang))

    other = "en" if lang == "zh" else "zh"
    query = f"?lang={other}" + (f"&next={html.escape(quote(target, safe='/'))}" if target else "")
    fonts = vendor.manifest().get("key")
    return Template((HERE / "login.html").read_text("utf-8")).substitute(
        lang="zh-CN" if lang == "zh" else "en",
        fonts=f"/static/vendor/{fonts}/fonts/fonts.css",
        next=html.escape(target),
        other=query,
        demo=_accounts(say) if demo else "",
        **{key: say(key) for key in TEXTS},
    )


TEXTS = (
    "title", "product", "tagline", "name", "password", "show", "enter", "entering", "language",
    "other_lang", "offline", "empty",
)  # fmt: skip


def _accounts(say: Callable[[str], str]) -> str:
    rows = "".join(
        f'<li><button type="button" data-account="{name}"><b>{name}</b>'
        f"<span>{say('account.' + name)}</span></button></li>"
        for name in ACCOUNTS
    )
    return (
        f'<section class="demo" data-password="{DEMO_PASSWORD}" '
        f'aria-label="{say("demo_accounts")}"><header>'
        f'<span class="chip">{say("demo")}</span><p>{say("demo_hint")}</p></header>'
        f"<ul>{rows}</ul></section>"
    )
