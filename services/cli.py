"""The command line: ``gridgov``."""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
from typing import Annotated

import typer
from rich.console import Console

from services import banner
from services.config import settings
from services.db.embedded import Cluster, NoPostgis, die_with_parent
from services.errors import AppError, Conflict
from services.run import ready_database, site_database
from services.serve import Site

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(db_app, name="db")
console = Console(stderr=True)


@app.command()
def up(demo: Annotated[bool, typer.Option(help="Demo county and demo accounts.")] = False) -> None:
    """Start the database if need be, bring it up to date, and serve until Ctrl-C."""
    chosen = settings()
    if chosen.die_with_parent:
        die_with_parent(signal.SIGTERM)
    chosen.demo = chosen.demo or demo
    _check_port(chosen.host, chosen.port)
    with ready_database(chosen) as database:
        from services.demo import load as demo_county  # noqa: PLC0415 - heavy
        from services.jobs import daily  # noqa: PLC0415 - heavy
        from services.jobs.service import Worker  # noqa: PLC0415

        if chosen.demo:
            demo_county.ensure_demo(database)
        elif demo_county.loaded_at(database):
            raise Conflict(
                "demo_database",
                "这个库里是演示县和演示账号；用 up --demo 启动，或另选 GRIDGOV_DATA_DIR。",
                "This database holds the demo county and its accounts: start with up --demo, "
                "or choose another GRIDGOV_DATA_DIR.",
            )
        # By name: the pages stand above the services and may not be imported from here.
        build_with = importlib.import_module("dashboards.server").build_with
        banner.show(console, chosen, demo_county.loaded_at(database))
        with site_database(chosen, database) as own, Worker(database, daily.JOBS).beside():
            Site(build_with(chosen, own), chosen.host, chosen.port).run()


def _check_port(host: str, port: int) -> None:
    """Say plainly that somebody is there already, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise Conflict(
                "port",
                f"{host}:{port} 已被占用；先停掉那个程序，或用 GRIDGOV_PORT 换一个端口。",
                f"{host}:{port} is taken: stop what runs there, or set GRIDGOV_PORT.",
            ) from exc


@app.command()
def down() -> None:
    """Stop the gridgov that runs on this data folder."""
    run_file = Cluster(settings().data_dir).run_file
    if not run_file.exists():
        console.print("gridgov is not running here.")
        raise typer.Exit(1)
    os.kill(json.loads(run_file.read_text())["pid"], signal.SIGTERM)


@app.command()
def status() -> None:
    """Say whether gridgov runs, where, and on which database."""
    chosen = settings()
    if chosen.database_url:
        console.print("external database")
        return
    cluster = Cluster(chosen.data_dir)
    running = cluster.running_elsewhere()
    console.print(f"{'running' if running else 'stopped'}  {chosen.data_dir}")
    raise typer.Exit(0 if running else 3)


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest schema."""
    with ready_database(settings()):
        pass


def _mount() -> None:
    """Attach the sub-commands of the nouns."""
    from services.access.cli import app as users_app  # noqa: PLC0415
    from services.audit.cli import app as audit_app  # noqa: PLC0415
    from services.demo.cli import app as demo_app  # noqa: PLC0415
    from services.grids.cli import app as grids_app  # noqa: PLC0415
    from services.imports.cli import app as import_app  # noqa: PLC0415
    from services.jobs.cli import worker  # noqa: PLC0415
    from services.keys.cli import app as keys_app  # noqa: PLC0415
    from services.parameters.cli import app as parameters_app  # noqa: PLC0415
    from services.people.cli import app as people_app  # noqa: PLC0415

    app.add_typer(users_app, name="users")
    app.add_typer(audit_app, name="audit")
    app.add_typer(demo_app, name="demo")
    app.add_typer(grids_app, name="grids")
    app.add_typer(import_app, name="import")
    app.add_typer(keys_app, name="keys")
    app.add_typer(parameters_app, name="parameters")
    app.add_typer(people_app, name="people")
    app.command("worker")(worker)


def main() -> None:
    """Entry point; an expected error is one plain sentence, not a traceback."""
    _mount()
    try:
        app()
    except AppError as exc:
        console.print(f"[red]{exc.zh}\n{exc.en}[/red]")
        sys.exit(1)
    except NoPostgis as exc:
        console.print(f"[red]{exc}[/red]")
        sys.exit(1)


if __name__ == "__main__":
    main()
