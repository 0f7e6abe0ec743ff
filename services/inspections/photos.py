"""Photos of inspections and of their findings; stored as those of incidents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.access.scope import visible_grids
from services.db import hook
from services.errors import BadInput, NotFound
from services.inspections import repository
from services.inspections.models import Inspection, InspectionPhoto
from services.inspections.service import INSPECTS
from services.kit import photos
from services.kit.register import Caller


def _visible(caller: Caller, inspection_id: int) -> Inspection:
    found = repository.get(caller.session, visible_grids(caller.actor), inspection_id)
    if found is None:
        raise NotFound("inspection")
    return found


def add(
    caller: Caller, inspection_id: int, finding_id: int | None, raw: bytes, folder: Path
) -> dict[str, Any]:
    """Attach a photo, to a finding of the premises where one is named; the same one only once.

    Raises :class:`NotFound`, :class:`BadInput` for something that is no photo, :class:`Conflict`
    beyond nine.
    """
    caller.actor.require(INSPECTS)
    made = _visible(caller, inspection_id)
    if finding_id is not None:
        found = repository.finding(caller.session, visible_grids(caller.actor), finding_id)
        if found is None or found.premises_id != made.premises_id:
            zh, en = "这处场所没有这条隐患。", "This premises has no such finding."
            raise BadInput("finding", zh, en, field="finding_id")
    existing = repository.photos(caller.session, visible_grids(caller.actor), [inspection_id])
    return photos.attach(
        caller.session, existing, photos.store(folder, raw),
        InspectionPhoto(
            inspection_id=inspection_id, finding_id=finding_id, actor_id=caller.actor.user_id
        ),
    )  # fmt: skip


def file(caller: Caller, inspection_id: int, photo_id: int, folder: Path) -> tuple[Path, str]:
    """Path and MIME type of a photo of a visible inspection; the look is recorded."""
    caller.actor.require("premises.read")
    made = _visible(caller, inspection_id)
    held = repository.photos(caller.session, visible_grids(caller.actor), [inspection_id])
    found = next((photo for photo in held if photo.id == photo_id), None)
    if found is None:
        raise NotFound("photo")
    told = {"entity": "inspection_photo", "entity_id": photo_id, "grid_id": made.grid_id}
    hook.note(caller.session, "look", **told)
    return photos.path_of(folder, bytes(found.sha256)), found.mime
