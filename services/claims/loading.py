"""The loading of a file, in a thread of its own: all of it in one transaction, or nothing.

Its progress is written by transactions beside it. While it runs it holds a lock that ends with its
transaction, whatever ends that: a file that is ``reading`` without it was abandoned.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.claims import repository
from services.claims.cells import tidy
from services.claims.checking import Checked, Checker
from services.claims.columns import RegisterName, bind, columns
from services.claims.reading import opened
from services.db import hook
from services.db.copying import NULL, Table
from services.db.reference import read
from services.db.session import Database
from services.errors import AppError
from services.kit.clock import ZONE
from services.kit.crypto import Keys
from services.live import service as live

CHUNK = 5_000
MOST_KEPT = 20_000
"""Of so many bad rows the cells are kept for the sheet of bad rows; all are counted."""
MOST_MENDED = 200
LOG = logging.getLogger(__name__)
TEXT = {
    "people": ("class", "sex", "birth_date", "id_kind"),
    "premises": ("licence", "kind", "in_charge", "floor_area_m2", "employees"),
}


@dataclass(frozen=True)
class Job:
    """One file to be loaded."""

    database: Database
    keys: Keys
    actor: Actor
    batch_id: int
    root_id: int
    path: Path
    register: RegisterName
    mapping: dict[str, str]
    ignore_unknown: bool
    dry_run: bool
    skip_bad: bool


@dataclass
class Tally:
    """What was found so far."""

    rows: int = 0
    bad: int = 0
    mended: int = 0
    faults: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    mends: list[dict[str, Any]] = field(default_factory=list)


def run(job: Job) -> None:
    """Load the file; never raises. A file that fails leaves nothing but the kind of its error."""
    try:
        with job.database.session(job.actor) as session:
            _load(session, job)
    except AppError as error:
        _failed(job, error.code)
    except Exception as error:
        # The kind only: the words of an error may hold a person's data.
        LOG.error("claim batch %s failed: %s", job.batch_id, type(error).__name__)
        _failed(job, type(error).__name__)
    finally:
        job.path.unlink(missing_ok=True)


def _failed(job: Job, problem: str) -> None:
    with job.database.session(job.actor) as session:
        repository.put(session, job.batch_id, state="failed", problem=problem[:40])
        hook.note(session, "import failed", entity="claim_batch", entity_id=job.batch_id,
                  grid_id=job.root_id, note=problem[:40])  # fmt: skip


def _load(session: Session, job: Job) -> None:
    repository.begin(session, job.batch_id)
    tally = Tally()
    with opened(job.path, job.register) as (headings, rows):
        at = bind(job.register, headings, job.mapping, ignore_unknown=job.ignore_unknown)
        lists = word_lists(session, job.register)
        checker = Checker(
            job.register, at, len(headings), lists, datetime.now(ZONE).date()
        )  # fmt: skip
        names = {name: tidy(headings[n])[:60] for name, n in at.items()}
        chunk: list[Checked] = []
        for number, cells in rows:
            made = checker.row(number, cells)
            _count(job, tally, made, cells, names)
            if not made.faults:
                chunk.append(made)
            if tally.rows % CHUNK == 0:
                _copy(session, job, chunk)
                chunk.clear()
                _progress(job, tally)
        _copy(session, job, chunk)
    state, loaded = _settle(session, job, tally)
    _tell(session, job, tally, state, loaded)


def word_lists(session: Session, register: str) -> dict[str, dict[str, str]]:
    """Field -> word -> code: the dictionaries' words, the codes, and what else is in use."""
    found = repository.words_of_lists(session, register)
    for row in read("import_words"):
        if row["field"] in found:
            found[row["field"]][row["word"].lower()] = row["code"]
    return found


def _count(
    job: Job, tally: Tally, made: Checked, cells: tuple[Any, ...], names: dict[str, str]
) -> None:
    tally.rows += 1
    tally.faults += len(made.faults)
    tally.bad += bool(made.faults)
    tally.mended += bool(made.mended)
    row = {"batch_id": job.batch_id, "row_no": made.row, "cells_enc": None}
    for name, code in made.mended if len(tally.mends) < MOST_MENDED else ():
        tally.mends.append({**row, "heading": names[name], "code": code, "mended": True})
    if not made.faults or tally.bad > MOST_KEPT:
        return
    texts = json.dumps([tidy(cell) for cell in cells], ensure_ascii=False)
    first: bytes | None = job.keys.encrypt(texts)
    titles = {c.field: c.zh for c in columns(job.register)} | names
    for name, code in made.faults:
        told = {**row, "heading": titles.get(name, ""), "code": code, "mended": False}
        tally.told.append({**told, "cells_enc": first})
        first = None


def _progress(job: Job, tally: Tally) -> None:
    with job.database.session(job.actor) as session:
        repository.put(session, job.batch_id, rows_done=tally.rows, rows_bad=tally.bad)


def _copy(session: Session, job: Job, chunk: Iterable[Checked]) -> None:
    """The good rows of a chunk; numbers and phones sealed before they leave the process."""
    rows = [made.values | {"row_no": made.row} for made in chunk]
    if not rows:
        return
    table = Table("incoming")
    for name in ("row_no", *TEXT[job.register]):
        table.columns[name] = [_text(row.get(name)) for row in rows]
    for name in ("name", "address", "village"):
        table.columns[name] = [_text(row.get(name, "")) for row in rows]
    phones = [row.get("phone") for row in rows]
    table.columns["phone_enc"] = [_bytes(job.keys.encrypt(p)) if p else NULL for p in phones]
    if job.register == "people":
        pairs = [
            job.keys.sealed_pair(row["id_number"]) if row.get("id_number") else None for row in rows
        ]
        table.columns["id_enc"] = [_bytes(p[0]) if p else NULL for p in pairs]
        table.columns["id_hash"] = [_bytes(p[1]) if p else NULL for p in pairs]
    repository.copy(session, table)


def _text(value: Any) -> str:
    """A value for COPY; texts were tidied, so that only the backslash is special."""
    return NULL if value is None else str(value).replace("\\", "\\\\")


def _bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()


def _settle(session: Session, job: Job, tally: Tally) -> tuple[str, int]:
    """Whether the rows stay; (state, rows loaded)."""
    if job.dry_run:
        return "checked", 0
    if tally.bad and not job.skip_bad:
        return "refused", 0
    repository.route(session, job.register, job.root_id)
    return "loaded", repository.hold(session, job.register, job.batch_id)


def _tell(session: Session, job: Job, tally: Tally, state: str, loaded: int) -> None:
    repository.add_faults(session, [*tally.told, *tally.mends])
    counts = {
        "rows_total": tally.rows, "rows_bad": tally.bad, "rows_mended": tally.mended,
        "rows_loaded": loaded, "faults": tally.faults,
    }  # fmt: skip
    repository.put(session, job.batch_id, state=state, rows_done=tally.rows, **counts)
    hook.note(session, "import", entity="claim_batch", entity_id=job.batch_id,
              grid_id=job.root_id, after={"state": state, **counts})  # fmt: skip
    told = {"register": "claim-batches", "grid_id": job.root_id}
    live.publish(session, "change", job.root_id, told)
