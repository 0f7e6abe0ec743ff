"""P11, P13: service records: by members of one team on that day, withdrawn, with photos."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.exc import IntegrityError

from services.db.session import Database
from services.kit.clock import ZONE
from services.people import anonymise
from tests.conftest import Clients
from tests.serving.helpers import (
    API,
    MICRO,
    Json,
    card,
    now,
    person,
    problem,
    run,
    service,
    team,
)

SERVICES = f"{API}/services"
WORDS = "陪同到镇上办理手续，代填表格。"


@pytest.fixture
def made(own_clients: Clients, demo_copy: Database) -> Json:
    return team(own_clients("village"), demo_copy)


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def received(client: Any, who: int) -> Json:
    answer = client.get(f"{API}/people/{who}/services")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_p13_recorded_shown_and_withdrawn(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    both = [made["leader"], made["other"], made["leader"]]
    sent = service(made, members=both, person_id=who, words=WORDS, lon=105.09, lat=24.49)
    first, again = (village.post(SERVICES, json=sent) for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    held = received(village, who)
    (one,) = held["records"]
    assert held["received"] == 1
    assert (one["words"], one["kind"], len(one["members"]), one["point"]) == (
        WORDS, "care", 2, [105.09, 24.49],
    )  # fmt: skip
    # The leader of the micro-grid sees the record and its team; of the village's staff the number.
    told = received(own_clients("micro"), who)["records"][0]
    assert told["team"] == one["team"] and told["members"] == [] and told["others"] == 2
    listed = village.post(f"{SERVICES}/search", json={"filters": {"team": made["id"]}}).json()
    (row,) = listed["items"]
    assert row["person_id"] == who and row["members"] == 2
    assert WORDS not in str(listed), "a list holds no words"
    other = {**sent, "person_id": person(demo_copy, skip=1)}
    assert problem(village.post(SERVICES, json=other)) == (409, "txn_taken", "txn")
    path = f"{SERVICES}/{first.json()['id']}/withdraw"
    bad = {"version": 1, "reason": "because"}
    assert problem(village.post(path, json=bad)) == (422, "reason", "reason")
    assert village.post(path, json={"version": 1, "reason": "person"}).status_code == 204
    assert problem(village.post(path, json={"version": 1, "reason": "person"}))[1] == "stale"
    assert problem(village.post(path, json={"version": 2, "reason": "person"}))[1] == "withdrawn"
    held = received(village, who)
    assert held["received"] == 0
    assert held["records"][0]["withdraw_reason"] == "person", "it stays and says so"
    looks = "SELECT count(*) FROM audit WHERE action = 'look' AND note LIKE '%services'"
    assert run(demo_copy, looks).scalar_one() == 3


BAD: tuple[tuple[Json, str, str], ...] = (
    ({"kind": "secret"}, "kind", "kind"),
    ({"words": "x"}, "invalid", "words"),
    ({"words": "是" * 1001}, "invalid", "words"),
    ({"members": []}, "invalid", "members"),
    ({"members": [2**40]}, "members", "members"),
    ({"team_id": 2**40}, "team", "team_id"),
    ({"served_at": "2199-01-01T00:00:00Z"}, "served_at", "served_at"),
    ({"served_at": "2026-01-01T00:00:00"}, "invalid", "served_at"),
    ({"lon": 105.0}, "invalid", "body"),
    ({"person_id": 2**40}, "person", "person_id"),
    ({"name": "某人"}, "association", "name"),
    ({"grid_id": 1}, "association", "grid_id"),
    ({"secret": 1}, "invalid", "secret"),
)


def test_p13_bad_input_names_the_field_and_leaves_nothing(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    for change, code, field in BAD:
        sent = {**service(made, person_id=who), **change}
        assert problem(village.post(SERVICES, json=sent)) == (422, code, field)
    count = "SELECT count(*) FROM service_record WHERE team_id = :t"
    assert run(demo_copy, count, t=made["id"]).scalar_one() == 0


def test_p11_all_members_are_of_one_team_on_that_day(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    second = team(village, demo_copy, name="另一支队伍")
    mixed = service(made, members=[made["leader"], second["leader"]], person_id=who)
    assert problem(village.post(SERVICES, json=mixed)) == (422, "members", "members")
    # The other one joined thirty days ago; the team was founded sixty days ago.
    for days, members, status, code in (
        (31, [made["leader"], made["other"]], 422, "members"),
        (31, [made["leader"]], 201, ""),
        (61, [made["leader"]], 422, "team"),
        (30, [made["other"]], 201, ""),
    ):
        at = (now() - timedelta(days=days)).isoformat()
        sent = service(made, members=members, person_id=who, served_at=at)
        answer = village.post(SERVICES, json=sent)
        assert answer.status_code == status, (days, answer.text)
        assert not code or problem(answer)[1] == code
    query = "SELECT id FROM service_record WHERE team_id = :t LIMIT 1"
    record = run(demo_copy, query, t=made["id"]).scalar_one()
    put = "INSERT INTO service_record_member (record_id, team_id, member_id) VALUES (:r, :t, :m)"
    for of in (made["id"], second["id"]):  # whatever the service thinks, the database refuses
        with pytest.raises(IntegrityError):
            run(demo_copy, put, r=record, t=of, m=second["leader"])


def test_p11_disbanding_keeps_the_records(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    assert village.post(SERVICES, json=service(made, person_id=who)).status_code == 201
    gone = {"version": card(village, made["id"])["version"], "reason": "few"}
    village.post(f"{API}/teams/{made['id']}/disband", json=gone)
    assert received(village, who)["received"] == 1
    more = village.post(SERVICES, json=service(made, person_id=who))
    assert problem(more) == (422, "team", "team_id")


def test_p13_only_inside_and_only_with_the_right(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    number = village.post(SERVICES, json=service(made, person_id=who)).json()["id"]
    far = run(
        demo_copy,
        "SELECT p.id FROM person p JOIN grid g ON g.id = p.grid_id JOIN grid m ON "
        f"m.id = {MICRO} WHERE g.level = 5 AND g.path[3] <> m.path[3] "
        "AND p.status = 'active' LIMIT 1",
    ).scalar_one()
    assert problem(village.post(SERVICES, json=service(made, person_id=far)))[1] == "person"
    for name in ("department", "screen", "admin"):
        client = own_clients(name)
        sent = client.post(SERVICES, json=service(made, person_id=who))
        assert problem(sent)[:2] == (403, "forbidden"), name
        for path in (f"services/{number}", f"people/{who}/services"):
            assert client.get(f"{API}/{path}").status_code == 403, name
    assert own_clients("patrol").get(f"{SERVICES}/{number}").json()["words"]
    # Who may not read services sees the person's card without them.
    assert own_clients("admin").get(f"{API}/people/{who}").status_code == 200


def test_p13_photos_are_few_and_only_for_who_may_see(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    number = village.post(SERVICES, json=service(made, person_id=who)).json()["id"]
    path = f"{SERVICES}/{number}/photos"
    colours = ["red", "green", "blue", "white", "black", "grey", "pink", "gold", "navy"]
    for colour in (*colours, "red"):
        answer = village.post(path, files={"file": ("a.jpg", picture(colour))})
        assert answer.status_code == 201, answer.text
    tenth = village.post(path, files={"file": ("a.jpg", picture("teal"))})
    assert problem(tenth) == (409, "photos", "file")
    assert problem(village.post(path, files={"file": ("a.jpg", b"no")}))[1] == "not_a_photo"
    held = received(village, who)["records"][0]["photos"]
    assert len(held) == 9, "the same one only once"
    shown = village.get(f"{path}/{held[0]['id']}")
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/jpeg"
    assert own_clients("admin").get(f"{path}/{held[0]['id']}").status_code == 403
    outside = run(
        demo_copy, f"SELECT id FROM service_record WHERE grid_id <> {MICRO} LIMIT 1"
    ).scalar_one()
    micro = own_clients("micro")
    assert micro.get(f"{SERVICES}/{outside}/photos/{held[0]['id']}").status_code == 404
    village.post(f"{SERVICES}/{number}/withdraw", json={"version": 1, "reason": "error"})
    late = village.post(path, files={"file": ("a.jpg", picture("teal"))})
    assert problem(late)[1] == "withdrawn"


def test_p13_two_presses_make_one(own_clients: Clients, demo_copy: Database, made: Json) -> None:
    sent = service(made, person_id=person(demo_copy))

    def press(_: int) -> tuple[int, Any]:
        answer = own_clients("village").post(SERVICES, json=sent)
        return answer.status_code, answer.json().get("id")

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(press, range(2))
    assert one == two and one[0] == 201


def test_p13_words_are_sealed_and_go_with_the_person(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    number = village.post(
        SERVICES, json=service(made, person_id=who, words=WORDS, lon=105.09, lat=24.49)
    ).json()["id"]
    shot = {"file": ("a.jpg", picture("olive"))}
    village.post(f"{SERVICES}/{number}/photos", files=shot)
    start = {"person_id": who, "kind": "paired", "reason": "visit"}
    assert village.post(f"{API}/service-objects", json=start).status_code == 201
    thing = {"person_id": who, "kind": "car", "number": "示例-77"}
    assert village.post(f"{API}/properties", json=thing).status_code == 201
    held = run(demo_copy, "SELECT concat(before::text, after::text, note) FROM audit").scalars()
    clear = "\n".join(held.all())
    assert WORDS not in clear and "示例77" not in clear and "105.09" not in clear
    sha = run(demo_copy, "SELECT sha256 FROM service_photo WHERE record_id = :r", r=number)
    digest = bytes(sha.scalar_one()).hex()
    file = demo_copy.settings.files_dir / digest[:2] / digest
    assert file.exists()
    before = village.post(f"{SERVICES}/search", json={"filters": {"team": made["id"]}}).json()
    run(
        demo_copy,
        "UPDATE person SET status = 'cancelled', cancelled_at = '2010-01-01', "
        "cancel_reason = 'left', household_id = NULL WHERE id = :i", i=who,
    )  # fmt: skip
    run(demo_copy, "UPDATE household SET head_id = NULL WHERE head_id = :i", i=who)
    assert anonymise.apply(demo_copy, date(2026, 1, 1), 5) >= 1
    row = run(demo_copy, "SELECT * FROM service_record WHERE id = :r", r=number).one()
    assert (row.person_id, row.name, row.words, row.geom) == (None, anonymise.NAME, "", None)
    assert (row.kind, row.team_id) == ("care", made["id"])
    assert row.served_at.astimezone(ZONE).day == 1
    assert not file.exists()
    for table in ("service_object", "property"):
        count = f"SELECT count(*) FROM {table} WHERE person_id = :i"
        assert run(demo_copy, count, i=who).scalar_one() == 0
    after = village.post(f"{SERVICES}/search", json={"filters": {"team": made["id"]}}).json()
    assert after["total"] == before["total"] == 1, "what is counted stays"


def test_p9_the_printout_holds_services_and_property(
    own_clients: Clients, demo_copy: Database, made: Json
) -> None:
    village, who = own_clients("village"), person(demo_copy)
    village.post(SERVICES, json=service(made, person_id=who, words=WORDS))
    village.post(f"{API}/service-objects", json={
        "person_id": who, "kind": "paired", "reason": "visit",
    })  # fmt: skip
    village.post(f"{API}/properties", json={"person_id": who, "kind": "ebike", "number": "示例-7"})
    asked = {"words": "本人持身份证到服务站申请"}
    page = village.post(f"/print/person/{who}", data=asked, follow_redirects=True)
    assert page.status_code == 200
    for words in (WORDS, "生活照料", "结对", "示例7", "电动自行车", "河边养老服务队"):
        assert words in page.text, words
    admin = own_clients("admin").post(f"/print/person/{who}", data=asked, follow_redirects=True)
    assert WORDS not in admin.text and "由您的网格长打印" in admin.text


def test_p11_the_members_of_the_demo_records_are_of_their_teams(demo_db: Database) -> None:
    """Every member of a shipped record is of its team, and was a member on that day."""
    query = (
        "SELECT count(*) FROM service_record r JOIN service_record_member m ON m.record_id = r.id "
        "JOIN team_member t ON t.id = m.member_id WHERE t.team_id <> r.team_id "
        "OR CAST(r.served_at AS date) NOT BETWEEN t.joined_on AND coalesce(t.left_on, '9999-1-1')"
    )
    assert run(demo_db, query).scalar_one() == 0
    assert run(demo_db, "SELECT count(*) FROM service_record").scalar_one() > 20
