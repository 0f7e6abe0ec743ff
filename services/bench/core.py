"""What every bench shares: signing in, repeating, percentiles, one JSON object a line."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx

PASSWORD = "gridgov-demo"


def emit(name: str, value: float, unit: str, *, mark: float | None = None, n: int = 1) -> None:
    """Print one figure; ``mark`` is the most that it should be, None where there is none."""
    line = {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "mark": mark,
        "ok": None if mark is None else value <= mark,
        "n": n,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest measured value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(share * 1000) // 1000) - 1)]


def emit_times(name: str, seconds: list[float], *, mark: float | None = None) -> None:
    """Print p50 and p95 in milliseconds; the mark is for p95."""
    n = len(seconds)
    emit(f"{name} p50", statistics.median(seconds) * 1000, "ms", n=n)
    emit(f"{name} p95", percentile(seconds, 0.95) * 1000, "ms", mark=mark, n=n)


def timed(calls: Iterable[Callable[[], Any]]) -> list[float]:
    """Seconds of each call, one after the other."""
    found = []
    for call in calls:
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return found


def signed_in(url: str, username: str, password: str = PASSWORD) -> httpx.Client:
    """A client of the site at ``url`` with one kept connection; raises when signing in fails."""
    client = httpx.Client(base_url=url, timeout=60, headers={"Accept-Encoding": "identity"})
    body = {"username": username, "password": password}
    client.post("/api/v1/session", json=body).raise_for_status()
    return client
