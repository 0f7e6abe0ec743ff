"""Only own records 本人记录: what I reported, to read, wherever it lies; nothing of others."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from services.access.actor import system
from services.access.models import UserRole
from services.db.session import Database
from tests import roots
from tests.conftest import Clients

RIGHTS = "incidents.read incidents.report incidents.handle export"


def planted(db: Database, kinds: dict[str, list[tuple[str, int]]]) -> dict[str, int]:
    """Users that hold one role each with those (scope kind, grid) posts; their ids."""
    with db.session(system("test")) as session:
        roots.people_of_the_office(session, dict.fromkeys(kinds, (RIGHTS, None)))
        ids = {
            name: session.scalar(text("SELECT id FROM app_user WHERE username = :n"), {"n": name})
            for name in kinds
        }
        for name, posts in kinds.items():
            session.execute(delete(UserRole).where(UserRole.user_id == ids[name]))
            session.add_all(
                UserRole(user_id=ids[name], role_code=name, scope_kind=kind, grid_id=grid)
                for kind, grid in posts
            )
    return ids


def reported(site: Clients, root: roots.Root, username: str, grid: int) -> int:
    lon, lat = root.boxes[grid].middle
    body = {"title": "路灯不亮", "category": "k", "lon": lon, "lat": lat}
    answer = site(username).post("/api/v1/incidents", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def listed(site: Clients, username: str, place: dict[str, object] | None = None) -> set[int]:
    body = {"size": 200} | ({"place": place} if place else {})
    page = site(username).post("/api/v1/incidents/search", json=body).json()
    found = {row["id"] for row in page["items"]}
    assert page["total"] == len(found) == sum(page["totals"]["state"].values())
    return found


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_own_records_and_nothing_else(
    db: Database, site: Clients, root: roots.Root, data: st.DataObject
) -> None:
    """Lists, counts, exports, cards of three posts equal what walking all reports gives."""
    micro = root.at(5)
    own = data.draw(st.sampled_from(root.at(3)))
    names = [f"u{data.draw(st.uuids()).hex[:8]}{i}" for i in range(3)]
    alone, both, none = names
    planted(
        db,
        {
            alone: [("records", micro[0])],
            both: [("records", micro[0]), ("own_below", own)],
            none: [("own_below", own)],
        },
    )
    made: dict[int, tuple[str, int]] = {}
    for _ in range(data.draw(st.integers(2, 6))):
        by, grid = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(micro))
        made[reported(site, root, by, grid)] = (by, grid)
    area = root.below(own)
    expected = {
        alone: {i for i, (by, _) in made.items() if by == alone},
        both: {i for i, (by, grid) in made.items() if by == both or grid in area},
        none: {i for i, (_, grid) in made.items() if grid in area},
    }
    for name in names:
        assert listed(site, name) & set(made) == expected[name]
        rows = site(name).post("/api/v1/incidents/export?format=csv", json={})
        assert rows.status_code == 200, rows.text
        numbers = rows.text
        for incident, (_, grid) in made.items():
            card = site(name).get(f"/api/v1/incidents/{incident}")
            act = site(name).post(f"/api/v1/incidents/{incident}/actions", json={"action": "urge"})
            if incident not in expected[name]:
                assert (card.status_code, act.status_code) == (404, 404)
                continue
            assert card.json()["number"] in numbers
            if grid not in area or name == alone:
                assert card.json()["may"] == []
                assert act.status_code == 403, act.text
            else:
                assert "urge" in card.json()["may"]


def test_a_grid_is_not_seen_for_the_sake_of_a_record(
    db: Database, site: Clients, root: roots.Root
) -> None:
    """The own report is followed by its number; the grid around it stays closed."""
    grid = root.at(5)[0]
    planted(db, {"alone": [("records", grid)]})
    mine = reported(site, root, "alone", grid)
    assert listed(site, "alone") == {mine}
    answer = site("alone").post("/api/v1/incidents/search", json={"place": {"grid": grid}})
    assert answer.status_code == 404
    assert site("alone").get(f"/api/v1/grids/{grid}").status_code == 404
