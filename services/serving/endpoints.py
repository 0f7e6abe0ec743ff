"""Routes of service objects, service records and their photos."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.responses import FileResponse

from services.kit.paging import Id
from services.kit.routes import Asking, answer, attach
from services.serving import objects, photos, records
from services.serving.schemas import Service, Start, Stop, Withdraw

router = APIRouter(tags=["services"])
attach(router, objects.OBJECTS)
attach(router, records.RECORDS)


@router.get("/services/form")
def form(caller: Asking) -> dict[str, Any]:
    """What the lists of the forms of services offer."""
    return records.options(caller)


@router.get("/people/{person_id}/services")
def of_person(person_id: Id, caller: Asking) -> Response:
    """Who looks after a person, and the services received; the look is recorded."""
    return answer(records.of_person(caller, person_id))


@router.get("/service-objects/{object_id}")
def served(object_id: Id, caller: Asking) -> Response:
    """The card of a service object."""
    return answer(objects.card(caller, object_id))


@router.post("/service-objects", status_code=201)
def start(body: Start, caller: Asking) -> dict[str, Any]:
    """Begin to look after a person."""
    return {"id": objects.start(caller, body)}


@router.post("/service-objects/{object_id}/stop", status_code=204)
def stop(object_id: Id, body: Stop, caller: Asking) -> None:
    """Look after a person no longer."""
    objects.stop(caller, object_id, body)


@router.get("/services/{record_id}")
def service(record_id: Id, caller: Asking) -> Response:
    """One record with its words; the look is recorded."""
    return answer(records.card(caller, record_id))


@router.post("/services", status_code=201)
def record(body: Service, caller: Asking) -> dict[str, Any]:
    """Record a service; repeating the same txn is harmless."""
    return {"id": records.record(caller, body)}


@router.post("/services/{record_id}/withdraw", status_code=204)
def withdraw(record_id: Id, body: Withdraw, caller: Asking) -> None:
    """Withdraw a record with a reason; it stays and says so."""
    records.withdraw(caller, record_id, body)


@router.post("/services/{record_id}/photos", status_code=201)
def add_photo(record_id: Id, file: UploadFile, caller: Asking, request: Request) -> dict[str, Any]:
    """Attach a photo (JPEG, PNG or WebP)."""
    folder = request.app.state.settings.files_dir
    return photos.add(caller, record_id, file.file.read(), folder)


@router.get("/services/{record_id}/photos/{photo_id}")
def photo(record_id: Id, photo_id: Id, caller: Asking, request: Request) -> FileResponse:
    """One photo, for those who may read the record."""
    folder = request.app.state.settings.files_dir
    path, mime = photos.file(caller, record_id, photo_id, folder)
    return FileResponse(path, media_type=mime, headers={"Cache-Control": "private, no-store"})
