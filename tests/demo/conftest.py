"""The whole demo county in memory, made once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.demo.county import County, make_county

NOW = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)  # a Friday afternoon in Beijing


@pytest.fixture(scope="session")
def county() -> County:
    """The county at its full size."""
    return make_county("county", NOW)
