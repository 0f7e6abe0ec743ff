"""What is personal in the audit: kept, told as far as rights go, forgotten with its key."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from sqlalchemy import text

from services.access.actor import system
from services.access.models import RolePermission
from services.audit import service as audit
from services.db import sealed
from services.db.session import Database
from services.keys import service as rotation
from services.kit import crypto
from services.kit.crypto import Keys
from services.people import anonymise
from services.people.models import Person, PersonLabel
from tests.conftest import Clients

NEW = {"name": "新名字甲", "name_pinyin": "xinmingzijia xmzj", "address": "幸福路 12 号",
       "birth_date": date(1961, 7, 9)}  # fmt: skip
PHONE, NUMBER = "12999999998", "299001196107091239"
GEOM = "SRID=4490;POINT(105.123 24.456)"


def change(database: Database) -> tuple[int, dict[str, Any]]:
    """Everything about one person of the account micro is changed, a label is put.

    Returns the person's id and what stood there before.
    """
    keys = database.keys
    with database.session(system("test")) as session:
        found = session.scalar(
            text("SELECT id FROM person WHERE status = 'active' AND id_enc IS NOT NULL "
                 "AND phone_enc IS NOT NULL AND grid_id = (SELECT grid_id FROM user_role r "
                 "JOIN app_user u ON u.id = r.user_id WHERE u.username = 'micro') "
                 "ORDER BY id LIMIT 1")
        )  # fmt: skip
        person = session.get_one(Person, found)
        assert person.id_enc and person.phone_enc
        old = {name: getattr(person, name) for name in NEW}
        old |= {"id_enc": keys.decrypt(person.id_enc), "phone_enc": keys.decrypt(person.phone_enc)}
        for name, value in NEW.items():
            setattr(person, name, value)
        person.geom = GEOM
        person.sex = "f" if person.sex == "m" else "m"
        person.id_enc, person.id_hash = keys.sealed_pair(NUMBER)
        person.phone_enc, person.phone_hash = keys.sealed_pair(PHONE)
        session.add(
            PersonLabel(person_id=person.id, grid_id=person.grid_id, label_code=statutory(session),
                        started_on=date(2026, 1, 1), started_by="hand")
        )  # fmt: skip
    return int(found), old


def statutory(session: Any) -> str:
    """A need-to-know label that a township leader may open."""
    code = session.scalar(
        text("SELECT l.code FROM label l JOIN label_audience a ON a.label_code = l.code "
             "WHERE l.label_group = 'statutory' AND a.role_code = 'township_leader' "
             "ORDER BY l.code LIMIT 1")
    )  # fmt: skip
    assert code
    return str(code)


def rows(client: Any, entity: str, **more: Any) -> list[dict[str, Any]]:
    """Changes of ``entity`` by the test, as a page of the audit tells them."""
    asked = {"entity": entity, "group": "changes", "actor": "system:test", **more}
    answer = client.post("/api/v1/audit/search", json={"filters": asked, "size": 500})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def kept(database: Database, entity: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after of the test's change, opened with the keys."""
    query = text(
        "SELECT a.sealed, k.key_enc FROM audit a JOIN subject_key k ON k.id = a.key_id "
        "WHERE a.actor_name = 'system:test' AND a.entity = :e"
    )
    with database.engine.connect() as connection:
        row = connection.execute(query, {"e": entity}).one()
    before, after = sealed.opened(row.key_enc, row.sealed, Keys.load(database.settings.key_file))
    return before, after


def test_both_sides_are_kept_and_neither_is_in_clear(demo_alone: Database) -> None:
    _, old = change(demo_alone)
    before, after = kept(demo_alone, "person")
    was_at = before.pop("geom")
    assert before == {**old, "birth_date": str(old["birth_date"])} and was_at != GEOM
    now = {**NEW, "birth_date": str(NEW["birth_date"]), "id_enc": NUMBER, "phone_enc": PHONE}
    assert after == {**now, "geom": GEOM}
    _, label = kept(demo_alone, "person_label")
    assert label["label_code"]
    with demo_alone.engine.connect() as connection:
        words = str(connection.execute(text("SELECT * FROM audit ORDER BY id")).all())
        raw = b"".join(
            connection.scalars(text("SELECT sealed FROM audit WHERE sealed IS NOT NULL"))
        )
    for value in [*old.values(), *now.values(), label["label_code"], "105.123"]:
        assert str(value) not in words and str(value).encode() not in raw, value
    assert audit.verify(demo_alone).problems == []


def test_a_page_tells_what_the_post_may_read_and_masks_numbers(
    own_clients: Clients, demo_copy: Database
) -> None:
    person, old = change(demo_copy)
    (whole,) = rows(own_clients("township"), "person", entity_id=person)
    assert whole["before"]["name"] == old["name"] and whole["after"]["name"] == NEW["name"]
    assert whole["before"]["birth_date"] == str(old["birth_date"])
    assert whole["after"]["address"] == NEW["address"] and whole["after"]["geom"] == GEOM
    assert whole["after"]["phone_enc"] == crypto.mask_phone(PHONE)
    assert whole["before"]["id_enc"] == crypto.mask_id(old["id_enc"])
    assert whole["before"]["sex"] != whole["after"]["sex"]
    assert not {"sealed", "key", "subject", "label"} & set(whole)
    (label,) = rows(own_clients("township"), "person_label")
    assert label["after"]["label_code"] == "•••", "nobody sees a label without a reason"
    (less,) = rows(
        own_clients("county"), "person", entity_id=person
    )  # no addresses, no birth dates
    assert {k for k, v in less["after"].items() if v == "•••"} == {"birth_date", "address", "geom"}
    with demo_copy.session(system("other")) as session:
        session.delete(session.get_one(RolePermission, ("county_leader", "people.read")))
    (least,) = rows(own_clients("county"), "person", entity_id=person)
    assert least["before"]["name"] == "•••" and least["after"]["name_pinyin"] == "•••"


def test_what_was_opened_on_the_card_is_open_here_but_never_in_an_export(
    own_clients: Clients, demo_copy: Database
) -> None:
    person, old = change(demo_copy)
    client = own_clients("township")
    asked = {"what": ["id_number", "phone", "labels"], "reason": "visit", "words": "入户走访核对"}
    assert client.post(f"/api/v1/people/{person}/reveal", json=asked).status_code == 200
    (opened,) = rows(client, "person", entity_id=person)
    assert opened["after"]["id_enc"] == NUMBER and opened["before"]["phone_enc"] == old["phone_enc"]
    with demo_copy.session(None) as session:
        code = statutory(session)
    (label,) = rows(client, "person_label")
    assert label["after"]["label_code"] == code
    (others,) = rows(own_clients("county"), "person", entity_id=person)
    assert others["after"]["id_enc"] == crypto.mask_id(NUMBER), "opened for one reader only"
    for format in ("csv", "xlsx"):
        file = client.post(f"/api/v1/audit/export?format={format}", json={"filters": {}})
        assert file.status_code == 200
        for secret in (NUMBER, PHONE, old["id_enc"], old["phone_enc"], code):
            assert secret.encode() not in file.content, "an export holds what was opened"


def test_what_a_person_said_is_told_by_the_request_only(
    own_clients: Clients, demo_copy: Database
) -> None:
    person, _ = change(demo_copy)
    micro, county = own_clients("micro"), own_clients("county")
    body = {"field": "phone", "said": PHONE, "how": "phone"}
    assert micro.post(f"/api/v1/people/{person}/corrections", json=body).status_code == 200
    asked = {"filters": {"entity": "correction_request"}}
    page = county.post("/api/v1/audit/search", json=asked).json()
    assert [row["after"]["said_enc"] for row in page["items"]] == ["•••"]
    file = county.post("/api/v1/audit/export?format=csv", json=asked)
    assert PHONE.encode() not in file.content


def test_a_forgotten_person_leaves_marks_only(demo_alone: Database) -> None:
    person, _ = change(demo_alone)
    with demo_alone.session(system("cancel")) as session:
        entry = session.get_one(Person, person)
        entry.status, entry.cancel_reason = "cancelled", "left"
        entry.cancelled_at = datetime.now(UTC) - timedelta(days=366 * 6)
    assert anonymise.apply(demo_alone, date.today(), 5) >= 1
    site = Clients(demo_alone.settings, demo_alone)
    (left,) = rows(site("township"), "person", entity_id=person)
    site.close()
    sealed_ones = {*NEW, "geom", "id_enc", "phone_enc", "id_hash", "phone_hash"}
    assert {k for k, v in left["after"].items() if v == "changed"} == sealed_ones
    assert set(left["after"]) - sealed_ones <= {"sex", "version", "updated_at"}
    with demo_alone.engine.connect() as connection:
        count = "SELECT count(*) FROM subject_key WHERE entity = 'person' AND entity_id = :p"
        assert connection.execute(text(count), {"p": person}).scalar_one() == 0
    assert audit.verify(demo_alone).problems == []


def test_a_rotation_keeps_what_is_sealed_readable(demo_alone: Database) -> None:
    change(demo_alone)
    before = kept(demo_alone, "person")
    assert rotation.rotate(demo_alone).whole
    later = datetime.now(UTC) + timedelta(hours=2)
    rotation.forget(demo_alone, 1, now=later)
    assert kept(demo_alone, "person") == before
    assert audit.verify(demo_alone).problems == []


def test_two_who_write_first_share_one_key(demo_copy: Database) -> None:
    """Both are past the look for a key when each makes one."""
    ready = threading.Barrier(2)

    def write(n: int) -> None:
        row = {"sealed": sealed.Held(("person", 1), {}, {"name": str(n)}), "key_id": None}
        with demo_copy.engine.begin() as connection:
            connection.execute(text("SELECT 1"))
            ready.wait(10)
            sealed.seal(connection, demo_copy.keys, [row])
        made.append(row)

    made: list[dict[str, Any]] = []
    threads = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with demo_copy.engine.connect() as connection:
        key = connection.execute(text("SELECT id, key_enc FROM subject_key")).one()
    assert [row["key_id"] for row in made] == [key.id, key.id]
    names = [sealed.opened(key.key_enc, row["sealed"], demo_copy.keys)[1]["name"] for row in made]
    assert sorted(names) == ["0", "1"]


def test_a_removed_row_leaves_what_it_was(demo_copy: Database) -> None:
    with demo_copy.session(system("test")) as session:
        session.delete(session.get_one(RolePermission, ("county_leader", "people.read")))
    with demo_copy.engine.connect() as connection:
        query = "SELECT before, after FROM audit WHERE action = 'delete' AND entity = :e"
        row = connection.execute(text(query), {"e": "role_permission"}).one()
    assert row.before == {"role_code": "county_leader", "permission": "people.read"}
    assert row.after is None


values = st.dictionaries(st.text(max_size=8), st.none() | st.text() | st.integers() | st.booleans())


@rounds(max_examples=100, deadline=None)
@given(before=values, after=values)
def test_any_values_come_back(before: dict[str, Any], after: dict[str, Any]) -> None:
    keys, key = Keys.fresh(), crypto.fresh_key()
    words = sealed.Held(("person", 1), before, after).words(keys)
    hidden = crypto.seal(key, words)
    assert json.loads(crypto.unseal(key, hidden)) == [before, after]
    assert sealed.opened(keys.encrypt(key.hex()), hidden, keys) == [before, after]
