"""The register of the audit: what is asked of it, what of it is hidden, and by which index."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from services.access.actor import system
from services.access.models import RolePermission
from services.db import hook
from services.db.session import Database
from tests.conftest import Clients

SEARCH = "/api/v1/audit/search"
SECRETS = {"name": "某甲", "birth_date": "1950-02-03", "address": "某路 77 号", "status": "active"}


@pytest.fixture
def written(demo_copy: Database) -> int:
    """A change of a person in the township, as the hook would write it; the person's id."""
    with demo_copy.session(system("test")) as session:
        row = session.execute(
            text("SELECT id, grid_id FROM person WHERE grid_id = (SELECT grid_id FROM user_role r "
                 "JOIN app_user u ON u.id = r.user_id WHERE u.username = 'micro') LIMIT 1")
        ).one()  # fmt: skip
        hook.note(
            session, "update", entity="person", entity_id=row.id, grid_id=row.grid_id,
            before=SECRETS, after={**SECRETS, "phone_enc": "changed"},
        )  # fmt: skip
        hook.note(
            session, "emergency request", entity="emergency_look", entity_id=1, grid_id=row.grid_id
        )
    return int(row.id)


def search(client: Any, **filters: Any) -> list[dict[str, Any]]:
    answer = client.post(SEARCH, json={"filters": filters, "size": 500})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_changed_columns_show_what_the_post_may_read(
    own_clients: Clients, demo_copy: Database, written: int
) -> None:
    asked = {"entity": "person", "entity_id": written, "group": "changes"}
    (whole,) = search(own_clients("township"), **asked)
    assert whole["before"] == SECRETS and whole["after"]["phone_enc"] == "changed"
    (less,) = search(own_clients("county"), **asked)  # no right to addresses and dates of birth
    assert less["before"] == {**SECRETS, "birth_date": "•••", "address": "•••"}
    assert less["after"] == {**less["before"], "phone_enc": "changed"}
    with demo_copy.session(system("test")) as session:
        session.delete(session.get_one(RolePermission, ("county_leader", "people.read")))
    (least,) = search(own_clients("county"), **asked)
    assert least["before"] == {**less["before"], "name": "•••"}
    file = own_clients("county").post("/api/v1/audit/export", json={"filters": asked})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == 2 and rows[1][4:6] == ["修改", "人员"]
    for secret in ("某甲", "1950-02-03", "某路 77 号"):
        assert secret not in json.dumps(rows, ensure_ascii=False)


def test_a_user_is_found_by_name_sign_in_name_and_number(
    own_clients: Clients, written: int
) -> None:
    client = own_clients("county")
    path = f"/api/v1/people/{written}"
    assert own_clients("township").get(path).status_code == 200
    me = own_clients("township").get("/api/v1/me").json()["user"]
    found = search(client, actor="township", group="looks")
    assert [(r["action"], r["entity_id"]) for r in found] == [("look", written)]
    assert search(client, actor=me["name"], group="looks") == found
    assert search(client, actor_id=me["id"], group="looks") == found
    assert search(client, actor="nobody of that name") == []
    assert {r["actor"] for r in search(client, actor="system:demo load")} == {"system:demo load"}
    assert [r["action"] for r in search(client, actor="township", group="sign_ins")] == [
        "sign-in", "sign-in",
    ]  # fmt: skip
    signs = {r["action"] for r in search(client, group="emergencies", requests=False)}
    assert signs == set()
    assert len(search(client, group="emergencies")) == 1
    answer = client.post(SEARCH, json={"filters": {"group": "other"}})
    assert answer.status_code == 422


def test_who_looked_at_a_person_stays_inside_the_scope(
    own_clients: Clients, demo_copy: Database
) -> None:
    with demo_copy.engine.connect() as connection:
        outside = connection.execute(
            text("SELECT p.id FROM person p JOIN grid g ON g.id = p.grid_id WHERE NOT g.path && "
                 "ARRAY(SELECT grid_id FROM user_role r JOIN app_user u ON u.id = r.user_id "
                 "WHERE u.username = 'township') AND p.status = 'active' ORDER BY p.id LIMIT 1")
        ).scalar_one()  # fmt: skip
    assert own_clients("county").get(f"/api/v1/people/{outside}").status_code == 200
    asked = {"entity": "person", "entity_id": outside}
    assert len(search(own_clients("county"), **asked)) == 1
    assert search(own_clients("township"), **asked) == []
    assert search(own_clients("township"), actor="county") == []


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({"entity": "person", "entity_id": 7}, "ix_audit_entity"),
        ({"entity": "person", "entity_id": 7, "group": "looks"}, "ix_audit_entity"),
        ({"actor": "township"}, "ix_audit_actor_at"),
        ({"actor_id": 3, "group": "exports"}, "ix_audit_actor_at"),
        ({"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}, "ix_audit_at"),
    ],
)
def test_the_questions_have_their_index(
    own_clients: Clients, demo_copy: Database, filters: dict[str, Any], index: str
) -> None:
    """With many rows the count of each question reads an index, not the table."""
    with demo_copy.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO audit (at, actor_id, actor_name, action, entity, entity_id, grid_id) "
                 "SELECT now() - n * interval '1 hour', 1 + n % 8, 'x', 'look', 'person', "
                 "n % 5000, 1 FROM generate_series(1, 60000) n")
        )  # fmt: skip
        connection.execute(text("ANALYZE audit"))
    client, plans = own_clients("county"), list[str]()

    def explain(connection: Connection, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "count(*)" in statement and "FROM audit" in statement and not plans:
            plans.append("")
            with connection.connection.cursor() as own:
                own.execute(f"EXPLAIN {statement}", values)
                plans[0] = "\n".join(row[0] for row in own.fetchall())

    engine = own_clients.app.state.db.engine
    event.listen(engine, "before_cursor_execute", explain)
    try:
        search(client, **filters)
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    assert index in plans[0] and "Seq Scan on audit" not in plans[0], plans[0]
