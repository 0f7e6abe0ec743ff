"""The demo's known password stays inside of the demo."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from services import cli
from services.config import ROOT, Settings
from services.config import settings as process_settings
from services.errors import Conflict

URL = "postgresql+psycopg2://u@127.0.0.1:1/x"


def test_demo_mode_refuses_an_external_database(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Conflict, match="GRIDGOV_DATABASE_URL"):
        Settings(demo=True, database_url=URL)
    chosen = Settings(database_url=URL)
    with pytest.raises(Conflict):
        chosen.demo = True


@pytest.mark.parametrize("way", ["flag", "environment"])
def test_the_command_says_so_before_anything_is_tried(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", URL)
    if way == "environment":
        monkeypatch.setenv("GRIDGOV_DEMO", "1")
    process_settings.cache_clear()
    try:
        result = CliRunner().invoke(cli.app, ["up", *(["--demo"] if way == "flag" else [])])
    finally:
        process_settings.cache_clear()
    assert isinstance(result.exception, Conflict)
    assert result.exception.code == "demo_external"


def test_no_password_stands_in_the_code_outside_of_the_demo() -> None:
    """Neither the demo's password nor a default for any other."""
    allowed = {"services/demo", "services/bench", "services/banner.py", "dashboards/login/mount.py"}
    given = re.compile(r"password\w*\s*[:=].{0,20}=?\s*\"\w{4,}\"")
    found = []
    for folder in ("services", "dashboards", "gis"):
        for path in (ROOT / folder).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if name.startswith(tuple(allowed)):
                continue
            text = path.read_text()
            if "gridgov-demo" in text or given.search(text):
                found.append(name)
    assert found == []
