"""The routes that every register has: search, list, export. Cards are each noun's own."""

import json
from collections.abc import Iterator
from datetime import date
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic_core import to_json

from services.access.deps import Db, Me
from services.access.limits import LimitedExport
from services.db import hook
from services.kit import register as mechanism
from services.kit import tabular
from services.kit.crypto import Keys
from services.kit.paging import InUrl, Search
from services.kit.place import Place
from services.kit.register import Caller, Register

BLOCK = 64 * 1024
Format = Literal["csv", "xlsx", "geojson"]


async def caller(request: Request, actor: Me, db: Db) -> Caller:
    """FastAPI dependency: who asks, with session and keys."""
    keys: Keys = request.app.state.keys
    return Caller(db, actor, keys)


Asking = Annotated[Caller, Depends(caller)]


def answer(body: Any) -> Response:
    """A JSON answer without a detour: dates, decimals and numpy-free plain values."""
    return Response(to_json(body), media_type="application/json")


def pdf_file(made: bytes, name: str) -> Response:
    """A PDF to keep as ``name`` and to print."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(made, media_type="application/pdf", headers=headers)


def in_url(register: Register[Any]) -> type[InUrl]:
    """The query parameters of a register's list: its public filters, grid, sort and page."""
    name = f"{register.url_filters.__name__}Query"
    made = type(name, (register.url_filters, InUrl), {})
    assert issubclass(made, InUrl)
    return made


def from_url(register: Register[Any], asked: InUrl) -> Search[Any]:
    """The same question as a body would state it."""
    given = asked.model_dump(exclude_unset=True, by_alias=True)
    frame = {k: given.pop(k) for k in ("grid", "sort", "page", "size") if k in given}
    grid = frame.pop("grid", None)
    place = Place(grid=grid) if grid is not None else None
    filters = register.filters(**given) if given else None
    return Search(place=place, filters=filters, **frame)


def attach(router: APIRouter, register: Register[Any]) -> None:
    """Add search, list and export of ``register`` to ``router``."""
    path, query = f"/{register.name}", in_url(register)

    def search(body: Any, caller: Asking) -> Response:
        return answer(mechanism.page(caller, register, body))

    def listing(asked: Any, caller: Asking) -> Response:
        return answer(mechanism.page(caller, register, from_url(register, asked)))

    def export(body: Any, caller: Asking, format: Format = "csv") -> Response:
        return _export(caller, register, body, format)

    search.__annotations__["body"] = Search[register.filters]  # type: ignore[name-defined]
    export.__annotations__["body"] = Search[register.filters]  # type: ignore[name-defined]
    listing.__annotations__["asked"] = Annotated[query, Query()]
    name = register.name
    router.post(f"{path}/search", name=f"search_{name}", summary=f"Search the {name}")(search)
    router.get(path, name=f"list_{name}", summary=f"List the {name} of a grid")(listing)
    router.post(
        f"{path}/export",
        name=f"export_{name}",
        summary=f"Export the {name}",
        dependencies=[LimitedExport],
    )(export)


def _export(
    caller: Caller, register: Register[Any], search: Search[Any], format: Format
) -> Response:
    """Write the rows into a temporary file and send it in blocks.

    The file is whole before the first byte leaves, so an error is an answer and not a torn
    file, and the database is not held while a slow reader takes its time. The audit row is
    committed before the file is sent.
    """
    caller.actor.require("export")
    question = mechanism.ask(caller, register, search)
    total = tabular.check_size(mechanism.totals(question)[0], format)
    target = search.place.grid if search.place else None
    note = json.dumps({"format": format, "rows": total})
    hook.note(caller.session, "export", entity=register.name, grid_id=target, note=note)
    sheet = tabular.Sheet(caller.session, register, caller.actor.lang)
    file = tabular.write(sheet, mechanism.rows(question), format)
    name = f"{register.name}-{date.today():%Y%m%d}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_blocks(file), media_type=tabular.MEDIA[format], headers=headers)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block
