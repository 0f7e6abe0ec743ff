"""Serve the static pages /admin and /account and what all static pages share.

- ``/admin`` and ``/account`` and every address below: one shell; the page reads the address
- ``/static/pages/...``, ``/static/admin/...``, ``/static/account/...``: modules and styles
- ``/static/pages/strings.<part>.<lang>.json``: what a page says

The shell knows nothing of anybody: all it shows comes from the API, under the caller's rights.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

from dashboards import strings
from dashboards.map.mount import vendor_base
from services.access.actor import Actor
from services.access.deps import Me

HERE = Path(__file__).resolve().parent
FOLDERS = {
    name: HERE.parent / name for name in ("pages", "admin", "account", "forms", "claims", "query")
}
PARTS = ("pages", "admin", "account", "login", "forms", "claims", "query")
TYPES = {".mjs": "text/javascript", ".css": "text/css"}
FRESH = {"Cache-Control": "no-cache"}
# Whoever holds one of these has something to do on /admin.
ADMIN = ("admin", "dictionaries.manage", "audit.read", "break_glass", "emergency.review")

# Whoever holds one of these has something to do on /claims.
CLAIMS = ("claims.claim", "claims.import")

router = APIRouter(include_in_schema=False)


def may_administer(actor: Actor) -> bool:
    """Whether /admin has a view for ``actor``."""
    return any(actor.may(permission) for permission in ADMIN)


def may_claim(actor: Actor) -> bool:
    """Whether /claims has a view for ``actor``."""
    return any(actor.may(permission) for permission in CLAIMS)


@router.get("/admin")
@router.get("/admin/{view:path}")
def admin(actor: Me, view: str = "") -> HTMLResponse:
    """The shell of /admin; for others the same, which then says that it is not for them."""
    return _shell("admin", 200 if may_administer(actor) else 403)


@router.get("/claims")
@router.get("/claims/{view:path}")
def claims(actor: Me, view: str = "") -> HTMLResponse:
    """The shell of /claims, for those who take files in or claim rows."""
    return _shell("claims", 200 if may_claim(actor) else 403)


@router.get("/account")
def account(_: Me) -> HTMLResponse:
    """The shell of /account, for everybody who is signed in."""
    return _shell("account", 200)


def _shell(page: str, status: int) -> HTMLResponse:
    text = Template((HERE / "shell.html").read_text("utf-8"))
    title = strings.t(f"pages.nav.{page}")
    filled = text.substitute(page=page, title=title, vendor=vendor_base())
    return HTMLResponse(filled, status, headers=FRESH)


@router.get("/static/pages/strings.{part}.{lang}.json")
def texts(part: str, lang: str) -> Response:
    """What a part of the pages says, in one language."""
    if lang not in strings.LANGS or part not in PARTS:
        return Response(status_code=404)
    return JSONResponse(strings.catalogue(lang, f"{part}."), headers=FRESH)


@router.get("/static/{folder}/{name:path}")
def asset(folder: str, name: str) -> Response:
    """One module or style sheet."""
    return send(FOLDERS[folder], name) if folder in FOLDERS else Response(status_code=404)


def send(folder: Path, name: str) -> Response:
    """A module or style sheet of ``folder``; 404 for anything else."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or path.suffix not in TYPES or not path.is_file():
        return Response(status_code=404)
    return FileResponse(path, media_type=TYPES[path.suffix], headers=FRESH)
