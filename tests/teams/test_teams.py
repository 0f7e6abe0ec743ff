"""P11: service teams: found, change, disband, restore; members with posts; the own teams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from services.db.session import Database
from tests.conftest import Clients
from tests.serving.helpers import (
    API,
    Json,
    card,
    days_ago,
    home,
    person,
    problem,
    run,
    service,
    staff,
    team,
    today,
)


def test_p11_the_shipped_kinds_are_eight(demo_db: Database) -> None:
    kinds = run(demo_db, "SELECT code, name_zh FROM dictionary_item WHERE dictionary = 'team_kind'")
    found = kinds.all()
    assert len(found) == 8
    assert not any(word in name for _, name in found for word in ("信访", "宗教", "民族", "舆情"))


def test_p11_founded_led_changed_disbanded_and_restored(
    own_clients: Clients, demo_copy: Database
) -> None:
    village = own_clients("village")
    made = team(village, demo_copy)
    path = f"{API}/teams/{made['id']}"
    told = card(village, made["id"])
    assert [(m["id"], m["post"]) for m in told["members"]] == [
        (made["leader"], "leader"), (made["other"], "member"),
    ]  # fmt: skip
    assert (told["founded_on"], told["members"][1]["joined_on"]) == (days_ago(60), days_ago(30))
    version = told["version"]
    lead = {"version": version, "post": "leader"}
    leave = {"version": version}
    refused = village.post(f"{path}/members/{made['leader']}/leave", json=leave)
    assert problem(refused)[:2] == (409, "leads")
    assert village.patch(f"{path}/members/{made['other']}", json=lead).status_code == 204
    told = card(village, made["id"])
    assert {m["id"]: m["post"] for m in told["members"]} == {
        made["leader"]: "member", made["other"]: "leader",
    }  # fmt: skip
    stale = village.patch(path, json={"version": version, "name": "新名字"})
    assert problem(stale) == (409, "stale", "version")
    village.patch(path, json={"version": told["version"], "name": "新名字", "kind": "doctor"})
    told = card(village, made["id"])
    assert (told["name"], told["kind"]) == ("新名字", "doctor")
    gone = {"version": told["version"], "reason": "done"}
    assert village.post(f"{path}/disband", json=gone).status_code == 204
    told = card(village, made["id"])
    assert (told["status"], told["cancel_reason"], len(told["members"])) == ("cancelled", "done", 2)
    listed = village.post(f"{API}/teams/search", json={"filters": {"q": "新名字"}}).json()
    assert listed["total"] == 0
    again = {"version": told["version"], "name": "再改"}
    assert problem(village.patch(path, json=again))[:2] == (409, "disbanded")
    back = {"version": told["version"]}
    assert village.post(f"{path}/restore", json=back).status_code == 204
    back["version"] += 1
    assert problem(village.post(f"{path}/restore", json=back))[:2] == (409, "active")
    listed = village.post(f"{API}/teams/search", json={"filters": {"q": "新名字"}}).json()
    (item,) = listed["items"]
    assert item["members"] == 2 and item["leader"]
    acts = run(
        demo_copy, "SELECT count(*) FROM audit WHERE entity IN ('service_team', 'team_member')"
    )
    assert acts.scalar_one() >= 8


BAD: tuple[tuple[Json, str, str], ...] = (
    ({"kind": "petition"}, "kind", "kind"),
    ({"name": "x"}, "invalid", "name"),
    ({"founded_on": "2199-01-01"}, "day", "founded_on"),
    ({"leader_id": 2**40}, "staff", "leader_id"),
    ({"grid_id": 1}, "grid", "grid_id"),
    ({"size": 3}, "invalid", "size"),
)


def test_p11_bad_input_names_the_field(own_clients: Clients, demo_copy: Database) -> None:
    village, grid = own_clients("village"), home(demo_copy, "village")
    sent = {"grid_id": grid, "kind": "party", "name": "试试看", "leader_id": staff(demo_copy, grid)}
    for change, code, field in BAD:
        answer = village.post(f"{API}/teams", json={**sent, **change})
        assert problem(answer) == (422, code, field)
    count = "SELECT count(*) FROM service_team WHERE name = '试试看'"
    assert run(demo_copy, count).scalar_one() == 0


def test_p11_members_serve_below_and_their_times_fit_the_records(
    own_clients: Clients, demo_copy: Database
) -> None:
    village = own_clients("village")
    made = team(village, demo_copy)
    path = f"{API}/teams/{made['id']}"

    def version() -> int:
        return int(card(village, made["id"])["version"])

    above = staff(demo_copy, home(demo_copy, "township"))
    sent = {"version": version(), "staff_id": above}
    assert problem(village.post(f"{path}/members", json=sent)) == (422, "staff", "staff_id")
    twice = {"version": version(), "staff_id": staff(demo_copy, home(demo_copy, "village"), 1)}
    assert problem(village.post(f"{path}/members", json=twice))[:2] == (409, "member")
    early = {**twice, "staff_id": staff(demo_copy, home(demo_copy)), "joined_on": days_ago(61)}
    assert problem(village.post(f"{path}/members", json=early)) == (422, "day", "joined_on")
    served = service(made, members=[made["other"]], person_id=person(demo_copy))
    assert village.post(f"{API}/services", json=served).status_code == 201
    leave = {"version": version(), "left_on": days_ago(1)}
    refused = village.post(f"{path}/members/{made['other']}/leave", json=leave)
    assert problem(refused) == (422, "served", "left_on")
    leave["left_on"] = today()
    assert village.post(f"{path}/members/{made['other']}/leave", json=leave).status_code == 204
    leave["version"] = version()
    again = village.post(f"{path}/members/{made['other']}/leave", json=leave)
    assert problem(again)[:2] == (409, "left")
    back = {"version": version(), "staff_id": twice["staff_id"]}
    assert village.post(f"{path}/members", json=back).status_code == 201
    assert len(card(village, made["id"])["members"]) == 3, "the first time stays"


def test_p11_only_inside_and_only_with_the_right(own_clients: Clients, demo_copy: Database) -> None:
    made = team(own_clients("township"), demo_copy, "township")
    act = {"version": 2, "reason": "done"}
    for name, status in (("village", 404), ("micro", 403), ("department", 403), ("admin", 403)):
        answer = own_clients(name).post(f"{API}/teams/{made['id']}/disband", json=act)
        assert answer.status_code == status, name
    assert own_clients("village").get(f"{API}/teams/{made['id']}").status_code == 404
    assert own_clients("village").get(f"{API}/teams/mine").json()[0]["name"], "own teams"
    # A member of a team above records for it: it is offered, with those of its members in sight.
    mine = own_clients("micro").get(f"{API}/teams/mine").json()
    own = run(demo_copy, "SELECT staff_id FROM app_user WHERE username = 'micro'").scalar_one()
    assert {t["kind"] for t in mine} == {"party", "elderly"}
    for one in mine:
        assert own in [m["staff_id"] for m in one["members"]]
        sent = service({"id": one["id"], "leader": one["members"][0]["id"]},
                       person_id=person(demo_copy))  # fmt: skip
        assert own_clients("micro").post(f"{API}/services", json=sent).status_code == 201


def test_p11_two_who_make_a_leader_at_once(own_clients: Clients, demo_copy: Database) -> None:
    village = own_clients("village")
    made = team(village, demo_copy)
    sent = {
        "version": card(village, made["id"])["version"],
        "staff_id": staff(demo_copy, home(demo_copy)),
    }
    third = village.post(f"{API}/teams/{made['id']}/members", json=sent).json()["id"]
    lead = {"version": sent["version"] + 1, "post": "leader"}

    def put(member: int) -> int:
        path = f"{API}/teams/{made['id']}/members/{member}"
        return int(own_clients("village").patch(path, json=lead).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(put, (made["other"], third))) == [204, 409]
    leaders = [m for m in card(village, made["id"])["members"] if m["post"] == "leader"]
    assert len(leaders) == 1
