"""D1: where a held row is sent to: by its address, its number, its name, the village named."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import text

from services.db.session import Database
from tests.claims.sheets import HEAD, Json, loaded, number, plain
from tests.claims.test_files import held, run
from tests.conftest import Clients
from tests.people.test_entries import MICRO, entered

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def line(n: int, address: str, village: str = "", name: str = "", id_number: str = "") -> list[Any]:
    return [name or f"某人{n}", id_number, "户籍", "", address, village]


def sent_rows(clients: Clients, database: Database, rows: list[list[Any]]) -> list[Json]:
    card = loaded(clients("county"), plain([HEAD, *rows]), name="a.csv")
    assert card["state"] == "loaded", card["problems"]
    return held(database, card["id"])


def test_d1_an_address_that_is_a_building_decides(
    own_clients: Clients, demo_copy: Database
) -> None:
    """Each in one of the ways in which people write it."""
    found = run(demo_copy, "SELECT id, grid_id, address FROM building ORDER BY id").all()
    chosen = random.Random(11).sample(found, 300)
    ways = [
        lambda a: a,
        lambda a: f"西林县八达镇{a}",
        lambda a: a.translate(WIDE),
        lambda a: f" {a[:3]} {a[3:]}",
        lambda a: a.replace("栋", "号楼"),
        lambda a: a.replace("栋", "幢") + "1单元9999室",
        lambda a: f"广西壮族自治区西林县{a}（后院）",
    ]
    rows = [line(n, ways[n % len(ways)](b.address)) for n, b in enumerate(chosen)]
    made = sent_rows(own_clients, demo_copy, rows)
    told = [(r["confidence"], r["building_id"], r["grid_id"]) for r in made]
    assert told == [("building", b.id, b.grid_id) for b in chosen]


def test_d1_unit_and_room_name_the_house(own_clients: Clients, demo_copy: Database) -> None:
    houses = run(
        demo_copy,
        "SELECT h.id, h.unit, h.room, b.address FROM house h JOIN building b "
        "ON b.id = h.building_id WHERE h.status = 'active' AND b.units > 1 AND length(h.room) > 2 "
        "ORDER BY md5(h.id::text) LIMIT 60",
    ).all()
    assert len(houses) == 60
    forms = ["{a}{u}单元{r}", "{a}{u}单元{r}室", "{a} {u} 单元 {r} 房"]
    rows = [
        line(n, forms[n % 3].format(a=h.address, u=h.unit, r=h.room)) for n, h in enumerate(houses)
    ]
    assert [r["house_id"] for r in sent_rows(own_clients, demo_copy, rows)] == [
        h.id for h in houses
    ]


def test_d1_what_only_looks_like_a_building_does_not_decide(
    own_clients: Clients, demo_copy: Database
) -> None:
    village = {
        row.name: row.id for row in run(demo_copy, "SELECT id, name FROM grid WHERE level = 3")
    }
    street = run(
        demo_copy, "SELECT address FROM building WHERE address LIKE '%路%号' ORDER BY id LIMIT 1"
    ).scalar_one()
    hamlet = run(
        demo_copy, "SELECT address FROM building WHERE address LIKE '八达村%屯%号' LIMIT 1"
    ).scalar_one()
    rows = [
        line(1, f"东{street}"),  # another road
        line(2, hamlet.replace("八达村", "土黄村")),  # another village
        line(4, "八达村"),
        line(5, "某处", "土黄村"),
        line(6, "八达村与土黄村之间"),
        line(7, ""),
        line(8, "1号"),
        line(9, hamlet.removeprefix("八达村"), "八达村"),
    ]
    made = sent_rows(own_clients, demo_copy, rows)
    assert [(r["confidence"], r["grid_id"]) for r in made[:2]] == [
        ("none", 1), ("village", village["土黄村"]),
    ]  # fmt: skip
    assert [r["confidence"] for r in made[2:]] == [
        "village", "village", "none", "none", "none", "building",
    ]  # fmt: skip
    assert [r["grid_id"] for r in made[2:4]] == [village["八达村"], village["土黄村"]]


def test_d1_a_building_that_is_there_twice_decides_once_the_village_is_named(
    own_clients: Clients, demo_copy: Database
) -> None:
    one, other = (
        run(
            demo_copy,
            "SELECT id, grid_id FROM building WHERE address LIKE :a ORDER BY id LIMIT 1",
            a=f"{village}%",
        ).one()
        for village in ("八达村", "土黄村")
    )
    run(
        demo_copy,
        "UPDATE building SET name = '同名屯1号', address = '同名屯1号' WHERE id IN (:a, :b)",
        a=one.id, b=other.id,
    )  # fmt: skip
    rows = [line(1, "同名屯1号"), line(2, "八达村同名屯1号"), line(3, "同名屯1号", "土黄村")]
    made = sent_rows(own_clients, demo_copy, rows)
    assert [r["building_id"] for r in made] == [None, one.id, other.id]
    assert [r["confidence"] for r in made] == ["none", "building", "building"]


def test_d1_a_known_number_or_name_decides_where_no_address_does(
    own_clients: Clients, demo_copy: Database
) -> None:
    house = run(
        demo_copy, f"SELECT id FROM house WHERE grid_id = {MICRO} AND status = 'active' LIMIT 1"
    ).scalar_one()
    person = entered(
        own_clients("micro"),
        {"class": "registered", "name": "独此一名", "id_number": number(12),
         "at": {"house_id": house}},
    )  # fmt: skip
    grid, village = run(
        demo_copy,
        "SELECT p.grid_id, v.name FROM person p JOIN grid g ON g.id = p.grid_id "
        "JOIN grid v ON v.id = g.path[3] WHERE p.id = :p",
        p=person,
    ).one()
    rows = [
        line(1, "不知何处", id_number=number(12)),
        line(2, "", village, name="独此一名"),
        line(3, "", "土黄村", name="独此一名"),
        line(4, "", "", name="独此一名"),
    ]
    made = sent_rows(own_clients, demo_copy, rows)
    assert [r["confidence"] for r in made] == ["known", "name", "village", "none"]
    assert [r["grid_id"] for r in made[:2]] == [grid, grid]


def test_d1_only_rows_of_the_own_grids_are_seen(own_clients: Clients, demo_copy: Database) -> None:
    address = "SELECT address FROM building WHERE grid_id = {} ORDER BY id LIMIT 1"
    mine = run(demo_copy, address.format(MICRO)).scalar_one()
    outside = run(demo_copy, "SELECT address FROM building WHERE address LIKE '土黄村%' LIMIT 1")
    rows = [line(1, mine), line(2, outside.scalar_one()), line(3, "")]
    made = sent_rows(own_clients, demo_copy, rows)
    seen = {}
    for user in ("county", "township", "village", "micro"):
        listed = own_clients(user).post("/api/v1/held-people/search", json={}).json()
        seen[user] = [item["row_no"] for item in listed["items"]]
        assert listed["total"] == len(listed["items"])
    assert {user: sorted(rows) for user, rows in seen.items()} == {
        "county": [2, 3, 4], "township": [2, 3], "village": [2], "micro": [2],
    }  # fmt: skip
    for user in ("department", "patrol", "admin"):
        assert own_clients(user).get("/api/v1/held-people").status_code == 403
    outside_row = made[1]["id"]
    assert own_clients("micro").get(f"/api/v1/claims/people/{outside_row}").status_code == 404


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阳光小区3号楼", "阳光小区3栋"),
        ("阳光小区第３幢", "阳光小区3栋"),
        ("文化路 106 号，后院", "文化路106号后院"),
    ],
)
def test_d1_addresses_are_compared_plain(demo_db: Database, one: str, other: str) -> None:
    with demo_db.engine.connect() as connection:
        query = text("SELECT address_plain(:a) = address_plain(:b)")
        assert connection.execute(query, {"a": one, "b": other}).scalar_one()
