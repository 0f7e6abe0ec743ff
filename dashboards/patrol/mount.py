"""Serve the phone page.

- ``/patrol`` and every address below it: the same shell; the page's own router reads the address
- ``/static/patrol/...``: its modules and styles; ``strings.zh.json`` and ``strings.en.json``

The shell knows nothing of anybody: all it shows comes from the API, under the caller's rights.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse

from dashboards import strings
from dashboards.map.mount import vendor_base
from dashboards.pages.mount import FRESH, send

HERE = Path(__file__).resolve().parent

router = APIRouter(include_in_schema=False)


@router.get("/patrol")
@router.get("/patrol/{view:path}")
def page(view: str = "") -> HTMLResponse:
    """The shell; ``view`` is read in the browser."""
    text = Template((HERE / "index.html").read_text("utf-8"))
    filled = text.substitute(title=strings.t("patrol.title"), vendor=vendor_base())
    return HTMLResponse(filled, headers=FRESH)


@router.get("/static/patrol/strings.{lang}.json")
def texts(lang: str) -> Response:
    """What the page says, in one language."""
    if lang not in strings.LANGS:
        return Response(status_code=404)
    return JSONResponse(strings.catalogue(lang, "patrol."), headers=FRESH)


@router.get("/static/patrol/{name:path}")
def asset(name: str) -> Response:
    """One module or style sheet of this folder."""
    return send(HERE, name)
