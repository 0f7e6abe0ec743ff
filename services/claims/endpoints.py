"""Routes of import and claim."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from services.access.deps import Me
from services.claims import claiming, completing, register, service, templates, undoing
from services.claims.columns import RegisterName
from services.claims.schemas import (
    Claim,
    ClaimMany,
    CompletePerson,
    CompletePremises,
    Send,
    SendMany,
    Undo,
)
from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.kit.tabular import MEDIA

router = APIRouter(tags=["claims"])
for _listed in (register.CLAIM_BATCHES, register.HELD_PEOPLE, register.HELD_PREMISES):
    attach(router, _listed)
Mapping = Annotated[str, Form(max_length=2000, pattern=r"^[^\x00]*$")]


def _file(body: bytes, name: str, kind: templates.Format) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type=MEDIA[kind], headers=headers)


@router.post("/claims/batches", status_code=202)
def upload(
    *,
    actor: Me,
    request: Request,
    kind: Annotated[RegisterName, Form(alias="register")],
    file: Annotated[UploadFile, File()],
    dry_run: Annotated[bool, Form()] = False,
    skip_bad: Annotated[bool, Form()] = False,
    ignore_unknown: Annotated[bool, Form()] = False,
    mapping: Mapping = "",
) -> dict[str, Any]:
    """Take an Excel or CSV file in; its columns are checked now, its rows while one waits.

    A file with bad rows loads nothing unless ``skip_bad``; with ``dry_run`` it never does.
    ``mapping`` as ``field=column,field=column``.
    """
    state = request.app.state
    asked = service.Asked(
        kind, file.file, file.filename or "", dry_run, skip_bad, ignore_unknown, mapping
    )
    return service.receive(state.db, state.keys, actor, asked)


@router.get("/claims/batches/{batch_id}")
def batch(batch_id: Id, caller: Asking) -> Response:
    """How far a file is, what is wrong with it, what became of its rows."""
    return answer(service.batch(caller, batch_id))


@router.get("/claims/batches/{batch_id}/bad-rows")
def bad_rows(batch_id: Id, caller: Asking, format: templates.Format = "xlsx") -> Response:
    """The bad rows as a sheet, to be corrected and sent again."""
    body = templates.sheet_of_bad_rows(caller, batch_id, format)
    return _file(body, f"bad-rows-{batch_id}", format)


@router.post("/claims/batches/{batch_id}/undo")
def undo(batch_id: Id, body: Undo, caller: Asking) -> Response:
    """Take a file back."""
    return answer(undoing.undo(caller, batch_id, body))


@router.get("/claims/form")
def form(caller: Asking) -> Response:
    """What the lists of the page of claims offer."""
    return answer(completing.options(caller))


@router.get("/claims/templates/{register}")
def template(register: RegisterName, caller: Asking, format: templates.Format = "xlsx") -> Response:
    """The template of a register, in the reader's language."""
    return _file(templates.template(caller, register, format), f"template-{register}", format)


def _attach_rows(name: RegisterName, completion: type[CompletePerson | CompletePremises]) -> None:
    """The routes of the held rows of one register."""
    path = f"/claims/{name}"

    def card(row_id: Id, caller: Asking) -> Response:
        return answer(completing.card(caller, name, row_id))

    def complete(row_id: Id, body: Any, caller: Asking) -> Response:
        return answer(completing.complete(caller, name, row_id, body))

    def claim(row_id: Id, body: Claim, caller: Asking) -> Response:
        return answer(claiming.claim(caller, name, row_id, body))

    def claim_many(body: ClaimMany, caller: Asking) -> Response:
        return answer(claiming.claim_many(caller, name, body))

    def send(row_id: Id, body: Send, caller: Asking) -> None:
        claiming.send(caller, name, row_id, body)

    def send_many(body: SendMany, caller: Asking) -> Response:
        return answer(claiming.send_many(caller, name, body))

    complete.__annotations__["body"] = completion
    add = router.add_api_route
    add(f"{path}/claim", claim_many, methods=["POST"], summary="Claim many rows, each for itself",
        name=f"claim_many_{name}")  # fmt: skip
    add(f"{path}/send", send_many, methods=["POST"], summary="Send many rows on, or back",
        name=f"send_many_{name}")  # fmt: skip
    add(f"{path}/{{row_id}}", card, methods=["GET"], summary="A held row", name=f"held_{name}")
    add(f"{path}/{{row_id}}", complete, methods=["PATCH"], summary="Fill in what a row lacks",
        name=f"complete_{name}")  # fmt: skip
    add(f"{path}/{{row_id}}/claim", claim, methods=["POST"], summary="Claim a row",
        name=f"claim_{name}")  # fmt: skip
    add(f"{path}/{{row_id}}/send", send, methods=["POST"], status_code=204,
        summary="Send a row on, or back", name=f"send_{name}")  # fmt: skip


_attach_rows("people", CompletePerson)
_attach_rows("premises", CompletePremises)
