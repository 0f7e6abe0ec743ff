"""O3: the level of attention by hand and by findings, its history, and the due date after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.access.actor import system
from services.db.session import Database
from services.kit.crypto import Keys
from services.kit.register import Caller
from services.premises import entries, level
from tests.conftest import Clients
from tests.premises.helpers import PREMISES, Json, act, body, building, card, entered, problem, run


@given(st.lists(st.integers(1, 3)))
def test_o3_the_rule_is_the_gravest_open_finding(severities: list[int]) -> None:
    expected = 3 if 3 in severities else 2 if 2 in severities else 1
    assert level.by_rule(severities) == expected


@pytest.fixture
def premises(own_clients: Clients, demo_copy: Database) -> int:
    at = {"building_id": building(demo_copy)["id"]}
    made = entered(own_clients("micro"), body(at, kinds=["shop", "restaurant"]))
    run(demo_copy, "UPDATE premises SET last_check_on = '2026-01-01' WHERE id = :i", i=made)
    return made


def follow(database: Database, premises: int, severities: list[int]) -> None:
    with database.session(system("test")) as session:
        caller = Caller(session, system("test"), Keys.fresh())
        level.follow(caller, entries.locked(caller, premises), severities)


def levels(clients: Clients, premises: int) -> list[Json]:
    found: list[Json] = clients("micro").get(f"{PREMISES}/{premises}/levels").json()
    return found


def test_o3_started_and_stopped_with_reason(
    own_clients: Clients, demo_copy: Database, premises: int
) -> None:
    micro = own_clients("micro")
    assert act(micro, premises, "raise", level=3, reason="开业促销人多").status_code == 204
    shown = card(micro, premises)
    assert (shown["attention"], shown["due_on"]) == (3, "2026-01-16")
    again = act(micro, premises, "raise", level=3, reason="再来一次")
    assert problem(again) == (409, "in_force", "level")
    assert act(micro, premises, "raise", level=2, reason="人少了些").status_code == 204
    assert card(micro, premises)["due_on"] == "2026-01-31"
    assert act(micro, premises, "lower", reason="恢复平常").status_code == 204
    assert problem(act(micro, premises, "lower", reason="恢复平常"))[:2] == (409, "none")
    shown = card(micro, premises)
    assert (shown["attention"], shown["due_on"]) == (1, "2026-04-01")
    told = [(one["level"], one["cause"], one["reason"], one["stop_reason"])
            for one in levels(own_clients, premises)]  # fmt: skip
    assert told == [(2, "hand", "人少了些", "恢复平常"), (3, "hand", "开业促销人多", "人少了些")]
    for one in levels(own_clients, premises):
        assert one["started_by"] and one["stopped_by"] and one["stopped_at"] >= one["started_at"]


@pytest.mark.parametrize(
    ("what", "sent", "field"),
    [
        ("raise", {"level": 1, "reason": "因为"}, "level"),
        ("raise", {"level": 4, "reason": "因为"}, "level"),
        ("raise", {"level": 2}, "reason"),
        ("raise", {"level": 2, "reason": " "}, "reason"),
        ("raise", {"level": 2, "reason": "x" * 201}, "reason"),
        ("lower", {"reason": "a\x00b"}, "reason"),
    ],
)
def test_o3_bad_input_names_the_field(
    own_clients: Clients, premises: int, what: str, sent: Json, field: str
) -> None:
    answer = act(own_clients("micro"), premises, what, **sent)
    assert problem(answer) == (422, "invalid", field)
    assert levels(own_clients, premises) == []


def test_o3_the_rule_follows_findings_and_never_lowers_the_hand(
    own_clients: Clients, demo_copy: Database, premises: int
) -> None:
    micro = own_clients("micro")
    steps: list[tuple[list[int], int | None, int]] = [
        # open findings, what is done by hand (0: stop), the level then
        ([1, 2], None, 2), ([], None, 1), ([], 2, 2), ([3, 1], None, 3), ([1], None, 2),
        ([3], 0, 3), ([3], 2, 3), ([2], 3, 3), ([], None, 3), ([], 0, 1),
    ]  # fmt: skip
    for severities, hand, expected in steps:
        follow(demo_copy, premises, severities)
        if hand is not None:
            what, more = ("raise", {"level": hand}) if hand else ("lower", {})
            assert act(micro, premises, what, reason="人工判断", **more).status_code == 204
        assert card(micro, premises)["attention"] == expected, (severities, hand)
    by_rule = [one["level"] for one in levels(own_clients, premises) if one["cause"] != "hand"]
    assert by_rule == [2, 3, 3, 2]


def test_o3_the_same_findings_again_start_nothing_new(
    own_clients: Clients, demo_copy: Database, premises: int
) -> None:
    for _ in range(3):
        follow(demo_copy, premises, [2, 2, 1])
    assert len(levels(own_clients, premises)) == 1


def test_o3_every_level_of_the_demo_and_of_an_import_has_a_row(
    own_clients: Clients, demo_copy: Database
) -> None:
    wrong = """
        SELECT count(*) FROM premises p WHERE p.attention <> coalesce((SELECT max(a.level)
            FROM premises_attention a WHERE a.premises_id = p.id AND a.stopped_at IS NULL), 1)
    """
    assert run(demo_copy, wrong).scalar_one() == 0
    spot = building(demo_copy)
    rows = f"licence,name,kind,attention,lon,lat\nL1,甲,shop,3,{spot['lon']},{spot['lat']}\n"
    answer = own_clients("admin").post(
        "/api/v1/imports/premises",
        files={"file": ("a.csv", rows.encode())},
        data={"crs": "EPSG:4490"},
    )
    assert answer.status_code == 200, answer.text
    query = "SELECT attention FROM premises WHERE licence = 'L1'"
    assert run(demo_copy, query).scalar_one() == 3, answer.text
    assert run(demo_copy, wrong).scalar_one() == 0


def test_o3_nobody_sets_a_level_without_the_right_or_outside(
    own_clients: Clients, demo_copy: Database, premises: int
) -> None:
    sent = {"version": 1, "level": 3, "reason": "因为"}
    for name in ("patrol", "department", "screen", "admin"):
        answer = own_clients(name).post(f"{PREMISES}/{premises}/raise", json=sent)
        assert problem(answer)[:2] == (403, "forbidden"), name
    spot = building(demo_copy)
    other = run(
        demo_copy, "SELECT id FROM premises WHERE grid_id <> :g LIMIT 1", g=spot["grid_id"]
    ).scalar_one()
    micro = own_clients("micro")
    assert micro.post(f"{PREMISES}/{other}/raise", json=sent).status_code == 404
    assert micro.get(f"{PREMISES}/{other}/levels").status_code == 404
