"""``make bench``: loads the demo county anew, starts the site, and runs every bench on it.

Prints one JSON object a line: name, value, unit, mark, ok, n. Exits 0 when it could measure,
whether or not a mark was reached.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from services.bench.core import emit

BENCHES = ("tiles", "questions", "patrols", "wall", "fence", "claims")
LOAD_MARK_S = 90.0
GRIDGOV = [sys.executable, "-m", "services.cli"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _started(url: str, process: subprocess.Popen[bytes], began: float) -> float:
    """Seconds until the site answers."""
    while time.perf_counter() - began < 300:
        if process.poll() is not None:
            raise SystemExit("the site did not start")
        try:
            httpx.get(f"{url}/health").raise_for_status()
            return time.perf_counter() - began
        except httpx.HTTPError:
            time.sleep(0.05)
    raise SystemExit("the site did not start in time")


def _run(folder: Path) -> None:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    env = {**os.environ, "GRIDGOV_DATA_DIR": str(folder), "GRIDGOV_PORT": str(port)}
    env.pop("GRIDGOV_DATABASE_URL", None)
    began = time.perf_counter()
    subprocess.run([*GRIDGOV, "demo", "load"], env=env, check=True)
    emit("demo load, whole command", time.perf_counter() - began, "s", mark=LOAD_MARK_S)
    began = time.perf_counter()
    site = subprocess.Popen([*GRIDGOV, "up", "--demo"], env=env, stderr=subprocess.DEVNULL)
    try:
        emit("second start until it answers", _started(url, site, began), "s", mark=15.0)
        for name in BENCHES:
            subprocess.run(
                [sys.executable, "-m", f"services.bench.{name}", url], env=env, check=True
            )
    finally:
        site.terminate()
        site.wait(30)


def main() -> None:
    """Measure in a throw-away data folder."""
    folder = Path(tempfile.mkdtemp(prefix="ggb-"))
    folder.chmod(0o755)
    try:
        _run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
