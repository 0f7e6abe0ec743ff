"""Whatever is sent to any address of the OpenAPI list: a clear answer, as announced, never a 500.

Requests are made from the announced schemas by schemathesis, fitting ones and spoilt ones, half of
them with the ids of rows that exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, Response
from schemathesis.schemas import APIOperation
from sqlalchemy import text

from services.access.cookies import COOKIE
from services.access.repository import user_by_name
from services.access.service import Caller, open_session
from services.config import Settings
from services.db.session import Database
from tests.conftest import Clients

EXAMPLES = 5
# A stream has no end to wait for; tests/live reads it.
STREAMS = {"/events"}
TABLES = {"grid_id": "grid", "person_id": "person", "incident_id": "incident"}
TABLES |= {"building_id": "building", "house_id": "house", "household_id": "household"}
TABLES |= {"family_id": "family"}
TABLES |= {"premises_id": "premises", "staff_id": "staff", "area_id": "patrol_area"}
TABLES |= {"user_id": "app_user", "inspection_id": "inspection", "finding_id": "finding"}
TABLES |= {"employee_id": "premises_employee", "organisation_id": "organisation"}
TABLES |= {"team_id": "service_team", "member_id": "team_member", "object_id": "service_object"}
TABLES |= {"record_id": "service_record", "property_id": "property"}
Ids = dict[str, list[int]]


@pytest.fixture
def site(settings: Settings, few: Database) -> Iterator[Clients]:
    """The site on a county with few people: exports are asked for again and again."""
    made = Clients(settings, few)
    yield made
    made.close()


@pytest.fixture
def ids(few: Database) -> Ids:
    """Name of a path parameter -> ids of rows that exist."""
    with few.engine.connect() as connection:
        return {
            name: list(connection.execute(text(f"SELECT id FROM {table} LIMIT 50")).scalars())
            for name, table in TABLES.items()
        }


def _aimed(case: Any, ids: Ids, pick: int | None) -> None:
    """Point the request at rows that exist, where it names rows at all."""
    if pick is None:
        return
    for name, rows in ids.items():
        if rows and name in case.path_parameters:
            case.path_parameters[name] = rows[pick % len(rows)]
    place = case.body.get("place") if isinstance(case.body, dict) else None
    if isinstance(place, dict) and isinstance(place.get("grid"), int):
        place["grid"] = ids["grid_id"][pick % len(ids["grid_id"])]


def _send(client: TestClient, case: Any) -> Any:
    parts = case.as_transport_kwargs(base_url="http://testserver")
    parts["content"] = parts.pop("data", None) if isinstance(parts.get("data"), bytes) else None
    parts.pop("cookies")
    return client.request(**parts)


def _check(operation: APIOperation, answer: Any) -> None:
    where = f"{operation.method.upper()} {operation.path}"
    assert answer.status_code < 500, (where, answer.text)
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["code"] and error["message"], where
        if answer.status_code == 422 and error["code"] == "invalid":
            assert error["field"], where  # what is wrong has a name
        return
    if answer.headers.get("content-type", "").startswith("application/json"):
        operation.validate_response(Response.from_any(answer))


def _modes(operation: APIOperation) -> list[GenerationMode]:
    """Fitting requests, and spoilt ones where there is anything to spoil."""
    takes = bool(operation.body) or any(True for _ in operation.iter_parameters())
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if takes else [])]


def _signed_in(site: Clients) -> TestClient:
    """A new session of the administrator; what was tried before may have ended or locked others."""
    door, client = site.app.state.door, site()
    with door.database.session(None) as session:
        user = user_by_name(session, "admin")
    assert user
    client.cookies.set(COOKIE, open_session(door, user, Caller()))
    return client


def _try(site: Clients, operation: APIOperation, mode: GenerationMode, ids: Ids) -> None:
    client = _signed_in(site)

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        case=operation.as_strategy(generation_mode=mode),
        pick=st.none() | st.integers(0, 49),
    )
    def attempt(case: Any, pick: int | None) -> None:
        _aimed(case, ids, pick)
        _check(operation, _send(client, case))

    attempt()


def test_every_address_answers_clearly(site: Clients, ids: Ids) -> None:
    schema = schemathesis.openapi.from_dict(site.app.openapi())
    found = [one.ok() for one in schema.get_all_operations()]
    found = [one for one in found if one.path not in STREAMS]
    assert len(found) > 50
    for operation in found:
        for mode in _modes(operation):
            _try(site, operation, mode, ids)
