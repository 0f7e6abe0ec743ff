"""Serve the map module, the shared assets and the fetched browser files.

- ``/static/map/...``     the modules of this folder; checked for changes at every use (ETag)
- ``/static/assets/...``  tokens.css, sprite.svg; the same
- ``/static/strings/map.zh.json`` and ``map.en.json``  what the map itself says
- ``/static/vendor/<key>/...``  MapLibre, Terra Draw, fonts; the key changes with the locked
  versions, so browsers keep them for a year; ``/static/map/vendor.mjs`` tells the modules the key

None of it is about people or places of anybody, so none of it needs sign-in (the login page and
the phone's shell use it as well).
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from dashboards import strings, vendor

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parent / "assets"
YEAR = "public, max-age=31536000, immutable"
# What may leave this folder: not the Python files.
MODULES = {".mjs", ".js", ".css"}


class _Files(StaticFiles):
    """Files of one folder with one Cache-Control and, if given, a list of suffixes."""

    def __init__(self, directory: Path, cache: str, suffixes: set[str] | None = None) -> None:
        super().__init__(directory=directory, check_dir=False)
        self.cache = cache
        self.suffixes = suffixes

    async def get_response(self, path: str, scope: Scope) -> Response:
        if self.suffixes and Path(path).suffix not in self.suffixes:
            return Response(status_code=404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self.cache
        return response


def vendor_base() -> str:
    """Return the address of the fetched files, e.g. '/static/vendor/62d06c317e55/'.

    Raises vendor.VendorError when they have not been fetched.
    """
    found = vendor.manifest()
    if not found:
        raise vendor.VendorError("run `python -m dashboards.vendor` (or `make demo`) first")
    return f"/static/vendor/{found['key']}/"


def static_urls() -> list[str]:
    """Return every address that an offline page needs to draw the map, fonts' subsets left out."""
    base = vendor_base()
    own = sorted(p for p in HERE.rglob("*.mjs"))
    own.append(HERE / "map.css")
    urls = [f"/static/map/{p.relative_to(HERE).as_posix()}" for p in own]
    urls += ["/static/map/vendor.mjs", "/static/assets/tokens.css", "/static/assets/sprite.svg"]
    urls += [f"/static/strings/map.{lang}.json" for lang in strings.LANGS]
    fetched = ["maplibre/maplibre-gl.mjs", "maplibre/maplibre-gl-worker.mjs"]
    fetched += ["maplibre/maplibre-gl.css", "fonts/fonts.css", "fonts/faces.json"]
    return urls + [base + name for name in fetched]


async def _vendor_module(request: Request) -> Response:
    text = f"export const VENDOR = '{vendor_base()}'\n"
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def _strings(request: Request) -> Response:
    lang = request.path_params["lang"]
    if lang not in strings.LANGS:
        return Response(status_code=404)
    texts = strings.catalogue(lang, "map.")
    return JSONResponse(texts, headers={"Cache-Control": "no-cache"})


def mount_static(app: Starlette) -> None:
    """Add the routes above to a Starlette or FastAPI application."""
    mimetypes.add_type("text/javascript", ".mjs")
    mimetypes.add_type("font/woff2", ".woff2")
    base = vendor_base().rstrip("/") if vendor.manifest() else "/static/vendor/none"
    app.router.routes += [
        Route("/static/map/vendor.mjs", _vendor_module),
        Route("/static/strings/map.{lang}.json", _strings),
        Mount("/static/map", _Files(HERE, "no-cache", MODULES)),
        Mount("/static/assets", _Files(ASSETS, "no-cache")),
        Mount(base, _Files(vendor.FILES, YEAR)),
    ]
