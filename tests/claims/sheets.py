"""Files as departments send them, made in the test itself; and how they are sent."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from typing import Any

from fastapi.testclient import TestClient
from openpyxl import Workbook

from services.kit.idnumber import check_sign

BATCHES = "/api/v1/claims/batches"
PEOPLE, PREMISES = "/api/v1/claims/people", "/api/v1/claims/premises"
HEAD = ["姓名", "身份证号", "人口类别", "手机号", "住址", "村"]
Json = dict[str, Any]
Row = Sequence[Any]


def number(serial: int, born: str = "19810304", area: str = "299009") -> str:
    """An id number that nobody has: no place has that area code."""
    first = f"{area}{born}{serial:03d}"
    return first + check_sign(first)


def book(rows: Sequence[Row], merge: str | None = None) -> bytes:
    """An Excel file."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def plain(rows: Sequence[Row], encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def sent(client: TestClient, body: bytes, name: str = "民政.xlsx", **form: Any) -> Any:
    """The answer to an upload; of people unless said otherwise."""
    data = {"register": "people", **form}
    return client.post(BATCHES, data=data, files={"file": (name, body)})


def followed(client: TestClient, batch: int) -> Json:
    """The file once it is no longer being read."""
    deadline = time.monotonic() + 60
    while True:
        answer = client.get(f"{BATCHES}/{batch}")
        assert answer.status_code == 200, answer.text
        card: Json = answer.json()
        if card["state"] != "reading":
            return card
        assert time.monotonic() < deadline, card
        time.sleep(0.02)


def loaded(client: TestClient, body: bytes, name: str = "民政.xlsx", **form: Any) -> Json:
    """Send a file and wait for what came of it."""
    answer = sent(client, body, name, **form)
    assert answer.status_code == 202, answer.text
    return followed(client, answer.json()["id"])


def codes(card: Json) -> list[tuple[int, str, str]]:
    """(row, heading, code) of the listed faults."""
    assert all(p["reason_zh"] and p["cure_en"] for p in card["problems"])
    return [(p["row"], p["column"], p["code"]) for p in card["problems"]]
