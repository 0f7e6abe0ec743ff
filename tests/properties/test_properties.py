"""P14: property of residents: entered, changed, cancelled, restored, listed, moved along."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.db.session import Database
from tests.conftest import Clients
from tests.serving.helpers import API, Json, card, home, person, problem, run

THINGS = f"{API}/properties"


def enter(client: Any, who: int | None, **more: Any) -> Any:
    sent = {"person_id": who, "kind": "ebike", "number": "示例 a-00 7", "brand": "示例牌", **more}
    return client.post(THINGS, json=sent)


def test_p14_entered_changed_cancelled_restored(own_clients: Clients, demo_copy: Database) -> None:
    micro, who = own_clients("micro"), person(demo_copy)
    number = enter(micro, who, colour="白").json()["id"]
    told = card(micro, number, "properties")
    assert (told["number"], told["kind"], told["colour"]) == ("示例A007", "ebike", "白")
    assert told["person_id"] == who and told["owner"]
    twice = enter(micro, who, number="示例A·007")
    assert problem(twice) == (409, "number_taken", "number")
    assert twice.json()["error"]["property_id"] == number
    assert enter(micro, who, kind="car").status_code == 201
    assert enter(micro, person(demo_copy)).status_code == 201, "it is somebody else's as well"
    path = f"{THINGS}/{number}"
    assert micro.patch(path, json={"version": 1, "colour": "黑", "note": ""}).status_code == 204
    stale = micro.patch(path, json={"version": 1, "colour": "红"})
    assert problem(stale) == (409, "stale", "version")
    bad = micro.post(f"{path}/cancel", json={"version": 2, "reason": "because"})
    assert problem(bad) == (422, "reason", "reason")
    assert micro.post(f"{path}/cancel", json={"version": 2, "reason": "sold"}).status_code == 204
    assert problem(micro.patch(path, json={"version": 3, "colour": "红"}))[:2] == (409, "cancelled")
    told = card(micro, number, "properties")
    assert (told["status"], told["cancel_reason"], told["colour"]) == ("cancelled", "sold", "黑")
    assert enter(micro, who).status_code == 201, "the number is free again"
    back = micro.post(f"{path}/restore", json={"version": 3})
    assert problem(back) == (409, "number_taken", "number")
    held = micro.get(f"{API}/people/{who}/properties").json()
    assert [one["status"] for one in held] == ["active", "active", "cancelled"]


BAD: tuple[tuple[Json, str, str], ...] = (
    ({"kind": "horse"}, "kind", "kind"),
    ({"number": ""}, "invalid", "number"),
    ({"number": "1" * 41}, "invalid", "number"),
    ({"person_id": 2**40}, "person", "person_id"),
    ({"phone": "129 0000 0001"}, "association", "phone"),
    ({"owner": "x"}, "invalid", "owner"),
)


def test_p14_bad_input_rights_and_scope(own_clients: Clients, demo_copy: Database) -> None:
    micro, who = own_clients("micro"), person(demo_copy)
    for change, code, field in BAD:
        sent = {"who": who, **change}
        sent["who"] = sent.pop("person_id", who)
        assert problem(enter(micro, **sent)) == (422, code, field)
    outside = person(demo_copy, inside=False)
    assert problem(enter(micro, outside)) == (422, "person", "person_id")
    for name in ("patrol", "department", "screen", "admin"):
        assert enter(own_clients(name), who).status_code == 403, name
    number = enter(own_clients("county"), outside).json()["id"]
    assert micro.get(f"{THINGS}/{number}").status_code == 404
    assert micro.patch(f"{THINGS}/{number}", json={"version": 1}).status_code == 404
    for name in ("department", "screen"):
        assert own_clients(name).get(THINGS).status_code == 403


def test_p14_found_by_number_or_owner_and_exported(
    own_clients: Clients, demo_copy: Database
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    name = village.get(f"{API}/people/{who}").json()["name"]
    enter(village, who, number="示例-查找", note="=1+1")
    for words in ("例查", name):
        found = village.post(f"{THINGS}/search", json={"filters": {"q": words}}).json()
        assert who in [item["person_id"] for item in found["items"]]
    asked = {"filters": {"q": "示例查找"}}
    file = village.post(f"{THINGS}/export?format=csv", json=asked)
    text = file.content.decode("utf-8-sig")
    assert "电动自行车" in text and name in text and "'=1+1" in text
    assert village.get(f"{THINGS}?q=x").status_code == 422, "a number never stands in a URL"
    total = village.get(THINGS).json()["total"]
    cancel = {"version": village.get(f"{API}/people/{who}").json()["version"], "reason": "left"}
    household = village.get(f"{API}/people/{who}").json()["household"]["members"]
    if any(m["id"] == who and m["head"] for m in household) and len(household) > 1:
        cancel["new_head_id"] = next(m["id"] for m in household if m["id"] != who)
    assert village.post(f"{API}/people/{who}/cancel", json=cancel).status_code == 204
    assert village.get(THINGS).json()["total"] == total - 1, "who has left has nothing listed"


def test_p14_it_goes_along_when_somebody_settles(own_clients: Clients, demo_copy: Database) -> None:
    village = own_clients("village")
    who = run(
        demo_copy,
        "SELECT p.id FROM person p JOIN grid g ON g.id = p.grid_id WHERE class = 'unsettled' "
        "AND p.status = 'active' AND g.path @> ARRAY[CAST(:g AS bigint)] ORDER BY p.id LIMIT 1",
        g=home(demo_copy, "village"),
    ).scalar_one()
    number = enter(village, who).json()["id"]
    version = village.get(f"{API}/people/{who}").json()["version"]
    made = village.post(f"{API}/people/{who}/settle", json={"version": version}).json()["id"]
    assert card(village, number, "properties")["person_id"] == made != who


def test_p14_two_presses_make_one(own_clients: Clients, demo_copy: Database) -> None:
    who = person(demo_copy)
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda _: enter(own_clients("micro"), who).status_code, range(2))
        assert sorted(found) == [201, 409]
