"""The embedded cluster: a private PostGIS that this process makes, starts and supervises.

It uses the machine's own PostgreSQL with PostGIS, listens on a unix socket only, keeps fsync and
checksums on, and dies with its parent. As root the server (and only the server) runs as user
``postgres``, because PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg2

from services.errors import Conflict

OWNER = "gridgov"
PR_SET_PDEATHSIG = 1
SAFE = {
    "jit": "off",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "max_connections": "80",
    "max_parallel_workers_per_gather": "0",
    "log_min_messages": "warning",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoPostgis(RuntimeError):
    """No PostgreSQL with PostGIS is installed on this machine."""


def find_binaries() -> Path:
    """Folder of the newest PostgreSQL that has PostGIS; raises :class:`NoPostgis`."""
    found = []
    for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb"):
        version = initdb.parent.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            found.append((float(version), initdb.parent))
    if not found:
        raise NoPostgis(
            "No PostGIS found. Install it with: sudo apt-get install -y --no-install-recommends "
            "postgresql-postgis, or set GRIDGOV_DATABASE_URL to an existing PostGIS."
        )
    return max(found)[1]


def die_with_parent(sign: int = signal.SIGINT) -> None:
    """Ask the kernel to signal this process when its parent dies (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, sign)


@dataclass
class Cluster:
    """A private cluster in ``folder``; ``durable=False`` trades safety for speed in tests."""

    folder: Path
    durable: bool = True

    def __post_init__(self) -> None:
        self.data = self.folder / "pg"
        self.run_file = self.folder / "run.json"
        self.process: subprocess.Popen[bytes] | None = None
        self.socket: Path | None = None
        self._lock: IO[str] | None = None

    def _as_server(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {"cwd": "/"}
        return {"cwd": "/", "user": "postgres", "group": "postgres", "extra_groups": []}

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def url(self, name: str = "gridgov") -> str:
        """SQLAlchemy URL of database ``name``; the cluster must run."""
        return f"postgresql+psycopg2://{OWNER}@/{name}?host={self.socket}"

    def running_elsewhere(self) -> bool:
        """Whether another process runs this cluster; then its socket is taken over for clients."""
        try:
            state = json.loads(self.run_file.read_text())
            os.kill(state["pid"], 0)
            psycopg2.connect(host=state["socket"], user=OWNER, dbname="postgres").close()
        except (OSError, ValueError, KeyError, psycopg2.Error):
            return False
        self.socket = Path(state["socket"])
        return True

    def start(self) -> str:
        """Make the cluster if needed, start it, make the database; returns its URL."""
        binaries = find_binaries()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        if not (self.data / "PG_VERSION").exists():
            self._init(binaries)
        self._forget_killed_owner()
        # Short and in /tmp: a socket path over 107 bytes fails.
        self.socket = Path(tempfile.mkdtemp(prefix="gg-"))
        self._own(self.socket)
        options = {**SAFE, **({} if self.durable else FAST)}
        command = [str(binaries / "postgres"), "-D", str(self.data), "-k", str(self.socket)]
        command += ["-c", "listen_addresses="]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        self._launch(command)
        self.run_file.write_text(json.dumps({"pid": os.getpid(), "socket": str(self.socket)}))
        self._make_database("gridgov")
        return self.url()

    def _take_lock(self) -> None:
        self._lock = open(self.folder / "lock", "w")  # noqa: SIM115 - held while we run
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "running",
                f"gridgov 正在使用 {self.folder}；先停掉它，或另选 GRIDGOV_DATA_DIR。",
                f"gridgov is already running on {self.folder}: stop it first, or set "
                "GRIDGOV_DATA_DIR.",
            ) from None

    def _forget_killed_owner(self) -> None:
        """Remove the socket folder that an owner who was killed could not remove."""
        try:
            shutil.rmtree(json.loads(self.run_file.read_text())["socket"], ignore_errors=True)
        except (OSError, ValueError, KeyError):
            return

    def _init(self, binaries: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._own(self.data)
        command = [str(binaries / "initdb"), "-D", str(self.data), "-U", OWNER, "-A", "trust"]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"]
        if not self.durable:
            command.append("--no-sync")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._as_server())

    def _launch(self, command: list[str]) -> None:
        """Start the server; right after a hard kill the old lock may need some seconds to go."""
        deadline = time.monotonic() + 60
        log = open(self.folder / "postgres.log", "ab")  # noqa: SIM115 - the server writes to it
        while True:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - started before threads
                start_new_session=True,
                **self._as_server(),
            )
            while self.process.poll() is None:
                try:
                    psycopg2.connect(host=str(self.socket), user=OWNER, dbname="postgres").close()
                    log.close()
                    return
                except psycopg2.OperationalError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start; see {self.folder}/postgres.log")
            time.sleep(0.5)

    def _make_database(self, name: str, template: str | None = None) -> None:
        connection = psycopg2.connect(host=str(self.socket), user=OWNER, dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if not cursor.fetchone():
                source = f' TEMPLATE "{template}"' if template else ""
                cursor.execute(f'CREATE DATABASE "{name}"{source}')
        connection.close()

    def drop(self, name: str) -> None:
        """Remove a database together with whoever is still connected to it."""
        connection = psycopg2.connect(host=str(self.socket), user=OWNER, dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.close()

    def clone(self, name: str, template: str) -> str:
        """A copy of database ``template`` under ``name`` (about 0.1 s); returns its URL."""
        self._make_database(name, template)
        return self.url(name)

    def stop(self) -> None:
        """Fast, clean shutdown; a throw-away cluster just ends.

        Leaves a cluster alone that another process runs: its socket is not ours to remove.
        """
        if self.process is not None:
            self._end(self.process)
            self.process = None
            self.run_file.unlink(missing_ok=True)
            if self.socket:
                shutil.rmtree(self.socket, ignore_errors=True)
        if self._lock:
            self._lock.close()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is not None:
            return
        process.send_signal(signal.SIGINT if self.durable else signal.SIGQUIT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(10)
