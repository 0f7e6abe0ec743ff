"""A new installation: the data files are loaded once, and users are added without a default."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.access import service
from services.access.actor import system
from services.db import reference
from services.db.session import Database
from services.errors import BadInput
from services.grids import service as grids
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
