"""``gridgov worker``: the daily jobs in a process of their own."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from services.config import settings
from services.db.embedded import die_with_parent
from services.jobs import daily
from services.jobs.service import Worker
from services.run import ready_database


def worker(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
) -> None:
    """Run the daily jobs until Ctrl-C; `gridgov up` does so by itself."""
    chosen = settings()
    if chosen.die_with_parent:
        die_with_parent(signal.SIGTERM)
    with ready_database(chosen) as database:
        made = Worker(database, daily.JOBS)
        if once:
            ran = made.round()
            for name, day, good in ran:
                typer.echo(f"{day} {name}: {'done' if good else 'failed'}")
            raise typer.Exit(0 if all(good for _, _, good in ran) else 1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: made.stop())
        made.loop()
