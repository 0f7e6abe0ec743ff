"""D7: saved and shared views: kept by an owner, asked with the scope and rights of the reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from services.access.actor import system
from services.config import Settings
from services.db.session import Database
from services.views import service as views
from tests.conftest import Clients, cloned

API = "/api/v1/views"
OLD = {"column": "age", "op": "between", "since": 60}
ROAD = {"column": "address", "op": "contains", "value": "路"}


@pytest.fixture(scope="module")
def site(cluster: Any, settings: Settings, few_template: str) -> Iterator[Clients]:
    """A county with few people that all tests here share: each keeps views of its own names."""
    with cloned(cluster, settings, few_template) as database:
        made = Clients(settings, database)
        yield made
        made.close()


def database(site: Clients) -> Database:
    found: Database = site.app.state.door.database
    return found


def keep(client: TestClient, name: str, **more: Any) -> Any:
    body = {"register": "people", "name": name, "question": {"conditions": OLD}, **more}
    return client.post(API, json=body)


def seen(client: TestClient, register: str = "people") -> dict[str, dict[str, Any]]:
    answer = client.get(f"{API}?register={register}")
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()}


def total(client: TestClient, question: dict[str, Any]) -> int:
    asked = {k: v for k, v in question.items() if k != "columns"}
    answer = client.post("/api/v1/people/search", json=asked)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["total"])


def test_d7_a_view_is_kept_renamed_and_deleted(site: Clients) -> None:
    client = site("village")
    question = {
        "conditions": {"and": [OLD, {"not": {"column": "labels", "op": "empty"}}]},
        "filters": {"class": ["registered"]},
        "sort": "-birth_year",
        "columns": ["name", "age"],
    }
    made = keep(client, "高龄", question=question)
    assert made.status_code == 201
    key = made.json()["id"]
    one = seen(client)["高龄"]
    assert one["question"] == question and one["mine"] and not one["shared"]
    assert keep(client, "高龄").json()["error"]["field"] == "name"
    assert keep(client, "高龄", register="premises", question={}).status_code == 201
    change = {"version": one["version"], "name": "高龄老人", "question": {"conditions": OLD}}
    assert client.patch(f"{API}/{key}", json=change).status_code == 204
    assert client.patch(f"{API}/{key}", json=change).json()["error"]["code"] == "stale"
    now = seen(client)["高龄老人"]
    assert now["question"] == {"conditions": OLD} and now["version"] == one["version"] + 1
    assert client.delete(f"{API}/{key}?version={one['version']}").status_code == 409
    assert client.delete(f"{API}/{key}?version={now['version']}").status_code == 204
    assert "高龄老人" not in seen(client)


def test_d7_who_is_shared_with(site: Clients) -> None:
    """Those whose scope lies within the owner's; nobody above, beside, or without the register."""
    owner, key = site("township"), keep(site("township"), "本镇", shared=True).json()["id"]
    for user in ("township", "village", "micro", "patrol"):
        assert "本镇" in seen(site(user)), user
    for user in ("county", "admin"):
        assert "本镇" not in seen(site(user)), user
    assert site("department").get(f"{API}?register=people").status_code == 403
    other = seen(site("village"))["本镇"]
    assert not other["mine"] and other["owner"]
    # Nobody but the owner changes it, and to others it is as if it were not there.
    change = {"version": other["version"], "name": "x"}
    for client in (site("village"), site("county")):
        missing = client.patch(f"{API}/999999999", json=change)
        for answer in (
            client.patch(f"{API}/{key}", json=change),
            client.delete(f"{API}/{key}?version=1"),
        ):
            assert answer.status_code == 404 and answer.json() == missing.json()
    assert owner.patch(
        f"{API}/{key}", json={"version": other["version"], "shared": False}
    ).status_code == 204  # fmt: skip
    assert "本镇" not in seen(site("village")) and "本镇" in seen(owner)


def test_d7_a_share_ends_with_its_owner(site: Clients) -> None:
    assert keep(site("village"), "本村", shared=True).status_code == 201
    assert "本村" in seen(site("micro")) and "本村" not in seen(site("township"))
    with database(site).engine.begin() as connection:
        connection.execute(text("UPDATE app_user SET active = false WHERE username = 'village'"))
    try:
        assert "本村" not in seen(site("micro"))
    finally:
        with database(site).engine.begin() as connection:
            connection.execute(text("UPDATE app_user SET active = true WHERE username = 'village'"))


def test_d7_a_shared_view_runs_with_the_readers_scope(site: Clients) -> None:
    """What the reader gets is what the reader's own search finds, never the owner's rows."""
    assert keep(site("county"), "全县老人", shared=True).status_code == 201
    totals = {}
    for user in ("county", "township", "village", "micro"):
        client = site(user)
        question = seen(client)["全县老人"]["question"]
        totals[user] = total(client, question)
        own = total(client, {"filters": {"age_min": 60}})
        assert totals[user] == own
    assert totals["county"] >= totals["township"] > totals["village"] > totals["micro"] >= 0


def test_d7_what_the_reader_may_not_ask_is_told_and_withheld(site: Clients) -> None:
    """A masked column, an area outside: a message in place of the question, and no rows."""
    assert keep(site("township"), "某路", shared=True, question={"conditions": ROAD}).json()
    assert seen(site("village"))["某路"]["problem"] is None
    assert keep(site("county"), "某路", question={"conditions": ROAD}).status_code == 403
    with database(site).engine.begin() as connection:
        roles = text("DELETE FROM role_permission WHERE permission = 'people.address' "
                     "AND role_code = 'micro_leader'")  # fmt: skip
        connection.execute(roles)
    told = seen(site("micro"))["某路"]
    assert told["question"] is None and told["problem"]["code"] == "masked_column"
    assert "隐藏" in told["problem"]["message"]
    home = site("township").get("/api/v1/me").json()["home_grid"]["id"]
    here = {"place": {"grid": home}, "conditions": {"in": {"grid": home}}}
    assert keep(site("township"), "本镇范围", shared=True, question=here).status_code == 201
    outside = seen(site("village"))["本镇范围"]
    assert outside["question"] is None and outside["problem"]["code"] == "not_found"


def test_d7_what_is_saved_is_checked(site: Clients) -> None:
    client = site("village")
    for question, field in (
        ({"filters": {"nothing": 1}}, "question.filters.nothing"),
        ({"filters": {"sex": "x"}}, "question.filters.sex"),
        ({"sort": "nothing"}, "sort"),
        ({"conditions": {"column": "nothing", "op": "empty"}}, "conditions.column"),
        ({"columns": ["Name; DROP"]}, "question.columns.0"),
        ({"place": {}}, "question.place"),
    ):
        answer = keep(client, "不成", question=question)
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["field"].startswith(field)
    assert keep(client, "不成", question={"conditions": {"column": "phone", "op": "empty"}}
                ).status_code == 403  # fmt: skip
    assert keep(client, "不成", register="audit", question={}).status_code == 422
    for name in ("", "  ", "x" * 61, "a\nb"):
        assert keep(client, name).json()["error"]["field"] == "name"
    assert "不成" not in seen(client)


def test_d7_the_words_of_a_view_are_not_in_the_audit(site: Clients) -> None:
    asked = {"conditions": {"column": "name", "op": "eq", "value": "欧阳某某"}}
    assert keep(site("village"), "找欧阳某某", question=asked).status_code == 201
    with database(site).engine.connect() as connection:
        rows = connection.execute(
            text("SELECT row_to_json(a)::text FROM audit a WHERE entity = 'saved_view'")
        ).scalars().all()  # fmt: skip
    assert rows and not any("欧阳" in row for row in rows)


def test_d7_the_fence_shows_own_and_shared_views(site: Clients, actor_of: Any) -> None:
    """The database itself: another's private view is neither read nor changed."""
    keep(site("township"), "镇里自用")
    keep(site("township"), "镇里共享", shared=True)
    db = database(site)
    with db.session(actor_of(db, "village")) as session:
        names = set(session.scalars(text("SELECT name FROM saved_view")))
        assert "镇里共享" in names and "镇里自用" not in names
        for statement in ("UPDATE saved_view SET name = 'x'", "DELETE FROM saved_view"):
            mine = session.scalar(
                text("SELECT count(*) FROM saved_view WHERE owner_id = (SELECT scope_user())")
            )
            with session.begin_nested() as part:
                done: Any = session.connection().execute(
                    text(f"{statement} WHERE name LIKE '镇里%'")
                )
                assert done.rowcount == 0 and mine is not None
                part.rollback()


def test_d7_two_who_change_at_once(site: Clients) -> None:
    """Of two changes with one version one is refused; nothing is lost silently."""
    client = site("micro")
    key = keep(client, "同时").json()["id"]
    version = seen(client)["同时"]["version"]
    codes: list[int] = []

    def press(n: int) -> None:
        body = {"version": version, "name": f"同时{n}"}
        codes.append(site("micro").patch(f"{API}/{key}", json=body).status_code)

    both = [threading.Thread(target=press, args=(n,)) for n in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(codes) == [204, 409]


def test_d7_views_are_limited(site: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", len(seen(site("patrol"), "houses")) + 1)
    with database(site).session(system("test")) as session:
        held = session.scalar(
            text("SELECT count(*) FROM saved_view v JOIN app_user u ON u.id = v.owner_id "
                 "WHERE u.username = 'patrol'")
        )  # fmt: skip
    assert held == 0
    assert keep(site("patrol"), "一").status_code == 201
    assert keep(site("patrol"), "二").json()["error"]["code"] == "too_many"
