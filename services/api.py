"""The one list of routers. Only ``access.public`` is open to callers who have not signed in."""

from __future__ import annotations

from fastapi import FastAPI

from services.access import endpoints as access
from services.access import manage_endpoints as access_admin
from services.analytics import endpoints as analytics
from services.audit import endpoints as audit
from services.claims import endpoints as claims
from services.corrections import endpoints as corrections
from services.dictionaries import endpoints as dictionaries
from services.emergencies import endpoints as emergencies
from services.grids import endpoints as grids
from services.imports import endpoints as imports
from services.incidents import endpoints as incidents
from services.inspections import endpoints as inspections
from services.live import endpoints as live
from services.notices import endpoints as notices
from services.organisations import endpoints as organisations
from services.parameters import endpoints as parameters
from services.patrols import endpoints as patrols
from services.people import circle_endpoints as circles
from services.people import endpoints as people
from services.people import label_endpoints as labels
from services.places import endpoints as places
from services.premises import endpoints as premises
from services.properties import endpoints as properties
from services.questions import endpoints as questions
from services.serving import endpoints as serving
from services.teams import endpoints as teams
from services.views import endpoints as views

API = "/api/v1"
# Fixed paths first: "/premises/nearest" must not be taken for the id of a premises.
NOUNS = (
    access,
    access_admin,
    grids,
    analytics,
    questions,
    incidents,
    patrols,
    corrections,
    labels,
    circles,
    people,
    places,
    inspections,
    premises,
    organisations,
    teams,
    serving,
    properties,
    parameters,
    imports,
    claims,
    audit,
    emergencies,
    notices,
    views,
    dictionaries,
)


def install(app: FastAPI) -> None:
    """Attach every router."""
    app.include_router(live.router)
    app.include_router(access.public, prefix=API)
    for noun in NOUNS:
        app.include_router(noun.router, prefix=API)
