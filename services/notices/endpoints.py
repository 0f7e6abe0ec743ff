"""Routes of the own notices."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.access.deps import Db, Me
from services.notices import service
from services.notices.schemas import Read

router = APIRouter(prefix="/me/notices", tags=["notices"])


@router.get("")
def mine(actor: Me, db: Db) -> dict[str, Any]:
    """The newest own notices and how many are unread."""
    return service.mine(db, actor)


@router.put("/read", status_code=204)
def read(body: Read, actor: Me, db: Db) -> None:
    """Mark own notices as read."""
    service.read(db, actor, body.ids)
