"""The register of incidents 事件: what may be searched, listed, counted and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import func, select, true

from services.access.actor import Actor
from services.incidents.models import Incident, IncidentCategory
from services.kit.asking import Askable
from services.kit.paging import Codes, Filters, OneOrMore, Words
from services.kit.place import Clause, Placing
from services.kit.register import Caller, Register, contains

Light = Literal["red", "yellow", "green"]
State = Literal["reported", "accepted", "dispatched", "handled", "closed", "rejected"]
LIGHT = func.incident_light(Incident.due_at, Incident.warn_at, Incident.closed_at, func.now())


class IncidentFilters(Filters):
    """Filters of incidents; ``category`` also takes a group; times are of the report.

    ``since`` counts, ``until`` does not: a day is from its midnight to the next.
    """

    q: Words | None = None
    light: Annotated[list[Light], OneOrMore, Field(max_length=3)] | None = None
    category: Codes | None = None
    state: Annotated[list[State], OneOrMore, Field(max_length=6)] | None = None
    severity: Annotated[int, Field(ge=1, le=4)] | None = None
    open: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    unplaced: bool | None = None


def _of_category(_: Caller, codes: Sequence[str] | None) -> Clause:
    """Whether the category, or the group it is in, is among ``codes``; every incident has one."""
    return true() if codes is None else _in_categories(codes)


def _in_categories(codes: Sequence[str]) -> Clause:
    """Whether the category, or the group that it is in, is among ``codes``."""
    group = select(IncidentCategory.code).where(IncidentCategory.parent.in_(codes))
    return Incident.category.in_(codes) | Incident.category.in_(group)


ASKED = {
    "number": Askable("text", Incident.number),
    "title": Askable("text", Incident.title),
    "category": Askable("codes", has=_of_category),
    "light": Askable("code", LIGHT, empty=True),
    "state": Askable("code", Incident.state),
    "source": Askable("code", Incident.source),
    "severity": Askable("number", Incident.severity),
    "urged": Askable("number", Incident.urged),
    "escalated": Askable("number", Incident.escalated),
    "address": Askable("text", Incident.address, empty=True),
    "reported_at": Askable("time", Incident.reported_at),
    "due_at": Askable("time", Incident.due_at),
    "closed_at": Askable("time", Incident.closed_at, empty=True),
}


def _columns(_: Actor) -> Mapping[str, Any]:
    return {
        "number": Incident.number,
        "title": Incident.title,
        "category": Incident.category,
        "light": LIGHT,
        "state": Incident.state,
        "source": Incident.source,
        "severity": Incident.severity,
        "urged": Incident.urged,
        "escalated": Incident.escalated,
        "address": Incident.address,
        "reported_at": Incident.reported_at,
        "warn_at": Incident.warn_at,
        "due_at": Incident.due_at,
        "closed_at": Incident.closed_at,
    }


def _where(filters: IncidentFilters) -> list[Clause]:
    found: list[Clause] = []
    if filters.q is not None:
        found.append(contains(filters.q, Incident.title, Incident.number, Incident.address))
    if filters.light is not None:
        found.append(LIGHT.in_(filters.light))
    if filters.category is not None:
        found.append(_in_categories(filters.category))
    if filters.state is not None:
        found.append(Incident.state.in_(filters.state))
    if filters.severity is not None:
        found.append(Incident.severity == filters.severity)
    if filters.open is not None:
        is_open: Clause = Incident.closed_at.is_(None)
        found.append(is_open if filters.open else ~is_open)
    if filters.since is not None:
        found.append(Incident.reported_at >= filters.since)
    if filters.until is not None:
        found.append(Incident.reported_at < filters.until)
    if filters.unplaced is not None:
        found.append(Incident.geom.is_(None) if filters.unplaced else Incident.geom.is_not(None))
    return found


INCIDENTS = Register(
    name="incidents",
    permission="incidents.read",
    source=Incident,
    id=Incident.id,
    filters=IncidentFilters,
    url_filters=IncidentFilters,
    columns=_columns,
    where=lambda filters, _: _where(filters),
    sorts={
        "reported_at": Incident.reported_at,
        "due_at": Incident.due_at,
        "closed_at": Incident.closed_at,
        "category": Incident.category,
        "state": Incident.state,
        "severity": Incident.severity,
        "number": Incident.number,
        "id": Incident.id,
    },
    order=(Incident.reported_at.desc(), Incident.id.desc()),
    placing=Placing(
        grid=Incident.grid_id,
        author=Incident.reporter_id,
        point=Incident.geom,
        unplaced=Incident.geom.is_(None),
    ),
    totals={"light": LIGHT, "category": Incident.category, "state": Incident.state},
    dictionaries={
        "category": "incident_category",
        "light": "light",
        "state": "dictionary_item/incident_state",
        "source": "dictionary_item/incident_source",
    },
    asked=ASKED,
)
