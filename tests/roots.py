"""A hand-made root area: rectangles whose place and counts a test can work out by itself."""

from __future__ import annotations

from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.access.models import Role, RolePermission, User, UserRole
from services.grids.models import Grid
from services.incidents.models import IncidentCategory

WEST, SOUTH, STEP = 105.0, 24.0, 0.01
# Cheap on purpose: tests check the rules of signing in, not the cost of a hash.
ALL = "people.read incidents.read incidents.report incidents.handle stats.read screen.view"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True)
class Box:
    """Extent of a grid, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def wkt(self) -> str:
        """EWKT of the rectangle."""
        w, s, e, n = self.west, self.south, self.east, self.north
        return f"SRID=4490;MULTIPOLYGON((({w} {s},{e} {s},{e} {n},{w} {n},{w} {s})))"

    def split(self, count: int, across: bool) -> list[Box]:
        """``count`` equal parts side by side."""
        parts = []
        for i in range(count):
            if across:
                step = (self.east - self.west) / count
                west = self.west + i * step
                parts.append(Box(west, self.south, west + step, self.north))
            else:
                step = (self.north - self.south) / count
                south = self.south + i * step
                parts.append(Box(self.west, south, self.east, south + step))
        return parts


@dataclass
class Root:
    """Ids, levels, parents and boxes of the grids that :func:`plant` made."""

    boxes: dict[int, Box]
    parents: dict[int, int | None]
    levels: dict[int, int]

    def at(self, level: int) -> list[int]:
        """Ids of one level, in order."""
        return [g for g, n in self.levels.items() if n == level]

    def below(self, grid_id: int) -> set[int]:
        """The grid and everything under it, by walking the parents."""
        found = set()
        for grid in self.boxes:
            up: int | None = grid
            while up is not None:
                if up == grid_id:
                    found.add(grid)
                up = self.parents[up]
        return found


def plant(session: Session, widths: tuple[int, ...] = (2, 2, 1, 3)) -> Root:
    """A county with ``widths`` children per level: rectangles, split across and along in turn."""
    root = Root({}, {}, {})

    def add(box: Box, parent: int | None, path: list[int], level: int, code: str) -> None:
        grid_id = int(session.scalar(text("SELECT nextval(pg_get_serial_sequence('grid','id'))")))
        lon, lat = box.middle
        session.add(
            Grid(
                id=grid_id,
                code=code,
                name=f"网格{code}",
                level=level,
                parent_id=parent,
                path=[*path, grid_id],
                serial=int(code[-3:]),
                valid_from="2024-01-01",
                geom=box.wkt(),
                label=f"SRID=4490;POINT({lon} {lat})",
            )
        )
        session.flush()
        root.boxes[grid_id], root.parents[grid_id], root.levels[grid_id] = box, parent, level
        if level <= len(widths):
            for i, part in enumerate(box.split(widths[level - 1], level % 2 == 1), 1):
                add(part, grid_id, [*path, grid_id], level + 1, f"{code}{i:03d}")

    add(Box(WEST, SOUTH, WEST + 4 * STEP, SOUTH + 4 * STEP), None, [], 1, "990101")
    return root


def people_of_the_office(session: Session, grants: dict[str, tuple[str, int | None]]) -> None:
    """Users ``{name: (permissions, grid or None for all)}``; the password is the name."""
    for name, (permissions, grid_id) in grants.items():
        session.add(Role(code=name, name_zh=name, name_en=name))
        session.flush()
        session.add_all(RolePermission(role_code=name, permission=p) for p in permissions.split())
        user = User(username=name, name=name, password_hash=QUICK.hash(name))
        session.add(user)
        session.flush()
        kind = "all" if grid_id is None else "own_below"
        session.add(UserRole(user_id=user.id, role_code=name, scope_kind=kind, grid_id=grid_id))


def categories(session: Session) -> None:
    """One group with one kind: due after 8 working hours, yellow for the last 2."""
    common = {"scheme": "test", "scheme_version": "1", "kind": "matter"}
    common |= {"deadline_hours": 8, "warn_hours": 2}
    session.add(IncidentCategory(code="g", name_zh="组", name_en="group", **common))
    session.flush()
    session.add(IncidentCategory(code="k", parent="g", name_zh="类", name_en="kind", **common))
