"""Routes of the incidents."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import FileResponse

from services.access.deps import Db, Me
from services.incidents import service
from services.incidents.schemas import Act, Report

router = APIRouter(tags=["incidents"])


@router.get("/incident-categories")
def categories(actor: Me, db: Db) -> Any:
    """The table of categories."""
    return service.categories(db)


@router.post("/incidents", status_code=201)
def report(body: Report, actor: Me, db: Db) -> Any:
    """Report an incident; repeating the same txn is harmless."""
    return service.report(db, actor, body)


@router.get("/incidents/{incident_id}")
def card(incident_id: int, actor: Me, db: Db) -> Any:
    """The case card."""
    return service.card(db, actor, incident_id)


@router.post("/incidents/{incident_id}/actions")
def act(incident_id: int, body: Act, actor: Me, db: Db) -> Any:
    """Do one action of the workflow."""
    return service.act(db, actor, incident_id, body)


@router.post("/incidents/{incident_id}/photos", status_code=201)
def add_photo(incident_id: int, file: UploadFile, actor: Me, db: Db, request: Request) -> Any:
    """Attach a photo (JPEG, PNG or WebP)."""
    folder = request.app.state.settings.files_dir
    return service.add_photo(db, actor, incident_id, file.file.read(), folder)


@router.get("/incidents/{incident_id}/photos/{photo_id}")
def photo(incident_id: int, photo_id: int, actor: Me, db: Db, request: Request) -> FileResponse:
    """One photo, for those who may see its incident."""
    folder = request.app.state.settings.files_dir
    path, mime = service.photo_file(db, actor, incident_id, photo_id, folder)
    return FileResponse(path, media_type=mime, headers={"Cache-Control": "private, no-store"})
