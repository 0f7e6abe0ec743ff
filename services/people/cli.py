"""``gridgov people ...``."""

from __future__ import annotations

from typing import Annotated

import typer

from services.config import settings
from services.jobs.service import now_in
from services.people import anonymise as anonymising
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="The entries of people.")


@app.callback()
def _group() -> None:
    """The entries of people."""


@app.command("anonymise")
def anonymise(
    apply: Annotated[bool, typer.Option(help="Do it; else they are only counted.")] = False,
) -> None:
    """Remove who it was from entries cancelled more than GRIDGOV_RETENTION_YEARS ago."""
    chosen = settings()
    with ready_database(chosen) as database:
        today = now_in(database).date()
        if apply:
            done = anonymising.apply(database, today, chosen.retention_years)
            typer.echo(f"{done} entries anonymised")
            return
        rows = anonymising.due(database, today, chosen.retention_years)
    for row in rows:
        typer.echo(f"{row.grid}\t{row.name}\t{row.month}\t{row.n}")
    typer.echo(f"{sum(row.n for row in rows)} entries would be anonymised (--apply)")
