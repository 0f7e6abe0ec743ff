"""O4: inspections over the API: answers, findings, orders, re-checks, refusals, file, photos."""

from __future__ import annotations

import io
import threading
import uuid
from typing import Any

import pytest
from PIL import Image

from services.db.reference import read
from services.db.session import Database
from services.kit.clock import ZONE
from tests.conftest import Clients
from tests.inspections.helpers import (
    FINDINGS,
    ago,
    by,
    checklist,
    file,
    inspect,
    look,
    sheet,
)
from tests.premises.helpers import PREMISES, Json, act, body, building, card, entered, problem, run

COUNTS = " + ".join(
    f"(SELECT count(*) FROM {name})"
    for name in ("inspection", "inspection_answer", "finding", "recheck", "incident")
)


@pytest.fixture
def shop(own_clients: Clients, demo_copy: Database) -> int:
    """A shop and restaurant of the micro leader's grid, never inspected."""
    spot = building(demo_copy)
    return entered(
        own_clients("micro"), body({"building_id": spot["id"]}, kinds=["shop", "restaurant"])
    )


def stored(database: Database) -> int:
    return int(run(database, f"SELECT {COUNTS}").scalar_one())


def recheck(clients: Clients, finding: int, result: str, **more: Any) -> Any:
    return clients("micro").post(
        f"{FINDINGS}/{finding}/recheck", json={**look(), "result": result, **more}
    )


def test_o4_each_small_kind_has_a_list_of_six_to_ten_items() -> None:
    kinds = [row["code"] for row in read("premises_kinds") if row["small"] == "true"]
    items = read("checklists")
    assert len(kinds) == 9
    for kind in kinds:
        codes = [row["code"] for row in items if row["kind"] == kind]
        assert 6 <= len(set(codes)) == len(codes) <= 10, kind
    categories = {row["code"] for row in read("incident_categories") if row["parent"]}
    assert {row["category"] for row in items} <= categories


def test_o4_the_list_is_that_of_all_kinds_each_item_once(own_clients: Clients, shop: int) -> None:
    rows = read("checklists")
    expected = {row["code"] for row in rows if row["kind"] in ("shop", "restaurant")}
    assert checklist(own_clients("micro"), shop).keys() == expected
    whole = own_clients("patrol").get("/api/v1/checklists").json()
    assert len(whole) == len(rows)


def test_o4_an_inspection_makes_findings_and_an_order(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    patrol = own_clients("patrol")
    spot = building(demo_copy)
    made = inspect(
        patrol, shop, {"wiring", "gas"}, lon=spot["lon"], lat=spot["lat"] + 0.001, accuracy_m=8,
        note="厨房有异味",
    )  # fmt: skip
    assert made["attention"] == 3 and {f["code"] for f in made["findings"]} == {"wiring", "gas"}
    shown = card(patrol, shop)
    assert (shown["attention"], shown["last_check_on"]) == (3, made["last_check_on"])
    assert shown["due_on"] == made["due_on"] > made["last_check_on"]
    told = file(patrol, shop)
    (inspection,) = told["inspections"]
    assert 100 < inspection["distance_m"] < 125 and inspection["accuracy_m"] == 8
    assert inspection["officer"] and inspection["received_at"] > inspection["made_at"]
    assert {a["code"]: a["answer"] for a in inspection["answers"]}["gas"] == "not_ok"
    assert [o["rectify_by"] for o in told["orders"]] == [by(), by()]
    assert {f["severity"] for f in told["findings"]} == {2, 3}
    assert told["levels"][0]["cause"] == "inspection" and told["levels"][0]["level"] == 3


def test_o4_sending_again_is_harmless_and_nobody_takes_the_id_of_another(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    patrol, micro = own_clients("patrol"), own_clients("micro")
    sent = sheet(patrol, shop, {"wiring"})
    url = f"{PREMISES}/{shop}/inspections"
    first, again = (patrol.post(url, json=sent) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert problem(micro.post(url, json=sent)) == (409, "txn_taken", "txn")
    spot = building(demo_copy)
    other = entered(micro, body({"building_id": spot["id"]}, licence="别"))
    sent["answers"] = sheet(patrol, other, {"wiring"})["answers"]
    answer = patrol.post(f"{PREMISES}/{other}/inspections", json=sent)
    assert problem(answer) == (409, "txn_taken", "txn")
    assert (
        run(
            demo_copy, "SELECT count(*) FROM inspection WHERE premises_id = :i", i=shop
        ).scalar_one()
        == 1
    )


def test_o4_two_inspectors_at_once(own_clients: Clients, demo_copy: Database, shop: int) -> None:
    """The same txn twice is one inspection; two looks at the same hazard are one finding."""
    patrol, micro = own_clients("patrol"), own_clients("micro")
    same = sheet(patrol, shop, {"wiring"})
    other = sheet(micro, shop, {"wiring", "exits"})
    start, told = threading.Barrier(4), []

    def send(client: Any, sent: Json) -> None:
        start.wait(10)
        answer = client.post(f"{PREMISES}/{shop}/inspections", json=sent)
        while answer.status_code == 409 and answer.json()["error"]["code"] == "busy":
            answer = client.post(f"{PREMISES}/{shop}/inspections", json=sent)  # as it is told to
        told.append(answer)

    acts = [(patrol, same), (patrol, same), (micro, same), (micro, other)]
    threads = [threading.Thread(target=send, args=one) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = sorted(answer.status_code for answer in told)
    assert codes in ([201, 201, 201, 409], [201, 201, 409, 409]), [a.text[:80] for a in told]
    made = {answer.json()["id"] for answer in told if answer.status_code == 201}
    assert len(made) == 2
    found = run(demo_copy, "SELECT code FROM finding WHERE premises_id = :i", i=shop).scalars()
    assert sorted(found) == ["exits", "wiring"]
    assert card(micro, shop)["attention"] == 3


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"txn": "x"}, "invalid", "txn"),
        ({"made_at": "yesterday"}, "invalid", "made_at"),
        ({"made_at": "2026-11-20T10:00:00"}, "invalid", "made_at"),
        ({"made_at": "2020-01-01T00:00:00Z"}, "made_at", "made_at"),
        ({"made_at": "2200-01-01T00:00:00Z"}, "made_at", "made_at"),
        ({"answers": []}, "invalid", "answers"),
        ({"answers": [{"code": "exits", "answer": "ok"}]}, "answers", "answers"),
        ({"answers": [{"code": "exits", "answer": "maybe"}]}, "invalid", "answers.0.answer"),
        ({"answers": [{"code": "exits", "answer": "ok"}] * 2}, "answers_twice", "answers"),
        ({"rectify_by": None}, "rectify_by", "rectify_by"),
        ({"rectify_by": "2020-01-01"}, "rectify_by", "rectify_by"),
        ({"rectify_by": "2200-01-01"}, "rectify_by", "rectify_by"),
        ({"lon": 105.0}, "invalid", "body"),
        ({"accuracy_m": 5}, "invalid", "body"),
        ({"lon": 999, "lat": 1}, "invalid", "lon"),
        ({"note": "x" * 1001}, "invalid", "note"),
        ({"premises_id": 1}, "invalid", "premises_id"),
    ],
)  # fmt: skip
def test_o4_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, shop: int, change: Json, code: str, field: str
) -> None:
    micro = own_clients("micro")
    before, old = stored(demo_copy), card(micro, shop)
    sent = {**sheet(micro, shop, {"wiring"}), **change}
    answer = micro.post(f"{PREMISES}/{shop}/inspections", json=sent)
    assert problem(answer) == (422, code, field), answer.text
    assert stored(demo_copy) == before and card(micro, shop) == old


def test_o4_no_order_without_a_finding_and_none_at_a_cancelled_premises(
    own_clients: Clients, shop: int
) -> None:
    micro = own_clients("micro")
    url = f"{PREMISES}/{shop}/inspections"
    sent = sheet(micro, shop, set(), rectify_by=by())
    assert problem(micro.post(url, json=sent)) == (422, "rectify_by", "rectify_by")
    sent = sheet(micro, shop, set())
    assert act(micro, shop, "cancel", reason="closed_down").status_code == 204
    assert problem(micro.post(url, json=sent))[:2] == (409, "cancelled")


def test_o4_a_recheck_keeps_or_closes(own_clients: Clients, demo_copy: Database, shop: int) -> None:
    micro = own_clients("micro")
    made = inspect(micro, shop, {"wiring", "gas"}, made_at=ago(hours=3).isoformat())
    ids = {f["code"]: f["id"] for f in made["findings"]}
    no_date = recheck(own_clients, ids["gas"], "kept")
    assert problem(no_date) == (422, "rectify_by", "rectify_by")
    early = recheck(own_clients, ids["gas"], "rectified", made_at=ago(hours=4).isoformat())
    assert problem(early) == (409, "later_look", "made_at")
    kept = recheck(own_clients, ids["gas"], "kept", rectify_by=by(20))
    assert kept.status_code == 200, kept.text
    assert (kept.json()["state"], kept.json()["rectify_by"]) == ("open", by(20))
    same = {**look(), "result": "rectified", "note": "已更换阀门"}
    for _ in range(2):
        done = micro.post(f"{FINDINGS}/{ids['gas']}/recheck", json=same)
        assert done.status_code == 200, done.text
        assert (done.json()["state"], done.json()["attention"]) == ("rectified", 2)
    again = recheck(own_clients, ids["gas"], "rectified")
    assert problem(again)[:2] == (409, "rectified")
    taken = own_clients("village").post(f"{FINDINGS}/{ids['gas']}/recheck", json=same)
    assert problem(taken) == (409, "txn_taken", "txn")
    assert recheck(own_clients, ids["wiring"], "rectified").json()["attention"] == 1
    told = file(micro, shop)
    assert told["orders"] == [] and {f["state"] for f in told["findings"]} == {"rectified"}
    gas = next(f for f in told["findings"] if f["code"] == "gas")
    assert [r["result"] for r in gas["rechecks"]] == ["kept", "rectified"]
    assert gas["closed_at"]


def test_o4_a_refusal_becomes_an_incident(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    micro = own_clients("micro")
    made = inspect(micro, shop, {"wiring"}, made_at=ago(hours=3).isoformat())
    number = made["findings"][0]["id"]
    before = stored(demo_copy)
    assert problem(recheck(own_clients, number, "refused")) == (422, "note", "note")
    bad = recheck(own_clients, number, "refused", note="不让进门", category="Z9")
    assert problem(bad) == (422, "category", "category")
    assert stored(demo_copy) == before, "neither the look nor the incident"
    same = {**look(), "result": "refused", "note": "店主拒绝整改"}
    for _ in range(2):
        answer = micro.post(f"{FINDINGS}/{number}/recheck", json=same)
        assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["state"], told["attention"]) == ("refused", 2), "the hazard is still there"
    incident = micro.get(f"/api/v1/incidents/{told['incident_id']}").json()
    assert (incident["source"], incident["category"]["code"]) == ("inspection", "C03")
    assert incident["title"].startswith("拒不整改") and "河边小店" in incident["title"]
    assert incident["grid_id"] == card(micro, shop)["grid_id"]
    again = recheck(own_clients, number, "refused", note="还是不让进")
    assert problem(again)[:2] == (409, "refused")
    assert recheck(own_clients, number, "kept").json()["state"] == "refused"
    assert recheck(own_clients, number, "rectified").json()["state"] == "rectified"
    assert card(micro, shop)["attention"] == 1


def test_o4_a_refusal_at_a_premises_without_a_place_needs_a_position(
    own_clients: Clients, demo_copy: Database
) -> None:
    spot = building(demo_copy)
    micro = own_clients("micro")
    at = {"grid_id": spot["grid_id"], "no_place_reason": "mobile"}
    stall = entered(micro, body(at, licence="流动1"))
    number = inspect(micro, stall, {"stock"}, made_at=ago(hours=3).isoformat())["findings"][0]["id"]
    answer = recheck(own_clients, number, "refused", note="推车走了")
    assert problem(answer) == (422, "position", "lon")
    here = {"lon": spot["lon"], "lat": spot["lat"]}
    answer = recheck(own_clients, number, "refused", note="推车走了", category="D05", **here)
    assert answer.status_code == 200, answer.text


def test_o4_a_later_inspection_is_a_recheck(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    micro = own_clients("micro")
    inspect(micro, shop, {"wiring", "gas"}, made_at=ago(hours=5).isoformat())
    inspect(micro, shop, {"gas"}, made_at=ago(hours=3).isoformat(), rectify_by=by(9))
    told = file(micro, shop)
    assert {f["code"]: f["state"] for f in told["findings"]} == {
        "wiring": "rectified",
        "gas": "open",
    }
    assert told["orders"][0]["rectify_by"] == by(9)
    assert card(micro, shop)["attention"] == 3


def test_o4_a_look_that_arrives_late_does_not_undo_what_was_seen_since(
    own_clients: Clients, shop: int
) -> None:
    micro = own_clients("micro")
    inspect(micro, shop, {"gas"}, made_at=ago(days=2).isoformat())
    inspect(micro, shop, {"exits"}, made_at=ago(days=4).isoformat())  # the phone had no signal
    told = {f["code"]: f["state"] for f in file(micro, shop)["findings"]}
    assert told == {"gas": "open", "exits": "rectified"}
    shown, latest = card(micro, shop), ago(days=2).astimezone(ZONE)
    assert (shown["attention"], shown["last_check_on"]) == (3, latest.date().isoformat())


def picture(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (shade, 30, 30)).save(out, "PNG")
    return out.getvalue()


def test_o4_photos_of_an_inspection_and_of_a_finding(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    micro = own_clients("micro")
    made = inspect(micro, shop, {"gas"})
    url, finding = f"/api/v1/inspections/{made['id']}/photos", made["findings"][0]["id"]
    first, again = (micro.post(url, files={"file": ("a.png", picture(1))}) for _ in range(2))
    assert first.status_code == 201 and first.json() == again.json()
    answer = micro.post(f"{url}?finding_id={finding}", files={"file": ("b.png", picture(2))})
    assert answer.status_code == 201, answer.text
    assert problem(micro.post(url, files={"file": ("c.png", b"no")})) == (
        422,
        "not_a_photo",
        "file",
    )
    wrong = micro.post(f"{url}?finding_id={2**40}", files={"file": ("b.png", picture(3))})
    assert problem(wrong) == (422, "finding", "finding_id")
    (told,) = file(micro, shop)["inspections"]
    assert [p["finding_id"] for p in told["photos"]] == [None, finding]
    got = micro.get(f"{url}/{first.json()['id']}")
    assert got.headers["content-type"] == "image/png"
    assert micro.get(f"{url}/{2**40}").status_code == 404
    for n in range(7):
        assert micro.post(url, files={"file": ("n.png", picture(10 + n))}).status_code == 201
    assert problem(micro.post(url, files={"file": ("x.png", picture(99))}))[:2] == (409, "photos")


def test_o4_past_looks_stay_in_their_grid_and_the_file_goes_along(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    """A shop that moves takes its file to the new leader; the old grid still counts its looks."""
    micro, village = own_clients("micro"), own_clients("village")
    inspect(micro, shop, {"gas"})
    old = card(micro, shop)["grid_id"]
    there = run(
        demo_copy,
        "SELECT b.id, b.grid_id FROM building b JOIN grid g ON g.id = b.grid_id AND g.level = 5 "
        "JOIN grid m ON m.id = :g WHERE b.grid_id <> m.id AND g.path[3] = m.path[3] LIMIT 1",
        g=old,
    ).one()
    assert act(village, shop, "move", at={"building_id": there.id}).status_code == 204
    assert micro.get(f"{PREMISES}/{shop}/file").status_code == 404
    run(
        demo_copy,
        "UPDATE user_role SET grid_id = :g WHERE user_id = "
        "(SELECT id FROM app_user WHERE username = 'micro')", g=there.grid_id,
    )  # fmt: skip
    told = file(own_clients("micro"), shop)
    assert told["inspections"][0]["grid_id"] == old and len(told["orders"]) == 1


def test_o4_nobody_inspects_without_the_right_or_outside(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    number = inspect(own_clients("micro"), shop, {"gas"})["findings"][0]["id"]
    sent = sheet(own_clients("county"), shop, set())
    again = {**look(), "result": "rectified"}
    for name in ("department", "screen", "admin"):
        client = own_clients(name)
        assert problem(client.post(f"{PREMISES}/{shop}/inspections", json=sent))[0] == 403, name
        assert problem(client.post(f"{FINDINGS}/{number}/recheck", json=again))[0] == 403, name
    spot = building(demo_copy)
    query = "SELECT id FROM premises WHERE grid_id <> :g AND status = 'active' LIMIT 1"
    other = run(demo_copy, query, g=spot["grid_id"]).scalar_one()
    theirs = inspect(own_clients("county"), other, {"wiring"})
    micro = own_clients("micro")
    assert micro.post(f"{PREMISES}/{other}/inspections", json=sent).status_code == 404
    for path in (f"{PREMISES}/{other}/file", f"{PREMISES}/{other}/checklist"):
        assert micro.get(path).status_code == 404
    theirs_finding = theirs["findings"][0]["id"]
    assert micro.post(f"{FINDINGS}/{theirs_finding}/recheck", json=again).status_code == 404
    url = f"/api/v1/inspections/{theirs['id']}/photos"
    assert micro.post(url, files={"file": ("a.png", picture(1))}).status_code == 404
    assert micro.get(f"{url}/1").status_code == 404


def test_o4_a_txn_of_somebody_out_of_sight_tells_nothing(
    own_clients: Clients, demo_copy: Database, shop: int
) -> None:
    spot = building(demo_copy)
    query = "SELECT id FROM premises WHERE grid_id <> :g AND status = 'active' LIMIT 1"
    other = run(demo_copy, query, g=spot["grid_id"]).scalar_one()
    txn = str(uuid.uuid4())
    inspect(own_clients("county"), other, set(), txn=txn)
    sent = sheet(own_clients("micro"), shop, set(), txn=txn)
    answer = own_clients("micro").post(f"{PREMISES}/{shop}/inspections", json=sent)
    assert answer.status_code == 409
