"""``gridgov users ...``."""

from __future__ import annotations

from typing import Annotated

import typer

from services.access import accounts, posts, service
from services.access.actor import system
from services.access.manage_schemas import PostBody
from services.access.service import Door
from services.config import settings
from services.errors import BadInput
from services.grids import service as grids
from services.kit.crypto import Keys
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="Who may sign in.")


@app.callback()
def _group() -> None:
    """Who may sign in."""


@app.command("add")
def add(
    username: Annotated[str, typer.Argument(help="Sign-in name.")],
    role: Annotated[str, typer.Option(help="Role, e.g. county_leader, admin.")],
    grid: Annotated[str | None, typer.Option(help="Code of the own grid; else all.")] = None,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True)] = "",
) -> None:
    """Add a user; the password is asked for, so that it stays out of the shell's history.

    It is a first password: the user has to change it at the first sign-in.
    """
    with ready_database(settings()) as database, database.session(system("users add")) as session:
        grid_id = grids.id_of_code(session, grid) if grid else None
        if grid and grid_id is None:
            raise BadInput("grid", "没有这个网格编码。", "There is no such grid.", field="grid")
        service.add_user(session, username, password, role, grid_id)
    typer.echo(username)


@app.command("post")
def post(
    username: Annotated[str, typer.Argument(help="Sign-in name.")],
    role: Annotated[str, typer.Option(help="Role, e.g. township_leader.")],
    grid: Annotated[str | None, typer.Option(help="Code of the grid; else all.")] = None,
) -> None:
    """Give a user one more post; here also one that no administrator may give.

    An administrator gives only what that administrator holds: this is how the first one gets it.
    """
    who = system("users post")
    with ready_database(settings()) as database, database.session(who) as session:
        grid_id = grids.id_of_code(session, grid) if grid else None
        if grid and grid_id is None:
            raise BadInput("grid", "没有这个网格编码。", "There is no such grid.", field="grid")
        body = PostBody(role=role, scope="own_below" if grid else "all", grid_id=grid_id)
        posts.add(session, who, accounts.id_of(session, username), body)
    typer.echo(username)


@app.command("password")
def password(
    username: Annotated[str, typer.Argument(help="Sign-in name.")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
) -> None:
    """Give a user a new first password, to be changed at the next sign-in; all sessions end."""
    chosen = settings()
    with ready_database(chosen) as database:
        door = Door(database, Keys.load(chosen.key_file), chosen)
        with database.session(system("users password")) as session:
            accounts.reset_password(session, username, password)
        door.locks.forget(username)
    typer.echo(username)


@app.command("second-factor-off")
def second_factor_off(
    username: Annotated[str, typer.Argument(help="Sign-in name.")],
) -> None:
    """Switch off the second factor of somebody who lost phone and recovery codes."""
    who = system("users second-factor-off")
    with ready_database(settings()) as database, database.session(who) as session:
        accounts.reset_second_factor(session, username)
    typer.echo(username)
