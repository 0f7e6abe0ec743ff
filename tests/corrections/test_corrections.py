"""Correction requests: received by one, decided by another, in the entry at once, stored sealed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.config import Settings
from services.corrections import models, schemas
from services.db.session import Database
from services.kit.crypto import Keys
from tests.conftest import Clients

API = "/api/v1"
WHY = {"accept": True, "words": "核对证件无误"}


@pytest.fixture
def person(demo_copy: Database) -> int:
    """Somebody active of the micro leader's grid."""
    query = text(
        "SELECT p.id FROM person p WHERE p.grid_id = (SELECT grid_id FROM user_role r JOIN "
        "app_user u ON u.id = r.user_id WHERE u.username = 'micro') AND p.status = 'active' "
        "AND p.phone_enc IS NOT NULL ORDER BY p.id LIMIT 1"
    )
    with demo_copy.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def entry(database: Database, person: int) -> Any:
    with database.engine.connect() as connection:
        query = text("SELECT * FROM person WHERE id = :i")
        return connection.execute(query, {"i": person}).one()


def ask(client: Any, person: int, field: str, said: str) -> Any:
    body = {"field": field, "said": said, "how": "in_person"}
    return client.post(f"{API}/people/{person}/corrections", json=body)


def decide(client: Any, number: int, **body: Any) -> Any:
    return client.post(f"{API}/corrections/{number}/decision", json={**WHY, **body})


def test_the_lists_are_those_of_the_table() -> None:
    assert (schemas.FIELDS, schemas.HOW) == (models.FIELDS, models.HOW)


@pytest.mark.parametrize(
    ("field", "said", "column", "value"),
    [
        ("name", "欧阳新名", "name", "欧阳新名"),
        ("sex", "女", "sex", "f"),
        ("birth_date", "1964-02-29", "birth_date", "1964-02-29"),
        ("address", "幸福路 12 号", "address", "幸福路 12 号"),
        ("phone", "129 0000-0001", None, "12900000001"),
    ],
)
def test_an_accepted_simple_field_is_changed_with_the_decision(
    own_clients: Clients, demo_copy: Database, settings: Settings, person: int,
    field: str, said: str, column: str | None, value: str,
) -> None:  # fmt: skip
    with demo_copy.engine.begin() as connection:
        connection.execute(text("UPDATE person SET sex = 'm' WHERE id = :i"), {"i": person})
    before = entry(demo_copy, person)
    number = ask(own_clients("micro"), person, field, said).json()["id"]
    assert entry(demo_copy, person) == before
    answer = decide(own_clients("village"), number)
    assert answer.json() == {"id": number, "state": "accepted", "changed": True}, answer.text
    after = entry(demo_copy, person)
    assert after.version == before.version + 1
    if column:
        assert str(getattr(after, column)) == value
    else:
        keys = Keys.load(settings.key_file)
        assert keys.decrypt(after.phone_enc) == value
        body = {"filters": {"phone": value}}
        found = own_clients("village").post(f"{API}/people/search", json=body).json()["items"]
        assert [item["id"] for item in found] == [person]
    if field == "name":
        assert after.name_pinyin == "ou yang xin ming"


@pytest.mark.parametrize("field", ["id_number", "household", "label", "other"])
def test_what_is_not_simple_is_to_be_changed_by_hand(
    own_clients: Clients, demo_copy: Database, person: int, field: str
) -> None:
    before = entry(demo_copy, person)
    number = ask(own_clients("micro"), person, field, "见户口本").json()["id"]
    assert decide(own_clients("village"), number).json()["changed"] is False
    assert entry(demo_copy, person) == before


def test_a_refused_one_changes_nothing(
    own_clients: Clients, demo_copy: Database, person: int
) -> None:
    before = entry(demo_copy, person)
    number = ask(own_clients("micro"), person, "name", "别的名字").json()["id"]
    answer = decide(own_clients("village"), number, accept=False)
    assert answer.json() == {"id": number, "state": "refused", "changed": None}
    assert entry(demo_copy, person) == before
    assert decide(own_clients("township"), number).status_code == 409, "decided once"


def test_nobody_decides_the_own_one(own_clients: Clients, demo_copy: Database, person: int) -> None:
    village = own_clients("village")
    number = ask(village, person, "name", "别的名字").json()["id"]
    answer = decide(village, number)
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "own_request"
    assert decide(own_clients("micro"), number).status_code == 403, "without the right"
    by_two = text(
        "UPDATE correction_request SET state = 'refused', decided_at = now(), "
        "decided_by = received_by, decision_enc = said_enc"
    )
    with pytest.raises(IntegrityError, match="by_two"), demo_copy.engine.begin() as connection:
        connection.execute(by_two)
    assert decide(own_clients("township"), number).status_code == 200


def test_only_requests_of_the_own_scope(
    own_clients: Clients, demo_copy: Database, actor_of: Any, person: int
) -> None:
    micro = own_clients("micro")
    inside = ask(micro, person, "phone", "12900000001").json()["id"]
    seen = actor_of(demo_copy, "micro").scope
    with demo_copy.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, grid_id FROM person WHERE status = 'active' ORDER BY id")
        ).all()
    other = next(row.id for row in rows if not seen.sees(row.grid_id))
    outside = ask(own_clients("county"), other, "phone", "12900000002").json()["id"]
    listed = micro.get(f"{API}/corrections").json()
    assert [item["id"] for item in listed["items"]] == [inside] and listed["total"] == 1
    with demo_copy.session(actor_of(demo_copy, "micro")) as session:  # the fence below it
        assert session.scalars(text("SELECT id FROM correction_request")).all() == [inside]
    with demo_copy.session(None) as session:
        assert session.scalars(text("SELECT id FROM correction_request")).all() == []
    everything = own_clients("county").get(f"{API}/corrections").json()
    assert {item["id"] for item in everything["items"]} == {inside, outside}
    village = own_clients("village")
    scope = actor_of(demo_copy, "village").scope
    far = next(row.id for row in rows if not scope.sees(row.grid_id))
    hidden = ask(own_clients("county"), far, "name", "某某").json()["id"]
    missing = decide(village, 999_999)
    assert decide(village, hidden).status_code == missing.status_code == 404
    assert decide(village, hidden).json() == missing.json()
    for name in ("department", "screen"):
        assert own_clients(name).get(f"{API}/corrections").status_code == 403


def test_what_is_said_is_sealed_and_never_in_the_audit(
    own_clients: Clients, demo_copy: Database, settings: Settings, person: int
) -> None:
    said, words = "12900007788", "来电核实过"
    number = ask(own_clients("micro"), person, "phone", said).json()["id"]
    assert decide(own_clients("village"), number, words=words).status_code == 200
    keys = Keys.load(settings.key_file)
    with demo_copy.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM correction_request")).one()
        audit = connection.execute(
            text("SELECT action, entity, actor_name, before, after, note FROM audit ORDER BY id")
        ).all()
    assert keys.decrypt(row.said_enc) == said and keys.decrypt(row.decision_enc) == words
    assert said not in json.dumps([list(map(str, r)) for r in audit], ensure_ascii=False)
    assert words not in json.dumps([list(map(str, r)) for r in audit], ensure_ascii=False)
    done = [(r.action, r.entity, r.actor_name) for r in audit if r.entity != "app_user"]
    assert ("insert", "correction_request", "micro") in done
    assert ("update", "correction_request", "village") in done
    assert ("update", "person", "village") in done
    change = next(r for r in audit if r.entity == "person" and r.action == "update")
    assert change.after["phone_enc"] == "changed"


def test_the_list_says_no_content_and_opening_is_a_look(
    own_clients: Clients, demo_copy: Database, person: int
) -> None:
    micro, village = own_clients("micro"), own_clients("village")
    ask(micro, person, "phone", "12900007788")
    assert "12900007788" not in village.get(f"{API}/corrections").text
    assert village.get(f"{API}/people/{person}/corrections").json()[0]["said"] == "12900007788"
    looks = micro.get(f"{API}/people/{person}").json()["looks"]
    assert [look["action"] for look in looks] == ["look"]


@pytest.mark.parametrize("reader", ["patrol", "admin"])
def test_who_neither_received_nor_decides_does_not_read_what_is_said(
    own_clients: Clients, person: int, reader: str
) -> None:
    """A number that is masked on the card is not to be had from a request either."""
    village, micro, other = own_clients("village"), own_clients("micro"), own_clients(reader)
    number = ask(micro, person, "phone", "12900007788").json()["id"]
    for words in ("", "当面核对 12900007788"):
        if words:
            assert decide(village, number, accept=False, words=words).status_code == 200
        api = other.get(f"{API}/people/{person}/corrections")
        assert api.status_code == 200
        assert (api.json()[0]["said"], api.json()[0]["words"]) == (None, None)
        page = other.get(f"/corrections/person/{person}")
        assert page.status_code == 200 and "12900007788" not in page.text
        assert micro.get(f"{API}/people/{person}/corrections").json()[0]["said"] == "12900007788"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"field": "birth_date", "said": "1980/1/1", "how": "phone"}, "said"),
        ({"field": "birth_date", "said": "2999-01-01", "how": "phone"}, "said"),
        ({"field": "phone", "said": "call me", "how": "phone"}, "said"),
        ({"field": "sex", "said": "x", "how": "phone"}, "said"),
        ({"field": "name", "said": "长" * 61, "how": "phone"}, "said"),
        ({"field": "other", "said": "", "how": "phone"}, "said"),
        ({"field": "other", "said": "a\x00b", "how": "phone"}, "said"),
        ({"field": "other", "said": "长" * 301, "how": "phone"}, "said"),
        ({"field": "religion", "said": "x", "how": "phone"}, "field"),
        ({"field": "other", "said": "x", "how": "fax"}, "how"),
    ],
)
def test_bad_input_is_told(
    own_clients: Clients, person: int, body: dict[str, str], field: str
) -> None:
    answer = own_clients("micro").post(f"{API}/people/{person}/corrections", json=body)
    assert answer.status_code == 422 and answer.json()["error"]["field"] == field, answer.text


def test_a_cancelled_entry_takes_no_request(own_clients: Clients, demo_copy: Database) -> None:
    with demo_copy.engine.connect() as connection:
        query = "SELECT id FROM person WHERE status = 'cancelled' LIMIT 1"
        cancelled = connection.execute(text(query)).scalar_one()
    assert ask(own_clients("county"), cancelled, "name", "某某").status_code == 409


def test_an_entry_cancelled_meanwhile_stays_and_the_request_open(
    own_clients: Clients, demo_copy: Database, person: int
) -> None:
    number = ask(own_clients("micro"), person, "name", "别的名字").json()["id"]
    with demo_copy.engine.begin() as connection:
        connection.execute(
            text("UPDATE person SET status = 'cancelled', cancelled_at = now(), "
                 "cancel_reason = 'left' WHERE id = :i"), {"i": person},
        )  # fmt: skip
    village = own_clients("village")
    assert decide(village, number).status_code == 409
    form = {"person_id": person, "accept": "true", "words": "核对无误"}
    page = village.post(f"/corrections/{number}/decision", data=form)
    assert page.status_code == 409 and "已注销的登记不再更正" in page.text
    assert decide(village, number, accept=False).status_code == 200


def test_the_pages_say_what_the_api_says(own_clients: Clients, person: int) -> None:
    """Refusals of the forms are pages; nothing is told outside of the scope."""
    micro = own_clients("micro")
    path = f"/corrections/person/{person}"
    bad = micro.post(path, data={"field": "phone", "how": "phone", "said": "x"})
    assert bad.status_code == 422 and "6 至 20 位数字" in bad.text
    assert micro.post(path, data={"field": "x"}).status_code == 422
    good = micro.post(path, data={"field": "phone", "how": "phone", "said": "<b>12900000001"})
    assert good.status_code == 422
    told = micro.post(path, data={"field": "other", "how": "phone", "said": "<b>x</b>"})
    assert told.status_code == 200 and "&lt;b&gt;x&lt;/b&gt;" in told.text
    assert told.headers["cache-control"] == "no-store"
    for client, status in ((own_clients("screen"), 403), (micro, 404)):
        assert client.get("/corrections/person/999999999").status_code == status
    away = own_clients().get("/corrections", follow_redirects=False)
    assert away.status_code == 303


def test_the_printout_lists_the_requests(own_clients: Clients, person: int) -> None:
    micro = own_clients("micro")
    number = ask(micro, person, "other", "我搬家了").json()["id"]
    decide(own_clients("village"), number, words="已请另行办理")
    page = micro.post(f"/print/person/{person}", data={"words": "本人申请打印"})
    assert "我搬家了" in page.text and "已请另行办理" in page.text
    assert "同意，须另行办理更正" in page.text
