"""What the tests of premises, inspections and organisations share."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import text

from services.db.session import Database

PREMISES = "/api/v1/premises"
Json = dict[str, Any]
MICRO = (
    "(SELECT grid_id FROM user_role r JOIN app_user u ON u.id = r.user_id "
    "WHERE u.username = 'micro')"
)


def run(database: Database, query: str, **values: Any) -> Any:
    with database.engine.begin() as connection:
        return connection.execute(text(query), values)


def problem(answer: Any) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    assert error["message_zh"] and error["message_en"]
    return answer.status_code, error["code"], error.get("field")


def building(database: Database) -> Json:
    """A building of the micro leader's grid: id, grid_id, lon, lat."""
    found = run(
        database,
        "SELECT id, grid_id, ST_X(point) lon, ST_Y(point) lat FROM building b "
        f"WHERE grid_id = {MICRO} AND ST_Covers(geom, point) ORDER BY id LIMIT 1",
    )
    return dict(found.one()._mapping)


def elsewhere(database: Database, *, village: bool) -> Json:
    """A building of another micro-grid of the same village, or of another village."""
    same = "" if village else "NOT"
    found = run(
        database,
        "SELECT b.id, b.grid_id FROM building b JOIN grid g ON g.id = b.grid_id AND g.level = 5 "
        f"JOIN grid m ON m.id = {MICRO} WHERE b.grid_id <> m.id AND {same} g.path[3] = m.path[3] "
        "ORDER BY b.id LIMIT 1",
    )
    return dict(found.one()._mapping)


def body(at: Json, /, **more: Any) -> Json:
    made = {"licence": "测试0001", "name": "河边小店", "kinds": ["shop"], "in_charge": "韦小暖",
            "phone": "129 0000 0001", "at": at}  # fmt: skip
    return {**made, **more}


def entered(client: TestClient, sent: Json) -> int:
    answer = client.post(PREMISES, json=sent)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def row(database: Database, premises: int) -> Json:
    query = "SELECT *, ST_AsText(geom) AS at FROM premises WHERE id = :i"
    return dict(run(database, query, i=premises).one()._mapping)


def card(client: TestClient, premises: int) -> Json:
    answer = client.get(f"{PREMISES}/{premises}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def act(client: TestClient, premises: int, what: str, **more: Any) -> Any:
    version = card(client, premises)["version"]
    return client.post(f"{PREMISES}/{premises}/{what}", json={"version": version, **more})
