"""Imports every noun's models, so that the metadata is whole (migrations, tests)."""

from services.access import models as access
from services.claims import models as claims
from services.corrections import models as corrections
from services.db import audit
from services.db.base import Base
from services.emergencies import models as emergencies
from services.grids import models as grids
from services.incidents import models as incidents
from services.inspections import models as inspections
from services.jobs import models as jobs
from services.kit import models as kit
from services.live import models as live
from services.notices import models as notices
from services.organisations import models as organisations
from services.parameters import models as parameters
from services.patrols import models as patrols
from services.people import models as people
from services.places import models as places
from services.premises import models as premises
from services.properties import models as properties
from services.serving import models as serving
from services.teams import models as teams
from services.tiles import models as tiles
from services.views import models as views

metadata = Base.metadata

__all__ = [
    "access",
    "audit",
    "claims",
    "corrections",
    "emergencies",
    "grids",
    "incidents",
    "inspections",
    "jobs",
    "kit",
    "live",
    "metadata",
    "notices",
    "organisations",
    "parameters",
    "patrols",
    "people",
    "places",
    "premises",
    "properties",
    "serving",
    "teams",
    "tiles",
    "views",
]
