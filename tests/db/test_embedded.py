"""The embedded cluster: dies with its parent, recovers after a hard kill, is used by one owner."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import text

from services.config import Settings
from services.db.embedded import OWNER, Cluster
from services.errors import Conflict
from services.run import Unreachable, database_of

CHILD = """
import sys, time
from pathlib import Path
from services.db.embedded import Cluster
cluster = Cluster(Path(sys.argv[1]))
cluster.start()
print(cluster.process.pid, cluster.socket, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="ggt-"))
    os.chmod(made, 0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody has fetched yet counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def run_child(folder: Path) -> tuple[subprocess.Popen[str], int, str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent.parent,
    )
    assert child.stdout is not None
    pid, socket = child.stdout.readline().split()
    return child, int(pid), socket


def run(socket: str, *statements: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(host=socket, user=OWNER, dbname="gridgov")
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_a_killed_owner_leaves_no_server_and_no_loss(folder: Path) -> None:
    child, pid, socket = run_child(folder)
    run(socket, "CREATE TABLE kept (n int)", "INSERT INTO kept SELECT generate_series(1, 1000)")
    child.kill()
    child.wait()
    deadline = time.monotonic() + 15
    while alive(pid):
        assert time.monotonic() < deadline, "the server outlived its owner"
        time.sleep(0.05)
    cluster = Cluster(folder)
    cluster.start()
    try:
        assert run(str(cluster.socket), "SELECT count(*) FROM kept") == [(1000,)]
    finally:
        cluster.stop()


def test_a_killed_server_recovers_at_the_next_start(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.start()
    assert cluster.process is not None
    run(str(cluster.socket), "CREATE TABLE kept AS SELECT 1 AS n")
    cluster.process.send_signal(signal.SIGKILL)
    cluster.process.wait()
    cluster.stop()
    again = Cluster(folder)
    again.start()
    try:
        assert run(str(again.socket), "SELECT n FROM kept") == [(1,)]
    finally:
        again.stop()


def test_a_second_owner_is_refused_and_a_client_finds_the_first(folder: Path) -> None:
    first = Cluster(folder)
    first.start()
    try:
        with pytest.raises(Conflict, match="already running"):
            Cluster(folder).start()
        other = Cluster(folder)
        assert other.running_elsewhere()
        assert run(str(other.socket), "SELECT 1") == [(1,)]
    finally:
        first.stop()
    assert not Cluster(folder).running_elsewhere()


def test_a_command_beside_the_running_site_leaves_it_running(folder: Path) -> None:
    owner = Cluster(folder)
    owner.start()
    try:
        for _ in range(2):
            beside = database_of(Settings(data_dir=folder, database_url=None))
            with beside as database, database.engine.connect() as connection:
                assert connection.scalar(text("SELECT 1")) == 1
        assert run(str(owner.socket), "SELECT 1") == [(1,)]
        assert Cluster(folder).running_elsewhere()
    finally:
        owner.stop()


def test_an_unreachable_database_is_named_without_its_password(folder: Path) -> None:
    url = "postgresql+psycopg2://user:secret-word@127.0.0.1:1/none"
    beside = database_of(Settings(data_dir=folder, database_url=url))
    with pytest.raises(Unreachable, match="GRIDGOV_DATABASE_URL") as caught, beside:
        pass
    assert "secret-word" not in caught.value.zh + caught.value.en


def test_no_network_port_and_safe_settings(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.start()
    try:
        shown = {
            name: run(str(cluster.socket), f"SHOW {name}")[0][0]
            for name in ("listen_addresses", "fsync", "data_checksums", "full_page_writes")
        }
    finally:
        cluster.stop()
    assert shown == {
        "listen_addresses": "",
        "fsync": "on",
        "data_checksums": "on",
        "full_page_writes": "on",
    }
