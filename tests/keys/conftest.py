"""The small demo county with a key ring of its own, as it was before there were versions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.config import Settings
from services.db import chain
from services.db.session import Database
from services.kit import keyring


@pytest.fixture
def own(few: Database, settings: Settings, tmp_path: Path) -> Iterator[Database]:
    """A copy of the demo with its own data folder, so that a rotation changes nobody else's keys.

    Its key file has the first format: one hash key for everything.
    """
    ring = keyring.load(settings.key_file)
    assert ring.current == 1
    mine = settings.model_copy(update={"data_dir": tmp_path})
    first = {"current": 1, "ring": {"1": ring.versions[1].seal.hex()}}
    first["hash_key"] = ring.versions[1].look_up.hex()
    mine.key_file.write_text(json.dumps(first))
    mine.key_file.chmod(0o600)
    if settings.files_dir.exists():
        shutil.copytree(settings.files_dir, mine.files_dir)
    database = Database(few.url, mine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE audit_seal DISABLE TRIGGER ALL; DELETE FROM audit_seal;"
            "ALTER TABLE audit_seal ENABLE TRIGGER ALL"
        )
        chain.seal_earlier(connection, database.keys.chain)
    yield database
    database.close()
