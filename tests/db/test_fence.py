"""The second fence: what the database itself shows to the roles of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.access.actor import Actor
from services.config import Settings
from services.db import migrate
from services.db.session import Database
from services.db.tables import metadata
from services.run import Unreachable, site_database
from tests.conftest import Clients

OPEN = {"grid_drawn", "basemap_area", "basemap_line", "basemap_place", "audit", "user_role",
        "user_role_grid"}  # fmt: skip
BY_GRID = sorted(t.name for t in metadata.tables.values() if "grid_id" in t.columns)
FENCED = [name for name in BY_GRID if name not in OPEN]
# A row of these belongs to a row that is fenced itself: table -> (column, parent).
THROUGH = {
    "incident_action": ("incident_id", "incident"),
    "incident_photo": ("incident_id", "incident"),
    "correction_request": ("person_id", "person"),
    "household_change": ("household_id", "household"),
    "family_change": ("family_id", "family"),
    "house_change": ("house_id", "house"),
    "patrol_officer": ("area_id", "patrol_area"),
    "patrol_warning": ("area_id", "patrol_area"),
    "patrol_stop": ("area_id", "patrol_area"),
    "premises_attention": ("premises_id", "premises"),
    "premises_employee": ("premises_id", "premises"),
    "inspection_answer": ("inspection_id", "inspection"),
    "inspection_photo": ("inspection_id", "inspection"),
    "finding": ("inspection_id", "inspection"),
    "recheck": (
        "finding_id",
        "(SELECT f.id, i.grid_id, i.premises_id FROM finding f "
        "JOIN inspection i ON i.id = f.inspection_id)",
    ),
    "premises_also": ("premises_id", "premises"),
    "claim_fault": ("batch_id", "claim_batch"),
    "team_member": ("team_id", "service_team"),
    "service_record_member": ("record_id", "service_record"),
    "service_photo": ("record_id", "service_record"),
}
ACCOUNTS = ("county", "township", "village", "micro", "patrol", "department", "screen")
ActorOf = Callable[[Database, str], Actor]


# Rows that are somebody's own wherever they lie: by the parent's columns.
OWN = {
    "incident": "p.reporter_id IS NOT DISTINCT FROM CAST(:user AS bigint)",
    # With its premises: one file for each shop, also when it moved here.
    "inspection": "p.premises_id IN (SELECT id FROM premises WHERE grid_id = ANY(:ids))",
    # Teams of which one is a member, and those that served somebody here.
    "service_team": """p.id IN (SELECT team_id FROM team_member
        WHERE staff_id = :staff AND left_on IS NULL)
        OR p.id IN (SELECT team_id FROM service_record WHERE grid_id = ANY(:ids))""",
    "patrol_area": "p.id IN (SELECT area_id FROM patrol_officer WHERE staff_id = :staff)",
    # Oneself, and the officers of the areas that one sees.
    "staff": """p.id IS NOT DISTINCT FROM CAST(:staff AS bigint) OR p.id IN (
        SELECT o.staff_id FROM patrol_officer o JOIN patrol_area a ON a.id = o.area_id
        WHERE a.grid_id = ANY(:ids)
        OR a.id IN (SELECT area_id FROM patrol_officer WHERE staff_id = :staff))""",
}


def rows(database: Database, name: str, actor: Actor) -> list[tuple[int, bool]]:
    """(grid, whether it is the actor's own) of every row, as the owner of the table sees it."""
    column, parent = THROUGH.get(name, ("id", name))
    own = OWN.get(parent, "false")
    query = f"SELECT p.grid_id, {own} FROM {name} c JOIN {parent} p ON p.id = c.{column}"
    if name not in THROUGH:
        query = f"SELECT p.grid_id, {own} FROM {name} p"
    who = {"user": actor.user_id, "staff": actor.staff_id, "ids": sorted(actor.scope.ids)}
    with database.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(text(query), who)]


@pytest.mark.parametrize("username", ACCOUNTS)
@pytest.mark.parametrize("name", [*FENCED, *THROUGH])
def test_without_a_condition_only_the_scope_is_seen(
    demo_db: Database, actor_of: ActorOf, username: str, name: str
) -> None:
    actor = actor_of(demo_db, username)
    mine = [grid for grid, own in rows(demo_db, name, actor) if own or actor.scope.sees(grid)]
    with demo_db.session(actor) as session:
        assert session.scalar(text(f"SELECT count(*) FROM {name}")) == len(mine)
        if name not in THROUGH:
            seen = session.scalars(text(f"SELECT grid_id FROM {name}")).all()
            assert sorted(seen) == sorted(mine)
    with demo_db.session(None) as session:
        assert session.scalar(text(f"SELECT count(*) FROM {name}")) == 0


def test_the_sweep_is_not_empty(demo_db: Database, actor_of: ActorOf) -> None:
    """Somebody's scope cuts each of the large tables: the fence had something to hide."""
    actor = actor_of(demo_db, "micro")
    for name in ("person", "household", "building", "premises", "incident", "staff"):
        grids = [grid for grid, _ in rows(demo_db, name, actor)]
        assert any(actor.scope.sees(g) for g in grids), name
        assert not all(actor.scope.sees(g) for g in grids), name


def test_every_fenced_table_has_both_policies(db: Database) -> None:
    query = text(
        "SELECT c.relname, c.relrowsecurity, array_agg(p.policyname ORDER BY p.policyname) "
        "FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname "
        "WHERE c.relnamespace = current_schema()::regnamespace GROUP BY 1, 2"
    )
    with db.engine.connect() as connection:
        found = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    both = (True, ["everything", "within_scope"])
    assert found.pop("look_grant") == both
    assert found.pop("saved_view") == (True, ["everything", "offered", "within_scope"])
    assert found.pop("emergency_look") == both  # tests/access/test_emergency.py
    assert found.pop("notice") == (True, ["everything", "telling", "within_scope"])
    assert found.pop("outbox") == (True, ["everything", "telling", "within_scope"])
    assert found == {n: both for n in [*FENCED, *THROUGH] if n != "outbox"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE building SET grid_id = :outside",
        "UPDATE person SET grid_id = :outside",
        "INSERT INTO estate (grid_id, name, kind) VALUES (:outside, 'x', 'estate')",
        "INSERT INTO incident_action (incident_id, action, to_state) "
        "VALUES (:incident, 'x', 'reported')",
    ],
)
def test_nothing_is_written_outside(demo_copy: Database, actor_of: ActorOf, statement: str) -> None:
    actor = actor_of(demo_copy, "micro")
    with demo_copy.engine.connect() as connection:
        outside = connection.execute(
            text("SELECT grid_id, id FROM incident WHERE NOT grid_id = ANY(:ids)"),
            {"ids": sorted(actor.scope.ids)},
        ).first()
    assert outside is not None
    values = {"outside": outside.grid_id, "incident": outside.id}
    with pytest.raises(DBAPIError, match="row-level security"), demo_copy.session(actor) as session:
        session.execute(text(statement), values)


@pytest.fixture
def web(demo_copy: Database, settings: Settings) -> Iterator[Database]:
    """The database as the site signs in on our own cluster."""
    migrate.make_login(demo_copy)
    migrate.make_login(demo_copy)  # harmless when it is there
    database = Database(demo_copy.url.set(username=migrate.LOGIN), settings)
    yield database
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM person",
        "SELECT count(*) FROM app_user",
        "SET ROLE gridgov",
        "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY within_scope ON person",
        "CREATE TABLE mine (n int)",
        "UPDATE audit SET note = 'x'",
        "DELETE FROM audit",
        "DELETE FROM incident_action",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
    ],
)
@pytest.mark.parametrize("role", [None, "gridgov_app", "gridgov_all"])
def test_the_sites_login_owns_nothing(web: Database, statement: str, role: str | None) -> None:
    with web.engine.connect() as connection:
        if role:
            connection.execute(text(f"SET ROLE {role}"))
            if statement.startswith("SELECT"):
                return  # with a role the fence decides, see above
        with pytest.raises(DBAPIError, match=r"denied|must be (owner|member)|does not exist"):
            connection.execute(text(statement))


def test_the_site_works_with_its_login(web: Database, actor_of: ActorOf) -> None:
    for username in ("county", "micro"):
        actor = actor_of(web, username)
        with web.session(actor) as session:
            assert (session.scalar(text("SELECT count(*) FROM person")) or 0) > 0


def test_on_an_external_database_the_site_signs_in_as_told(
    demo_copy: Database, settings: Settings, web: Database
) -> None:
    """The owner's address for migrations and jobs, the other one for what comes from outside."""
    urls = {
        "database_url": demo_copy.url.render_as_string(hide_password=False),
        "web_database_url": web.url.render_as_string(hide_password=False),
    }
    for given, expected in ((urls, migrate.LOGIN), ({**urls, "web_database_url": None}, "gridgov")):
        chosen = settings.model_copy(update={"demo": False, **given})
        with site_database(chosen, demo_copy) as site, site.engine.connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar_one() == expected
    unreachable = {**urls, "web_database_url": "postgresql+psycopg2://nobody@127.0.0.1:1/none"}
    with (
        pytest.raises(Unreachable),
        site_database(settings.model_copy(update={"demo": False, **unreachable}), demo_copy),
    ):
        pass


def test_a_whole_request_works_in_that_login(web: Database, settings: Settings) -> None:
    site = Clients(settings, web)
    for username in ("county", "micro"):
        answer = site(username).post("/api/v1/people/search", json={"size": 1})
        assert answer.status_code == 200 and answer.json()["total"] > 0
    site.close()
