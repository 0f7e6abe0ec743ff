"""The report of an emergency look: what its audit rows say, by kind."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from services.access.emergency import REQUEST, unmarked
from services.access.scope import Scope

MOST = 20_000
_NUMBERS = re.compile(r"/[0-9]+(?=/|$|\.)")
_TILE = re.compile(r"/tiles/([a-z_,]+)/.*")
_FRAME = {"emergency begin", "emergency end", "insert", "update"}


def of(acts: Sequence[Row[Any]], reader: Scope) -> dict[str, Any]:
    """``{acts, people, exports, requests, refused}`` of a look, for a reader with that scope.

    ``may_open`` says whether the row lies in the reader's own scope: a link there leads somewhere.
    """
    rows = [_act(row, reader) for row in acts if row.action != REQUEST]
    seen = [row for row in rows if row["action"] not in _FRAME]
    calls = Counter(_kind(unmarked(row.note)[1]) for row in acts if row.action == REQUEST)
    return {
        "acts": seen,
        "people": _people(seen),
        "exports": [row for row in seen if row["action"] == "export"],
        "requests": [{"what": what, "n": n} for what, n in calls.most_common()],
        "complete": len(acts) < MOST,
    }


def _act(row: Row[Any], reader: Scope) -> dict[str, Any]:
    told = dict(row._mapping)
    told["note"] = unmarked(row.note)[1]
    told["may_open"] = row.grid_id is not None and reader.sees(row.grid_id)
    return told


def _people(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each person whose card was opened, in order: how often, and what behind which reason."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        if row["entity"] != "person" or row["entity_id"] is None:
            continue
        blank = {"id": row["entity_id"], "at": row["at"], "times": 0, "revealed": []}
        person = found.setdefault(row["entity_id"], blank | {"may_open": row["may_open"]})
        if row["action"] == "reveal":
            person["revealed"].append({"at": row["at"], **json.loads(row["note"])})
        else:
            person["times"] += 1
    return list(found.values())


def _kind(call: str) -> str:
    """A request without its numbers: ``GET /api/v1/people/…``; a tile by its layers."""
    method, _, path = call.partition(" ")
    path = _TILE.sub(r"/tiles/\1", path)
    return f"{method} {_NUMBERS.sub('/…', path)}"
