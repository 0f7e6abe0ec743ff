"""The small world of the patrol tests as a fixture."""

from __future__ import annotations

import pytest

from services.db.session import Database
from tests.patrols.world import World, build


@pytest.fixture
def world(db: Database) -> World:
    """Two micro-grids, one patrol area over both, one building."""
    return build(db)
