"""``gridgov import grids|buildings|premises FILE``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.access.actor import system
from services.config import settings
from services.errors import AppError
from services.imports.batch import Options
from services.imports.fields import Kind, pairs
from services.imports.schemas import Report
from services.imports.service import import_file
from services.kit.crypto import Keys
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="Read files of others: all of a file, or nothing.")

File = Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage, Shapefile (or zip), CSV.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="FIELD=COLUMN or FIELD={A}-{B}; several with commas."),
]
Set = Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE for all rows.")]
Crs = Annotated[
    str | None, typer.Option("--crs", help="CGCS2000, WGS84, GCJ-02, BD-09 or an EPSG code.")
]
Layer = Annotated[str | None, typer.Option("--layer", help="The layer, where there are several.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Of the text, such as GBK.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Try everything, keep nothing.")]


@app.command()
def grids(
    *,
    file: File,
    mapping: Map = None,
    constants: Set = None,
    crs: Crs = None,
    layer: Layer = None,
    encoding: Encoding = None,
    level: Annotated[int | None, typer.Option(min=1, max=5, help="Of all rows.")] = None,
    parent_code: Annotated[str | None, typer.Option(help="Parent of all rows.")] = None,
    valid_from: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    strict: Annotated[bool, typer.Option(help="Gaps and overlaps are errors.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Import grids. Fields: code, name, level, parent, kind, serial, sort, basics.

    The parent follows from its code, else from the place.
    """
    options = Options(
        mapping=pairs(mapping),
        constants=pairs(constants),
        crs=crs,
        layer=layer,
        encoding=encoding,
        level=level,
        parent_code=parent_code,
        valid_from=valid_from.date() if valid_from else None,
        strict=strict,
        dry_run=dry_run,
    )
    _run("grids", file, options)


@app.command()
def buildings(
    *,
    file: File,
    mapping: Map = None,
    constants: Set = None,
    crs: Crs = None,
    layer: Layer = None,
    encoding: Encoding = None,
    dry_run: DryRun = False,
) -> None:
    """Import building footprints. Fields: code, name, address, use, floors, units, height_m."""
    given = (pairs(mapping), pairs(constants), crs, layer, encoding)
    _run("buildings", file, Options(*given, dry_run=dry_run))


@app.command()
def premises(
    *,
    file: File,
    mapping: Map = None,
    constants: Set = None,
    crs: Crs = None,
    layer: Layer = None,
    encoding: Encoding = None,
    dry_run: DryRun = False,
) -> None:
    """Import premises. Fields: licence, name, kind, in_charge, phone, address, floor_area_m2,
    employees, attention, grid, no_place_reason; in a CSV also lon and lat."""
    given = (pairs(mapping), pairs(constants), crs, layer, encoding)
    keys = Keys.load(settings().key_file)
    _run("premises", file, Options(*given, dry_run=dry_run, keys=keys))


def _run(kind: Kind, file: Path, options: Options) -> None:
    actor = system(f"import {kind}")
    try:
        with ready_database(settings()) as database, database.session(actor) as session:
            report = import_file(session, actor, kind, file, options)
    except AppError as error:
        typer.echo(f"{error.zh}\n{error.en}", err=True)
        raise typer.Exit(1) from error
    _show(report)
    raise typer.Exit(0 if report.ok else 1)


def _show(report: Report) -> None:
    """Print the faults, a line each in both languages, and then the report without them."""
    for fault in report.problems:
        where = f"{fault.row}:{fault.column}"
        typer.echo(f"{where}  {fault.reason_zh}{fault.cure_zh}", err=True)
        typer.echo(f"{where}  {fault.reason_en} {fault.cure_en}", err=True)
    typer.echo(report.model_dump_json(exclude={"problems"}, indent=2))
