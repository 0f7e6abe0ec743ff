"""Incidents: the place decides the grid, time decides the light, actions stay."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.access.actor import system
from services.db.session import Database
from services.incidents.models import Incident
from services.incidents.service import light
from services.incidents.workflow import TABLE
from services.kit.clock import working_hours_between
from tests import roots
from tests.conftest import Clients


def body(root: roots.Root, grid: int, **more: object) -> dict[str, object]:
    lon, lat = root.boxes[grid].middle
    return {"title": "路灯不亮", "category": "k", "lon": lon, "lat": lat, **more}


def test_the_place_decides_the_grid_and_the_clock_the_light(
    site: Clients, root: roots.Root
) -> None:
    for grid in root.at(5):
        answer = site("county").post("/api/v1/incidents", json=body(root, grid))
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert made["grid_id"] == grid
        assert made["light"] == "green"
        card = site("county").get(f"/api/v1/incidents/{made['id']}").json()
        reported = datetime.fromisoformat(card["reported_at"])
        due, warn = datetime.fromisoformat(card["due_at"]), datetime.fromisoformat(card["warn_at"])
        assert working_hours_between(reported, due) == pytest.approx(8)
        assert working_hours_between(warn, due) == pytest.approx(2)


@given(
    st.integers(-100, 100),
    st.integers(0, 100),
    st.integers(0, 100),
    st.none() | st.integers(1, 300),
)
def test_light_rule(now: int, warn: int, more: int, closed: int | None) -> None:
    """Recomputed by hand: red after due, yellow after warn, none once closed."""
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    at = lambda m: zero + timedelta(minutes=m)  # noqa: E731
    case = Incident(
        warn_at=at(warn), due_at=at(warn + more), closed_at=None if closed is None else at(closed)
    )
    moment = at(now)
    if closed is not None and closed <= now:
        expected = None
    elif now > warn + more:
        expected = "red"
    else:
        expected = "yellow" if now > warn else "green"
    assert light(case, moment) == expected


def test_light_in_python_equals_light_in_sql(db: Database) -> None:
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [zero + timedelta(hours=h) for h in range(0, 9, 2)]
    with db.session(system("test")) as session:
        for due in moments:
            for warn in (m for m in moments if m <= due):
                for closed in (None, *moments):
                    for now in (zero + timedelta(hours=h) for h in range(10)):
                        case = Incident(warn_at=warn, due_at=due, closed_at=closed)
                        sql = session.scalar(
                            text("SELECT incident_light(:d, :w, CAST(:c AS timestamptz), :n)"),
                            {"d": due, "w": warn, "c": closed, "n": now},
                        )
                        assert light(case, now) == sql


def test_sending_again_is_harmless(site: Clients, root: roots.Root, db: Database) -> None:
    report = body(root, root.at(5)[0], txn=str(uuid.uuid4()))
    client = site("a")
    first, second = (client.post("/api/v1/incidents", json=report).json() for _ in range(2))
    assert first["id"] == second["id"]
    with db.session(system("test")) as session:
        assert session.scalar(text("SELECT count(*) FROM incident")) == 1
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lon": 10.0}, "lon"),
        ({"lon": 999}, "lon"),
        ({"lat": "north"}, "lat"),
        ({"category": "none"}, "category"),
        ({"category": "g"}, "category"),
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"severity": 9}, "severity"),
        ({"txn": "no-uuid"}, "txn"),
    ],
)
def test_bad_input_names_the_field(
    site: Clients, root: roots.Root, db: Database, change: dict[str, object], field: str
) -> None:
    answer = site("a").post("/api/v1/incidents", json={**body(root, root.at(5)[0]), **change})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    with db.session(system("test")) as session:
        assert session.scalar(text("SELECT count(*) FROM incident")) == 0


def test_a_report_elsewhere_is_taken_and_stays_unseen(site: Clients, root: roots.Root) -> None:
    """The place decides, whoever reports; the reporter gets a receipt and no view."""
    theirs = next(g for g in root.at(5) if g not in root.below(root.at(2)[0]))
    receipt = site("a").post("/api/v1/incidents", json=body(root, theirs)).json()
    assert receipt["grid_id"] == theirs
    assert site("a").get(f"/api/v1/incidents/{receipt['id']}").status_code == 404
    assert site("b").get(f"/api/v1/incidents/{receipt['id']}").status_code == 200


def test_the_whole_way_and_its_refusals(site: Clients, root: roots.Root) -> None:
    client = site("a")
    number = client.post("/api/v1/incidents", json=body(root, root.at(5)[0])).json()["id"]
    url = f"/api/v1/incidents/{number}/actions"

    def act(action: str, note: str = "") -> int:
        return client.post(url, json={"action": action, "note": note}).status_code

    assert act("close") == 409
    assert act("fly") == 422
    assert act("accept") == 200
    assert act("accept") == 409
    assert act("handle") == 422  # says nothing about what was done
    assert act("handle", "换了灯泡") == 200
    assert act("close") == 200
    card = client.get(f"/api/v1/incidents/{number}").json()
    assert card["light"] is None
    assert [a["action"] for a in card["actions"]] == ["report", "accept", "handle", "close"]
    assert site("b").post(url, json={"action": "urge"}).status_code == 404
    assert site("nobody").get(f"/api/v1/incidents/{number}").status_code == 403


def test_buttons_and_server_agree(site: Clients, root: roots.Root) -> None:
    """In every state, exactly the actions that the card offers are taken by the server."""
    client = site("a")
    paths = [[], ["accept"], ["accept", "dispatch"], ["accept", "handle"], ["reject"]]
    paths.append(["accept", "handle", "close"])
    for path in paths:
        for step in TABLE:
            number = client.post("/api/v1/incidents", json=body(root, root.at(5)[0])).json()["id"]
            url = f"/api/v1/incidents/{number}"
            for action in path:
                done = client.post(f"{url}/actions", json={"action": action, "note": "因"})
                assert done.status_code == 200
            offered = step.action in client.get(url).json()["may"]
            done = client.post(f"{url}/actions", json={"action": step.action, "note": "因"})
            assert (done.status_code == 200) == offered, (path, step.action)


def test_actions_are_append_only(site: Clients, root: roots.Root, db: Database) -> None:
    site("a").post("/api/v1/incidents", json=body(root, root.at(5)[0]))
    for statement in ("UPDATE incident_action SET note = 'x'", "DELETE FROM incident_action"):
        with pytest.raises(IntegrityError, match="append-only"), db.bulk(system("test")) as session:
            session.execute(text(statement))


def picture(kind: str = "JPEG", size: tuple[int, int] = (3000, 2000), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **more)
    return out.getvalue()


def test_a_photo_is_shrunk_and_loses_its_hidden_data(site: Clients, root: roots.Root) -> None:
    client = site("a")
    number = client.post("/api/v1/incidents", json=body(root, root.at(5)[0])).json()["id"]
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    raw = picture(exif=exif)
    assert b"SecretCamera" in raw
    url = f"/api/v1/incidents/{number}/photos"
    made = client.post(url, files={"file": ("../../etc/passwd", raw, "text/html")})
    assert made.status_code == 201, made.text
    assert made.json()["width"] == 2048
    again = client.post(url, files={"file": ("b.jpg", raw)}).json()
    assert again["id"] == made.json()["id"]
    answer = client.get(f"{url}/{made.json()['id']}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"SecretCamera" not in answer.content
    with Image.open(io.BytesIO(answer.content)) as stored:
        assert stored.size == (2048, 1365)
        assert not stored.getexif()
    assert site("b").get(f"{url}/{made.json()['id']}").status_code == 404


@pytest.mark.parametrize(
    "raw", [b"", b"<script>alert(1)</script>", b"\xff\xd8\xff\xe0 broken", b"GIF89a"]
)
def test_what_is_no_photo_is_refused(site: Clients, root: roots.Root, raw: bytes) -> None:
    client = site("a")
    number = client.post("/api/v1/incidents", json=body(root, root.at(5)[0])).json()["id"]
    answer = client.post(f"/api/v1/incidents/{number}/photos", files={"file": ("a.jpg", raw)})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "file"
