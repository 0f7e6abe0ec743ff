"""A random small root area: some rows lie in micro-grids, some are known only higher up."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)
CLASSES = ("registered", "floating", "unsettled", "overseas")
KINDS = ("shop", "school")
GROUPS = {"dispute": ("dispute.a", "dispute.b"), "fire": ("fire.a",)}
WIDTH = {1: 3, 2: 2, 3: 2, 4: 3}


@dataclass
class World:
    """What was written, as plain rows, for counting by hand."""

    grids: dict[int, list[int]] = field(default_factory=dict)
    closed_grid: int = 0
    people: list[dict[str, Any]] = field(default_factory=list)
    households: list[dict[str, Any]] = field(default_factory=list)
    premises: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    staff: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)

    def below(self, grid_id: int) -> set[int]:
        """The grid and all grids below it."""
        return {g for g, path in self.grids.items() if grid_id in path}

    def children(self, grid_id: int) -> list[int]:
        """The living children."""
        level = len(self.grids[grid_id])
        return [
            g
            for g, path in self.grids.items()
            if len(path) == level + 1 and path[-2] == grid_id and g != self.closed_grid
        ]


GRID = text(
    """
    INSERT INTO grid (id, code, name, level, parent_id, path, serial, geom, label,
                      valid_from, valid_to)
    VALUES (:id, :code, :name, :level, :parent, :path, :serial,
            ST_Multi(ST_MakeEnvelope(105, 24, 106, 25, 4490)),
            ST_SetSRID(ST_Point(105.5, 24.5), 4490), '2021-01-01', :closed)
    """
)


def _tree(session: Session, world: World, path: list[int], serial: int, number: list[int]) -> None:
    number[0] += 1
    mine = [*path, number[0]]
    world.grids[mine[-1]] = mine
    session.execute(
        GRID,
        {
            "id": mine[-1],
            "code": f"{mine[-1]:06d}",
            "name": f"grid {mine[-1]}",
            "level": len(mine),
            "parent": path[-1] if path else None,
            "path": mine,
            "serial": serial,
            "closed": None,
        },
    )
    for n in range(WIDTH.get(len(mine), 0)):
        _tree(session, world, mine, n + 1, number)


def _insert(session: Session, table: str, rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    marks = ", ".join(f":{c}" for c in columns)
    session.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"), rows)


def build(session: Session, seed: int) -> World:
    """Write a world of about a hundred grids and two thousand rows."""
    rng, world = random.Random(seed), World()
    _tree(session, world, [], 0, [0])
    everywhere = list(world.grids)
    # One micro-grid is closed; what still points at it must not vanish from the county.
    world.closed_grid = rng.choice([g for g, path in world.grids.items() if len(path) == 5])
    session.execute(
        text("UPDATE grid SET valid_to = '2026-01-01' WHERE id = :id"), {"id": world.closed_grid}
    )

    def where() -> int:
        return rng.choice(everywhere)

    def status() -> dict[str, Any]:
        if rng.random() < 0.9:
            return {"status": "active", "cancelled_at": None, "cancel_reason": None}
        return {"status": "cancelled", "cancelled_at": NOW, "cancel_reason": "moved"}

    for n in range(900):
        born = date(2026, 11, 21) - timedelta(days=rng.randrange(1, 36_000))
        world.people.append(
            {
                "grid_id": where(),
                "class": rng.choice(CLASSES),
                "name": "x",
                "sex": rng.choice("mf"),
                "birth_date": None if rng.random() < 0.02 else born,
                "id_kind": "none",
                **status(),
            }
        )
        if n % 3 == 0:
            world.households.append({"grid_id": where(), "number": f"h{n}", **status()})
        if n % 5 == 0:
            world.premises.append(
                {
                    "grid_id": where(),
                    "licence": f"l{n}",
                    "name": "p",
                    "kind": rng.choice(KINDS),
                    "attention": rng.randint(1, 3),
                    "due_on": date(2026, 11, 20) + timedelta(days=rng.randint(-9, 9)),
                    **status(),
                }
            )
    for n in range(500):
        told = NOW - timedelta(hours=rng.uniform(0, 45 * 24))
        done = told + timedelta(hours=rng.uniform(0, 80))
        over = done < NOW and rng.random() < 0.7
        world.incidents.append(
            {
                "grid_id": where(),
                "number": f"n{n}",
                "title": f"incident {n}",
                "category": rng.choice([c for cs in GROUPS.values() for c in cs]),
                "source": "staff",
                "state": rng.choice(["closed", "closed", "rejected"]) if over else "accepted",
                "escalated": rng.choice([0, 0, 0, 1]),
                "urged": rng.choice([0, 0, 0, 2]),
                "reported_at": told,
                "warn_at": told + timedelta(hours=rng.choice([12, 500])),
                "due_at": told + timedelta(hours=rng.choice([500, 900]) if n % 3 else 600),
                "closed_at": done if over else None,
            }
        )
    for n in range(150):
        grid = where()
        world.staff.append(
            {
                "id": n + 1,
                "grid_id": grid,
                "name": f"staff {n}",
                "status": rng.choice(["active", "active", "active", "left"]),
            }
        )
        world.posts.append(
            {
                "staff_id": n + 1,
                "grid_id": grid,
                "kind": rng.choice(["leader", "deputy", "staff"]),
                "valid_from": date(2024, 1, 1),
                "valid_to": rng.choice([None, None, None, date(2025, 1, 1)]),
            }
        )
    _write(session, world)
    return world


def _write(session: Session, world: World) -> None:
    days = {"check_days_general": 90, "check_days_medium": 60, "check_days_serious": 30}
    kinds = [{"code": k, "name_zh": k, "name_en": k, **days} for k in KINDS]
    _insert(session, "premises_kind", kinds)
    same = {"scheme": "test", "scheme_version": "1", "kind": "matter", "warn_hours": 1}
    for group, leaves in GROUPS.items():
        for code, parent in [(group, None), *((leaf, group) for leaf in leaves)]:
            row = {"code": code, "name_zh": code, "name_en": code, "parent": parent, **same}
            _insert(session, "incident_category", [{**row, "deadline_hours": 10 + len(code)}])
    for table in ("person", "household", "premises", "incident", "staff", "post"):
        attribute = {"person": "people", "household": "households"}.get(table, table)
        rows = getattr(world, {"incident": "incidents", "post": "posts"}.get(table, attribute))
        _insert(session, table, rows)
    session.flush()
