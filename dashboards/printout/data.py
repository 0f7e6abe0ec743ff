"""What other nouns hold about a person, for the printout; it is opened before this is asked for."""

from __future__ import annotations

from typing import Any

from services.kit.register import Caller
from services.kit.tabular import Sheet
from services.properties import service as properties
from services.serving import objects, records


def of_person(caller: Caller, person_id: int, lang: str) -> dict[str, Any]:
    """Services (None for who may not read them), property, and the names of their codes."""
    lists = (objects.OBJECTS, records.RECORDS, properties.PROPERTIES)
    return {
        "services": records.received(caller, person_id, limit=None),
        "properties": properties.owned(caller, person_id),
        "named": {r.name: Sheet(caller.session, r, lang).words for r in lists},
    }
