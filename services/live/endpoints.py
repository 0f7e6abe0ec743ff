"""GET /events: Server-Sent Events of what changes in the caller's scope."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from services.access.deps import Me
from services.access.gate import session_token
from services.live import service
from services.live.hub import RESYNC, Client, Hub

router = APIRouter()
PING_SECONDS = 15
NO_BUFFER = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def _frame(message: dict[str, Any]) -> str:
    data = json.dumps({"grid_id": message.get("grid_id"), **message["payload"]})
    number = f"id: {message['id']}\n" if message["id"] else ""
    return f"{number}event: {message['topic']}\ndata: {data}\n\n"


async def _stream(hub: Hub, client: Client, missed: list[dict[str, Any]]) -> AsyncIterator[str]:
    try:
        yield "retry: 2000\n\n"
        for message in missed:
            yield _frame(message)
        while True:
            try:
                item = await asyncio.wait_for(client.queue.get(), PING_SECONDS)
            except TimeoutError:
                # An open stream is use of the session; it ends with the session.
                if await to_thread.run_sync(client.look_up) is None:
                    return
                yield ": ping\n\n"
                continue
            if item is None:
                return
            yield _frame(item)
    finally:
        hub.leave(client)


@router.get("/events", response_class=StreamingResponse)
async def events(
    request: Request,
    actor: Me,
    last_event_id: Annotated[int | None, Header()] = None,
    since: Annotated[int | None, Query(ge=0)] = None,
) -> StreamingResponse:
    """Stream changes; a client that reconnects gets what it missed (Last-Event-ID or since)."""
    state, token = request.app.state, session_token(request.scope) or ""
    client = Client(lambda: state.actors.of(token))
    state.hub.join(client)
    last = last_event_id if last_event_id is not None else since
    missed: list[dict[str, Any]] = []
    if last is not None:
        missed = await asyncio.to_thread(_missed, state.db, actor, last)
    return StreamingResponse(
        _stream(state.hub, client, missed), media_type="text/event-stream", headers=NO_BUFFER
    )


def _missed(database: Any, actor: Any, last: int) -> list[dict[str, Any]]:
    with database.session(actor) as session:
        rows = service.since(session, actor, last)
    if rows is None:
        return [RESYNC]
    return [
        {"id": r.id, "topic": r.topic, "grid_id": r.grid_id, "payload": r.payload} for r in rows
    ]
