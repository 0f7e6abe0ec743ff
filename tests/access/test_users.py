"""A new installation: the data files are loaded once, and users are added without a default."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from services.access import cli, service
from services.access.actor import system
from services.access.models import User
from services.db import reference
from services.db.session import Database
from services.errors import AppError, BadInput
from services.grids import service as grids
from tests.conftest import Clients
from tests.roots import Root


def test_reference_data_is_loaded_once(db: Database) -> None:
    for _ in range(2):
        reference.ensure(db)
    with db.session(None) as session:
        roles = session.scalars(text("SELECT code FROM role")).all()
        loads = session.scalar(text("SELECT count(*) FROM audit WHERE action = 'reference data'"))
    assert {"admin", "county_leader", "patrol_officer"} <= set(roles)
    assert loads == 1


def test_a_new_user_sees_the_own_grid_and_below(db: Database, root: Root) -> None:
    with db.session(system("test")) as session:
        grid = grids.id_of_code(session, "990101002")
        assert grid == root.at(2)[1]
        user = service.add_user(session, "new", "a long password", "a", grid)
        actor = service.load_actor(session, user.id)
    assert actor is not None
    assert actor.scope.ids == root.below(grid)


@pytest.mark.parametrize(
    ("name", "password", "role", "field"),
    [
        ("a", "a long password", "a", "username"),
        ("new", "a long password", "none", "role"),
        ("new", "short", "a", "password"),
    ],
)
def test_refusals_name_the_field(
    db: Database, root: Root, name: str, password: str, role: str, field: str
) -> None:
    with pytest.raises(BadInput) as caught, db.session(system("test")) as session:
        service.add_user(session, name, password, role, None)
    assert caught.value.field == field


@pytest.fixture
def command(
    db: Database, root: Root, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """``command("add", "x", "--role", "a", given="...")``: exit code and output."""

    @contextmanager
    def ready(_: object) -> Iterator[Database]:
        yield db

    monkeypatch.setattr(cli, "ready_database", ready)
    monkeypatch.setattr(cli, "settings", lambda: db.settings)

    def run(*arguments: str, given: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(cli.app, list(arguments), input=given)
        if isinstance(result.exception, AppError):
            return 1, result.exception.code
        assert not result.exception or isinstance(result.exception, SystemExit)
        return result.exit_code, result.output

    return run


def test_the_command_adds_with_a_first_password(
    command: Callable[..., tuple[int, str]], site: Clients
) -> None:
    code, output = command("add", "new", "--role", "a", given="a long password\n")
    assert code == 0
    assert "a long password" not in output
    client = site()
    client.post("/api/v1/session", json={"username": "new", "password": "a long password"})
    assert client.get("/api/v1/me").json()["duty"] == "password"
    assert command("add", "newer", "--role", "a", given="password123\n") == (1, "common")


def test_the_command_gives_a_post_that_no_administrator_could(
    command: Callable[..., tuple[int, str]], db: Database, root: Root
) -> None:
    assert command("post", "nobody", "--role", "a", "--grid", "990101001")[0] == 0
    with db.session(None) as session:
        user = session.scalars(select(User).where(User.username == "nobody")).one()
        actor = service.load_actor(session, user.id)
    a, b = root.at(2)
    assert actor and actor.may("people.read")
    assert actor.scope.ids == root.below(a) | root.below(b)
    assert command("post", "nobody", "--role", "x") == (1, "role")
    assert command("post", "nobody", "--role", "a", "--grid", "1") == (1, "grid")
    assert command("post", "none", "--role", "a") == (1, "not_found")


def test_the_command_gives_a_new_first_password_and_lifts_the_lock(
    command: Callable[..., tuple[int, str]], site: Clients
) -> None:
    client = site()
    for _ in range(6):
        client.post("/api/v1/session", json={"username": "a", "password": "x"})
    given = "from the helpdesk\nfrom the helpdesk\n"
    assert command("password", "a", given=given)[0] == 0
    body = {"username": "a", "password": "from the helpdesk"}
    assert client.post("/api/v1/session", json=body).status_code == 204
    assert command("password", "nobody-has-this", given=given) == (1, "not_found")


def test_the_command_switches_the_second_factor_off(
    command: Callable[..., tuple[int, str]], db: Database
) -> None:
    with db.session(system("test")) as session:
        user = session.scalars(select(User).where(User.username == "a")).one()
        user.totp_enc, user.totp_on, user.totp_step = b"x", True, 5
    assert command("second-factor-off", "a")[0] == 0
    with db.session(None) as session:
        user = session.scalars(select(User).where(User.username == "a")).one()
        assert (user.totp_enc, user.totp_on, user.totp_step) == (None, False, None)
