"""Routes of the grids."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.access.deps import Db, Me
from services.grids import service

router = APIRouter(prefix="/grids", tags=["grids"])


@router.get("")
def find(actor: Me, db: Db, q: Annotated[str, Query(min_length=1, max_length=60)]) -> Any:
    """Visible grids by part of name or code."""
    return service.find(db, actor, q)


@router.get("/tops")
def tops(actor: Me, db: Db) -> Any:
    """Where the caller's map begins."""
    return service.tops(db, actor)


@router.get("/{grid_id}")
def one(grid_id: int, actor: Me, db: Db) -> Any:
    """One grid with its chain of ancestors."""
    return service.get(db, actor, grid_id)


@router.get("/{grid_id}/children")
def children(grid_id: int, actor: Me, db: Db) -> Any:
    """The grid's children in their order."""
    return service.children(db, actor, grid_id)
