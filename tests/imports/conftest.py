"""Fixtures of the import tests: one way to import, a place to say what was measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.access.actor import system
from services.db.session import Database
from services.imports.batch import Options
from services.imports.schemas import Report
from services.imports.service import import_file

Importer = Callable[..., Report]


@pytest.fixture(scope="session")
def shipped() -> Path:
    """Real files that came with the tests, each folder with its source and licence."""
    return Path(__file__).parents[1] / "data"


def importer_on(db: Database) -> Importer:
    """The real import, each in a transaction of its own."""

    def run(kind: Any, path: Path, **options: Any) -> Report:
        actor = system("test")
        with db.session(actor) as session:
            return import_file(session, actor, kind, path, Options(**options))

    return run


def rows_on(db: Database) -> Callable[..., list[Any]]:
    """Rows of a query."""

    def run(query: str, **values: Any) -> list[Any]:
        with db.engine.connect() as conn:
            return list(conn.execute(text(query), values))

    return run


def add_kind(db: Database) -> None:
    """A catalogue of one kind of premises, so that a file of points can be taken."""
    with db.engine.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO premises_kind (code, name_zh, name_en, check_days_general,"
                " check_days_medium, check_days_serious) VALUES ('shop', '商店', 'shop', 90, 30, 7)"
                " ON CONFLICT DO NOTHING"
            )
        )


@pytest.fixture
def importer(db: Database) -> Importer:
    """``importer("grids", path, level=2)`` on this test's own database."""
    return importer_on(db)


@pytest.fixture
def rows_of(db: Database) -> Callable[..., list[Any]]:
    """``rows_of("SELECT ...", name=value)`` on this test's own database."""
    return rows_on(db)


@pytest.fixture
def shop_kind(db: Database) -> None:
    """See :func:`add_kind`."""
    add_kind(db)


@pytest.fixture
def figure(capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Write a measured figure into the test's visible output."""
    started = time.perf_counter()

    def say(what: str) -> None:
        seconds = time.perf_counter() - started
        with capsys.disabled():
            sys.stdout.write(f"\n    {what} [{seconds:.1f} s]")

    return say
