"""Fixtures: a real PostGIS for every test, the small demo county, a running site."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from dashboards.server import build_with
from services.access import passwords
from services.access.actor import Actor, system
from services.access.repository import user_by_name
from services.access.service import load_actor
from services.config import Settings
from services.db import migrate
from services.db.embedded import Cluster
from services.db.session import Database
from services.demo.load import load_demo
from services.serve import Site
from tests import roots

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "gridgov-demo"
UNLIMITED = ("exports_per_minute", "public_per_minute")
# The longest files begin first, so that no worker is left alone with one at the end.
LONGEST = (
    "browser/test_desk.py",
    "analytics/test_same_numbers.py",
    "browser/test_wall.py",
    "imports/test_manhattan.py",
    "contract/",
    "browser/",
    "analytics/",
    "tiles/",
    "access/",
    "demo/",
    "db/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the order within a file stays."""

    def rank(item: pytest.Item) -> int:
        path = item.path.relative_to(ROOT / "tests").as_posix()
        return next((i for i, start in enumerate(LONGEST) if path.startswith(start)), len(LONGEST))

    items.sort(key=rank)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[PasswordHasher]:
    """Passwords cost nothing: the tests sign in thousands of times. Gives the real hasher."""
    real, dummy = passwords.HASHER, passwords.DUMMY
    passwords.HASHER, passwords.DUMMY = roots.QUICK, roots.QUICK.hash("nobody's")
    yield real
    passwords.HASHER, passwords.DUMMY = real, dummy


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Shared real data that is not shipped; the test is skipped, visibly, where it is absent."""
    folder = ROOT.parent / "shared" / "realdata"
    if not folder.is_dir():
        pytest.skip("the shared real data folder is not here")
    return folder


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A short folder that the database server's user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="ggt-"))
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(data_dir: Path) -> Settings:
    """Settings of the tests: demo mode on, everything in a throw-away folder."""
    chosen = Settings(data_dir=data_dir, demo=True, database_url=None, db_pool=12)
    # Tests ask as fast as they can; tests/access checks the limits themselves.
    return chosen.model_copy(update=dict.fromkeys(UNLIMITED, 1_000_000))


@pytest.fixture(scope="session")
def cluster(data_dir: Path) -> Iterator[Cluster]:
    """A throw-away PostGIS. There is no stand-in: without PostGIS the tests fail."""
    made = Cluster(data_dir, durable=False)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def empty_template(cluster: Cluster, settings: Settings) -> str:
    """Name of a migrated, empty database to clone."""
    database = Database(cluster.url("gridgov"), settings)
    migrate.upgrade(database)
    database.close()
    return "gridgov"


@pytest.fixture(scope="session")
def whole_template(cluster: Cluster, settings: Settings, empty_template: str) -> str:
    """Name of a database with the small demo county as it is loaded, to clone."""
    url = cluster.clone("whole_template", empty_template)
    database = Database(url, settings)
    load_demo(database, size="small")
    database.close()
    return "whole_template"


@pytest.fixture(scope="session")
def demo_template(cluster: Cluster, settings: Settings, whole_template: str) -> str:
    """Name of a database with the small demo county and a third of its people, to clone."""
    return _thinned(cluster, settings, "demo_template", whole_template, 3)


@pytest.fixture(scope="session")
def few_template(cluster: Cluster, settings: Settings, whole_template: str) -> str:
    """The same with few people, for what concerns every row again and again."""
    return _thinned(cluster, settings, "few_template", whole_template, 24)


def _thinned(cluster: Cluster, settings: Settings, name: str, template: str, nth: int) -> str:
    """A clone with every ``nth`` household and its people, and all people without one."""
    database = Database(cluster.clone(name, template), settings)
    gone = f"mod(household_id, {nth}) <> 0"
    people = f"person_id IN (SELECT id FROM person WHERE {gone})"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(
            f"DELETE FROM person_label WHERE {people};"
            "DELETE FROM service_record_member WHERE record_id IN "
            f"(SELECT id FROM service_record WHERE {people});"
            f"DELETE FROM service_record WHERE {people};"
            f"DELETE FROM service_object WHERE {people};"
            f"DELETE FROM property WHERE {people};"
            f"UPDATE household SET head_id = NULL WHERE mod(id, {nth}) <> 0;"
            f"UPDATE family SET head_id = NULL WHERE head_id IN "
            f"(SELECT id FROM person WHERE {gone});"
            f"DELETE FROM person WHERE {gone};"
            "DELETE FROM family f WHERE NOT EXISTS (SELECT FROM person WHERE family_id = f.id);"
            f"DELETE FROM household WHERE mod(id, {nth}) <> 0"
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM FULL ANALYZE person")
        connection.exec_driver_sql("VACUUM FULL ANALYZE household")
    database.close()
    return name


@contextmanager
def cloned(cluster: Cluster, settings: Settings, template: str) -> Iterator[Database]:
    """A database of its own, made from ``template`` and thrown away afterwards."""
    name = f"t{uuid.uuid4().hex[:12]}"
    database = Database(cluster.clone(name, template), settings)
    try:
        yield database
    finally:
        database.close()
        cluster.drop(name)


@pytest.fixture
def db(cluster: Cluster, settings: Settings, empty_template: str) -> Iterator[Database]:
    """An empty migrated database of this test's own."""
    with cloned(cluster, settings, empty_template) as database:
        yield database


@pytest.fixture
def demo_copy(cluster: Cluster, settings: Settings, demo_template: str) -> Iterator[Database]:
    """The small demo county, this test's own to change."""
    with cloned(cluster, settings, demo_template) as database:
        yield database


@pytest.fixture
def few(cluster: Cluster, settings: Settings, few_template: str) -> Iterator[Database]:
    """A copy of the demo with few people."""
    with cloned(cluster, settings, few_template) as database:
        yield database


@pytest.fixture(scope="session")
def planted(cluster: Cluster, settings: Settings, empty_template: str) -> tuple[str, roots.Root]:
    """A small root to clone: county, townships a and b; users county, a, b (each sees own and
    below) and nobody. Name of the database, and its grids."""
    database = Database(cluster.clone("planted", empty_template), settings)
    with database.session(system("test")) as session:
        made = roots.plant(session)
        a, b = made.at(2)
        roots.categories(session)
        grants = {
            "county": (roots.ALL, None),
            "a": (roots.ALL, a),
            "b": (roots.ALL, b),
            "nobody": ("", b),
        }
        roots.people_of_the_office(session, grants)
    database.close()
    return "planted", made


@pytest.fixture
def demo_alone(demo_copy: Database, tmp_path: Path) -> Iterator[Database]:
    """A copy with its own data folder: a key ring to rotate, notes about one chain only."""
    mine = demo_copy.settings.model_copy(update={"data_dir": tmp_path})
    shutil.copy(demo_copy.settings.key_file, mine.key_file)
    database = Database(demo_copy.url, mine)
    yield database
    database.close()


@pytest.fixture(scope="session")
def demo_db(cluster: Cluster, settings: Settings, demo_template: str) -> Iterator[Database]:
    """The small demo county, shared by tests that only read."""
    with cloned(cluster, settings, demo_template) as database:
        yield database


@pytest.fixture(scope="session")
def county_db(cluster: Cluster, settings: Settings, empty_template: str) -> Iterator[Database]:
    """The whole demo county with its 946 grids; only for what must hold at every one of them."""
    with cloned(cluster, settings, empty_template) as database:
        load_demo(database, size="county", progress=False)
        yield database


@pytest.fixture(scope="session")
def actor_of() -> Callable[[Database, str], Actor]:
    """``actor_of(database, "township")``: the actor of a demo account; "system" sees all."""

    def find(database: Database, username: str) -> Actor:
        if username == "system":
            return system("test")
        with database.session(None) as session:
            user = user_by_name(session, username)
            assert user is not None, username
            actor = load_actor(session, user.id)
        assert actor is not None
        return actor

    return find


class Clients:
    """API clients on one database: ``clients("township").get("/api/v1/me")``; None = nobody."""

    def __init__(self, settings: Settings, database: Database, password: str | None = PASSWORD):
        self.app = build_with(settings, database)
        self._password = password  # None: the user's own name
        self._running = TestClient(self.app)
        self._running.__enter__()

    def __call__(self, username: str | None = None) -> TestClient:
        client = TestClient(self.app, raise_server_exceptions=False)
        if username:
            body = {"username": username, "password": self._password or username}
            answer = client.post("/api/v1/session", json=body)
            assert answer.status_code == 204, answer.text
        return client

    def close(self) -> None:
        self._running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def clients(settings: Settings, demo_db: Database) -> Iterator[Clients]:
    """Clients of the shared small demo county (reading tests)."""
    made = Clients(settings, demo_db)
    yield made
    made.close()


@pytest.fixture
def own_clients(settings: Settings, demo_copy: Database) -> Iterator[Clients]:
    """Clients of this test's own copy of the small demo county (writing tests)."""
    made = Clients(settings, demo_copy)
    yield made
    made.close()


class Server:
    """The site on a real port, in a thread."""

    def __init__(self, settings: Settings, database: Database):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = database
        self._server = Site(build_with(settings, database), "127.0.0.1", self.port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < deadline, "the site did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="session")
def server(cluster: Cluster, settings: Settings, demo_template: str) -> Iterator[Server]:
    """The running site on a copy of the small demo county, shared by the browser tests."""
    with cloned(cluster, settings, demo_template) as database:
        made = Server(settings, database)
        yield made
        made.stop()


@pytest.fixture(scope="session")
def live_server(server: Server) -> str:
    """Base address of the running site."""
    return server.url
