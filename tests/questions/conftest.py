"""One hand-made county with users of every kind, shared by the tests that only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from services.access.actor import system
from services.config import Settings
from services.db.embedded import Cluster
from services.db.session import Database
from services.kit.crypto import Keys
from tests.conftest import Clients
from tests.questions.county import County, build
from tests.roots import people_of_the_office

READ = "people.read households.read places.read premises.read incidents.read staff.read stats.read"
ALL = f"{READ} export"


@dataclass
class Land:
    """The county, its database and its clients: ``land.as_("town")``."""

    county: County
    database: Database
    clients: Clients
    own: dict[str, int | None]

    def __post_init__(self) -> None:
        self._open: dict[str, TestClient] = {}

    def as_(self, user: str) -> TestClient:
        """The client of a user, signed in once."""
        if user not in self._open:
            self._open[user] = self.clients(user)
        return self._open[user]

    def seen_by(self, user: str) -> set[int]:
        """The grids that a user sees, from the tree alone."""
        grid = self.own[user]
        return set(self.county.paths) if grid is None else self.county.below(grid)

    def search(self, register: str, user: str = "chief", **question: Any) -> dict[str, Any]:
        """The answer to a search that must succeed."""
        answer = self.as_(user).post(f"/api/v1/{register}/search", json=question)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def all_ids(self, register: str, user: str = "chief", **question: Any) -> set[int]:
        """The ids of all pages; checks that none comes twice and that the total is right."""
        found: list[int] = []
        page = 1
        while True:
            got = self.search(register, user, page=page, size=500, **question)
            found += [item["id"] for item in got["items"]]
            page += 1
            if len(got["items"]) < 500:
                break
        assert len(found) == len(set(found)) == got["total"]
        return set(found)


def settle(database: Database, keys: Keys, **sizes: Any) -> tuple[County, dict[str, int | None]]:
    """Build the county and its users in an empty database."""
    with database.engine.begin() as connection:
        county = build(connection, keys, **sizes)
    town, village = county.at_level(2)[0], county.at_level(3)[-1]
    micro = county.at_level(5)[4]
    own = {"chief": None, "town": town, "village": village, "micro": micro, "screen": None}
    grants = {name: (ALL, grid) for name, grid in own.items()}
    grants["screen"] = ("premises.read incidents.read staff.read places.read stats.read", None)
    with database.session(system("test")) as session:
        people_of_the_office(session, grants)
        session.flush()
        for role in ("chief", "town"):
            session.execute(
                text("INSERT INTO label_audience SELECT code, :r FROM label"), {"r": role}
            )
    return county, own


@pytest.fixture(scope="session")
def make_land(
    cluster: Cluster, settings: Settings, empty_template: str
) -> Callable[[str], tuple[Land, Database]]:
    """Makes a county of a test's own: ``make_land("name")``."""

    def make(name: str) -> tuple[Land, Database]:
        database = Database(cluster.clone(name, empty_template), settings)
        county, own = settle(database, Keys.load(settings.key_file))
        clients = Clients(settings, database, password=None)
        return Land(county, database, clients, own), database

    return make


@pytest.fixture(scope="session")
def land(make_land: Callable[[str], tuple[Land, Database]]) -> Iterator[Land]:
    """The shared county; tests only read it."""
    made, database = make_land("questions_land")
    yield made
    made.clients.close()
    database.close()
