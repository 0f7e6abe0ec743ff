"""Small numbers on the demo county: all that the roles screen and department can be told.

Walls and panels of every grid, statistics of hundreds of drawn areas, labels, tiles, registers and
"what is here" are fetched over HTTP; then the attacker works on all of it together.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gis.tiles import tile_of
from services.access.actor import system
from services.analytics.stats import FEWEST_LABELLED
from services.analytics.told import CLASSES, LIMIT
from services.db.session import Database
from tests.analytics.attacker import Attacker, Solved
from tests.conftest import Clients

FIGURES = ("people", "households", *CLASSES)
PAIRS = 150
COUNTED = text(
    """
    SELECT grid_id, class::text AS name, count(*) AS n FROM person
    WHERE status = 'active' GROUP BY 1, 2
    UNION ALL
    SELECT grid_id, 'households', count(*) FROM household WHERE status = 'active' GROUP BY 1
    """
)
LABELLED = text(
    """
    SELECT p.grid_id, l.label_code, count(*) AS n
    FROM person_label l JOIN person p ON p.id = l.person_id AND p.status = 'active'
    WHERE l.started_on <= current_date AND (l.stopped_on IS NULL OR l.stopped_on > current_date)
    GROUP BY 1, 2
    """
)


@dataclass
class County:
    """The tree and the true counts of the demo county."""

    paths: dict[int, list[int]]
    true: dict[tuple[int, str], int] = field(default_factory=dict)
    labelled: dict[tuple[int, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Database) -> County:
        with database.session(system("test")) as session:
            rows = session.execute(text("SELECT id, path FROM grid ORDER BY path"))
            made = cls({row.id: list(row.path) for row in rows})
            made.true = {(r.grid_id, r.name): r.n for r in session.execute(COUNTED)}
            made.labelled = {(r.grid_id, r.label_code): r.n for r in session.execute(LABELLED)}
        return made

    def below(self, grid: int) -> list[int]:
        return [g for g, path in self.paths.items() if grid in path]

    def sum(self, grids: list[int], name: str) -> int:
        names = CLASSES if name == "people" else (name,)
        return sum(self.true.get((g, n), 0) for g in grids for n in names)


class Heard:
    """What one reader was told of people and households, and the attack on it."""

    def __init__(self, county: County):
        self.county = county
        self.row = {grid: n for n, grid in enumerate(county.paths)}
        self.columns = [*CLASSES, "households"]
        self.attacker = Attacker(len(self.row) * len(self.columns))
        self.figures: dict[tuple[str, tuple[int, ...]], int] = {}

    def unknowns(self, grids: list[int], name: str) -> list[int]:
        names = CLASSES if name == "people" else (name,)
        wide = len(self.columns)
        return [self.row[g] * wide + self.columns.index(n) for g in grids for n in names]

    def told(self, counts: dict[str, Any], grids: list[int]) -> None:
        """One answer: what it says is true and not small, what it hides it names."""
        flat = {**counts, **counts["people_by_class"]}
        for name in FIGURES:
            value, true = flat[name], self.county.sum(grids, name)
            full = name if name in ("people", "households") else f"people_by_class.{name}"
            assert (full in counts["hidden"]) is (value is None), full
            if value is not None:
                assert value == true, (name, grids)
                assert not 0 < true < LIMIT, (name, grids)
                self.attacker.hears(self.unknowns(grids, name), true)
                self.figures[name, tuple(sorted(grids))] = true

    def check(self, solved: Solved) -> int:
        """Nothing small, of a grid or of its own rows, is known within a spread; how many are."""
        checked = 0
        for grid in self.county.paths:
            for grids in (self.county.below(grid), [grid]):
                for name in FIGURES:
                    if 0 < self.county.sum(grids, name) < LIMIT:
                        low, high = solved.bounds(self.unknowns(grids, name))
                        assert high - low >= LIMIT - 1e-3, (name, grids, low, high)
                        checked += 1
        return checked


@pytest.fixture(scope="module")
def county(demo_db: Database) -> County:
    return County.of(demo_db)


@pytest.fixture(scope="module", params=["screen", "department"])
def reader(request: pytest.FixtureRequest, clients: Clients) -> Iterator[TestClient]:
    yield clients(request.param)


def _grids(client: TestClient) -> Iterator[dict[str, Any]]:
    """The panel of every grid, from the top."""
    waiting = [client.get("/api/v1/grids/tops").json()[0]["id"]]
    while waiting:
        panel = client.get(f"/api/v1/grids/{waiting.pop()}/panel").json()
        waiting += [child["id"] for child in panel["children"]]
        yield panel


def _hear(client: TestClient, county: County) -> tuple[Heard, list[dict[str, Any]]]:
    """All panels, and the walls where they are the reader's."""
    heard, walls = Heard(county), []
    for panel in _grids(client):
        grid = panel["grid"]["id"]
        answers = [panel]
        wall = client.get(f"/api/v1/wall?grid={grid}")
        if wall.status_code == 200:
            answers.append(wall.json())
            walls.append(wall.json())
        for answer in answers:
            heard.told(answer, county.below(grid))
            heard.told(answer["unassigned"], [grid])
            for child in answer["children"]:
                heard.told(child, county.below(child["id"]))
    return heard, walls


def _areas(county_box: list[float], rng: random.Random) -> tuple[Any, Any]:
    """Two drawn areas, the second a little larger on one side."""
    west, south, east, north = county_box
    x, y = rng.uniform(west, east), rng.uniform(south, north)
    size = rng.choice([0.002, 0.005, 0.01, 0.03, 0.06])
    turn, corners = rng.uniform(0, 6), rng.randint(3, 9)
    ring = [
        [
            x + size * math.cos(turn + 6.283 * n / corners),
            y + size * math.sin(turn + 6.283 * n / corners),
        ]
        for n in range(corners)
    ]
    moved, place = [list(p) for p in ring], rng.randrange(corners)
    grow = rng.choice([0.0001, 0.0005, 0.002])
    for n in (0, 1):
        step = ring[place][n] - (x, y)[n]
        moved[place][n] += grow * step / size
    return tuple(
        {"polygon": {"type": "Polygon", "coordinates": [[*r, r[0]]]}} for r in (ring, moved)
    )


def test_everything_told_together_gives_nothing_small_away(
    county: County, reader: TestClient
) -> None:
    heard, walls = _hear(reader, county)
    box = reader.get("/api/v1/grids/tops").json()[0]["bbox"]
    rng, differed = random.Random(5), 0
    for _ in range(PAIRS):
        answers = [reader.post("/api/v1/stats/people", json=a) for a in _areas(box, rng)]
        if any(a.status_code == 422 for a in answers):  # wholly outside the county
            continue
        one, other = (a.json() for a in answers)
        for answer in (one, other):
            hidden = [h for h in answer["hidden"] if not h.startswith("grids.")]
            assert answer["left_out"] == [int(h[6:]) for h in answer["hidden"] if h not in hidden]
            heard.told({**answer, "hidden": hidden}, answer["grids"])
        if set(one["grids"]) <= set(other["grids"]):
            for name in ("people", "households"):
                more = other[name] - one[name]
                assert more == 0 or more >= LIMIT, (one, other)
                differed += more > 0
    assert differed, "areas that never differ prove nothing"
    assert heard.check(heard.attacker.solve()) > 100
    for wall in walls:
        _check_ages(wall)


def _check_ages(wall: dict[str, Any]) -> None:
    """No age figure is small, and what is told adds up."""
    ages = wall["ages"]
    named = {k: ages[k] for k in ("men", "women", "young", "working", "old", "unknown")}
    for band in ages["bands"]:
        named |= {f"{sex}.{band['since']}": band[sex] for sex in ("men", "women")}
    assert sorted(ages["hidden"]) == sorted(k for k, n in named.items() if n is None)
    for name, n in named.items():
        assert n is None or n == 0 or n >= LIMIT, name
    if ages["men"] is not None:
        assert wall["people"] == ages["men"] + ages["women"]
    if ages["old"] is not None:
        assert wall["people"] == sum(ages[k] for k in ("young", "working", "old", "unknown"))


def test_all_such_readers_are_told_the_same(clients: Clients, county: County) -> None:
    screen, department = clients("screen"), clients("department")
    for grid in county.paths:
        panels = [c.get(f"/api/v1/grids/{grid}/panel").json() for c in (screen, department)]
        for name in ("people", "households", "people_by_class", "hidden", "children"):
            assert panels[0][name] == panels[1][name]


def test_who_may_read_people_is_told_everything(clients: Clients, county: County) -> None:
    client = clients("county")
    for grid in county.paths:
        panel = client.get(f"/api/v1/grids/{grid}/panel").json()
        wall = client.get(f"/api/v1/wall?grid={grid}").json()
        for answer in (panel, wall):
            assert answer["people"] == county.sum(county.below(grid), "people")
            assert answer["households"] == county.sum(county.below(grid), "households")
            parts = [answer["unassigned"], *answer["children"]]
            assert all(part["hidden"] == [] for part in [answer, *parts])
        assert wall["ages"]["hidden"] == []


def test_below_a_micro_grid_there_is_nothing(
    reader: TestClient, clients: Clients, county: County
) -> None:
    """No tile, no card and no list counts people or households of a building or a house."""
    chief = clients("county")
    rows = chief.post("/api/v1/buildings/search", json={"size": 50}).json()["items"]
    lived_in = next(b for b in rows if b["people"] and b["households"])
    lon, lat = lived_in["point"]
    assert reader.get("/tiles/people.json").status_code == 403
    for zoom in (14, 16, 17, 18):
        tile = tile_of(lon, lat, zoom)
        path = f"/tiles/buildings/{tile.z}/{tile.x}/{tile.y}.mvt"
        assert "n" in _properties(chief.get(path).content) or zoom < 17
        assert _properties(reader.get(path).content) <= {"floors", "grid"}
    assert reader.get(f"/tiles/people/16/{tile.x}/{tile.y}.mvt").status_code == 403
    card = reader.get(f"/api/v1/buildings/{lived_in['id']}").json()
    here = reader.get(f"/api/v1/whats-here?lon={lon}&lat={lat}").json()
    for found in (card, here["building"]):
        assert found["people"] is None and found["households"] is None
    assert card["residents"] is None and card["household_list"] is None
    assert here["households"] is None
    for register in ("people", "households"):
        assert reader.post(f"/api/v1/{register}/search", json={}).status_code == 403
    for register in ("buildings", "houses"):
        body = {"filters": {"inhabited": True}, "place": {"building": lived_in["id"]}}
        assert reader.post(f"/api/v1/{register}/search", json=body).status_code == 403
        assert reader.get(f"/api/v1/{register}?inhabited=true").status_code == 403
        items = reader.post(f"/api/v1/{register}/search", json={"size": 100}).json()["items"]
        assert all(i["people"] is None and i["households"] is None for i in items)


def test_a_drawn_area_is_exact_for_who_may_read_people(clients: Clients, county: County) -> None:
    west, south, east, north = clients("county").get("/api/v1/grids/tops").json()[0]["bbox"]
    for share, who in ((1.0, "county"), (0.4, "county"), (1.0, "village")):
        edge = west + (east - west) * share
        ring = [[west, south], [edge, south], [edge, north], [west, north], [west, south]]
        body = {"polygon": {"type": "Polygon", "coordinates": [ring]}}
        found = clients(who).post("/api/v1/stats/people", json=body).json()
        assert found["left_out"] == found["hidden"] == []
        assert found["people"] == county.sum(found["grids"], "people") > 0
        assert found["households"] == county.sum(found["grids"], "households") > 0
        assert all(len(county.paths[grid]) == 5 for grid in found["grids"])
        if share == 1.0 and who == "county":
            assert len(found["grids"]) == sum(len(p) == 5 for p in county.paths.values())
            assert found["counted_km2"] < found["drawn_km2"]


def _properties(tile: bytes) -> set[str]:
    features = mapbox_vector_tile.decode(tile)["buildings"]["features"]
    return {name for feature in features for name in feature["properties"]}


def test_labels(clients: Clients, county: County) -> None:
    """Care labels for their audience; statutory ones for theirs and never fewer than ten."""
    for who, exact in (("county", True), ("village", True), ("department", False)):
        client = clients(who)
        attackers: dict[str, tuple[Attacker, bool]] = {}
        row = {grid: n for n, grid in enumerate(county.paths)}
        for grid in county.paths:
            answer = client.get(f"/api/v1/stats/labels?grid={grid}")
            if answer.status_code == 404:
                continue
            for label in answer.json()["labels"]:
                below = county.below(grid)
                true = sum(county.labelled.get((g, label["code"]), 0) for g in below)
                if exact and label["group"] == "care":
                    assert label["count"] == true
                    continue
                assert label["count"] in (None, true)
                assert label["count"] is None or not 0 < true < FEWEST_LABELLED
                attacker = attackers.setdefault(label["code"], (Attacker(len(row)), exact))[0]
                if label["count"] is not None:
                    attacker.hears([row[g] for g in below], true)
        for code, (attacker, _) in attackers.items():
            solved = attacker.solve()
            for grid in county.paths:
                below = county.below(grid)
                true = sum(county.labelled.get((g, code), 0) for g in below)
                if 0 < true < FEWEST_LABELLED:
                    low, high = solved.bounds([row[g] for g in below])
                    assert high - low >= FEWEST_LABELLED, (who, code, grid)


def test_who_sees_which_labels(clients: Clients, county: County) -> None:
    root = next(iter(county.paths))
    county_labels = clients("county").get(f"/api/v1/stats/labels?grid={root}").json()["labels"]
    assert {"care", "statutory"} == {label["group"] for label in county_labels}
    department = clients("department").get(f"/api/v1/stats/labels?grid={root}").json()["labels"]
    assert {label["group"] for label in department} == {"care"}
    assert clients("screen").get(f"/api/v1/stats/labels?grid={root}").json()["labels"] == []
    assert clients("village").get(f"/api/v1/stats/labels?grid={root}").status_code == 404
    for bad in ("x", "0", "-1", "999999999999999999999"):
        assert clients("county").get(f"/api/v1/stats/labels?grid={bad}").status_code == 422


@pytest.mark.parametrize(
    "ring",
    [
        [],
        [[105, 24]],
        [[105, 24], [105.1, 24], [105, 24]],
        [[105, 24], [105.1, 24.1], [105.1, 24], [105, 24.1], [105, 24]],
        [[10, 10], [11, 10], [11, 11], [10, 10]],
        [[200, 10], [11, 10], [11, 11], [200, 10]],
        "x",
    ],
)
def test_bad_drawings_are_refused_in_plain_words(clients: Clients, ring: Any) -> None:
    body = {"polygon": {"type": "Polygon", "coordinates": [ring]}}
    answer = clients("screen").post("/api/v1/stats/people", json=body)
    assert answer.status_code == 422 and answer.json()["error"]["message_zh"]
    assert clients(None).post("/api/v1/stats/people", json=body).status_code == 401
