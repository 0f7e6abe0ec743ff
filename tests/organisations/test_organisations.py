"""O6: two new organisations over the API: code, place, the life of an entry, the register."""

from __future__ import annotations

import csv
import io
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.db.session import Database
from services.errors import BadInput
from services.kit import creditcode
from tests.conftest import Clients
from tests.premises import helpers
from tests.premises.helpers import MICRO, Json, building, elsewhere, entered, problem, run

URL = "/api/v1/organisations"
# Published codes of well-known companies, and the example of the standard.
REAL = ("91350100M000100Y43", "91110000600037341L", "91440300708461136T")


def made_up(serial: int) -> str:
    """A code that nobody has: no place has that area code."""
    first = f"92299009MA{serial:07d}"
    return first + creditcode.check_sign(first)


def body(at: Json, /, **more: Any) -> Json:
    made = {"kind": "economic", "name": "河边电商", "code": made_up(1), "in_charge": "韦小暖",
            "phone": "129 0000 0003", "at": at}  # fmt: skip
    return {**made, **more}


@pytest.fixture
def spot(demo_copy: Database) -> Json:
    return building(demo_copy)


def enter(clients: Clients, sent: Json, who: str = "micro") -> int:
    answer = clients(who).post(URL, json=sent)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def card(clients: Clients, number: int, who: str = "micro") -> Json:
    answer = clients(who).get(f"{URL}/{number}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def act(clients: Clients, number: int, what: str, who: str = "micro", **more: Any) -> Any:
    sent = {"version": card(clients, number, who)["version"], **more}
    return clients(who).post(f"{URL}/{number}/{what}", json=sent)


@pytest.mark.parametrize("code", REAL)
def test_o6_published_codes_are_right(code: str) -> None:
    assert creditcode.parse(f" {code[:8]}-{code[8:]} ".lower()) == code


@given(st.text(creditcode.SIGNS, min_size=9, max_size=9), st.integers(0, 17), st.data())
def test_o6_a_wrong_sign_is_found(middle: str, place: int, data: st.DataObject) -> None:
    """GB 32100: any one wrong sign changes the check, because 31 is a prime."""
    first = f"91299009{middle}"
    code = first + creditcode.check_sign(first)
    assert creditcode.parse(code) == code
    other = data.draw(st.sampled_from([s for s in creditcode.SIGNS if s != code[place]]))
    with pytest.raises(BadInput):
        creditcode.parse(code[:place] + other + code[place + 1 :])


def test_o6_the_place_or_the_premises_decides_the_grid(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    shop = entered(own_clients("micro"), helpers.body({"building_id": spot["id"]}))
    ways: list[tuple[Json | None, int | None]] = [
        ({"building_id": spot["id"]}, None), ({"lon": spot["lon"], "lat": spot["lat"]}, None),
        ({"grid_id": spot["grid_id"], "no_place_reason": "online"}, None), (None, shop),
    ]  # fmt: skip
    for n, (at, premises) in enumerate(ways):
        sent = body(at or {}, code=made_up(n + 10), premises_id=premises, at=at)
        number = enter(own_clients, sent)
        made = card(own_clients, number)
        assert made["grid_id"] == spot["grid_id"]
        assert (made["point"] is None) == (at is not None and "grid_id" in at)
        assert (made["premises_id"], made["premises"]) == (premises, premises and "河边小店")
        assert made["phone"] == "129…0003"
    stored = run(demo_copy, "SELECT phone_enc FROM organisation WHERE id = :i", i=number).scalar()
    assert b"129" not in bytes(stored)
    listed = own_clients("micro").get(f"{URL}?premises={shop}").json()
    assert [item["id"] for item in listed["items"]] == [number]
    assert listed["totals"] == {"kind": {"economic": 1}}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"code": "91"}, "code_length", "code"),
        ({"code": "9129900OMA00000010"}, "code_signs", "code"),
        ({"code": made_up(1)[:-1] + ("0" if made_up(1)[-1] != "0" else "1")}, "code_check", "code"),
        ({"kind": "religious"}, "invalid", "kind"),
        ({"name": " "}, "invalid", "name"),
        ({"phone": "x"}, "invalid", "phone"),
        ({"at": None}, "invalid", "body"),
        ({"at": {"lon": 116.4, "lat": 39.9}}, "outside", "at.lon"),
        ({"premises_id": 2**40}, "premises", "premises_id"),
        ({"owner": "x"}, "invalid", "owner"),
    ],
)
def test_o6_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, spot: Json, change: Json, code: str, field: str
) -> None:
    count = "SELECT count(*) FROM organisation"
    before = run(demo_copy, count).scalar_one()
    sent = {**body({"building_id": spot["id"]}), **change}
    answer = own_clients("micro").post(URL, json=sent)
    assert problem(answer) == (422, code, field), answer.text
    assert run(demo_copy, count).scalar_one() == before


def test_o6_a_code_is_unique_wherever_it_is(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    far = elsewhere(demo_copy, village=False)
    first = enter(own_clients, body({"building_id": far["id"]}), "county")
    again = own_clients("micro").post(URL, json=body({"building_id": spot["id"]}))
    assert problem(again) == (409, "code_taken", "code")
    assert str(first) not in again.text, "nothing of a grid out of sight"
    assert act(own_clients, first, "cancel", "county", reason="closed_down").status_code == 204
    second = enter(own_clients, body({"building_id": spot["id"]}))
    assert problem(act(own_clients, first, "restore", "county"))[1] == "code_taken"
    third = enter(own_clients, body({"building_id": spot["id"]}, code=made_up(2)))
    sent = {"version": 1, "code": made_up(1)}
    answer = own_clients("micro").patch(f"{URL}/{third}", json=sent)
    assert problem(answer) == (409, "code_taken", "code")
    assert act(own_clients, second, "cancel", reason="duplicate").status_code == 204
    assert act(own_clients, first, "restore", "county").status_code == 204


def test_o6_two_who_enter_the_same_code_at_once(own_clients: Clients, spot: Json) -> None:
    clients, start = [own_clients("micro"), own_clients("village")], threading.Barrier(2)
    told: list[Any] = []

    def send(client: Any) -> None:
        start.wait(10)
        told.append(client.post(URL, json=body({"building_id": spot["id"]})))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in told) == [201, 409]


def test_o6_changed_moved_cancelled_restored(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    number = enter(own_clients, body({"building_id": spot["id"]}))
    micro = own_clients("micro")
    sent = {"version": 1, "name": "新名", "in_charge": None, "kind": "social"}
    assert micro.patch(f"{URL}/{number}", json=sent).status_code == 204
    assert problem(micro.patch(f"{URL}/{number}", json=sent)) == (409, "stale", "version")
    made = card(own_clients, number)
    assert (made["name"], made["in_charge"], made["kind"]) == ("新名", None, "social")
    assert made["phone"] == "129…0003"
    there = elsewhere(demo_copy, village=True)
    assert act(own_clients, number, "move", at={"building_id": there["id"]}).status_code == 422
    moved = act(own_clients, number, "move", "village", at={"building_id": there["id"]})
    assert moved.status_code == 204, moved.text
    assert micro.get(f"{URL}/{number}").status_code == 404
    assert (
        act(own_clients, number, "move", "village", at={"building_id": spot["id"]}).status_code
        == 204
    )
    assert problem(act(own_clients, number, "cancel", reason="deceased"))[1] == "reason"
    assert act(own_clients, number, "cancel", reason="closed_down").status_code == 204
    for what, more in (
        ("cancel", {"reason": "closed_down"}),
        ("move", {"at": {"lon": 1, "lat": 1}}),
    ):
        assert problem(act(own_clients, number, what, **more))[:2] == (409, "cancelled")
    assert act(own_clients, number, "restore").status_code == 204
    assert problem(act(own_clients, number, "restore"))[:2] == (409, "active")


def test_o6_only_with_the_right_and_only_inside(
    own_clients: Clients, demo_copy: Database, spot: Json
) -> None:
    for name in ("patrol", "department", "screen", "admin"):
        answer = own_clients(name).post(URL, json=body({"building_id": spot["id"]}))
        assert problem(answer)[:2] == (403, "forbidden"), name
    far = elsewhere(demo_copy, village=False)
    theirs = enter(own_clients, body({"building_id": far["id"]}), "county")
    micro = own_clients("micro")
    assert micro.get(f"{URL}/{theirs}").status_code == 404
    assert micro.patch(f"{URL}/{theirs}", json={"version": 1}).status_code == 404
    for what, more in (("cancel", {"reason": "closed_down"}), ("restore", {}),
                       ("move", {"at": {"building_id": spot["id"]}})):  # fmt: skip
        sent = {"version": 1, **more}
        assert micro.post(f"{URL}/{theirs}/{what}", json=sent).status_code == 404, what
    grid = run(demo_copy, f"SELECT {MICRO}").scalar_one()
    other = run(
        demo_copy, "SELECT id FROM premises WHERE grid_id <> :g LIMIT 1", g=grid
    ).scalar_one()
    answer = micro.post(URL, json={**body({}), "at": None, "premises_id": other})
    assert problem(answer) == (422, "premises", "premises_id")


def test_o6_the_register_is_exported_with_masked_numbers(own_clients: Clients, spot: Json) -> None:
    enter(own_clients, body({"building_id": spot["id"]}))
    answer = own_clients("village").post(
        f"{URL}/export?format=csv", json={"filters": {"q": "河边电商"}}
    )
    assert answer.status_code == 200, answer.text
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["类别"], row["统一社会信用代码"]) == ("新经济组织", made_up(1))
    assert row["电话（部分隐藏）"] == "129…0003"
