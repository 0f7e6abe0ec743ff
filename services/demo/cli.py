"""``gridgov demo``: the made-up county to look at and to test with."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.console import Console

from services.config import settings
from services.demo.load import load_demo
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="The demo county (every person in it is made up).")
console = Console(stderr=True)


@app.callback()
def demo() -> None:
    """Demo data."""


@app.command("load")
def load(
    small: Annotated[bool, typer.Option(help="One township instead of eight.")] = False,
    replace: Annotated[bool, typer.Option(help="Drop everything that is stored first.")] = False,
) -> None:
    """Generate the demo county and store it."""
    began = time.monotonic()
    with ready_database(settings()) as database:
        counts = load_demo(database, "small" if small else "county", replace=replace)
    console.print(
        f"{counts['grid']} grids, {counts['household']} households, {counts['person']} people, "
        f"{counts['incident']} incidents in {time.monotonic() - began:.0f} s"
    )
