"""Speed of the phone's questions, end to end over HTTP.

``python -m services.bench.patrols http://127.0.0.1:8000`` measures a running demo county with one
client, one request after the other: the round of every patrol area, from random starts inside it,
and who lives in a building.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import httpx

from services.bench.core import emit, emit_times, signed_in, timed

ROUNDS = 200
ROUND_MS = 15.0
AREAS = "/api/v1/patrol-areas"


def _get(client: httpx.Client, path: str, params: dict[str, Any] | None = None) -> Any:
    return client.get(path, params=params or {}).raise_for_status().json()


def _start(area: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    west, south, east, north = area["bbox"]
    return {"lon": rng.uniform(west, east), "lat": rng.uniform(south, north)}


def _rounds(client: httpx.Client, rng: random.Random, n: int) -> None:
    areas = _get(client, AREAS)
    sizes = [_get(client, f"{AREAS}/{a['id']}/round")["counts"]["total"] for a in areas]
    emit("patrol areas measured", len(areas), "areas")
    emit("premises in the largest of them", max(sizes), "premises")
    chosen = [rng.choice(areas) for _ in range(n)]
    for name, extra in (("all", {}), ("what is due", {"only_due": True})):
        calls: list[Callable[[], Any]] = [
            partial(_get, client, f"{AREAS}/{a['id']}/round", {**_start(a, rng), **extra})
            for a in chosen
        ]
        emit_times(f"round of a patrol area, {name}", timed(calls), mark=ROUND_MS)


def _residents(client: httpx.Client, rng: random.Random, n: int) -> None:
    body = {"filters": {"inhabited": True}, "size": 500}
    found = client.post("/api/v1/buildings/search", json=body).raise_for_status().json()["items"]
    calls: list[Callable[[], Any]] = [
        partial(_get, client, f"{AREAS}/buildings/{rng.choice(found)['id']}/residents")
        for _ in range(n)
    ]
    emit_times("who lives in this building, masked, look recorded", timed(calls))


def main() -> None:
    """Measure the site at the given address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    rng = random.Random(1)
    with closing(signed_in(chosen.url, "admin")) as client:
        _rounds(client, rng, chosen.rounds)
        _residents(client, rng, chosen.rounds)


if __name__ == "__main__":
    main()
