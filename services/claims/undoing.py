"""A file taken back (D2): what waits goes, what it made and nobody changed is cancelled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from services.access.scope import visible_grids
from services.claims import repository
from services.claims.claiming import attempt
from services.claims.kinds import KINDS
from services.claims.rights import CLAIMS
from services.claims.schemas import Outcome, Undo
from services.claims.service import require_import
from services.db import hook
from services.errors import AppError, Conflict, NotFound
from services.kit.bodies import unchanged
from services.kit.register import Caller
from services.live import service as live
from services.people import entries

MOST_LISTED = 200


def undo(caller: Caller, batch_id: int, body: Undo) -> Outcome:
    """Take a loaded file back; returns how many rows are gone, cancelled and kept.

    Rows that wait are deleted. An entry that a row became is cancelled when nobody has changed it
    since; changed ones stay and are listed, as are rows that were settled upon another entry. Who
    takes back entries needs the right to claim, as whoever made them.

    Raises :class:`NotFound`, and :class:`Conflict` when the file is not loaded or was changed.
    """
    require_import(caller.actor)
    session, scope = caller.session, visible_grids(caller.actor)
    found = repository.batch(session, scope, batch_id, lock=True)
    if found is None:
        raise NotFound("claim batch")
    unchanged(found, body.version)
    if found.state != "loaded":
        zh, en = "这一批没有可撤销的数据。", "This file holds nothing to be taken back."
        raise Conflict("not_loaded", zh, en)
    kind = KINDS[found.register]
    gone = repository.delete_waiting(session, scope, kind.held, batch_id)
    claimed = repository.closed_rows(session, scope, kind.held, batch_id)
    if claimed:
        caller.actor.require(CLAIMS)
        if found.register == "people":
            caller.actor.require(entries.WRITES)
    found.state, found.reason, found.finished_at = "undone", body.reason, datetime.now(UTC)
    session.flush()
    cancelled: list[int] = []
    kept: list[dict[str, Any]] = []
    for row_id in claimed:
        state, entry = _back(caller, kind, row_id, cancelled)
        if state:
            kept.append({"row_id": row_id, "entry_id": entry, "why": state})
    counts = {"gone": gone, "cancelled": len(cancelled), "kept": len(kept)}
    note = json.dumps(counts)
    hook.note(session, "import undone", entity="claim_batch", entity_id=batch_id,
              grid_id=found.grid_id, note=note)  # fmt: skip
    told = {"register": "claim-batches", "grid_id": found.grid_id}
    live.publish(session, "change", found.grid_id, told)
    return {**counts, "kept_rows": kept[:MOST_LISTED]}


def _back(caller: Caller, kind: Any, row_id: int, cancelled: list[int]) -> tuple[str, int | None]:
    """Take back what one row became; ("", ...) when that was done, else why not."""
    scope = visible_grids(caller.actor)
    try:
        with attempt(caller.session):
            row = repository.locked_rows(caller.session, kind.held, scope, [row_id])[row_id]
            entry: int | None = kind.entry_id(row)
            if row.state == "same":
                return "settled", entry
            if entry not in cancelled and not kind.take_back(caller, row):
                return "changed", entry
            row.state = "undone"
            if entry is not None and entry not in cancelled:
                cancelled.append(entry)
    except AppError as error:
        return error.code, None
    return "", entry
