"""P12: association of people and business lists: set once, and the same rule in every list."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from services.db.session import Database
from services.parameters import cli
from tests.conftest import Clients
from tests.serving.helpers import API, MICRO, Json, person, problem, run, service, team

MODE = f"{API}/parameters/association-mode"
# Mode -> the ways in which a row may say whom it is about.
ALLOWED = {
    None: {"linked", "typed"},
    "independent": {"typed"},
    "must_exist": {"linked"},
    "on_the_fly": {"linked", "entered"},
}


def put(clients: Clients, mode: str, user: str = "admin") -> Any:
    return clients(user).post(MODE, json={"mode": mode})


def test_p12_it_is_set_once_by_an_administrator(own_clients: Clients, demo_copy: Database) -> None:
    for name in ("county", "township", "village", "micro", "patrol", "department", "screen"):
        assert put(own_clients, "must_exist", name).status_code == 403, name
    assert own_clients("micro").get(MODE).json() == {"mode": None, "set_at": None}
    assert put(own_clients, "sometimes").status_code == 422
    modes = ("must_exist", "on_the_fly")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda mode: put(own_clients, mode), modes))
    assert sorted(a.status_code for a in answers) == [204, 409]
    set_to = modes[[a.status_code for a in answers].index(204)]
    told = own_clients("micro").get(MODE).json()
    assert told["mode"] == set_to and told["set_at"]
    for mode in ALLOWED:
        if mode:
            again = put(own_clients, mode)
            assert problem(again) == (409, "set_already", "mode")
            assert again.json()["error"]["mode"] == set_to
    for statement in (
        "UPDATE parameter SET value = 'independent'",
        "DELETE FROM parameter",
        "INSERT INTO parameter (name, value) VALUES ('association_mode', 'independent')",
        "INSERT INTO parameter (name, value) VALUES ('colour', 'independent')",
    ):
        with pytest.raises(IntegrityError):  # even as the owner of the table
            run(demo_copy, statement)
    audit = "SELECT count(*) FROM audit WHERE entity = 'parameter' AND actor_name = 'admin'"
    assert run(demo_copy, audit).scalar_one() == 1


def test_p12_the_command_shows_and_sets_it(
    demo_copy: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = demo_copy.url.render_as_string(hide_password=False)
    chosen = demo_copy.settings.model_copy(update={"database_url": url})
    monkeypatch.setattr(cli, "settings", lambda: chosen)
    runner = CliRunner()
    assert "not set" in runner.invoke(cli.app, ["association"]).output
    assert runner.invoke(cli.app, ["association", "sometimes"]).exit_code != 0
    done = runner.invoke(cli.app, ["association", "independent"])
    assert done.exit_code == 0 and done.output.strip() == "independent"
    assert runner.invoke(cli.app, ["association", "must_exist"]).exit_code != 0


def newcomer(database: Database, name: str) -> Json:
    home = run(
        database, f"SELECT id FROM building WHERE grid_id = {MICRO} ORDER BY id LIMIT 1"
    ).scalar_one()
    at = {"building_id": home}
    return {"class": "floating", "name": name, "sex": "f", "id_kind": "none", "at": at}


@pytest.mark.parametrize("mode", ALLOWED)
def test_p12_one_rule_in_every_list(
    own_clients: Clients, demo_copy: Database, mode: str | None
) -> None:
    if mode is not None:
        assert put(own_clients, mode).status_code == 204
    village = own_clients("village")
    grid = int(run(demo_copy, f"SELECT {MICRO}").scalar_one())
    made = team(village, demo_copy)
    shop = run(
        demo_copy, f"SELECT id FROM premises WHERE grid_id = {MICRO} AND status = 'active' LIMIT 1"
    ).scalar_one()
    thing = {"kind": "ebike", "number": "示例1"}
    lists: dict[str, tuple[str, Any, Json]] = {
        "service_record": ("services", lambda: service(made), {"grid_id": grid}),
        "property": ("properties", lambda: thing, {"grid_id": grid}),
        "premises_employee": (f"premises/{shop}/employees", dict, {}),
    }
    count = "SELECT count(*) FROM person"
    for table, (path, body, where) in lists.items():
        ways: dict[str, Json] = {
            "linked": {"person_id": person(demo_copy)},
            "entered": {"person": newcomer(demo_copy, f"新来{table[0]}")},
            "typed": {"name": "某某", "phone": "129 0000 0009", **where},
        }
        for way, who in ways.items():
            people = run(demo_copy, count).scalar_one()
            answer = village.post(f"{API}/{path}", json={**body(), **who})
            if way not in ALLOWED[mode]:
                assert problem(answer)[:2] == (422, "association"), (table, way)
                assert run(demo_copy, count).scalar_one() == people
                continue
            assert answer.status_code == 201, (table, way, answer.text)
            assert run(demo_copy, count).scalar_one() == people + (way == "entered")
            query = f"SELECT * FROM {table} WHERE id = :i"
            row = run(demo_copy, query, i=answer.json()["id"]).one()
            assert (row.person_id is None) == (way == "typed"), (table, way)
            assert (row.phone_enc is not None) == (way == "typed")
            if table == "premises_employee":
                assert row.name, "an employee keeps the name as well"
            else:
                assert (row.name is not None) == (way == "typed")
                assert row.grid_id == grid
        both = {"person_id": person(demo_copy), "person": newcomer(demo_copy, "两人")}
        assert problem(village.post(f"{API}/{path}", json={**body(), **both}))[:2] == (
            422, "association",
        )  # fmt: skip
    if "typed" in ALLOWED[mode]:
        _typed_rows(village, grid)


def _typed_rows(client: Any, grid: int) -> None:
    """A row with a name only is in the list, found by that name, with its phone masked."""
    (item,) = client.post(f"{API}/services/search", json={"filters": {"name": "某某"}}).json()[
        "items"
    ]
    shown = client.get(f"{API}/services/{item['id']}").json()
    assert (shown["name"], shown["phone"], shown["person_id"]) == ("某某", "129…0009", None)
    (item,) = client.post(f"{API}/properties/search", json={"filters": {"q": "某某"}}).json()[
        "items"
    ]
    assert item["owner"] == "某某" and item["grid_id"] == grid
    lost = {"name": "某某", "kind": "ebike", "number": "示例2", "grid_id": 1}
    assert problem(client.post(f"{API}/properties", json=lost)) == (422, "grid", "grid_id")


def test_p12_a_change_of_an_employee_obeys_it_too(
    own_clients: Clients, demo_copy: Database
) -> None:
    village = own_clients("village")
    shop = run(
        demo_copy, f"SELECT id FROM premises WHERE grid_id = {MICRO} AND status = 'active' LIMIT 1"
    ).scalar_one()
    path = f"{API}/premises/{shop}/employees"
    linked = village.post(path, json={"person_id": person(demo_copy)}).json()["id"]
    typed = village.post(path, json={"name": "某某"}).json()["id"]
    assert put(own_clients, "must_exist").status_code == 204
    cut = {"version": 1, "person_id": None}
    refused = village.patch(f"{API}/employees/{linked}", json=cut)
    assert problem(refused) == (422, "association", "person_id")
    # What was entered before stays as it was, and may still be changed or tied.
    assert village.patch(f"{API}/employees/{typed}", json={"version": 1, "post": "店长"}).is_success
    tie = {"version": 2, "person_id": person(demo_copy, skip=1)}
    assert village.patch(f"{API}/employees/{typed}", json=tie).status_code == 204
