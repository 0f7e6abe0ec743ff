"""People of an area by part, class, sex and age band, remembered while nothing changes.

Counting 155,000 rows is most of the time of a county's wall, and people change far less often
than incidents. What was counted is kept with the state it was counted in, and the state is read
anew in every answer, so a figure is never older than the last commit.

The state is that of ``person_tally``: every change of the figures adds a row to it in the same
transaction. (highest id, number of rows) names one state of it: rows only ever appear, except
when the list is folded, and folding puts rows with higher ids in their place. So between two
looks with the same highest id nothing was removed, and with the same number nothing was added.
The table's own number is part of it for a database that is loaded anew.
"""

from __future__ import annotations

from datetime import date
from threading import Lock
from typing import Any

from cachetools import LRUCache
from sqlalchemy.orm import Session

from services.analytics import ages
from services.analytics.repository import Area, Rows, run

AREAS = 256
_known: LRUCache[tuple[Any, ...], Rows] = LRUCache(AREAS)
_lock = Lock()


def counted(session: Session, area: Area, today: date) -> Rows:
    """Rows (part, kind, sex, band, n) of the area's active people; bands as of ``today``.

    The area's grids are part of the key: who sees fewer grids never gets another's figures.
    """
    state = tuple(run(session, "people_state", ids=area.lists["ids"])[0])
    key = (str(session.connection().engine.url), *state, today, *area.lists.values())
    with _lock:
        found = _known.get(key)
    if found is None:
        found = run(session, "people", **area.lists, bounds=ages.bounds(today))
        with _lock:
            _known[key] = found
    return found
