"""The whole demo county in memory, made once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.config import Settings
from services.db.embedded import Cluster
from services.db.session import Database
from services.demo.county import County, make_county
from tests.conftest import cloned

NOW = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)  # a Friday afternoon in Beijing


@pytest.fixture(scope="session")
def county() -> County:
    """The county at its full size."""
    return make_county("county", NOW)


@pytest.fixture(scope="session")
def demo_db(cluster: Cluster, settings: Settings, whole_template: str) -> Iterator[Database]:
    """The small demo county with all its people, to read."""
    with cloned(cluster, settings, whole_template) as database:
        yield database
