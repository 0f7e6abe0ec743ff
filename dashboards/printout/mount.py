"""Serve the printout of what is held about a person: one HTML page for A4, no store, no script
but the print button's.

``GET /print/person/{id}`` shows the printout once it was opened with the words of the request;
before that, the form that asks for them, which posts to the same address.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from dashboards.printout import data, sheet
from dashboards.printout.say import Say
from dashboards.strings import LANGS
from services.corrections import service as corrections
from services.errors import AppError
from services.kit.paging import Id
from services.kit.routes import Asking
from services.people import held

HERE = Path(__file__).resolve().parent
FILES = {"printout.css": "text/css", "printout.mjs": "text/javascript"}
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

router = APIRouter(include_in_schema=False)


def page(text: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text, status_code=status, headers=PRIVATE)


async def saying(request: Request, caller: Asking, lang: str = "") -> Say:
    """The words of a page: in the language asked for, or in the reader's own."""
    spoken = lang if lang in LANGS else caller.actor.lang
    return Say(spoken, demo=request.app.state.settings.demo)


Saying = Annotated[Say, Depends(saying)]


@router.get("/print/person/{person_id}")
def printout(person_id: Id, caller: Asking, said: Saying) -> HTMLResponse:
    """The printout, or the form that opens it."""
    try:
        found = held.of(caller, person_id)
        asked = corrections.of_person(caller, person_id, printed=True)
        kept = data.of_person(caller, person_id, said.lang)
    except held.NotOpened:
        return page(sheet.form(said, person_id))
    except AppError as error:
        return page(sheet.refused(said, error), error.status)
    return page(sheet.whole(said, found, asked, caller.actor, kept))


@router.post("/print/person/{person_id}")
def opened(
    person_id: Id, caller: Asking, said: Saying, words: Annotated[str, Form()] = ""
) -> Response:
    """Open the printout for a quarter of an hour; the words are recorded."""
    try:
        held.open_for(caller, person_id, words)
    except ValidationError:
        return page(sheet.form(said, person_id, words, problem="printout.ask.short"), 422)
    except AppError as error:
        return page(sheet.refused(said, error), error.status)
    return RedirectResponse(f"/print/person/{person_id}?lang={said.lang}", status_code=303)


@router.get("/static/printout/{name}")
def file(name: str) -> Response:
    """The style sheet and the script."""
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(HERE / name, media_type=FILES[name], headers={"Cache-Control": "no-cache"})
