"""Own grid and below: the visible set equals walking the tree; grids outside look absent."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from services.access.actor import Actor, system
from services.access.models import User, UserRole, UserRoleGrid
from services.access.scope import load_scope
from services.db.session import Database
from services.grids.models import Grid
from tests import roots
from tests.conftest import Clients


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_scope_equals_brute_force(db: Database, root: roots.Root, data: st.DataObject) -> None:
    """Random sets of roles: own, own and below, chosen, all."""
    ids = sorted(root.boxes)
    kinds = st.sampled_from(["own", "own_below", "chosen", "records"])
    held = data.draw(st.lists(st.tuples(kinds, st.lists(st.sampled_from(ids), min_size=1))))
    expected: set[int] = set()
    with db.session(system("test")) as session:
        user = session.scalars(select(User).where(User.username == "a")).one()
        session.execute(delete(UserRole).where(UserRole.user_id == user.id))
        for kind, grids in held:
            role = UserRole(user_id=user.id, role_code="a", scope_kind=kind, grid_id=grids[0])
            session.add(role)
            session.flush()
            if kind == "own":
                expected |= {grids[0]}
            elif kind == "own_below":
                expected |= root.below(grids[0])
            elif kind == "chosen":
                session.add_all(
                    UserRoleGrid(user_role_id=role.id, grid_id=g) for g in sorted(set(grids))
                )
                expected |= set().union(*(root.below(g) for g in grids))
        session.flush()
        scope = load_scope(session, user.id)
        assert expected == (set(ids) if scope.all else scope.ids)
        seen = session.scalars(select(Grid.id).where(scope.where(Grid.id))).all()
        assert set(seen) == expected


def test_all_sees_all(db: Database, root: roots.Root) -> None:
    with db.session(None) as session:
        user = session.scalars(select(User).where(User.username == "county")).one()
        scope = load_scope(session, user.id)
        assert scope.all
        assert set(session.scalars(select(Grid.id).where(scope.where(Grid.id)))) == set(root.boxes)


def test_every_grid_inside_answers_and_every_grid_outside_is_absent(
    site: Clients, root: roots.Root
) -> None:
    client = site("a")
    mine = root.below(root.at(2)[0])
    for grid in root.boxes:
        for path in ("", "/children"):
            answer = client.get(f"/api/v1/grids/{grid}{path}")
            assert answer.status_code == (200 if grid in mine else 404), (grid, path)


def test_absent_and_hidden_look_the_same(site: Clients, root: roots.Root) -> None:
    client = site("a")
    hidden = client.get(f"/api/v1/grids/{root.at(2)[1]}")
    absent = client.get("/api/v1/grids/999999")
    assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())


def test_finding_stays_inside(site: Clients, root: roots.Root) -> None:
    found = {g["id"] for g in site("a").get("/api/v1/grids?q=网格").json()}
    assert found == root.below(root.at(2)[0])
    assert site("a").get("/api/v1/grids", params={"q": "%"}).json() == []


def test_tops_are_where_the_map_begins(site: Clients, root: roots.Root) -> None:
    assert [g["id"] for g in site("a").get("/api/v1/grids/tops").json()] == [root.at(2)[0]]
    assert [g["level"] for g in site("county").get("/api/v1/grids/tops").json()] == [1]


def test_the_system_is_named_and_sees_all() -> None:
    actor: Actor = system("load")
    assert actor.username == "system:load"
    assert actor.scope.all
