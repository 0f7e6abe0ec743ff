"""Routes of inspections, findings and the file of a premises."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse

from services.access.limits import LimitedExport
from services.inspections import file as files
from services.inspections import findings, photos, report, service
from services.inspections.schemas import Again, Inspect
from services.kit.paging import Id
from services.kit.routes import Asking, answer, pdf_file
from services.kit.tabular import MEDIA

Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
router = APIRouter(tags=["inspections"])


@router.get("/checklists")
def checklists(caller: Asking) -> Response:
    """All checklists by kind of premises."""
    return answer(service.checklists(caller))


@router.get("/premises/{premises_id}/checklist")
def checklist(premises_id: Id, caller: Asking) -> Response:
    """What is to be looked at in a premises."""
    return answer(service.checklist(caller, premises_id))


@router.get("/premises/{premises_id}/file")
def file(premises_id: Id, caller: Asking) -> Response:
    """Everything about one premises: card, employees, levels, inspections, findings."""
    return answer(files.file(caller, premises_id))


@router.post("/premises/{premises_id}/inspections", status_code=201)
def inspect(premises_id: Id, body: Inspect, caller: Asking) -> dict[str, Any]:
    """Inspect a premises; repeating the same txn is harmless."""
    return service.inspect(caller, premises_id, body)


@router.post("/findings/{finding_id}/recheck")
def recheck(finding_id: Id, body: Again, caller: Asking) -> dict[str, Any]:
    """Look at a finding again: rectified, kept, or refused."""
    return findings.recheck(caller, finding_id, body)


@router.post("/inspections/{inspection_id}/photos", status_code=201)
def add_photo(
    inspection_id: Id,
    file: UploadFile,
    caller: Asking,
    request: Request,
    finding_id: Annotated[Id | None, Query()] = None,
) -> dict[str, Any]:
    """Attach a photo (JPEG, PNG or WebP), of a finding where one is named."""
    folder = request.app.state.settings.files_dir
    return photos.add(caller, inspection_id, finding_id, file.file.read(), folder)


@router.get("/inspections/{inspection_id}/photos/{photo_id}")
def photo(inspection_id: Id, photo_id: Id, caller: Asking, request: Request) -> FileResponse:
    """One photo, for those who may see its premises."""
    folder = request.app.state.settings.files_dir
    path, mime = photos.file(caller, inspection_id, photo_id, folder)
    return FileResponse(path, media_type=mime, headers={"Cache-Control": "private, no-store"})


@router.get("/inspection-report")
def monthly(grid: Id, month: Month, caller: Asking) -> Response:
    """The monthly report of a grid; ``month`` is YYYY-MM."""
    return answer(report.of(caller, grid, date.fromisoformat(f"{month}-01")))


@router.get("/inspection-report.xlsx", dependencies=[LimitedExport])
def monthly_excel(grid: Id, month: Month, caller: Asking) -> Response:
    """The monthly report of a grid as an Excel file."""
    book = report.excel(caller, grid, date.fromisoformat(f"{month}-01"))
    name = f'attachment; filename="inspections-{grid}-{month}.xlsx"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(book, media_type=MEDIA["xlsx"], headers=headers)


@router.get("/inspection-report.pdf", dependencies=[LimitedExport])
def monthly_pdf(grid: Id, month: Month, caller: Asking, request: Request) -> Response:
    """The monthly report of a grid to print."""
    font = request.app.state.print_font
    made = report.pdf(caller, grid, date.fromisoformat(f"{month}-01"), font)
    return pdf_file(made, f"inspections-{grid}-{month}")
