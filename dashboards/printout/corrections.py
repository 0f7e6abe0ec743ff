"""Serve the correction requests: plain pages with forms, no script, no store.

``/corrections`` lists what is open in the area; ``/corrections/person/{id}`` takes a request down
and decides one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from dashboards.printout import requests, sheet
from dashboards.printout import say as texts
from dashboards.printout.mount import Saying, page
from dashboards.strings import t
from services.corrections import service
from services.corrections.schemas import Ask, Decision
from services.errors import AppError, Forbidden, NotFound
from services.kit.paging import Id
from services.kit.routes import Asking

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]


async def _say(said: Saying) -> texts.Say:
    return replace(said, page="corrections")


Say = Annotated[texts.Say, Depends(_say)]


def _person(
    say: texts.Say, caller: Asking, person_id: int, problem: str = "", status: int = 200
) -> HTMLResponse:
    items = service.of_person(caller, person_id)
    return page(requests.of_person(say, person_id, items, problem), status)


def _told(say: texts.Say, error: AppError) -> str:
    return error.zh if say.lang == "zh" else error.en


@router.get("/corrections")
def listed(caller: Asking, say: Say) -> HTMLResponse:
    """What is open in the caller's area."""
    try:
        return page(requests.listed(say, service.open_ones(caller)))
    except AppError as error:
        return page(sheet.refused(say, error), error.status)


@router.get("/corrections/person/{person_id}")
def of_person(person_id: Id, caller: Asking, say: Say) -> HTMLResponse:
    """The requests of one person, with the forms."""
    try:
        return _person(say, caller, person_id)
    except AppError as error:
        return page(sheet.refused(say, error), error.status)


@router.post("/corrections/person/{person_id}")
def receive(
    person_id: Id, caller: Asking, say: Say, *, field: Text = "", how: Text = "", said: Text = "",
) -> Response:  # fmt: skip
    """Take a request down."""
    try:
        asked = Ask.model_validate({"field": field, "how": how, "said": said})
        service.receive(caller, person_id, asked)
    except (AppError, ValidationError) as error:
        return _again(say, caller, person_id, error)
    return RedirectResponse(f"/corrections/person/{person_id}?lang={say.lang}", status_code=303)


@router.post("/corrections/{request_id}/decision")
def decide(
    request_id: Id, caller: Asking, person_id: Annotated[Id, Form()], say: Say, *,
    accept: Text = "", words: Text = "",
) -> Response:  # fmt: skip
    """Accept or refuse."""
    try:
        decision = Decision.model_validate({"accept": accept, "words": words})
        service.decide(caller, request_id, decision)
    except (AppError, ValidationError) as error:
        return _again(say, caller, person_id, error)
    return RedirectResponse(f"/corrections/person/{person_id}?lang={say.lang}", status_code=303)


def _again(
    say: texts.Say, caller: Asking, person_id: int, error: AppError | ValidationError
) -> HTMLResponse:
    """The page once more with what was wrong; nothing of it for who may not see it."""
    if isinstance(error, ValidationError):
        return _person(say, caller, person_id, t("corrections.invalid", say.lang), 422)
    if isinstance(error, NotFound | Forbidden):
        return page(sheet.refused(say, error), error.status)
    return _person(say, caller, person_id, _told(say, error), error.status)
