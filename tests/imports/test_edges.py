"""The two edges of the import: the route for administrators and the command."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from services.config import Settings
from services.db.session import Database
from services.errors import BadInput
from services.imports import cli
from services.imports.fields import pairs
from tests.imports.conftest import rows_on

COUNT = "SELECT count(*) FROM premises"
PHONE = "19900001234"


@pytest.fixture
def spot(demo_copy: Database) -> tuple[float, float, int]:
    """A point inside a micro-grid of the demo county, and that grid."""
    query = "SELECT ST_X(label), ST_Y(label), id FROM grid WHERE level = 5 ORDER BY id LIMIT 1"
    (row,) = rows_on(demo_copy)(query)
    return tuple(row)


def csv(*rows: str) -> bytes:
    return ("licence,name,kind,phone,lon,lat\n" + "".join(f"{row}\n" for row in rows)).encode()


def post(client, kind: str, content: bytes, name: str = "shops.csv", **fields: object):
    return client.post(f"/api/v1/imports/{kind}", files={"file": (name, content)}, data=fields)


def test_the_route(own_clients, demo_copy: Database, spot, rows_of_demo):
    x, y, grid = spot
    admin = own_clients("admin")
    (before,) = rows_of_demo(COUNT)
    content = csv(f"IMP-1,Teahouse,restaurant,{PHONE},{x},{y}")
    tried = post(admin, "premises", content, crs="CGCS2000", dry_run="true")
    assert tried.status_code == 200, tried.text
    assert tried.json()["written"] == 1
    assert rows_of_demo(COUNT) == [before]

    done = post(admin, "premises", content, crs="CGCS2000")
    assert (done.status_code, done.json()["written"]) == (200, 1)
    again = post(admin, "premises", content, crs="CGCS2000")
    assert (again.status_code, again.json()["unchanged"]) == (200, 1)
    query = "SELECT grid_id, phone_enc FROM premises WHERE licence = 'IMP-1'"
    ((stored_grid, sealed),) = rows_of_demo(query)
    assert stored_grid == grid
    assert PHONE.encode() not in bytes(sealed)
    assert own_clients.app.state.keys.decrypt(bytes(sealed)) == PHONE

    wrong = post(
        admin, "premises", csv(f"IMP-2,Inn,hotel,{PHONE},{x},north"), crs="CGCS2000"
    )  # fmt: skip
    assert wrong.status_code == 422
    (problem,) = wrong.json()["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (2, "lat", "not_number")
    assert PHONE not in wrong.text
    twice = csv(*[f"IMP-3,Inn,hotel,{PHONE},{x},{y}"] * 2)
    assert PHONE not in post(admin, "premises", twice, crs="CGCS2000").text
    assert rows_of_demo(COUNT) == [(before[0] + 1,)]


@pytest.mark.parametrize(
    ("kind", "name", "fields", "status", "code"),
    [
        ("premises", "shops.csv", {}, 422, "crs_missing"),
        ("premises", "shops.csv", {"crs": "Narnia"}, 422, "crs_unknown"),
        ("premises", "shops.csv", {"crs": "WGS84", "mapping": "name"}, 422, "bad_mapping"),
        ("premises", "../../etc/passwd", {"crs": "WGS84"}, 422, "format"),
        ("premises", "..", {"crs": "WGS84"}, 422, "format"),
        ("grids", "shops.csv", {"crs": "WGS84", "level": "9"}, 422, "invalid"),
        ("grids", "shops.csv", {"crs": "WGS84", "mapping": "code=licence"}, 422, "no_level"),
        ("people", "shops.csv", {"crs": "WGS84"}, 422, "invalid"),
    ],
)
def test_what_the_route_refuses(clients, kind, name, fields, status, code):
    answer = post(clients("admin"), kind, csv(f"I,N,hotel,{PHONE},105.1,24.4"), name, **fields)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == code
    assert PHONE not in answer.text


@pytest.mark.parametrize("who", ["county", "village", "patrol", "screen"])
def test_only_administrators_import(clients, who: str):
    answer = post(clients(who), "premises", csv(), crs="WGS84")
    assert answer.status_code == 403


def test_nobody_and_too_much(clients, settings: Settings):
    assert post(clients(), "premises", csv(), crs="WGS84").status_code == 401
    large = b"x" * ((settings.max_body_mb + 1) * 2**20)
    assert post(clients("admin"), "premises", large, crs="WGS84").status_code == 413
    assert clients("admin").post("/api/v1/imports/premises").status_code == 422


@pytest.fixture
def rows_of_demo(demo_copy: Database):
    return rows_on(demo_copy)


def test_the_command(db: Database, settings: Settings, shipped, rows_of, monkeypatch):
    url = db.url.render_as_string(hide_password=False)
    chosen = settings.model_copy(update={"database_url": url})
    monkeypatch.setattr(cli, "settings", lambda: chosen)
    path = str(shipped / "kr-goryeong/goryeong.gpkg")

    def run(*words: str):
        return CliRunner().invoke(cli.app, [*words])

    several = run("grids", path, "--level", "1")
    assert several.exit_code == 1
    assert "county, town, village" in several.output
    county = ("grids", path, "--layer", "county", "--level", "1", "--map", "name=sigungu")
    tried = run(*county, "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert rows_of("SELECT count(*) FROM grid") == [(0,)]
    done = run(*county, "--valid-from", "2023-09-15")
    assert json.loads(done.output)["written"] == 1
    towns = run(
        "grids", path, "--layer", "town", "--level", "2", "--map", "name=emd",
        "--parent-code", "47830", "--set", "kind=residential",
    )  # fmt: skip
    assert towns.exit_code == 0, towns.output
    rows = rows_of("SELECT level, count(*), min(valid_from)::text FROM grid GROUP BY 1 ORDER BY 1")
    assert rows[0] == (1, 1, "2023-09-15")
    assert rows[1][:2] == (2, 8)
    wrong = run("grids", path, "--layer", "town", "--level", "3", "--map", "name=emd")
    assert wrong.exit_code == 1
    assert "exists" in wrong.output


def test_pairs():
    assert pairs(["a=b, c={d}-{e}", "f=g=h"]) == {"a": "b", "c": "{d}-{e}", "f": "g=h"}
    assert pairs(None) == {}
    for bad in ("a", "=b", "a="):
        with pytest.raises(BadInput):
            pairs([bad])
