"""What the tests of teams, services, property and association share."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from services.db.session import Database
from services.kit.clock import ZONE
from tests.premises.helpers import MICRO, problem, run

__all__ = ["MICRO", "problem", "run"]
API = "/api/v1"
Json = dict[str, Any]


def now() -> datetime:
    return datetime.now(ZONE)


def today() -> str:
    return now().date().isoformat()


def days_ago(n: int) -> str:
    return (now().date() - timedelta(days=n)).isoformat()


def home(database: Database, user: str = "micro") -> int:
    """The grid of a demo account."""
    query = (
        "SELECT grid_id FROM user_role r JOIN app_user u ON u.id = r.user_id WHERE u.username = :u"
    )
    return int(run(database, query, u=user).scalar_one())


def person(database: Database, *, inside: bool = True, skip: int = 0) -> int:
    """An active person of the micro leader's grid, or of another; nobody served before."""
    equal = "=" if inside else "<>"
    query = (
        f"SELECT id FROM person WHERE grid_id {equal} {MICRO} AND status = 'active' AND id NOT IN "
        "(SELECT person_id FROM service_object UNION SELECT person_id FROM service_record "
        "WHERE person_id IS NOT NULL UNION SELECT person_id FROM property "
        "WHERE person_id IS NOT NULL) AND household_id IS NOT NULL "
        "ORDER BY id OFFSET :n LIMIT 1"
    )
    return int(run(database, query, n=skip).scalar_one())


def staff(database: Database, grid: int, skip: int = 0) -> int:
    query = "SELECT id FROM staff WHERE grid_id = :g ORDER BY id OFFSET :n LIMIT 1"
    return int(run(database, query, g=grid, n=skip).scalar_one())


def team(client: TestClient, database: Database, user: str = "village", **more: Any) -> Json:
    """A team of a demo account's grid with its leader and one more member: id, leader, other."""
    grid = home(database, user)
    sent = {"grid_id": grid, "kind": "elderly", "name": "河边养老服务队",
            "leader_id": staff(database, grid), "founded_on": days_ago(60), **more}  # fmt: skip
    answer = client.post(f"{API}/teams", json=sent)
    assert answer.status_code == 201, answer.text
    made = int(answer.json()["id"])
    join = {"version": 1, "staff_id": staff(database, grid, 1), "joined_on": days_ago(30)}
    other = client.post(f"{API}/teams/{made}/members", json=join)
    assert other.status_code == 201, other.text
    members = card(client, made)["members"]
    return {"id": made, "leader": members[0]["id"], "other": other.json()["id"]}


def card(client: TestClient, number: int, what: str = "teams") -> Json:
    answer = client.get(f"{API}/{what}/{number}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def service(made: Json, /, **more: Any) -> Json:
    """A record of that team."""
    return {
        "txn": str(uuid.uuid4()), "team_id": made["id"], "members": [made["leader"]],
        "kind": "care", "served_at": now().isoformat(), "words": "送餐上门，代买日用品。", **more,
    }  # fmt: skip
