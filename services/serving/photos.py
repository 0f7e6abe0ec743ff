"""Photos of services; stored as those of incidents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.access.scope import visible_grids
from services.db import hook
from services.errors import Conflict, NotFound
from services.kit import photos
from services.kit.register import Caller
from services.serving import repository
from services.serving.models import ServicePhoto, ServiceRecord
from services.serving.objects import WRITES, reads


def add(caller: Caller, record_id: int, raw: bytes, folder: Path) -> dict[str, Any]:
    """Attach a photo; the same one only once.

    Raises :class:`NotFound`, :class:`BadInput` for something that is no photo, :class:`Conflict`
    beyond nine or for a record that is withdrawn.
    """
    caller.actor.require(WRITES)
    reads(caller)
    scope = visible_grids(caller.actor)
    record = repository.locked_record(caller.session, scope, record_id)
    if record is None:
        raise NotFound("service")
    if record.withdrawn_at is not None:
        zh, en = "这条记录已经撤回，不能再加照片。", "This record is withdrawn; no photo is added."
        raise Conflict("withdrawn", zh, en)
    existing = repository.photos(caller.session, scope, [record_id])
    return photos.attach(
        caller.session, existing, photos.store(folder, raw),
        ServicePhoto(record_id=record_id, actor_id=caller.actor.user_id),
    )  # fmt: skip


def file(caller: Caller, record_id: int, photo_id: int, folder: Path) -> tuple[Path, str]:
    """Path and MIME type of a photo of a visible record; the look is recorded."""
    reads(caller)
    row = repository.record_of(caller.session, caller.actor, record_id)
    held = repository.photos(caller.session, visible_grids(caller.actor), [record_id])
    found = next((photo for photo in held if photo.id == photo_id), None)
    if row is None or found is None:
        raise NotFound("photo")
    record: ServiceRecord = row.ServiceRecord
    told = {"entity": "service_photo", "entity_id": photo_id, "grid_id": record.grid_id}
    hook.note(caller.session, "look", **told)
    return photos.path_of(folder, bytes(found.sha256)), found.mime
