"""What of a person is hidden from whom, and how it is opened with a reason."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import text

from data.paths import DICTIONARIES
from services.config import Settings
from services.db.session import Database
from services.kit.crypto import Keys
from tests.conftest import Clients

GUARDED = ("id_number", "phone", "birth_date", "address")
READERS = ("county", "township", "village", "micro", "patrol", "admin")
ASKED = {"reason": "visit", "words": "入户走访核对信息"}


def roles() -> dict[str, set[str]]:
    with (DICTIONARIES / "roles.csv").open(encoding="utf-8", newline="") as file:
        return {r["code"]: set(r["permissions"].split()) for r in csv.DictReader(file)}


def rights(client: Any) -> set[str]:
    return set(client.get("/api/v1/me").json()["permissions"])


@pytest.fixture
def secret(demo_copy: Database, settings: Settings) -> dict[str, Any]:
    """Somebody in the scope of all readers with everything that is guarded, as it is stored."""
    query = text(
        "SELECT p.id, p.id_enc, p.phone_enc, p.birth_date, p.address FROM person p "
        "WHERE p.grid_id = (SELECT grid_id FROM user_role r JOIN app_user u ON u.id = r.user_id "
        "WHERE u.username = 'micro') AND p.status = 'active' AND p.phone_enc IS NOT NULL "
        "AND p.id_enc IS NOT NULL AND p.address ~ '[0-9]' ORDER BY p.id LIMIT 1"
    )
    keys = Keys.load(settings.key_file)
    with demo_copy.engine.connect() as connection:
        row = connection.execute(query).one()
    return {
        "id": row.id,
        "id_number": keys.decrypt(row.id_enc),
        "phone": keys.decrypt(row.phone_enc),
        "birth_date": row.birth_date.isoformat(),
        "address": row.address,
    }


def visible_to(client: Any, person: int) -> bool:
    return bool(client.get(f"/api/v1/people/{person}").status_code == 200)


@pytest.mark.parametrize("username", READERS)
def test_the_card_shows_what_the_post_may_see(
    own_clients: Clients, secret: dict[str, Any], username: str
) -> None:
    client = own_clients(username)
    if not visible_to(client, secret["id"]):
        pytest.skip(f"{username} does not see this grid")
    card = client.get(f"/api/v1/people/{secret['id']}").json()
    allowed = rights(client)
    for name in GUARDED:
        if f"people.{name}" in allowed:
            assert card[name] == secret[name] and name not in card["masked"]
        else:
            assert card[name] != secret[name] and name in card["masked"]
            assert secret[name] not in json.dumps(card, ensure_ascii=False)
    assert card["may_reveal"] == ("people.reveal" in allowed)
    assert card["statutory"] is None


def test_someone_sees_each_field_and_someone_does_not() -> None:
    """Otherwise the test above would show nothing."""
    posts = [p for p in roles().values() if "people.read" in p]
    for name in ("birth_date", "address"):
        assert 0 < sum(f"people.{name}" in p for p in posts) < len(posts)
    assert not any(f"people.{name}" in p for p in posts for name in ("id_number", "phone"))


@pytest.mark.parametrize("username", ["county", "township", "micro", "patrol"])
def test_lists_and_exports_hide_the_same(
    own_clients: Clients, secret: dict[str, Any], username: str
) -> None:
    client = own_clients(username)
    allowed = rights(client)
    body = {"filters": {"id_number": secret["id_number"]}}
    found = client.post("/api/v1/people/search", json=body).json()["items"]
    if not found:
        pytest.skip(f"{username} does not see this grid")
    answers = [json.dumps(found, ensure_ascii=False)]
    if "export" in allowed:
        for kind in ("csv", "geojson"):
            file = client.post(f"/api/v1/people/export?format={kind}", json=body)
            answers.append(file.content.decode("utf-8-sig"))
    for answer in answers:
        for name in ("id_number", "phone", "birth_date"):
            assert secret[name] not in answer
        assert (secret["address"] in answer) == ("people.address" in allowed)
    sorted_by = client.post("/api/v1/people/search", json={**body, "sort": "address"})
    assert sorted_by.status_code == (200 if "people.address" in allowed else 403)


def test_a_reason_opens_a_field_for_a_while_and_for_nobody_else(
    own_clients: Clients, demo_copy: Database, secret: dict[str, Any]
) -> None:
    micro, township = own_clients("micro"), own_clients("township")
    path = f"/api/v1/people/{secret['id']}"
    opened = micro.post(f"{path}/reveal", json={"what": ["phone"], **ASKED})
    assert opened.status_code == 200, opened.text
    assert opened.json()["phone"] == secret["phone"]
    assert opened.json()["id_number"] != secret["id_number"]
    assert micro.get(path).json()["phone"] == secret["phone"]
    assert township.get(path).json()["phone"] != secret["phone"]
    searched = {"filters": {"phone": secret["phone"]}}
    listed = micro.post("/api/v1/people/search", json=searched)
    assert listed.json()["items"][0]["phone"] != secret["phone"]
    with demo_copy.engine.begin() as connection:
        connection.execute(text("UPDATE look_grant SET until = now()"))
    assert micro.get(path).json()["phone"] != secret["phone"]


def test_the_look_and_its_reason_are_recorded(
    own_clients: Clients, demo_copy: Database, secret: dict[str, Any]
) -> None:
    micro = own_clients("micro")
    micro.post(
        f"/api/v1/people/{secret['id']}/reveal", json={"what": ["phone", "id_number"], **ASKED}
    )
    with demo_copy.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM audit WHERE action = 'reveal'")).one()
    assert (row.actor_name, row.entity, row.entity_id) == ("micro", "person", secret["id"])
    assert json.loads(row.note) == {"what": ["id_number", "phone"], **ASKED}
    assert secret["phone"] not in row.note
    looks = micro.get(f"/api/v1/people/{secret['id']}").json()["looks"]
    assert [look["action"] for look in looks] == ["reveal"]
    audit = own_clients("township").post(
        "/api/v1/audit/search",
        json={"filters": {"entity": "person", "entity_id": secret["id"], "actor": "micro"}},
    )
    assert [item["action"] for item in audit.json()["items"]] == ["look", "reveal"]
    assert micro.post("/api/v1/audit/search", json={}).status_code == 403


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"reason": "because"}, 422, "reason"),
        ({"words": "x"}, 422, "words"),
        ({"words": "   " * 9}, 422, "words"),
        ({"words": "长" * 201}, 422, "words"),
        ({"what": []}, 422, "what"),
        ({"what": ["name"]}, 422, "what.0"),
        ({"more": 1}, 422, "more"),
        ({"what": ["labels"]}, 403, None),
    ],
)
def test_a_look_without_a_proper_reason_is_refused(
    own_clients: Clients, secret: dict[str, Any], change: dict[str, Any], status: int, field: str
) -> None:
    answer = own_clients("micro").post(
        f"/api/v1/people/{secret['id']}/reveal", json={"what": ["phone"], **ASKED, **change}
    )
    assert answer.status_code == status, answer.text
    assert answer.json()["error"].get("field") == field


def test_who_may_not_or_does_not_see_gets_nothing(
    own_clients: Clients, demo_copy: Database, secret: dict[str, Any]
) -> None:
    body = {"what": ["phone"], **ASKED}
    path = f"/api/v1/people/{secret['id']}/reveal"
    assert own_clients("department").post(path, json=body).status_code == 403
    assert own_clients("screen").post(path, json=body).status_code == 403
    with demo_copy.engine.connect() as connection:
        outside = connection.execute(
            text("SELECT id FROM person WHERE grid_id <> (SELECT grid_id FROM person WHERE id = :i)"
                 " ORDER BY id LIMIT 1"),
            {"i": secret["id"]},
        ).scalar_one()  # fmt: skip
    answer = own_clients("micro").post(f"/api/v1/people/{outside}/reveal", json=body)
    missing = own_clients("micro").post("/api/v1/people/999999999/reveal", json=body)
    assert answer.status_code == missing.status_code == 404
    assert answer.json() == missing.json()


def test_statutory_labels_are_seen_by_their_audience_after_a_reason_only(
    own_clients: Clients, demo_copy: Database
) -> None:
    with demo_copy.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT l.person_id, array_agg(l.label_code ORDER BY 1) FROM person_label l "
                 "JOIN label c ON c.code = l.label_code AND c.label_group = 'statutory' "
                 "WHERE l.stopped_on IS NULL GROUP BY 1 ORDER BY 1 LIMIT 5")
        ).all()  # fmt: skip
        names = connection.execute(
            text("SELECT name_zh FROM label WHERE label_group = 'statutory'")
        ).scalars().all()  # fmt: skip
    county = own_clients("county")
    assert rows, "the demo has nobody with a statutory label"
    for person, codes in rows:
        path = f"/api/v1/people/{person}"
        before = county.get(path)
        assert not any(name in before.text for name in names)
        assert before.json()["may_open_labels"]
        opened = county.post(f"{path}/reveal", json={"what": ["labels"], **ASKED}).json()
        assert [label["code"] for label in opened["statutory"]] == codes
        patrol = own_clients("patrol").post(f"{path}/reveal", json={"what": ["labels"], **ASKED})
        assert patrol.status_code in {403, 404}
    whole = county.post("/api/v1/people/export?format=csv", json={})
    texts = {cell for row in csv.reader(io.StringIO(whole.text)) for cell in row}
    assert not any(name in cell for name in names for cell in texts)
