"""Sign in and out, who am I, my password, my second factor, my sessions, seeing as others."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.access import accounts, client, cookies, oidc, service
from services.access.deps import Db, Me
from services.access.schemas import (
    Language,
    Login,
    Password,
    PasswordChange,
    See,
    TotpCode,
    TotpEnd,
)
from services.access.service import Caller, CodeNeeded
from services.emergencies import service as emergencies
from services.errors import AppError, TooMany
from services.grids import service as grids

router = APIRouter(tags=["session"])
public = APIRouter(tags=["session"])


@public.post("/session", status_code=204)
def sign_in(body: Login, request: Request, response: Response) -> None:
    """Sign in; the answer carries the session cookie (HttpOnly, SameSite=Lax).

    401 ``code_needed`` asks for the same once more with the code of the second factor.
    """
    state = request.app.state
    with state.limits.sign_in(client.bucket_of(request.scope), CodeNeeded):
        token = service.sign_in(state.door, body, _caller(request))
    cookies.write(response, request.url.scheme, token, state.settings.session_hours * 3600)


@public.get("/session/oidc", status_code=303)
def begin_oidc(request: Request, next: str = "") -> RedirectResponse:
    """Go to the OpenID Connect provider to sign in; 404 when the settings name none."""
    back = f"{request.url.scheme}://{request.url.netloc}/api/v1/session/oidc/back"
    try:
        address, sealed = request.app.state.oidc.begin(back, client.own_path(next))
    except oidc.OidcProblem as problem:
        return _back_to_login(problem)
    answer = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    cookies.write(answer, request.url.scheme, sealed, oidc.SECONDS, oidc.COOKIE)
    return answer


@public.get("/session/oidc/back", status_code=303)
def end_oidc(request: Request) -> RedirectResponse:
    """Come back from the provider: signed in and on to the page that was asked for."""
    state, scheme = request.app.state, request.url.scheme
    try:
        with state.limits.sign_in(client.bucket_of(request.scope)):
            sealed = cookies.read(request.scope, oidc.COOKIE)
            identity, target = state.oidc.finish(request.query_params, sealed)
            token = service.sign_in_with(state.door, identity, _caller(request))
    except (oidc.OidcProblem, TooMany) as problem:
        return _back_to_login(problem)
    answer = RedirectResponse(target or "/", 303, {"Cache-Control": "no-store"})
    cookies.write(answer, scheme, token, state.settings.session_hours * 3600)
    cookies.drop(answer, scheme, oidc.COOKIE)
    return answer


def _back_to_login(problem: AppError) -> RedirectResponse:
    return RedirectResponse(f"/login?problem={problem.code}", 303, {"Cache-Control": "no-store"})


def _caller(request: Request) -> Caller:
    agent = client.agent(request.headers.get("user-agent", ""))
    return Caller(agent, cookies.read(request.scope))


@router.delete("/session", status_code=204)
def sign_out(actor: Me, db: Db, request: Request, response: Response) -> None:
    """End this session, and an emergency look that is open in it."""
    emergencies.end(db, actor)
    service.sign_out(db, actor)
    cookies.drop(response, request.url.scheme)


@router.post("/session/as", status_code=204)
def see_as(body: See, actor: Me, db: Db) -> None:
    """See as this user: this session now sees what that user sees, and writes nothing."""
    accounts.begin_preview(db, actor, body.user_id)


@router.delete("/session/as", status_code=204)
def see_as_myself(actor: Me, db: Db) -> None:
    """End the preview."""
    accounts.end_preview(db, actor)


@router.get("/me")
def me(actor: Me, db: Db, request: Request) -> dict[str, Any]:
    """Who is signed in, with permissions and home grid, and what the account still needs."""
    return accounts.me(db, actor) | {
        "permissions": sorted(actor.permissions),
        "roles": sorted(actor.roles),
        "home_grid": grids.home(db, actor),
        "lang": actor.lang,
        "duty": request.state.duty,
        "demo": request.app.state.settings.demo,
    }


@router.put("/me/lang", status_code=204)
def set_language(body: Language, actor: Me, db: Db) -> None:
    """Choose the language of the pages."""
    service.set_language(db, actor, body.lang)


@router.put("/me/password", status_code=204)
def change_password(body: PasswordChange, actor: Me, request: Request) -> None:
    """Change the own password; all other sessions end."""
    accounts.change_password(request.app.state.door, actor, body.current, body.new)


@router.post("/me/totp")
def begin_totp(body: Password, actor: Me, request: Request) -> dict[str, Any]:
    """Begin to set up a second factor: secret, address and QR picture for the app."""
    return accounts.begin_totp(request.app.state.door, actor, body.password)


@router.post("/me/totp/confirm")
def confirm_totp(body: TotpCode, actor: Me, request: Request) -> dict[str, Any]:
    """Put the second factor in force with a first code; the recovery codes are shown this once."""
    return {"recovery_codes": accounts.confirm_totp(request.app.state.door, actor, body.code)}


@router.delete("/me/totp", status_code=204)
def end_totp(body: TotpEnd, actor: Me, request: Request) -> None:
    """Switch the second factor off."""
    accounts.end_totp(request.app.state.door, actor, body.password, body.code)


@router.get("/me/sessions")
def sessions(actor: Me, db: Db, request: Request) -> list[dict[str, Any]]:
    """The own live sessions, the newest use first."""
    return service.sessions(db, actor, request.app.state.settings.session_idle_minutes)


@router.delete("/me/sessions", status_code=204)
def sign_out_everywhere(actor: Me, db: Db, request: Request, response: Response) -> None:
    """End all own sessions, this one included."""
    emergencies.end(db, actor)
    service.sign_out_everywhere(db, actor)
    cookies.drop(response, request.url.scheme)
