"""``gridgov keys ...``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.config import settings
from services.keys import service
from services.kit import keyring
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="The keys of what is stored encrypted.")
console = Console(stderr=True)


@app.command("status")
def status() -> None:
    """Say which versions there are, and how many values are sealed under each."""
    chosen = settings()
    with ready_database(chosen) as database:
        found, ring = service.counts(database), keyring.load(chosen.key_file)
    for number, version in sorted(ring.versions.items()):
        retired = f", retired {version.retired:%Y-%m-%d %H:%M}" if version.retired else ""
        made = f"made {version.made:%Y-%m-%d %H:%M}" if version.made else "of the first format"
        typer.echo(
            f"version {number}: {made}{retired}{' (in use)' if number == ring.current else ''}"
        )
        for table, columns in found.items():
            for column, by_version in columns.items():
                if n := by_version.get(number):
                    typer.echo(f"  {table}.{column}: {n}")
    if ring.rotating:
        typer.echo("a rotation was not finished: run gridgov keys rotate")


@app.command("rotate")
def rotate(
    batch: Annotated[int, typer.Option(min=1, max=20_000, help="Rows in a transaction.")] = (
        service.BATCH
    ),
) -> None:
    """Make new keys and bring every row under them; goes on where it was stopped.

    The site may stay up. Keep a copy of keys.json afterwards, apart from the database's.
    """
    bar = Progress(
        TextColumn("{task.description:<20}"), BarColumn(), TextColumn("{task.completed:.0f} rows"),
        TimeElapsedColumn(), console=console,
    )  # fmt: skip
    with ready_database(settings()) as database, bar:
        task = bar.add_task("keys", total=None)
        done = service.rotate(
            database, lambda table, n: bar.update(task, advance=n, description=table), batch
        )
    rows = sum(done.rows.values())
    typer.echo(f"{rows} rows brought under version {done.version}, {done.left} values left")
    for table, ids in done.stuck.items():
        listed = ", ".join(map(str, ids[:20]))
        typer.echo(f"{table}: another entry in the grid has the same number, settle: {listed}")
    if not done.whole:
        raise typer.Exit(1)


@app.command("forget")
def forget(
    version: Annotated[int, typer.Argument(help="An old version that no row needs any more.")],
) -> None:
    """Remove an old version for good; a backup made under it needs the keys.json of its time."""
    with ready_database(settings()) as database:
        service.forget(database, version)
    typer.echo(f"version {version} removed")
