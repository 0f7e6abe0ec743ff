"""Speed of import and claim, end to end over HTTP.

``python -m services.bench.claims http://127.0.0.1:8000`` sends files of made-up people to a running
demo county, whose addresses are those of its buildings, and waits until they are held at their
probable grids; then it takes one row after the other, and 500 at once, into the register, and takes
the files back. ``--rows`` is the size of the files.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import httpx
from openpyxl import Workbook

from services.bench.core import emit, emit_times, signed_in, timed
from services.kit.idnumber import check_sign

ROWS = 100_000
LOAD_S = 60.0
SINGLE, MANY = 100, 500
BATCHES = "/api/v1/claims/batches"
HEAD = ["姓名", "身份证号", "人口类别", "手机号", "住址"]


def _addresses(client: httpx.Client) -> list[str]:
    found: list[str] = []
    for page in range(1, 41):
        body = {"filters": {"inhabited": True}, "size": 500, "page": page}
        answer = client.post("/api/v1/buildings/search", json=body).raise_for_status().json()
        found += [item["address"] for item in answer["items"]]
        if len(answer["items"]) < 500:
            break
    return found


def _rows(addresses: list[str], rng: random.Random, n: int) -> list[list[str]]:
    """People with numbers that nobody has: no place has that area code."""
    made = []
    for i in range(n):
        first = f"299008{1940 + i // 1000 % 60}{1 + i // 60000 % 12:02d}01{i % 1000:03d}"
        name = f"测{chr(0x4E00 + i % 3000)}{chr(0x5000 + i % 2000)}"
        phone, address = f"129{i:08d}", rng.choice(addresses)
        made.append([name, first + check_sign(first), "户籍", phone, f"西林县{address}"])
    return made


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return text.getvalue().encode()


def _xlsx(rows: list[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [HEAD, *rows]:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _load(client: httpx.Client, name: str, body: bytes) -> dict[str, Any]:
    """Send a file and wait until it is held; the seconds are those of the whole."""
    began = time.perf_counter()
    answer = client.post(BATCHES, data={"register": "people"}, files={"file": (name, body)})
    batch = answer.raise_for_status().json()["id"]
    while True:
        card: dict[str, Any] = client.get(f"{BATCHES}/{batch}").raise_for_status().json()
        if card["state"] != "reading":
            break
        time.sleep(0.2)
    seconds = time.perf_counter() - began
    kind, n = name.rsplit(".", 1)[1], card["rows_loaded"]
    emit(f"import of people, {kind}, until held at their grids", seconds, "s", mark=LOAD_S, n=n)
    return card


def _claims(client: httpx.Client, batch: int) -> None:
    filters = {"batch": batch, "confidence": ["building"], "state": ["waiting"]}
    body = {"filters": filters, "size": MANY}
    found = client.post("/api/v1/held-people/search", json=body).raise_for_status().json()
    emit("held at a building", found["total"], "rows")
    rows = [{"id": item["id"], "version": item["version"]} for item in found["items"]]
    calls: list[Callable[[], Any]] = [
        partial(client.post, f"/api/v1/claims/people/{r['id']}/claim", json={"version": 1})
        for r in rows[:SINGLE]
    ]
    emit_times("claim of one row", timed(calls))
    body = {"rows": rows[SINGLE:]}
    began = time.perf_counter()
    client.post("/api/v1/claims/people/claim", json=body).raise_for_status()
    emit("claim of many rows at once", time.perf_counter() - began, "s", n=len(rows) - SINGLE)


def _undo(client: httpx.Client, batch: int) -> None:
    version = client.get(f"{BATCHES}/{batch}").raise_for_status().json()["version"]
    body = {"version": version, "reason": "bench"}
    began = time.perf_counter()
    done = client.post(f"{BATCHES}/{batch}/undo", json=body).raise_for_status().json()
    n = done["gone"] + done["cancelled"]
    emit("undo of a file", time.perf_counter() - began, "s", n=n)


def main() -> None:
    """Measure the site at the given address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--rows", type=int, default=ROWS)
    chosen = parser.parse_args()
    with closing(signed_in(chosen.url, "county")) as client:
        rows = _rows(_addresses(client), random.Random(1), chosen.rows)
        card = _load(client, "people.csv", _csv(rows))
        _claims(client, card["id"])
        _undo(client, card["id"])
        _undo(client, _load(client, "people.xlsx", _xlsx(rows))["id"])


if __name__ == "__main__":
    main()
