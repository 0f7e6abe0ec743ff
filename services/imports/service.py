"""Import of a file: all of it, or nothing and a list of what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.db.hook import note
from services.db.session import lifted
from services.imports import grids, placed, repository
from services.imports.batch import Batch, Options, read
from services.imports.fields import Kind
from services.imports.messages import problem
from services.imports.schemas import Mended, Report
from services.live.service import publish

MOST_PROBLEMS = 200
"""So many problems of a file are listed; all are counted."""

Writer = Callable[[Session, Actor, Batch, Report], None]
WRITERS: dict[Kind, Writer] = {
    "grids": grids.write,
    "buildings": placed.write_buildings,
    "premises": placed.write_premises,
}


def import_file(session: Session, actor: Actor, kind: Kind, path: Path, options: Options) -> Report:
    """Import grids, buildings or premises from a file.

    Parameters
    ----------
    session : its transaction is left usable whatever happens; the caller commits
    actor : needs the permission ``admin``; rows outside the actor's scope are refused
    path : GeoJSON, GeoPackage, Shapefile (also zipped) or, for premises, CSV

    Returns
    -------
    Report with ``ok`` false and nothing written when any row has a fault, and with nothing
    written in a dry run. A repeated import changes nothing and counts its rows as unchanged.

    Raises
    ------
    Forbidden
        The actor may not import.
    BadInput
        The file can not be used at all: unreadable, a missing column, no or a wrong CRS.
    """
    actor.require("admin")
    batch = read(kind, path, options)
    report = Report(
        kind=kind,
        file=path.name,
        crs=batch.system.label,
        dry_run=options.dry_run,
        rows=len({*batch.rows, *(error.row for error in batch.errors)}),
        mended=[Mended(row=repair.row, reason=repair.reason) for repair in batch.repairs],
    )
    attempt = session.begin_nested()
    try:
        repository.begin(session.connection())
        with lifted(session):  # a code may be taken, and a place lie, outside of the scope
            WRITERS[kind](session, actor, batch, report)
        _conclude(batch, report)
        if report.ok and report.written and not options.dry_run:
            _tell(session, report, path)
            attempt.commit()
        else:
            attempt.rollback()
    except BaseException:
        attempt.rollback()
        raise
    return report


def _conclude(batch: Batch, report: Report) -> None:
    errors = sorted(batch.errors, key=lambda error: (error.row, error.column))
    report.problem_count = len(errors)
    report.problems = [problem(error) for error in errors[:MOST_PROBLEMS]]
    if errors:
        report.ok = False
        report.written, report.unplaced, report.moved, report.levels = 0, 0, {}, {}


def _tell(session: Session, report: Report, path: Path) -> None:
    """Leave an audit row, and tell open maps to look again."""
    digest = sha256(path.read_bytes()).hexdigest()
    done = {"rows": report.rows, "written": report.written, "sha256": digest, "crs": report.crs}
    note(session, "import", entity=report.kind, after=done, note=report.file[:400])
    root = next(iter(repository.nodes(session.connection(), level=1).values())).id
    publish(session, "change", root, {"register": report.kind, "grid_id": root})
