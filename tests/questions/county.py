"""A hand-made root area: rectangles as grids, random rows in them, every awkward case included.

It is not the demo: it is small, its oracle is plain Python, and it holds what a demo would not:
rows of a grid that is no micro-grid, rows without a place, cancelled rows, statutory labels, names
that begin like a formula.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.extras import execute_values
from sqlalchemy import Connection

from services.kit.crypto import Keys

WEST, SOUTH, EAST, NORTH = 105.0, 24.0, 105.4, 24.3
SURNAMES = "李王张刘陈杨黄赵吴周"
GIVEN = ["伟", "芳", "秀英", "娜", "敏", "静", "丽", "强", "磊", "军"]
CLASSES = ["registered"] * 8 + ["floating", "unsettled", "overseas"]
KINDS = ["shop", "restaurant", "hotel", "clinic"]
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


@dataclass
class County:
    """What was stored: lists of plain rows by table, and the tree of grids."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    paths: dict[int, list[int]] = field(default_factory=dict)
    boxes: dict[int, tuple[float, float, float, float]] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)

    def below(self, grid_id: int) -> set[int]:
        """The grid and everything below it."""
        return {g for g, path in self.paths.items() if grid_id in path}

    def children(self, grid_id: int) -> list[int]:
        """The grids one level down."""
        return [g for g, p in self.paths.items() if len(p) > 1 and p[-2] == grid_id]

    def at_level(self, level: int) -> list[int]:
        """The grids of one level, by id."""
        return sorted(g for g, n in self.levels.items() if n == level)


def _wkt_box(box: tuple[float, float, float, float]) -> str:
    w, s, e, n = box
    return f"SRID=4490;MULTIPOLYGON((({w} {s},{e} {s},{e} {n},{w} {n},{w} {s})))"


def _split(box: tuple[float, float, float, float], n: int, upright: bool) -> list[Any]:
    w, s, e, t = box
    if upright:
        cuts = [w + (e - w) * i / n for i in range(n + 1)]
        return [(cuts[i], s, cuts[i + 1], t) for i in range(n)]
    cuts = [s + (t - s) * i / n for i in range(n + 1)]
    return [(w, cuts[i], e, cuts[i + 1]) for i in range(n)]


def _grids(county: County, shape: tuple[int, int, int, int]) -> None:
    rows = county.rows["grid"] = []

    def add(parent: int | None, box: Any, level: int, code: str, serial: int) -> int:
        grid_id = 101 + len(rows)
        path = [*(county.paths[parent] if parent else []), grid_id]
        county.paths[grid_id], county.boxes[grid_id] = path, box
        county.levels[grid_id] = level
        w, s, e, n = box
        rows.append(
            {
                "id": grid_id, "code": code, "name": f"格{level}-{grid_id}", "level": level,
                "parent_id": parent, "path": path, "serial": serial, "valid_from": date(2021, 1, 1),
                "geom": _wkt_box(box),
                "label": f"SRID=4490;POINT({(w + e) / 2} {(s + n) / 2})",
            }
        )  # fmt: skip
        return grid_id

    frontier = [(add(None, (WEST, SOUTH, EAST, NORTH), 1, "990100", 1), "990100")]
    for depth, n in enumerate(shape, start=2):
        nxt = []
        for parent, code in frontier:
            for i, box in enumerate(_split(county.boxes[parent], n, depth % 2 == 0), start=1):
                child_code = f"{code}{i:03d}"
                nxt.append((add(parent, box, depth, child_code, i), child_code))
        frontier = nxt


def _inside(rng: random.Random, box: Any, margin: float = 0.1) -> tuple[float, float]:
    w, s, e, n = box
    dx, dy = (e - w) * margin, (n - s) * margin
    return rng.uniform(w + dx, e - dx), rng.uniform(s + dy, n - dy)


def _point(place: tuple[float, float] | None) -> str | None:
    return f"SRID=4490;POINT({place[0]!r} {place[1]!r})" if place else None


def _buildings(county: County, rng: random.Random, each: int) -> None:
    rows = county.rows["building"] = []
    houses = county.rows["house"] = []
    for grid_id in county.at_level(5):
        for _ in range(each):
            number = 1001 + len(rows)
            x, y = _inside(rng, county.boxes[grid_id])
            w, h = 1e-4, 8e-5
            rows.append(
                {
                    "id": number, "code": f"B{number}", "name": f"{number}号楼",
                    "use": rng.choice(["residential", "residential", "mixed", "public"]),
                    "floors": rng.choice([1, 2, 3, 6, 18]), "grid_id": grid_id,
                    "geom": _wkt_box((x - w, y - h, x + w, y + h)), "point": _point((x, y)),
                    "place": (x, y),
                }
            )  # fmt: skip
            for room in range(1, rng.choice([2, 2, 3])):
                houses.append(
                    {
                        "id": 5001 + len(houses), "number": f"H{number}-{room}",
                        "building_id": number, "room": str(room), "grid_id": grid_id,
                        "owner": rng.choice(SURNAMES) + rng.choice(GIVEN),
                        "rented": rng.random() < 0.2, "place": (x, y),
                    }
                )  # fmt: skip


def _households(county: County, rng: random.Random) -> None:
    rows = county.rows["household"] = []
    where = {b["id"]: b["place"] for b in county.rows["building"]}
    for house in county.rows["house"]:
        if rng.random() < 0.1:
            continue
        gone = rng.random() < 0.03
        rows.append(
            {
                "id": 20001 + len(rows), "number": f"990100{len(rows):06d}",
                "house_id": house["id"], "building_id": house["building_id"],
                "grid_id": house["grid_id"], "geom": _point(where[house["building_id"]]),
                "place": where[house["building_id"]],
                "status": "cancelled" if gone else "active",
                "cancelled_at": datetime(2025, 1, 1, tzinfo=UTC) if gone else None,
                "cancel_reason": "moved" if gone else None,
            }
        )  # fmt: skip


def _person(rng: random.Random, keys: Keys, n: int) -> dict[str, Any]:
    born = TODAY - timedelta(days=rng.randrange(1, 95 * 365))
    id_number = f"990100{born:%Y%m%d}{n % 1000:03d}X"
    gone = rng.random() < 0.02
    phone = f"1000{n:07d}" if rng.random() < 0.5 else None
    return {
        "id": 100001 + n, "class": rng.choice(CLASSES),
        "name": "=HYPERLINK(1)" if n == 7 else rng.choice(SURNAMES) + rng.choice(GIVEN),
        "sex": rng.choice("mf"), "birth_date": born if rng.random() < 0.99 else None,
        "id_kind": "resident", "id_number": id_number, "phone": phone,
        "id_enc": keys.encrypt(id_number), "id_hash": keys.digest(f"{id_number}/{n}"),
        "phone_enc": keys.encrypt(phone) if phone else None,
        "phone_hash": keys.digest(phone) if phone else None,
        "confirmed_on": TODAY - timedelta(days=rng.randrange(900)) if rng.random() < 0.9 else None,
        "status": "cancelled" if gone else "active",
        "cancelled_at": datetime(2025, 1, 1, tzinfo=UTC) if gone else None,
        "cancel_reason": "moved" if gone else None, "household_id": None, "house_id": None,
        "building_id": None, "geom": None, "place": None, "no_place_reason": None, "relation": None,
    }  # fmt: skip


def _people(county: County, rng: random.Random, keys: Keys) -> None:
    rows = county.rows["person"] = []
    for household in county.rows["household"]:
        if household["status"] != "active":
            continue
        for i in range(rng.choice([1, 2, 3, 4, 5, 6])):
            same = ("grid_id", "house_id", "building_id", "geom", "place")
            person = _person(rng, keys, len(rows)) | {k: household[k] for k in same}
            person |= {"household_id": household["id"], "relation": "head" if i == 0 else "child"}
            rows.append(person)
    for n in range(max(60, len(rows) // 100)):
        level = rng.choice([1, 2, 3, 4, 5])
        person = _person(rng, keys, len(rows)) | {"grid_id": rng.choice(county.at_level(level))}
        person["no_place_reason"] = "abroad" if n % 3 == 0 else None
        rows.append(person)


def _premises(county: County, rng: random.Random, n: int) -> None:
    rows = county.rows["premises"] = []
    also = county.rows["premises_also"] = []
    for i in range(n):
        building = rng.choice(county.rows["building"])
        placed = rng.random() < 0.95
        due = TODAY + timedelta(days=rng.randrange(-60, 120)) if rng.random() < 0.9 else None
        rows.append(
            {
                "id": 50001 + i, "licence": f"L{i:06d}", "name": f"{rng.choice(SURNAMES)}记{i}",
                "kind": rng.choice(KINDS), "attention": rng.choice([1, 1, 1, 2, 3]),
                "due_on": due, "building_id": building["id"] if placed else None,
                "grid_id": building["grid_id"] if placed else rng.choice(county.at_level(3)),
                "place": building["place"] if placed else None,
                "geom": _point(building["place"] if placed else None),
                "in_charge": rng.choice(SURNAMES) + rng.choice(GIVEN),
            }
        )  # fmt: skip
        second = rng.choice(KINDS)
        if rng.random() < 0.15 and second != rows[-1]["kind"]:
            also.append({"premises_id": 50001 + i, "kind": second})


def _incidents(county: County, rng: random.Random, n: int) -> None:
    rows = county.rows["incident"] = []
    now = datetime.now(UTC)
    for i in range(n):
        grid_id = rng.choice(county.at_level(5))
        place = _inside(rng, county.boxes[grid_id])
        reported = now - timedelta(hours=rng.uniform(1, 24 * 60))
        due = reported + timedelta(hours=rng.choice([30, 24 * 20, 24 * 80]))
        closed = rng.random() < 0.5
        state = (
            rng.choice(["closed", "rejected"])
            if closed
            else rng.choice(["reported", "accepted", "dispatched", "handled"])
        )
        rows.append(
            {
                "id": 70001 + i, "number": f"N{i:06d}", "title": f"事件{i}", "grid_id": grid_id,
                "category": rng.choice(["litter", "road", "noise"]), "source": "staff",
                "severity": rng.choice([1, 2, 3]), "state": state, "reported_at": reported,
                "warn_at": due - timedelta(hours=12), "due_at": due,
                "closed_at": now - timedelta(minutes=5) if closed else None,
                "geom": _point(place), "place": place,
            }
        )  # fmt: skip


def _staff(county: County, rng: random.Random, n: int) -> None:
    rows = county.rows["staff"] = []
    posts = county.rows["post"] = []
    grids = list(county.paths)
    for i in range(n):
        grid_id = grids[i] if i < len(grids) else rng.choice(grids)
        kind = "leader" if i < len(grids) else rng.choice(["deputy", "staff"])
        name = rng.choice(SURNAMES) + rng.choice(GIVEN)
        rows.append({"id": 80001 + i, "name": name, "grid_id": grid_id, "status": "active"})
        posts.append(
            {"staff_id": 80001 + i, "grid_id": grid_id, "kind": kind,
             "valid_from": date(2024, 1, 1)}
        )  # fmt: skip


def _labels(county: County, rng: random.Random) -> None:
    rows = county.rows["person_label"] = []
    for person in county.rows["person"]:
        for code, share in (("elderly", 0.2), ("disabled", 0.03), ("correction", 0.02)):
            if rng.random() < share:
                stopped = rng.random() < 0.1
                rows.append(
                    {
                        "person_id": person["id"], "label_code": code,
                        "started_on": TODAY - timedelta(days=200), "started_by": "hand",
                        "grid_id": person["grid_id"],
                        "stopped_on": TODAY if stopped else None,
                        "stopped_by": "hand" if stopped else None,
                        "stop_reason": "moved" if stopped else None,
                    }
                )  # fmt: skip


CATALOGUES: dict[str, list[dict[str, Any]]] = {
    "premises_kind": [
        {
            "code": k, "name_zh": k, "name_en": k, "check_days_general": 90,
            "check_days_medium": 60, "check_days_serious": 30,
        }
        for k in KINDS
    ],
    "incident_category": [
        {
            "code": c, "scheme": "test", "scheme_version": "1", "kind": "matter", "name_zh": c,
            "name_en": c, "deadline_hours": 24, "warn_hours": 12,
        }
        for c in ("litter", "road", "noise")
    ],
    "label": [
        {"code": "elderly", "name_zh": "老年人", "name_en": "Elderly", "label_group": "care",
         "legal_basis": "x", "sensitivity": 1},
        {"code": "disabled", "name_zh": "残疾人", "name_en": "Disabled", "label_group": "care",
         "legal_basis": "x", "sensitivity": 1},
        {"code": "correction", "name_zh": "社区矫正", "name_en": "Correction",
         "label_group": "statutory", "legal_basis": "x", "sensitivity": 3},
    ],
}  # fmt: skip

NOT_STORED = {"place", "id_number", "phone"}


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = [k for k in rows[0] if k not in NOT_STORED]
    listed = ", ".join(f'"{n}"' for n in names)
    values = [tuple(row[n] for n in names) for row in rows]
    cursor = connection.connection.cursor()
    execute_values(cursor, f"INSERT INTO {table} ({listed}) VALUES %s", values, page_size=2000)


def build(
    connection: Connection,
    keys: Keys,
    *,
    shape: tuple[int, int, int, int] = (3, 2, 1, 3),
    buildings: int = 6,
    premises: int = 120,
    incidents: int = 90,
    staff: int = 60,
    seed: int = 20240501,
) -> County:
    """Make the rows and store them; ``shape`` is the number of children at each level."""
    rng, county = random.Random(seed), County()
    _grids(county, shape)
    _buildings(county, rng, buildings)
    _households(county, rng)
    _people(county, rng, keys)
    _premises(county, rng, premises)
    _incidents(county, rng, incidents)
    _staff(county, rng, staff)
    _labels(county, rng)
    for table, listed in CATALOGUES.items():
        _insert(connection, table, listed)
    for table, listed in county.rows.items():
        _insert(connection, table, listed)
    return county
