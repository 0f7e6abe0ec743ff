"""D6: dictionaries are changed by the county's administrators, and the forms follow at once."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import CheckConstraint, text

from data.paths import DICTIONARIES
from services.config import Settings
from services.db import reference
from services.db.session import Database
from services.db.tables import metadata
from services.dictionaries.rules import rules
from services.organisations.service import REASONS as OF_ORGANISATIONS
from services.people import held
from services.people.entries import NOT_BY_HAND
from services.people.labels import BY_RULE
from services.people.membership import HEAD
from services.places.houses import CANCEL_REASONS
from services.premises.entries import REASONS as OF_PREMISES
from services.teams.models import LEADER
from tests.conftest import Clients, cloned

API = "/api/v1/dictionaries"


@pytest.fixture(scope="module")
def site(cluster: Any, settings: Settings, few_template: str) -> Iterator[Clients]:
    """A county that the tests here share, each with dictionaries of its own."""
    with cloned(cluster, settings, few_template) as database:
        made = Clients(settings, database)
        yield made
        made.close()


def database(site: Clients) -> Database:
    found: Database = site.app.state.door.database
    return found


def entries(client: TestClient, dictionary: str) -> dict[str, dict[str, Any]]:
    answer = client.get(f"{API}/{dictionary}")
    assert answer.status_code == 200, answer.text
    return {one["code"]: one for one in answer.json()["items"]}


def switch(client: TestClient, dictionary: str, code: str, active: bool) -> Any:
    version = entries(client, dictionary)[code]["version"]
    return client.patch(
        f"{API}/{dictionary}/items/{code}", json={"version": version, "active": active}
    )


def test_d6_every_dictionary_is_listed_with_its_entries(site: Clients) -> None:
    admin = site("admin")
    shipped = reference.read("dictionaries")
    assert {one["code"]: one["items"] for one in admin.get(API).json()} == {
        name: sum(row["dictionary"] == name for row in shipped)
        for name in {row["dictionary"] for row in shipped}
    }
    for name in rules():
        listed = [(code, one["name_zh"]) for code, one in entries(admin, name).items()]
        rows = sorted((int(r["sort"]), r["code"], r["name_zh"]) for r in shipped
                      if r["dictionary"] == name)  # fmt: skip
        assert listed == [row[1:] for row in rows]


def test_d6_what_the_code_names_is_marked_as_fixed() -> None:
    """The data file follows the code: its reasons, and the lists that the database closes."""
    known, shipped = rules(), reference.read("dictionaries")
    named = {
        "relation": {HEAD, "other"},
        "cancel_reason": {"deceased", "left", *NOT_BY_HAND, *CANCEL_REASONS, *OF_PREMISES,
                          *OF_ORGANISATIONS},
        "label_stop_reason": BY_RULE,
        "look_reason": {held.REASON},
        "team_post": {LEADER},
    }  # fmt: skip
    for name, rule in known.items():
        assert rule.named == named.get(name, set()), name
    codes: dict[str, set[str]] = {}
    for row in shipped:
        codes.setdefault(row["dictionary"], set()).add(row["code"])
    assert set(known) == set(codes)
    # A list that a CHECK of the database repeats cannot take another code.
    closed = {
        constraint.sqltext.text
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    for name, held_codes in codes.items():
        if known[name].open:
            for check in closed:
                listed = set(check.partition(" IN (")[2].rstrip(")").replace("'", "").split(", "))
                assert not (len(held_codes) > 2 and held_codes == listed), (name, check)


def test_d6_an_entry_is_added_and_the_forms_offer_it_at_once(site: Clients) -> None:
    admin, micro = site("admin"), site("micro")

    def offered() -> list[str]:
        listed = micro.get("/api/v1/people/form").json()["no_place_reasons"]
        return [one["code"] for one in listed]

    before = offered()
    body = {"code": "abroad", "name_zh": "出国", "name_en": "Abroad"}
    assert admin.post(f"{API}/no_place_reason/items", json=body).status_code == 204
    assert offered() == [*before, "abroad"]
    order = ["abroad", *before]
    assert admin.put(f"{API}/no_place_reason/order", json={"codes": order}).status_code == 204
    assert offered() == order
    assert switch(admin, "no_place_reason", "abroad", False).status_code == 204
    assert offered() == before
    assert not entries(admin, "no_place_reason")["abroad"]["active"]
    # What is switched off is refused for new entries, and rows that have it keep their word.
    at = {"grid_id": micro.get("/api/v1/me").json()["home_grid"]["id"], "no_place_reason": "abroad"}
    entry = {"class": "registered", "name": "某人", "sex": "m", "id_kind": "none", "at": at}
    answer = micro.post("/api/v1/people", json=entry)
    assert answer.json()["error"]["field"] == "at.no_place_reason"
    assert switch(admin, "no_place_reason", "abroad", True).status_code == 204
    assert micro.post("/api/v1/people", json=entry).status_code == 201
    assert switch(admin, "no_place_reason", "abroad", False).status_code == 204
    found = micro.post("/api/v1/people/search", json={"conditions": {
        "column": "no_place_reason", "op": "eq", "value": "abroad"}}).json()  # fmt: skip
    assert found["total"] == 1
    columns = micro.get("/api/v1/views/columns/people").json()
    words = next(one for one in columns if one["column"] == "no_place_reason")["options"]
    assert {"code": "abroad", "name": "出国"} in words


def test_d6_a_new_name_is_seen_everywhere(site: Clients) -> None:
    admin = site("admin")
    one = entries(admin, "house_use")["shop"]
    body = {"version": one["version"], "name_zh": "沿街商铺", "name_en": "Street shop"}
    assert admin.patch(f"{API}/house_use/items/shop", json=body).status_code == 204
    uses = site("micro").get("/api/v1/houses/form").json()["uses"]
    assert "沿街商铺" in [use["name"] for use in uses]
    stale = admin.patch(f"{API}/house_use/items/shop", json=body)
    assert stale.status_code == 409 and stale.json()["error"]["code"] == "stale"
    with database(site).engine.connect() as connection:
        row = connection.execute(
            text("SELECT actor_name, action, before, after FROM audit "
                 "WHERE entity = 'dictionary_item' AND after ->> 'name_en' = 'Street shop'")
        ).one()  # fmt: skip
    assert row.actor_name == "admin" and row.before["name_zh"] == "商铺"


@pytest.mark.parametrize(
    ("dictionary", "code"),
    [
        *(("sex", "m"), ("attention", "3"), ("incident_state", "closed"), ("relation", "head")),
        *(("cancel_reason", "deceased"), ("look_reason", "asked"), ("label_stop_reason", "age")),
    ],
)
def test_d6_what_rules_rely_on_stays(site: Clients, dictionary: str, code: str) -> None:
    admin = site("admin")
    assert entries(admin, dictionary)[code]["fixed"]
    answer = switch(admin, dictionary, code, False)
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "fixed"
    assert entries(admin, dictionary)[code]["active"]


def test_d6_a_form_keeps_at_least_one_choice(site: Clients) -> None:
    admin = site("admin")
    *gone, last = entries(admin, "rent_stop_reason")
    for code in gone:
        assert switch(admin, "rent_stop_reason", code, False).status_code == 204
    assert switch(admin, "rent_stop_reason", last, False).json()["error"]["code"] == "last"


def test_d6_bad_input_is_named(site: Clients) -> None:
    admin = site("admin")
    good = {"code": "another", "name_zh": "另一项", "name_en": "Another"}
    for change, field in (
        ({"code": "visit"}, "code"), ({"code": "Ab"}, "code"), ({"code": ""}, "code"),
        ({"code": "x" * 31}, "code"), ({"name_zh": " "}, "name_zh"),
        ({"name_zh": "长" * 61}, "name_zh"), ({"name_en": ""}, "name_en"),
        ({"name_zh": "入户走访"}, "name_zh"), ({"name_en": "HOME VISIT"}, "name_en"),
        ({"name_zh": "a\u0000b"}, "name_zh"), ({"extra": 1}, "extra"),
    ):  # fmt: skip
        answer = admin.post(f"{API}/look_reason/items", json={**good, **change})
        assert answer.status_code in (409, 422), answer.text
        assert answer.json()["error"]["field"] == field
    assert admin.post(f"{API}/sex/items", json=good).json()["error"]["code"] == "closed"
    assert admin.get(f"{API}/nothing").status_code == 404
    assert admin.post(f"{API}/nothing/items", json=good).status_code == 404
    missing = admin.patch(f"{API}/sex/items/x", json={"version": 1, "active": False})
    assert missing.status_code == 404
    for codes in (["visit"], [*entries(admin, "look_reason"), "visit"], ["x"]):
        answer = admin.put(f"{API}/look_reason/order", json={"codes": codes})
        assert answer.json()["error"]["field"] == "codes"


def test_d6_labels_are_no_dictionary(site: Clients) -> None:
    """The shipped catalogue of labels stays what it is: no address takes another."""
    admin = site("admin")
    body = {"code": "any_label", "name_zh": "某标签", "name_en": "Any label"}
    for name in ("label", "label_catalogue", "labels"):
        assert admin.post(f"{API}/{name}/items", json=body).status_code == 404
    with (DICTIONARIES / "label_catalogue.csv").open(encoding="utf-8", newline="") as file:
        shipped = {row["code"] for row in csv.DictReader(file)}
    with database(site).engine.connect() as connection:
        assert set(connection.execute(text("SELECT code FROM label")).scalars()) == shipped


def test_d6_only_administrators_of_the_whole_county(site: Clients) -> None:
    body = {"code": "x1", "name_zh": "某", "name_en": "X"}
    for user in ("county", "township", "village", "micro", "patrol", "department", "screen"):
        client = site(user)
        for answer in (
            client.get(API), client.get(f"{API}/sex"), client.get("/api/v1/parameters"),
            client.post(f"{API}/look_reason/items", json=body),
            client.patch(f"{API}/sex/items/m", json={"version": 1}),
            client.put(f"{API}/sex/order", json={"codes": ["m", "f"]}),
        ):  # fmt: skip
            assert answer.status_code == 403, user
    with database(site).engine.begin() as connection:
        connection.execute(
            text("INSERT INTO role_permission VALUES ('township_leader', 'dictionaries.manage')")
        )
    assert site("township").get(API).status_code == 403  # of a part only
    assert site("admin").get(API).status_code == 200


def test_d6_of_two_who_add_one_code_one_is_refused(site: Clients) -> None:
    """Or one name: the imports tell entries by their names."""
    clients, codes = [site("admin"), site("admin")], []

    def press(n: int, client: TestClient) -> None:
        body = {"code": f"twice{n}", "name_zh": "两次", "name_en": f"Twice {n}"}
        codes.append(client.post(f"{API}/claim_reason/items", json=body).status_code)

    both = [threading.Thread(target=press, args=one) for one in enumerate(clients)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(codes) == [204, 409]


def test_d6_parameters_are_shown_and_no_secret(site: Clients, settings: Settings) -> None:
    found = {one["name"]: one["value"] for one in site("admin").get("/api/v1/parameters").json()}
    for name in ("retention_years", "audit_years", "session_idle_minutes", "exports_per_minute"):
        assert found[name] == getattr(settings, name)
    assert found["export_rows_xlsx"] == 50_000
    hidden = ("url", "secret", "dir", "file", "host", "oidc", "proxy", "password", "key")
    assert not any(part in name for name in found for part in hidden)
