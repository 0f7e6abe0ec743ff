"""``gridgov grids ...``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from services.access.actor import system
from services.config import settings
from services.grids.check import check
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="The grids.")


@app.callback()
def _group() -> None:
    """The grids."""


@app.command("check")
def run_check(
    strict: Annotated[bool, typer.Option(help="Gaps and overlaps are failures, too.")] = False,
    most: Annotated[int, typer.Option(help="Print at most so many rows of each kind.")] = 20,
) -> None:
    """Compare every stored assignment with a fresh computation; exit code 1 on differences.

    Prints one JSON object a line: each difference, each broken grid, then the summary.
    """
    with ready_database(settings()) as database, database.session(system("grids check")) as session:
        result = check(session)
    for found in (result.wrong, result.broken):
        for row in found[:most]:
            typer.echo(json.dumps(asdict(row), ensure_ascii=False))
    counts = {"wrong": len(result.wrong), "broken": len(result.broken)}
    typer.echo(json.dumps({**counts, "coverage": result.coverage()}, ensure_ascii=False))
    raise typer.Exit(0 if (result.exact if strict else result.ok) else 1)
