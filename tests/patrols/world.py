"""A small world of known shape: two micro-grids side by side, one patrol area over both."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.access.actor import PERMISSIONS, Actor, system
from services.access.models import Role, User
from services.access.scope import Scope
from services.db.session import Database
from services.grids.models import Grid, Staff
from services.patrols.models import PatrolArea, PatrolOfficer
from services.places.models import Building
from services.premises.models import PremisesKind

WEST, EAST = 5, 6  # the two micro-grids
OFFICER = 71
AREA = 1
BOX = (105.002, 24.402, 105.018, 24.408)  # the patrol area, over both micro-grids


def box(west: float, south: float, east: float, north: float) -> str:
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return f"SRID=4490;MULTIPOLYGON((({ring})))"


def _grids() -> list[dict[str, object]]:
    def row(
        number: int, level: int, path: list[int], west: float, east: float
    ) -> dict[str, object]:
        return {
            "id": number,
            "code": f"45103010020{number:04d}"[: 6 if level == 1 else 15],
            "name": f"grid {number}",
            "level": level,
            "parent_id": path[-2] if level > 1 else None,
            "path": path,
            "geom": box(west, 24.4, east, 24.41),
            "label": f"SRID=4490;POINT({(west + east) / 2} 24.405)",
            "valid_from": date(2026, 1, 1),
        }

    above = [row(n, n, list(range(1, n + 1)), 105.0, 105.02) for n in (1, 2, 3, 4)]
    west = row(WEST, 5, [1, 2, 3, 4, WEST], 105.0, 105.01)
    return [*above, west, row(EAST, 5, [1, 2, 3, 4, EAST], 105.01, 105.02)]


def point(lon: float, lat: float) -> str:
    return f"SRID=4490;POINT({lon!r} {lat!r})"


def person(number: int, **given: object) -> dict[str, object]:
    """A person's row with the fields that every person needs."""
    base: dict[str, object] = {
        "id": number,
        "person_class": "registered",
        "name": "王小明",
        "sex": "m",
        "id_kind": "none",
        "birth_date": date(1980, 6, 1),
        "grid_id": WEST,
        "building_id": 1,
        "house_id": None,
        "household_id": None,
        "relation": None,
        "confirmed_on": None,
    }
    return {**base, **given}


def premises(number: int, lon: float, lat: float, **given: object) -> dict[str, object]:
    """A premises' row; its micro-grid follows from the longitude."""
    base: dict[str, object] = {
        "id": number,
        "licence": f"L{number}",
        "name": f"shop {number}",
        "kind": "shop",
        "attention": 1,
        "last_check_on": None,
        "due_on": None,
        "in_charge": "欧阳示例",
        "grid_id": WEST if lon < 105.01 else EAST,
        "geom": point(lon, lat),
    }
    return {**base, **given}


@dataclass
class World:
    """The database and the people who ask."""

    database: Database

    @staticmethod
    def actor(
        grids: set[int], *, staff: int | None = None, without: str = "", role: str = "leader"
    ) -> Actor:
        """Somebody who sees ``grids`` and holds every permission but ``without``."""
        rights = PERMISSIONS - {without}
        scope = Scope(False, frozenset(grids))
        return Actor(1, "tester", "", rights, scope, staff_id=staff, roles=frozenset({role}))

    def add(self, model: type, *rows: dict[str, object]) -> None:
        with self.database.session(system("test")) as session:
            session.execute(insert(model), list(rows))

    def session(self, actor: Actor) -> AbstractContextManager[Session]:
        """A unit of work of ``actor``, as at the edge."""
        return self.database.session(actor)


def build(database: Database) -> World:
    """The world without premises and people; tests add the ones they need."""
    made = World(database)
    made.add(Grid, *_grids())
    made.add(Staff, {"id": OFFICER, "name": "示例乙", "grid_id": WEST})
    made.add(Role, {"code": "leader", "name_zh": "网格长", "name_en": "Leader"})
    user = {"id": 1, "username": "tester", "name": "示例", "password_hash": "-"}
    made.add(User, {**user, "staff_id": OFFICER})
    days = {"check_days_general": 90, "check_days_medium": 30, "check_days_serious": 14}
    kinds = [("shop", True), ("hotel", True), ("factory", False)]
    names = {"name_zh": "示例", "name_en": "sample"}
    made.add(PremisesKind, *({"code": c, "small": s, **names, **days} for c, s in kinds))
    area = {"id": AREA, "name": "老街片", "kind": "polygon", "grid_id": 4, "weekdays": [1, 2, 3]}
    hours = {"starts_at": time(8, 30), "ends_at": time(11, 30)}
    made.add(PatrolArea, {**area, **hours, "geom": box(*BOX)})
    made.add(PatrolOfficer, {"area_id": AREA, "staff_id": OFFICER})
    building = {"id": 1, "code": "B1", "name": "老街12号楼", "floors": 3, "grid_id": WEST}
    outline = box(105.004, 24.404, 105.0045, 24.4045)
    made.add(Building, {**building, "geom": outline, "point": point(105.0042, 24.4042)})
    return made
