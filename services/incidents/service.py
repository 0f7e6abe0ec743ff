"""Incidents 事件: report, act, look. The place decides the grid; the light follows from time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from gis import locate
from services.access.actor import Actor
from services.access.scope import visible_grids
from services.db import hook
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.grids import service as grids
from services.incidents import repository, workflow
from services.incidents.models import (
    CLOSED_STATES,
    Incident,
    IncidentAction,
    IncidentCategory,
    IncidentPhoto,
)
from services.incidents.schemas import Act, Report
from services.kit import photos
from services.kit.clock import ZONE, add_working_hours
from services.live import service as live

Card = dict[str, Any]


def light(incident: Incident, now: datetime) -> str | None:
    """Red 超时, yellow 临期, green 时限内; None once closed. Same rule as SQL incident_light."""
    if incident.closed_at is not None and incident.closed_at <= now:
        return None
    if now > incident.due_at:
        return "red"
    return "yellow" if now > incident.warn_at else "green"


def categories(session: Session) -> list[Card]:
    """The table of categories with deadlines in working hours."""
    return [
        {
            "code": c.code,
            "parent": c.parent,
            "name": c.name_zh,
            "name_en": c.name_en,
            "deadline_hours": c.deadline_hours,
        }
        for c in repository.categories(session)
    ]


def report(session: Session, actor: Actor, body: Report) -> Card:
    """Take in an incident; the same ``txn`` again gives the same incident.

    Raises :class:`BadInput` for a place outside the county or an unknown category.
    """
    actor.require("incidents.report")
    if body.txn:
        known = repository.by_txn(session, actor.user_id, body.txn)
        if known is not None:
            return _receipt(session, known)
    category = session.get(IncidentCategory, body.category)
    if category is None or category.parent is None:
        raise BadInput(
            "category", "没有这个事件类别。", "There is no such category.", field="category"
        )
    incident = _intake(session, actor, body, category)
    _act(session, actor, incident, body, None)
    _publish(session, incident, "opened", (body.lon, body.lat))
    return _receipt(session, incident)


def _intake(session: Session, actor: Actor, body: Report, category: IncidentCategory) -> Incident:
    found = locate.locate_point(session.connection(), body.lon, body.lat)
    if found is None:
        raise BadInput(
            "outside",
            "这个地点不在本县范围内，请看看图钉放对了吗？",
            "This place is outside the county; move the pin.",
            field="lon",
        )
    now = datetime.now(UTC)
    hours = category.deadline_hours
    number = repository.next_id(session)
    root = grids.root_code(session)[:6]
    incident = Incident(
        id=number,
        number=f"{root}{now.astimezone(ZONE).strftime('%Y%m%d')}{number:06d}",
        title=body.title,
        category=category.code,
        description=body.text,
        source=body.source,
        severity=body.severity,
        reported_at=now,
        warn_at=add_working_hours(now, hours - category.warn_hours),
        due_at=add_working_hours(now, hours),
        reporter_id=actor.user_id,
        txn=body.txn,
        address=body.address,
        grid_id=found.id,
        geom=f"SRID=4490;POINT({body.lon!r} {body.lat!r})",
    )
    session.add(incident)
    session.flush()
    return incident


def _act(
    session: Session, actor: Actor, incident: Incident, body: Report | Act, source: str | None
) -> None:
    """Append the action; ``source`` is the state before it, None for the report itself."""
    session.add(
        IncidentAction(
            incident_id=incident.id,
            action=body.action if isinstance(body, Act) else "report",
            from_state=source,
            to_state=incident.state,
            actor_id=actor.user_id,
            staff_id=actor.staff_id,
            note=body.note if isinstance(body, Act) else "",
            txn=body.txn if isinstance(body, Act) else None,
        )
    )
    session.flush()


def act(session: Session, actor: Actor, incident_id: int, body: Act) -> Card:
    """Do one action of the workflow table.

    Raises :class:`NotFound` outside the scope, :class:`Conflict` when the state does not allow
    the action any more, :class:`BadInput` when words are missing.
    """
    scope = visible_grids(actor)
    incident = repository.get(session, scope, incident_id, lock=True)
    if incident is None:
        raise NotFound("incident")
    if not scope.sees(incident.grid_id):
        raise Forbidden("scope")
    step = workflow.BY_ACTION.get(body.action)
    if step is None:
        raise BadInput("action", "没有这个操作。", "There is no such action.", field="action")
    actor.require(step.permission)
    if body.txn and repository.action_by_txn(session, incident_id, body.txn):
        return card(session, actor, incident_id)
    if incident.state not in step.sources:
        raise Conflict(
            "state",
            "事件已不在这个环节，刷新后再办。",
            "The incident has moved on; reload.",
            field="action",
            state=incident.state,
        )
    if step.needs_note and not body.note:
        raise BadInput("note", "请写明原因或结果。", "Say why or what was done.", field="note")
    source = incident.state
    _move(incident, step)
    _act(session, actor, incident, body, source)
    _publish(session, incident, "closed" if incident.closed_at else "changed")
    return card(session, actor, incident_id)


def _move(incident: Incident, step: workflow.Step) -> None:
    if step.action == "urge":
        incident.urged += 1
    elif step.action == "escalate":
        incident.escalated += 1
    if step.target is not None:
        incident.state = step.target
        incident.closed_at = datetime.now(UTC) if step.target in CLOSED_STATES else None


def _publish(
    session: Session, incident: Incident, change: str, at: tuple[float, float] | None = None
) -> None:
    lon, lat = at or repository.point(session, incident) or (None, None)
    now = datetime.now(UTC)
    payload = {
        "id": incident.id,
        "path": grids.path_of(session, incident.grid_id),
        "lon": lon,
        "lat": lat,
        "light": light(incident, now),
        "warn_at": incident.warn_at.timestamp(),
        "due_at": incident.due_at.timestamp(),
        "category": incident.category,
        "state": incident.state,
        "at": now.timestamp(),
        "change": change,
    }
    live.publish(session, "incident", incident.grid_id, payload)


def _receipt(session: Session, incident: Incident) -> Card:
    """What every reporter may know of an incident just reported, wherever it lies."""
    path = grids.path_of(session, incident.grid_id)
    return {
        "id": incident.id,
        "number": incident.number,
        "grid_id": incident.grid_id,
        "chain": grids.chain(session, path),
        "due_at": incident.due_at.isoformat(),
        "state": incident.state,
        "light": light(incident, datetime.now(UTC)),
    }


def _may(actor: Actor, incident: Incident) -> list[str]:
    """The actions open to ``actor``: none on what is only the own report."""
    if not visible_grids(actor).sees(incident.grid_id):
        return []
    return [s.action for s in workflow.allowed(incident.state, actor.permissions)]


def _visible(session: Session, actor: Actor, incident_id: int) -> Incident:
    actor.require("incidents.read")
    incident = repository.get(session, visible_grids(actor), incident_id)
    if incident is None:
        raise NotFound("incident")
    return incident


def card(session: Session, actor: Actor, incident_id: int) -> Card:
    """The case card: facts, light, what was done, photos, and what the caller may do next."""
    incident = _visible(session, actor, incident_id)
    place = repository.point(session, incident)
    category = session.get_one(IncidentCategory, incident.category)
    return {
        **_receipt(session, incident),
        "title": incident.title,
        "text": incident.description,
        "category": {"code": category.code, "name": category.name_zh, "name_en": category.name_en},
        "source": incident.source,
        "severity": incident.severity,
        "address": incident.address,
        "escalated": incident.escalated,
        "urged": incident.urged,
        "reported_at": incident.reported_at.isoformat(),
        "warn_at": incident.warn_at.isoformat(),
        "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
        "point": list(place) if place else None,
        "actions": [
            {
                "action": a.action,
                "to_state": a.to_state,
                "at": a.at.isoformat(),
                "note": a.note,
            }
            for a in repository.actions(session, incident)
        ],
        "photos": [
            {"id": p.id, "width": p.width, "height": p.height, "mime": p.mime}
            for p in repository.photos(session, incident)
        ],
        "may": _may(actor, incident),
    }


def add_photo(session: Session, actor: Actor, incident_id: int, raw: bytes, folder: Path) -> Card:
    """Attach a photo; the reporter may always add to the own report.

    Raises :class:`BadInput` for something that is no photo, :class:`Conflict` beyond nine.
    """
    actor.require("incidents.report")
    scope = visible_grids(actor)
    incident = repository.get_to_add(session, scope, incident_id, actor.user_id)
    if incident is None:
        raise NotFound("incident")
    return photos.attach(
        session,
        repository.photos(session, incident),
        photos.store(folder, raw),
        IncidentPhoto(incident_id=incident.id, actor_id=actor.user_id),
    )


def photo_file(
    session: Session, actor: Actor, incident_id: int, photo_id: int, folder: Path
) -> tuple[Path, str]:
    """Path and MIME type of a photo of a visible incident; the look is recorded."""
    incident = _visible(session, actor, incident_id)
    found = repository.photo(session, incident, photo_id)
    if found is None:
        raise NotFound("photo")
    hook.note(
        session, "look", entity="incident_photo", entity_id=photo_id, grid_id=incident.grid_id
    )
    return photos.path_of(folder, bytes(found.sha256)), found.mime
