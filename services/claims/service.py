"""Files of departments (D1): taken in, followed while they load, listed with their faults."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Row

from services.access.actor import Actor
from services.access.scope import visible_grids
from services.claims import loading, repository
from services.claims.cells import tidy
from services.claims.columns import RegisterName, bind
from services.claims.messages import problem
from services.claims.models import ClaimBatch
from services.claims.reading import estimate, opened
from services.claims.rights import CLAIMS, IMPORTS
from services.db.session import Database
from services.errors import Conflict, Forbidden, NotFound
from services.imports.fields import pairs
from services.kit.crypto import Keys
from services.kit.register import Caller

MOST_LISTED = 200
_BLOCK = 1 << 20
_STARTS_WITHIN = timedelta(seconds=15)
Card = dict[str, Any]
BadRow = tuple[int, list[str], list[str]]
"""Row, the cells as they were sent, what is wrong with them."""
PLAIN = (
    "id", "register", "file_name", "sha256", "dry_run", "skip_bad", "state", "problem", "rows_done",
    "rows_total", "rows_bad", "rows_mended", "rows_loaded", "faults", "created_at", "finished_at",
    "reason", "version",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A file and how it is to be taken; ``mapping`` as ``field=column,field=column``."""

    register: RegisterName
    file: IO[bytes]
    name: str
    dry_run: bool = False
    skip_bad: bool = False
    ignore_unknown: bool = False
    mapping: str = ""


def require_import(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the actor may import for the whole county."""
    actor.require(IMPORTS)
    if not visible_grids(actor).all or actor.seen_as or actor.user_id is None:
        raise Forbidden(IMPORTS)


def receive(database: Database, keys: Keys, actor: Actor, asked: Asked) -> Card:
    """Take a file in and begin to load it; its rows are read in a thread of its own.

    The columns are checked first. Raises :class:`Forbidden`, :class:`BadInput` with every wrong
    heading, and :class:`Conflict` while another file is being loaded.
    """
    require_import(actor)
    mapping = pairs([asked.mapping])
    path, digest = _stored(asked.file)
    try:
        with opened(path, asked.register) as (headings, _):
            bind(asked.register, headings, mapping, ignore_unknown=asked.ignore_unknown)
            titles = [tidy(heading)[:60] for heading in headings]
        about = max(estimate(path) - 1, 0)
        with database.session(actor) as session:
            made = _begun(Caller(session, actor, keys), asked, digest, titles, about)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    job = loading.Job(
        database, keys, actor, made.id, made.grid_id, path, asked.register, mapping,
        asked.ignore_unknown, asked.dry_run, asked.skip_bad,
    )  # fmt: skip
    threading.Thread(target=loading.run, args=(job,), name="claims", daemon=True).start()
    return {"id": made.id, "state": made.state}


def _stored(file: IO[bytes]) -> tuple[Path, str]:
    """The upload in a file that only we can read, and its SHA-256; block by block."""
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(prefix="gridgov-claim-", delete=False) as kept:
        while block := file.read(_BLOCK):
            digest.update(block)
            kept.write(block)
    return Path(kept.name), digest.hexdigest()


def _plain_name(name: str) -> str:
    """A sender's file name as it may stand in a list; long numbers may be somebody's."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[0-9Xx]{11,}", "…", re.sub(r"[\x00-\x1f\x7f]", "", last))[-100:] or "file"


def _begun(caller: Caller, asked: Asked, digest: str, titles: list[str], about: int) -> ClaimBatch:
    session, actor = caller.session, caller.actor
    scope = visible_grids(actor)
    if any(_lives(caller, other) for other in repository.reading(session, scope)):
        zh, en = "另一个文件正在导入，请等它结束。", "Another file is being loaded; wait for it."
        raise Conflict("loading", zh, en)
    root = repository.root(session)
    if root is None or actor.user_id is None:
        raise Conflict("no_grids", "还没有任何网格，请先建网格。", "There are no grids yet.")
    made = ClaimBatch(
        register=asked.register, file_name=_plain_name(asked.name), sha256=digest,
        grid_id=root, headings=titles, rows_total=about,
        user_id=actor.user_id, dry_run=asked.dry_run, skip_bad=asked.skip_bad, state="reading",
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def _lives(caller: Caller, found: ClaimBatch) -> bool:
    """Whether a file that says ``reading`` is being read, or is just about to be."""
    if datetime.now(UTC) - found.created_at < _STARTS_WITHIN:
        return True
    return repository.is_alive(caller.session, found.id)


def batch(caller: Caller, batch_id: int) -> Card:
    """How far a file is: rows done and in all, state, rows by state, faults and what was mended.

    While it is being read, ``rows_total`` is an estimate. At most :data:`MOST_LISTED` faults are
    listed; ``faults`` counts all. Raises :class:`NotFound` outside the scope.
    """
    caller.actor.require(IMPORTS)
    found = _visible(caller, batch_id)
    card = {name: getattr(found, name) for name in PLAIN}
    if found.state == "reading" and not _lives(caller, found):
        card |= {"state": "failed", "problem": "abandoned"}
    scope = visible_grids(caller.actor)
    told = {
        key: [
            problem(r.row_no, r.heading, r.code)
            for r in repository.faults(
                caller.session, scope, batch_id, mended=mended, limit=MOST_LISTED
            )
        ]
        for key, mended in (("problems", False), ("mended", True))
    }
    rows = repository.states(caller.session, scope, found)
    return {**card, "rows": rows, **told}


def _visible(caller: Caller, batch_id: int) -> ClaimBatch:
    found = repository.batch(caller.session, visible_grids(caller.actor), batch_id)
    if found is None:
        raise NotFound("claim batch")
    return found


def bad_rows(
    caller: Caller, batch_id: int
) -> tuple[list[str], list[tuple[int, list[str], list[str]]]]:
    """The headings of a file, and its bad rows: row, the cells as they were sent, what is wrong.

    For the file's sender and those who may claim; they are personal data. Raises
    :class:`NotFound`.
    """
    caller.actor.require(IMPORTS)
    found = _visible(caller, batch_id)
    if found.user_id != caller.actor.user_id:
        caller.actor.require(CLAIMS)
    grouped: dict[int, list[Row[Any]]] = {}
    scope = visible_grids(caller.actor)
    for row in repository.faults(caller.session, scope, batch_id, mended=False):
        grouped.setdefault(row.row_no, []).append(row)
    lang = caller.actor.lang
    listed = []
    for number, rows in grouped.items():
        sealed = next((r.cells_enc for r in rows if r.cells_enc is not None), None)
        cells: list[str] = json.loads(caller.keys.decrypt(sealed)) if sealed else []
        listed.append((number, cells, [_words(r, lang) for r in rows]))
    return list(found.headings), listed


def _words(row: Row[Any], lang: str) -> str:
    told = problem(row.row_no, row.heading, row.code)
    words = (told.reason_zh + told.cure_zh) if lang == "zh" else f"{told.reason_en} {told.cure_en}"
    return f"{row.heading}：{words}" if lang == "zh" else f"{row.heading}: {words}"
