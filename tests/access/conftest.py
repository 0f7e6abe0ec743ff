"""A small root with two townships' leaders, and clients for it."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from services.config import Settings
from services.db.embedded import Cluster
from services.db.session import Database
from tests import roots
from tests.conftest import Clients, cloned


@pytest.fixture
def db(request: pytest.FixtureRequest, cluster: Cluster, settings: Settings) -> Iterator[Database]:
    """A database of this test's own: with the root where it asks for one, else empty."""
    if "root" in request.fixturenames:
        template, _ = request.getfixturevalue("planted")
    else:
        template = request.getfixturevalue("empty_template")
    with cloned(cluster, settings, template) as database:
        yield database


@pytest.fixture
def root(planted: tuple[str, roots.Root]) -> roots.Root:
    """County, townships a and b; users county, a, b (each sees own and below), nobody."""
    return copy.deepcopy(planted[1])


@pytest.fixture
def site(settings: Settings, db: Database, root: roots.Root) -> Iterator[Clients]:
    """Clients on that root; the password of a user is the user's name."""
    made = Clients(settings, db, password=None)
    yield made
    made.close()
