"""Routes of imports."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from services.access.actor import Actor
from services.access.deps import Db, require
from services.imports.batch import Options
from services.imports.fields import Kind, pairs
from services.imports.schemas import Report
from services.imports.service import import_file

router = APIRouter(prefix="/imports", tags=["imports"])
Administrator = Annotated[Actor, Depends(require("admin"))]
Words = Annotated[str | None, Form(max_length=4000, pattern=r"^[^\x00]*$")]


@router.post("/{kind}")
def add(
    *,
    kind: Kind,
    actor: Administrator,
    db: Db,
    request: Request,
    response: Response,
    file: Annotated[UploadFile, File()],
    mapping: Words = None,
    constants: Words = None,
    crs: Words = None,
    layer: Words = None,
    encoding: Words = None,
    level: Annotated[int | None, Form(ge=1, le=5)] = None,
    parent_code: Words = None,
    valid_from: Annotated[date | None, Form()] = None,
    strict: Annotated[bool, Form()] = False,
    dry_run: Annotated[bool, Form()] = False,
) -> Report:
    """Import a file; 422 with the same report when a row has a fault. Texts as on the command
    line: ``mapping=code=CODE,name=NAME``."""
    options = Options(
        mapping=pairs([mapping or ""]),
        constants=pairs([constants or ""]),
        crs=crs or None,
        layer=layer or None,
        encoding=encoding or None,
        level=level,
        parent_code=parent_code or None,
        valid_from=valid_from,
        strict=strict,
        dry_run=dry_run,
        keys=request.app.state.keys,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _plain(file.filename)
        path.write_bytes(file.file.read())
        report = import_file(db, actor, kind, path, options)
    response.status_code = 200 if report.ok else 422
    return report


def _plain(name: str | None) -> str:
    """A sender's file name as it may stand in our folder and our report."""
    return re.sub(r"[^\w.-]", "_", Path(name or "").name)[-80:].strip(".") or "file"
