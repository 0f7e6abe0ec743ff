"""Sign in, sign out, who am I."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from services.access import service
from services.access.deps import Db, Me
from services.access.gate import COOKIE
from services.access.schemas import Language, Login
from services.grids import service as grids

router = APIRouter(tags=["session"])
public = APIRouter(tags=["session"])


@public.post("/session", status_code=204)
def sign_in(body: Login, request: Request, response: Response) -> None:
    """Sign in; the answer carries the session cookie (HttpOnly, SameSite=Lax)."""
    state = request.app.state
    hours = state.settings.session_hours
    token = service.sign_in(state.db, body.username, body.password, hours)
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE, token, max_age=hours * 3600, httponly=True, samesite="lax", secure=secure
    )


@router.delete("/session", status_code=204)
def sign_out(actor: Me, db: Db, response: Response) -> None:
    """End this session."""
    service.sign_out(db, actor)
    response.delete_cookie(COOKIE)


@router.get("/me")
def me(actor: Me, db: Db, request: Request) -> dict[str, Any]:
    """Who is signed in, with permissions and home grid."""
    return {
        "user": {"id": actor.user_id, "username": actor.username, "name": actor.name},
        "permissions": sorted(actor.permissions),
        "roles": sorted(actor.roles),
        "home_grid": grids.home(db, actor),
        "lang": actor.lang,
        "demo": request.app.state.settings.demo,
    }


@router.put("/me/lang", status_code=204)
def set_language(body: Language, actor: Me, db: Db) -> None:
    """Choose the language of the pages."""
    service.set_language(db, actor, body.lang)
