"""What the tests of inspections share."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from tests.premises.helpers import PREMISES, Json

FINDINGS = "/api/v1/findings"


def ago(**parts: float) -> datetime:
    return datetime.now(UTC) - timedelta(**parts)


def look(made_at: datetime | None = None, **more: Any) -> Json:
    """The part of a body that every look has."""
    made_at = made_at or ago(minutes=1)
    return {"txn": str(uuid.uuid4()), "made_at": made_at.isoformat(), **more}


def by(days: int = 7) -> str:
    """A date for an order to rectify."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def checklist(client: TestClient, premises: int) -> dict[str, int]:
    """Code -> severity of what is to be looked at."""
    answer = client.get(f"{PREMISES}/{premises}/checklist")
    assert answer.status_code == 200, answer.text
    return {item["code"]: item["severity"] for item in answer.json()}


def sheet(client: TestClient, premises: int, bad: set[str], **more: Any) -> Json:
    """The body of an inspection that finds all in order but ``bad``."""
    codes = checklist(client, premises)
    answers = [{"code": c, "answer": "not_ok" if c in bad else "ok"} for c in codes]
    return {**look(), "answers": answers, **({"rectify_by": by()} if bad else {}), **more}


def inspect(client: TestClient, premises: int, bad: set[str], **more: Any) -> Json:
    sent = sheet(client, premises, bad, **more)
    answer = client.post(f"{PREMISES}/{premises}/inspections", json=sent)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def file(client: TestClient, premises: int) -> Json:
    answer = client.get(f"{PREMISES}/{premises}/file")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found
