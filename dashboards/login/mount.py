"""Serve /login and its two files.

The page is one template filled from the catalogue; the demo accounts are written into it in demo
mode only. It posts to /api/v1/session and goes on to the page that was asked for.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from dashboards import vendor
from dashboards.strings import LANGS, t
from services.access.client import own_path

HERE = Path(__file__).resolve().parent
FILES = {"login.css": "text/css", "login.mjs": "text/javascript"}
ACCOUNTS = ("county", "township", "village", "micro", "patrol", "department", "screen", "admin")
DEMO_PASSWORD = "gridgov-demo"

router = APIRouter(include_in_schema=False)


@router.get("/login")
def page(request: Request, next: str = "", lang: str = "", problem: str = "") -> HTMLResponse:
    """The sign-in page.

    ``next`` is where to go afterwards, ``lang`` 'zh' or 'en', ``problem`` what went wrong at the
    provider; ``change=1`` or ``enrol=1`` that the caller is signed in and has this to do first.
    """
    chosen = lang if lang in LANGS else _preferred(request)
    # The query of the page that was asked for belongs to it, not to us.
    duties = [duty for duty in ("change", "enrol") if duty in request.query_params]
    asked = Asked(own_path(next), duties[0] if duties else "signin", problem)
    state = request.app.state
    text = _render(chosen, asked, demo=state.settings.demo, sso=state.oidc.on)
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})


@router.get("/static/login/{name}")
def file(name: str) -> Response:
    """The style sheet and the script."""
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(HERE / name, media_type=FILES[name], headers={"Cache-Control": "no-cache"})


def _preferred(request: Request) -> str:
    accepted = request.headers.get("accept-language", "").lower()
    return "en" if accepted.startswith("en") else "zh"


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the page afterwards, the first step, what went wrong."""

    target: str
    step: str
    problem: str


def _render(lang: str, asked: Asked, demo: bool, sso: bool) -> str:
    def say(key: str) -> str:
        return html.escape(t(f"login.{key}", lang))

    target, step = asked.target, asked.step
    other = "en" if lang == "zh" else "zh"
    query = f"?lang={other}" + ("" if step == "signin" else f"&amp;{step}=1")
    onward = f"next={html.escape(quote(target, safe='/'))}" if target else ""
    notice = say(f"problem.{asked.problem}") if asked.problem in PROBLEMS else ""
    return Template((HERE / "login.html").read_text("utf-8")).substitute(
        lang="zh-CN" if lang == "zh" else "en",
        fonts=f"/static/vendor/{vendor.manifest().get('key')}/fonts/fonts.css",
        first=step,
        next=html.escape(target),
        other=query + (f"&amp;{onward}" if onward else ""),
        notice=notice,
        notice_hidden="" if notice else " hidden",
        next_step=say("next"),
        sso=_sso(say, onward) if sso else "",
        demo=_accounts(say) if demo else "",
        **{key: say(key) for key in TEXTS},
    )


def _sso(say: Callable[[str], str], onward: str) -> str:
    address = "/api/v1/session/oidc" + (f"?{onward}" if onward else "")
    return f'<p class="or">{say("or")}</p><a class="sso" href="{address}">{say("sso")}</a>'


PROBLEMS = ("oidc_failed", "oidc_unreachable", "oidc_unknown", "too_many")
TEXTS = (
    "title", "product", "tagline", "name", "password", "show", "enter", "entering", "language",
    "other_lang", "offline", "empty", "code", "code_title", "code_hint", "confirm", "back",
    "change_title", "change_hint", "current", "new", "again", "rule", "differ", "save", "leave",
    "enrol_title", "enrol_hint", "scan_hint", "by_hand", "codes_title", "codes_hint", "print",
    "kept", "wait", "open_app",
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
