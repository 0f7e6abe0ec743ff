"""The printout for the person: everything in clear, only on request, only within the scope."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from services.config import Settings
from services.db.session import Database
from services.kit.crypto import Keys
from tests.conftest import Clients

ROLES = ("county", "township", "village", "micro", "patrol", "department", "screen", "admin")
WORDS = "本人持身份证到服务站申请"
FURTHER = "依照法律规定由主管部门另行保存的记录"


def ask(client: Any, person: int, words: str = WORDS) -> Any:
    return client.post(f"/print/person/{person}", data={"words": words}, follow_redirects=True)


@pytest.fixture
def somebody(demo_copy: Database, settings: Settings) -> dict[str, Any]:
    """Somebody of the micro leader's grid with an id number, a phone and a household."""
    query = text(
        "SELECT p.*, h.number FROM person p JOIN household h ON h.id = p.household_id "
        "WHERE p.grid_id = (SELECT grid_id FROM user_role r JOIN app_user u ON u.id = r.user_id "
        "WHERE u.username = 'micro') AND p.status = 'active' AND p.phone_enc IS NOT NULL "
        "AND p.id_enc IS NOT NULL ORDER BY p.id LIMIT 1"
    )
    keys = Keys.load(settings.key_file)
    with demo_copy.engine.connect() as connection:
        row = connection.execute(query).one()
    return {
        "id": row.id, "name": row.name, "address": row.address, "household": row.number,
        "id_number": keys.decrypt(row.id_enc), "phone": keys.decrypt(row.phone_enc),
        "birth_date": row.birth_date.isoformat(),
    }  # fmt: skip


def test_everything_is_printed_in_clear_after_the_words_of_the_request(
    own_clients: Clients, somebody: dict[str, Any]
) -> None:
    micro = own_clients("micro")
    before = micro.get(f"/print/person/{somebody['id']}")
    assert before.status_code == 200 and "<form" in before.text
    for name in ("name", "id_number", "phone", "birth_date"):
        assert somebody[name] not in before.text
    page = ask(micro, somebody["id"])
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert str(page.url).endswith(f"/print/person/{somebody['id']}?lang=zh")
    for value in [v for k, v in somebody.items() if k != "id"]:
        assert str(value) in page.text
    assert FURTHER in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]* src=)|\sstyle=|\son\w+=", page.text)
    english = micro.get(f"/print/person/{somebody['id']}?lang=en").text
    assert "What is held about me" in english and somebody["id_number"] in english


def test_demo_mode_says_so_on_paper_as_well(
    own_clients: Clients, settings: Settings, somebody: dict[str, Any]
) -> None:
    micro = own_clients("micro")
    assert "演示数据" in micro.get(f"/print/person/{somebody['id']}").text
    assert "演示数据" in ask(micro, somebody["id"]).text
    assert "演示数据" in micro.get("/corrections").text
    own_clients.app.state.settings = settings.model_copy(update={"demo": False})
    assert "演示数据" not in ask(micro, somebody["id"]).text


def test_it_closes_again_and_opens_for_nobody_else(
    own_clients: Clients, demo_copy: Database, somebody: dict[str, Any]
) -> None:
    micro, village = own_clients("micro"), own_clients("village")
    assert somebody["phone"] in ask(micro, somebody["id"]).text
    assert "<form" in village.get(f"/print/person/{somebody['id']}").text
    with demo_copy.engine.begin() as connection:
        connection.execute(text("UPDATE look_grant SET until = now()"))
    again = micro.get(f"/print/person/{somebody['id']}").text
    assert "<form" in again and somebody["phone"] not in again


def test_another_reason_does_not_open_it(own_clients: Clients, somebody: dict[str, Any]) -> None:
    micro = own_clients("micro")
    what = ["id_number", "phone", "birth_date", "address"]
    body = {"what": what, "reason": "visit", "words": "入户走访"}
    path = f"/api/v1/people/{somebody['id']}/reveal"
    assert micro.post(path, json=body).status_code == 200
    assert "<form" in micro.get(f"/print/person/{somebody['id']}").text
    body = {"what": ["phone"], "reason": "asked", "words": "本人申请"}
    assert micro.post(path, json=body).status_code == 200
    assert "<form" in micro.get(f"/print/person/{somebody['id']}").text, "only a part was opened"


@pytest.mark.parametrize("words", ["", "   ", "短", "长" * 201])
def test_without_proper_words_it_stays_closed(
    own_clients: Clients, somebody: dict[str, Any], words: str
) -> None:
    answer = ask(own_clients("micro"), somebody["id"], words)
    assert answer.status_code == 422 and "至少 4 个字" in answer.text
    assert somebody["phone"] not in answer.text


@pytest.mark.parametrize("username", ROLES)
def test_only_who_may_open_people_of_the_own_scope(
    own_clients: Clients, demo_copy: Database, actor_of: Any, username: str
) -> None:
    actor, client = actor_of(demo_copy, username), own_clients(username)
    with demo_copy.engine.connect() as connection:
        query = "SELECT DISTINCT ON (grid_id) grid_id, id FROM person ORDER BY grid_id, id"
        people = connection.execute(text(query)).all()
    may = {"people.read", "people.reveal"} <= actor.permissions
    inside = [row.id for row in people if actor.scope.sees(row.grid_id)][:3]
    outside = [row.id for row in people if not actor.scope.sees(row.grid_id)][:3]
    assert inside
    for person in inside:
        assert ask(client, person).status_code == (200 if may else 403)
    missing = client.get("/print/person/999999999")
    for person in outside:
        for answer in (ask(client, person), client.get(f"/print/person/{person}")):
            assert answer.status_code == (404 if may else 403)
            assert answer.text == missing.text, "an entry outside looks like none"


def test_nobody_is_sent_to_sign_in(own_clients: Clients, somebody: dict[str, Any]) -> None:
    path = f"/print/person/{somebody['id']}"
    away = own_clients().get(path, follow_redirects=False)
    assert away.status_code == 303 and away.headers["location"].startswith("/login?")
    assert own_clients().post(path, data={"words": WORDS}).status_code == 401
    other = {"origin": "https://elsewhere.example"}
    crossed = own_clients("micro").post(path, data={"words": WORDS}, headers=other)
    assert crossed.status_code == 403


def test_who_looked_is_printed_with_post_and_reason(
    own_clients: Clients, somebody: dict[str, Any]
) -> None:
    person, secret_words = somebody["id"], "只给同事看的说明"
    township, micro = own_clients("township"), own_clients("micro")
    township.get(f"/api/v1/people/{person}")
    body = {"what": ["phone"], "reason": "law", "words": secret_words}
    assert township.post(f"/api/v1/people/{person}/reveal", json=body).status_code == 200
    ask(micro, person)
    page = micro.get(f"/print/person/{person}").text
    looks = page[page.index('class="looks"') :]
    assert "乡镇网格长" in looks and "依法查询" in looks and "打开卡片" in looks
    assert secret_words not in page
    assert looks.count("打印本件") == 1, "the printing before this one"
    card = micro.get(f"/api/v1/people/{person}").json()
    assert [look["action"] for look in card["looks"]][:2] == ["export person", "export person"]


def test_each_printing_is_in_the_audit(
    own_clients: Clients, demo_copy: Database, somebody: dict[str, Any]
) -> None:
    ask(own_clients("micro"), somebody["id"])
    query = text(
        "SELECT action, actor_name, entity_id, note FROM audit WHERE entity = 'person' ORDER BY id"
    )
    with demo_copy.engine.connect() as connection:
        rows = connection.execute(query).all()
    assert [(r.action, r.actor_name, r.entity_id) for r in rows] == [
        ("reveal", "micro", somebody["id"]),
        ("export person", "micro", somebody["id"]),
    ]
    assert json.loads(rows[0].note)["words"] == WORDS
    assert somebody["phone"] not in rows[0].note + rows[1].note


def test_statutory_labels_stand_only_on_the_printout_of_their_audience(
    own_clients: Clients, demo_copy: Database
) -> None:
    """The paragraph about further records stands on everybody's."""
    with demo_copy.engine.connect() as connection:
        marked = connection.execute(
            text("SELECT l.person_id, c.name_zh, c.code FROM person_label l JOIN label c "
                 "ON c.code = l.label_code AND c.label_group = 'statutory' ORDER BY 1 LIMIT 1")
        ).one()  # fmt: skip
        names = connection.execute(
            text("SELECT name_zh FROM label WHERE label_group = 'statutory'")
        ).scalars().all()  # fmt: skip
    county = own_clients("county")
    assert marked.name_zh in ask(county, marked.person_id).text
    with demo_copy.engine.begin() as connection:
        connection.execute(
            text("DELETE FROM label_audience WHERE label_code IN "
                 "(SELECT code FROM label WHERE label_group = 'statutory')")
        )  # fmt: skip
        connection.execute(text("UPDATE look_grant SET until = now()"))
        plain = connection.execute(
            text("SELECT id FROM person p WHERE status = 'active' AND NOT EXISTS "
                 "(SELECT FROM person_label l WHERE l.person_id = p.id) LIMIT 1")
        ).scalar_one()  # fmt: skip
    page, other = ask(county, marked.person_id).text, ask(county, plain).text
    for text_ in (page, other):
        assert not any(name in text_ for name in names)
        assert text_.count(FURTHER) == 1
