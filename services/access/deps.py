"""FastAPI dependencies: the session, the actor, and what the actor must be allowed to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.db.session import get_session
from services.errors import Unauthenticated


async def current_actor(request: Request) -> Actor:
    """The signed-in actor of the request. (``async``: a plain function would cost a thread.)"""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        raise Unauthenticated()
    return actor


def require(permission: str) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that answers 403 unless the actor holds ``permission``."""

    async def check(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
        actor.require(permission)
        return actor

    return check


Db = Annotated[Session, Depends(get_session, scope="function")]
Me = Annotated[Actor, Depends(current_actor)]
