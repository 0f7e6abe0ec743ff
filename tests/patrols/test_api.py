"""The patrol routes on the demo county: the same answer as the registers, rights, bad input."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from services.db.session import Database
from tests.conftest import Clients

API = "/api/v1/patrol-areas"
ACCOUNTS = ("patrol", "micro", "village", "township", "admin")


def _get(client: Any, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("username", ACCOUNTS)
def test_the_round_holds_what_the_register_holds(clients: Clients, username: str) -> None:
    """ "Which nine-small premises lie in this patrol area", asked in both ways."""
    client = clients(username)
    areas = _get(client, API)
    assert areas or username == "micro"
    small = {k for k in _kinds(client) if k != "other"}
    for area in areas[:6]:
        found = _get(client, f"{API}/{area['id']}/round")
        search = {"place": {"patrol_area": area["id"]}, "size": 500}
        rows = client.post("/api/v1/premises/search", json=search).json()["items"]
        listed = {r["id"] for r in rows if r["kind"] in small}
        also = {s["id"] for s in found["stops"] if s["kinds"][0] not in small}
        assert {s["id"] for s in found["stops"]} - also == listed
        assert also <= {r["id"] for r in rows}
        assert found["counts"]["total"] == len(found["stops"])


def _kinds(client: Any) -> set[str]:
    rows = client.post("/api/v1/premises/search", json={"size": 1}).json()["totals"]["kind"]
    return set(rows)


@pytest.mark.parametrize("username", ACCOUNTS)
def test_nothing_outside_the_scope(clients: Clients, demo_db: Database, username: str) -> None:
    """Every premises of every visible area lies in a grid that the caller's map shows."""
    client = clients(username)
    with demo_db.engine.connect() as connection:
        above = text("SELECT id, path FROM grid")
        paths = {row.id: set(row.path) for row in connection.execute(above)}
    tops = {g["id"] for g in _get(client, "/api/v1/grids/tops")}
    for area in _get(client, API):
        assert area["mine"] or paths[area["grid"]["id"]] & tops
        for stop in _get(client, f"{API}/{area['id']}/round")["stops"]:
            assert paths[stop["grid_id"]] & tops


def test_the_patrol_account_has_an_area_of_its_own(clients: Clients) -> None:
    client = clients("patrol")
    mine = _get(client, f"{API}?mine=true")
    assert mine and all(a["mine"] for a in mine)
    card = _get(client, f"{API}/{mine[0]['id']}")
    assert card["geometry"]["type"] == "MultiPolygon"
    assert any(o["me"] for o in card["officers"])


def test_what_cannot_be_answered_is_said_plainly(clients: Clients) -> None:
    client = clients("patrol")
    area = _get(client, API)[0]["id"]
    bad = {
        "/0/round": "area_id",
        "/99999999999999999999/round": "area_id",
        "/abc": "area_id",
        f"/{area}/round?lon=200&lat=24": "lon",
        f"/{area}/round?lon=nan&lat=24": "lon",
        f"/{area}/round?lon=105": "lat",
        f"/{area}/round?date=2026-13-01": "date",
        "/buildings/x/residents": "building_id",
    }
    for path, field in bad.items():
        answer = client.get(API + path)
        assert answer.status_code == 422, path
        assert answer.json()["error"]["field"] == field, path
    for path in ("/99999999", "/99999999/round", "/buildings/99999999/residents"):
        assert client.get(API + path).status_code == 404, path


def test_who_may_not_patrol_gets_nothing(clients: Clients) -> None:
    for username in ("screen", "department"):
        client = clients(username)
        for path in ("", "/1", "/1/round", "/premises/1", "/buildings/1/residents"):
            answer = client.get(API + path)
            assert answer.status_code == 403, (username, path)
    assert clients().get(API).status_code == 401


def test_far_dates_do_not_break_the_round(clients: Clients) -> None:
    client = clients("patrol")
    area = _get(client, API)[0]["id"]
    for day in ("0001-01-01", "9999-12-31"):
        found = _get(client, f"{API}/{area}/round?date={day}")
        assert found["date"] == day
        assert sum(found["counts"][k] for k in ("overdue", "due", "later")) == len(found["stops"])
