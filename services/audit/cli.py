"""``gridgov audit ...``."""

from __future__ import annotations

from typing import Annotated

import typer

from services.audit import service
from services.config import settings
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="The audit and its chain.")


@app.command("verify")
def verify() -> None:
    """Check that nothing was changed in, removed from or added to the audit; ends with 1 if so."""
    with ready_database(settings()) as database:
        verdict = service.verify(database)
    for problem in verdict.problems:
        typer.echo(problem)
    typer.echo(
        f"{verdict.rows} rows whole, {verdict.pruned} removed after their time, "
        f"{len(verdict.problems)} problems"
    )
    if verdict.problems:
        raise typer.Exit(1)


@app.command("prune")
def prune(
    apply: Annotated[bool, typer.Option(help="Remove them; else they are only counted.")] = False,
) -> None:
    """Remove what is older than GRIDGOV_AUDIT_YEARS."""
    chosen = settings()
    with ready_database(chosen) as database:
        before = service.retained_from(chosen.audit_years)
        rows = service.prune(database, before, apply=apply)
    done = "removed" if apply else "would be removed (--apply)"
    typer.echo(f"{rows} rows from before {before:%Y-%m-%d} {done}")
