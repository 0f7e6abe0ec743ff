"""P8: the house-state chart against a brute force over the rows."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from services.db.session import Database
from tests.conftest import Clients
from tests.people.test_entries import MICRO, house, problem, run

__all__ = ["house"]
Json = dict[str, Any]


def chart(client: Any, building: int) -> Json:
    answer = client.get(f"/api/v1/buildings/{building}/chart")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def placed(found: Json) -> dict[int, tuple[int, int, str, Json]]:
    """House -> (unit, floor, column, the house itself); each stands in one place."""
    made: dict[int, tuple[int, int, str, Json]] = {}
    for unit in found["units"]:
        for floor in unit["floors"]:
            assert len(floor["cells"]) == len(unit["columns"])
            for column, cell in zip(unit["columns"], floor["cells"], strict=True):
                for one in cell:
                    assert one["id"] not in made
                    made[one["id"]] = (unit["unit"], floor["floor"], column, one)
    return made


def brute(database: Database, building: int) -> dict[int, tuple[str, int]]:
    """House -> (state, residents), one by one from the plain rows."""
    today = run(database, "SELECT current_date").scalar_one()
    found = {}
    for row in run(database, "SELECT * FROM house WHERE building_id = :b", b=building).all():
        if row.status != "active":
            continue
        people = run(
            database, "SELECT confirmed_on FROM person WHERE house_id = :h AND status = 'active'",
            h=row.id,
        ).scalars().all()  # fmt: skip
        days = [(today - d).days for d in [row.confirmed_on, *people] if d is not None]
        if not days or min(days) > 365:
            state = "unchecked"
        elif row.rented:
            state = "rented"
        elif len(people) > 0:
            state = "occupied"
        else:
            state = "empty"
        found[row.id] = (state, len(people))
    return found


@pytest.fixture
def tower(demo_copy: Database, house: Json) -> int:
    """A building of the micro-grid with basements, gaps, two houses in a cell, every state."""
    some, building = random.Random(8), house["building_id"]
    grid = {"g": house["grid_id"], "b": building}
    run(demo_copy, "UPDATE person SET house_id = NULL, building_id = NULL WHERE building_id = :b",
        b=building)  # fmt: skip
    run(demo_copy, "UPDATE household SET house_id = NULL WHERE house_id IN "
        "(SELECT id FROM house WHERE building_id = :b)", b=building)  # fmt: skip
    run(demo_copy, "UPDATE family SET house_id = NULL WHERE house_id IN "
        "(SELECT id FROM house WHERE building_id = :b)", b=building)  # fmt: skip
    run(demo_copy, "DELETE FROM house WHERE building_id = :b", b=building)
    today = date.today()
    serial = 0
    for unit in (1, 3):
        for floor in (-2, -1, 1, 2, 3, 10, 11):
            for door in (1, 2, 3):
                if some.random() < 0.2:
                    continue
                for _ in range(2 if some.random() < 0.1 else 1):
                    serial += 1
                    day = today - timedelta(days=some.choice([3, 364, 365, 366, 700]))
                    number = run(
                        demo_copy,
                        "INSERT INTO house (number, building_id, unit, floor, room, rented, "
                        "grid_id, confirmed_on) VALUES (:n, :b, :u, :f, :r, :t, :g, :d) "
                        "RETURNING id",
                        n=f"T-{serial}", u=unit, f=floor, r=f"{abs(floor)}{door:02d}",
                        t=some.random() < 0.3, d=some.choice([None, day]), **grid,
                    ).scalar_one()  # fmt: skip
                    for _ in range(some.choice([0, 0, 1, 3])):
                        seen = today - timedelta(days=some.choice([0, 365, 366]))
                        run(
                            demo_copy,
                            "INSERT INTO person (class, name, sex, id_kind, grid_id, house_id, "
                            "building_id, confirmed_on, geom) SELECT 'floating', '某人', 'm', "
                            "'none', :g, :h, :b, :d, point FROM building WHERE id = :b",
                            h=number, d=some.choice([None, seen]), **grid,
                        )  # fmt: skip
    run(demo_copy, "UPDATE house SET status = 'cancelled', cancelled_at = now(), "
        "cancel_reason = 'demolished' WHERE number IN ('T-4', 'T-9')")  # fmt: skip
    return int(building)


def test_p8_the_chart_is_what_a_brute_force_gives(
    own_clients: Clients, demo_copy: Database, tower: int
) -> None:
    found = chart(own_clients("micro"), tower)
    want = brute(demo_copy, tower)
    assert {w[0] for w in want.values()} == {"occupied", "rented", "empty", "unchecked"}
    got = placed(found)
    assert {i: (one["state"], one["residents"]) for i, (*_, one) in got.items()} == want
    assert found["total"] == len(want) == sum(found["counts"].values())
    for name, n in found["counts"].items():
        assert n == sum(state == name for state, _ in want.values())
    for row in run(demo_copy, "SELECT * FROM house WHERE building_id = :b", b=tower).all():
        if row.status == "active":
            unit, floor, column, one = got[row.id]
            assert (unit, floor, one["number"]) == (row.unit, row.floor, row.number)
            assert column == row.room[-2:], "301 stands over 201, -102 under 102"
    assert any(len(cell) == 2 for u in found["units"] for f in u["floors"] for cell in f["cells"])
    for unit in found["units"]:
        floors = [f["floor"] for f in unit["floors"]]
        assert floors == sorted(floors, reverse=True) and min(floors) < 0


def test_p8_the_demo_s_buildings_as_well(clients: Clients, demo_db: Database) -> None:
    query = f"SELECT id FROM building WHERE grid_id = {MICRO} ORDER BY id LIMIT 12"
    micro, houses = clients("micro"), 0
    for building in run(demo_db, query).scalars().all():
        got = placed(chart(micro, building))
        want = brute(demo_db, building)
        assert {i: (one["state"], one["residents"]) for i, (*_, one) in got.items()} == want
        houses += len(want)
    assert houses > 20


def test_p8_rooms_of_other_names_have_columns_of_their_own(
    own_clients: Clients, demo_copy: Database, tower: int
) -> None:
    run(demo_copy, "UPDATE house SET room = '东' WHERE number = 'T-1'")
    run(demo_copy, "UPDATE house SET room = '3' WHERE number = 'T-2'")
    got = placed(chart(own_clients("micro"), tower))
    by_number = {one["number"]: column for *_, column, one in got.values()}
    assert (by_number["T-1"], by_number["T-2"]) == ("东", "3")


def test_p8_whether_somebody_lives_there_is_for_those_who_may_read_people(
    own_clients: Clients, demo_copy: Database, tower: int
) -> None:
    for name in ("department", "screen"):
        found = chart(own_clients(name), tower)
        rows = [one for *_, one in placed(found).values()]
        assert rows and {one["state"] for one in rows} == {None}
        assert {one["residents"] for one in rows} == {None} and found["counts"] is None
        assert any(one["rented"] for one in rows)


def test_p8_outside_there_is_no_chart(clients: Clients, demo_db: Database) -> None:
    query = f"SELECT id FROM building WHERE grid_id <> {MICRO} LIMIT 1"
    other = run(demo_db, query).scalar_one()
    assert problem(clients("micro").get(f"/api/v1/buildings/{other}/chart"))[0] == 404
