"""Claiming 认领 (D1): a held row becomes an entry, or says what it lacks or whom it doubles.

A row is claimed once: it is locked, and equal rows with it, in the order of their ids. The entry is
made in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.access.scope import visible_grids
from services.claims import repository
from services.claims.columns import RegisterName
from services.claims.kinds import KINDS, Kind, place
from services.claims.rights import CLAIMS
from services.claims.schemas import Claim, ClaimMany, Outcome, Picked, Send, SendMany, Verdict
from services.db import hook
from services.db.session import lifted
from services.errors import AppError, BadInput, Conflict, NotFound
from services.grids import service as grids
from services.kit.bodies import unchanged
from services.kit.models import DictionaryItem
from services.kit.register import Caller
from services.live import service as live

LISTS = {"people": "held-people", "premises": "held-premises"}


def claim(caller: Caller, register: RegisterName, row_id: int, body: Claim) -> Outcome:
    """Claim a row. ``outcome`` is one of

    * ``claimed``: with the entry, and the equal rows that went along;
    * ``incomplete``: with the fields that are missing;
    * ``duplicate``: with both sides, field by field, until ``settle`` gives a verdict;
    * ``same``: settled, the row is closed upon the entry that was there.

    Raises :class:`NotFound`; :class:`Conflict` when somebody was faster or the comparison is no
    longer true; :class:`BadInput` where a field cannot stand in an entry.
    """
    caller.actor.require(CLAIMS)
    kind = KINDS[register]
    row, others = _to_claim(caller, kind, row_id, body.version)
    missing = kind.missing(row)
    if missing:
        return {"id": row.id, "outcome": "incomplete", "missing": missing}
    at = place(row)
    assert at is not None
    there = kind.grid_at(caller, at)
    double = kind.double(caller, row, there)
    if body.settle is not None:
        _check_verdict(double, body.settle)
    elif double is not None:
        return {"id": row.id, "outcome": "duplicate", **_compared(caller, kind, row, double)}
    verdict = body.settle.verdict if body.settle else None
    if body.settle is not None and verdict == "same":
        kind.take(caller, row, double, list(body.settle.take))
        entry, version = double.id, double.version
    else:
        entry, version = kind.make(caller, row)
    for closed in (row, *others):
        closed.state = "same" if verdict == "same" else "claimed"
        closed.entry_version, closed.verdict = version, verdict
        closed.claimed_by, closed.claimed_at = caller.actor.user_id, datetime.now(UTC)
        kind.put_entry(closed, entry)
    caller.session.flush()
    tell(caller, kind, row.grid_id)
    equal = [other.id for other in others]
    return {"id": row.id, "outcome": row.state, "entry_id": entry, "with": equal}


def claim_many(caller: Caller, register: RegisterName, body: ClaimMany) -> Outcome:
    """Claim many rows, each for itself: those that cannot be claimed say why and stay as they are.

    ``counts`` tells how many had which outcome; ``failed`` ones carry the error.
    """
    caller.actor.require(CLAIMS)
    done: dict[int, Outcome] = {}
    for picked in body.rows:
        if picked.id not in done:
            found = _tried(caller, register, picked)
            done[picked.id] = found
            done |= {n: {**found, "id": n} for n in found.get("with", ())}
    listed = [done[picked.id] for picked in body.rows]
    counts: dict[str, int] = {}
    for found in listed:
        counts[found["outcome"]] = counts.get(found["outcome"], 0) + 1
    return {"counts": counts, "rows": listed}


def _tried(caller: Caller, register: RegisterName, picked: Picked) -> Outcome:
    try:
        with attempt(caller.session):
            return claim(caller, register, picked.id, Claim(version=picked.version))
    except AppError as error:
        return {"id": picked.id, "outcome": "failed", **error.body(caller.actor.lang)}


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """One of many: an expected error takes back what this one has done, and nothing else.

    A savepoint of the connection, because one of the session would write the audit's chain, and
    keep everybody else from it until the last of the many.
    """
    session.flush()
    kept = list(session.info.get("audit", ()))
    point = session.connection().begin_nested()
    try:
        yield
        session.flush()
    except AppError:
        point.rollback()
        session.expunge_all()
        session.info["audit"] = kept
        raise
    point.commit()


def _to_claim(caller: Caller, kind: Kind, row_id: int, version: int) -> tuple[Any, list[Any]]:
    """A waiting row and the rows equal to it, locked."""
    scope = visible_grids(caller.actor)
    seen = repository.row(caller.session, kind.held, scope, row_id)
    if seen is None:
        raise NotFound("held row")
    hashes = kind.hashes(caller, seen)
    ids = repository.equal_rows(caller.session, scope, seen, hashes)
    rows = repository.locked_rows(caller.session, kind.held, scope, ids)
    row = _checked(rows.get(row_id), version)
    others = [r for n, r in rows.items() if n != row_id and r.state == "waiting"]
    return row, [r for r in others if (r.grid_id, r.name) == (row.grid_id, row.name)]


def to_write(caller: Caller, kind: Kind, row_id: int, version: int) -> Any:
    """A waiting row, locked."""
    caller.actor.require(CLAIMS)
    scope = visible_grids(caller.actor)
    return _checked(
        repository.locked_rows(caller.session, kind.held, scope, [row_id]).get(row_id), version
    )


def _checked(row: Any, version: int) -> Any:
    if row is None:
        raise NotFound("held row")
    if row.state != "waiting":
        zh, en = "这一行已被认领，刷新后再看。", "This row has been claimed already; reload."
        raise Conflict("claimed", zh, en)
    unchanged(row, version)
    return row


def _check_verdict(double: Any, settle: Verdict) -> None:
    if double is None or double.id != settle.entry_id:
        zh = "网格里的登记已有变化，请重新比对。"
        en = "The entries of the grid have changed; compare again."
        raise Conflict("compare_again", zh, en, field="settle.entry_id")


def _compared(caller: Caller, kind: Kind, row: Any, double: Any) -> Outcome:
    """Both sides as the caller may see them; whether they agree is told of the values behind."""
    mine, theirs = kind.side(caller, row), kind.side(caller, double)
    shown, found = kind.masked(caller, mine), kind.masked(caller, theirs)
    hook.note(
        caller.session, "look", entity=kind.entity, entity_id=double.id, grid_id=double.grid_id,
        note="claim comparison",
    )  # fmt: skip
    fields = [
        {"field": name, "row": shown[name], "entry": found[name], "same": value == theirs[name]}
        for name, value in mine.items()
    ]
    return {"entry_id": double.id, "entry_version": double.version, "fields": fields}


def tell(caller: Caller, kind: Kind, grid_id: int) -> None:
    """Open pages ask for the list again."""
    name = LISTS["people" if kind is KINDS["people"] else "premises"]
    live.publish(caller.session, "change", grid_id, {"register": name, "grid_id": grid_id})


def send(caller: Caller, register: RegisterName, row_id: int, body: Send) -> None:
    """Send a row on to another grid, or back to the county, with a reason of the list.

    Raises :class:`BadInput` for an unknown grid or reason.
    """
    kind = KINDS[register]
    row = to_write(caller, kind, row_id, body.version)
    _put_grid(caller, kind, row, body.reason, body.grid_id)


def send_many(caller: Caller, register: RegisterName, body: SendMany) -> Outcome:
    """The same for many rows, all or none."""
    kind = KINDS[register]
    for picked in sorted(body.rows, key=lambda p: p.id):
        row = to_write(caller, kind, picked.id, picked.version)
        _put_grid(caller, kind, row, body.reason, body.grid_id)
    return {"sent": len(body.rows)}


def _put_grid(caller: Caller, kind: Kind, row: Any, reason: str, grid_id: int | None) -> None:
    session = caller.session
    item = session.get(DictionaryItem, ("claim_reason", reason))
    if item is None or not item.active:
        zh, en = "请从列表中选择原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    there = repository.root(session) if grid_id is None else grid_id
    if there is None or grids.named(session, there) is None:
        zh, en = "没有这个网格。", "There is no such grid."
        raise BadInput("grid", zh, en, field="grid_id")
    if there == row.grid_id:
        zh, en = "这一行已在这个网格，请另选一个。", "The row is in that grid; choose another."
        raise BadInput("grid", zh, en, field="grid_id")
    before = row.grid_id
    with lifted(session):  # where it goes need not be the caller's
        row.grid_id, row.reason = there, reason
        row.confidence = "none" if grid_id is None else "hand"
        row.building_id, row.geom, row.no_place_reason = None, None, None
        if hasattr(row, "house_id"):
            row.house_id = None
        session.flush()
        for told in (before, there):
            tell(caller, kind, told)
        session.flush()
