"""``gridgov parameters ...``."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import ValidationError

from services.access.actor import system
from services.config import settings
from services.errors import BadInput
from services.parameters import service
from services.parameters.models import MODES
from services.parameters.schemas import Association
from services.run import ready_database

app = typer.Typer(no_args_is_help=True, help="Parameters that are set once.")


@app.callback()
def _group() -> None:
    """Parameters that are set once."""


@app.command("association")
def association(
    mode: Annotated[str | None, typer.Argument(help=", ".join(MODES))] = None,
) -> None:
    """Show how lists are tied to entries of people; with MODE, set it for good."""
    who = system("parameters")
    with ready_database(settings()) as database, database.session(who) as session:
        if mode is not None:
            service.set_association(session, who, _checked(mode).mode)
        typer.echo(service.association_mode(session) or "not set: a link is optional")


def _checked(mode: str) -> Association:
    try:
        return Association.model_validate({"mode": mode})
    except ValidationError as error:
        listed = ", ".join(MODES)
        raise BadInput("mode", f"可选：{listed}。", f"Choose one of: {listed}.") from error
