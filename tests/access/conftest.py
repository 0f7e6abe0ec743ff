"""A small root with two townships' leaders, and clients for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.access.actor import system
from services.config import Settings
from services.db.session import Database
from tests import roots
from tests.conftest import Clients

ALL = "people.read incidents.read incidents.report incidents.handle stats.read screen.view"


@pytest.fixture
def root(db: Database) -> roots.Root:
    """County, townships a and b; users county, a, b (each sees own and below), nobody."""
    with db.session(system("test")) as session:
        made = roots.plant(session)
        a, b = made.at(2)
        roots.categories(session)
        grants = {"county": (ALL, None), "a": (ALL, a), "b": (ALL, b), "nobody": ("", b)}
        roots.people_of_the_office(session, grants)
    return made


@pytest.fixture
def site(settings: Settings, db: Database, root: roots.Root) -> Iterator[Clients]:
    """Clients on that root; the password of a user is the user's name."""
    made = Clients(settings, db, password=None)
    yield made
    made.close()
