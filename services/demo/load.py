"""Writes the demo county into an empty database, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, text

from gis import locate
from services.access.actor import system
from services.db import hook, migrate
from services.db.copying import Table
from services.db.reference import missing_tables
from services.db.session import Database
from services.demo.county import County, Size, make_county
from services.demo.inspections import inspection_tables
from services.demo.rows import (
    base_map_tables,
    family_table,
    grid_tables,
    household_table,
    label_table,
    person_table,
    place_tables,
)
from services.demo.services import service_tables
from services.demo.work_rows import (
    checked_ago,
    incident_tables,
    patrol_tables,
    premises_tables,
    staff_tables,
    user_tables,
)
from services.errors import Conflict
from services.kit.crypto import Keys
from services.tiles import drawn

# Tables whose place must decide their grid, with the column that holds the place.
PLACED = {
    "building": "point",
    "household": "geom",
    "family": "geom",
    "person": "geom",
    "premises": "geom",
    "incident": "geom",
    "basemap_place": "geom",
}
_PARTS = 20


def is_empty(database: Database) -> bool:
    """Whether no grid is stored yet."""
    with database.engine.connect() as connection:
        return not connection.execute(text("SELECT EXISTS (SELECT FROM grid)")).scalar_one()


def loaded_at(database: Database) -> datetime | None:
    """When the demo county, and with it accounts with a known password, was loaded here."""
    with database.engine.connect() as connection:
        found = "SELECT max(at) FROM audit WHERE action = 'demo load'"
        at: datetime | None = connection.execute(text(found)).scalar_one()
    return at


def ensure_demo(database: Database) -> None:
    """Load the demo county unless there are grids already."""
    if is_empty(database):
        load_demo(database)


def load_demo(
    database: Database,
    size: Size = "county",
    progress: bool = True,
    replace: bool = False,
    now: datetime | None = None,
) -> dict[str, int]:
    """Generate the demo county and store it; all of it or nothing.

    ``replace`` drops everything that is stored before. Returns the number of rows by table.

    Raises
    ------
    Conflict
        Something is stored already and ``replace`` was not asked for.
    """
    if replace:
        migrate.drop(database)
        migrate.upgrade(database)
    elif not is_empty(database):
        raise Conflict(
            "not_empty",
            "库里已有网格，未作改动。要换成演示县，请加 --replace。",
            "There are grids already; nothing was changed. Use --replace to load the demo anew.",
        )
    bar = _bar() if progress else None
    with bar or nullcontext():
        step = _stepper(bar)
        county = make_county(size, now or datetime.now(UTC), step)
        keys = Keys.load(database.settings.key_file)
        with database.bulk(system("demo load")) as session:
            connection = session.connection()
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
            counts = _fill(connection, county, keys, step)
            step("places decide grids")
            _check_places(connection)
            step("lines for tiles")
            drawn.refresh(session)
            note = f"demo county, size {size}: {sum(counts.values())} rows"
            hook.note(session, "demo load", entity="grid", entity_id=1, note=note)
        step("statistics")
        _analyze(database)
    return counts


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _stepper(bar: Progress | None) -> Callable[[str], None]:
    if bar is None:
        return lambda _: None
    task = bar.add_task("demo county", total=_PARTS)

    def step(what: str) -> None:
        bar.update(task, advance=1, description=what)

    return step


def _fill(
    connection: Connection, county: County, keys: Keys, step: Callable[[str], None]
) -> dict[str, int]:
    parts: list[tuple[str, Callable[[], list[Table]]]] = [
        ("dictionaries", lambda: missing_tables(connection)),
        ("grids", lambda: grid_tables(county)),
        ("base map", lambda: base_map_tables(county)),
        ("buildings, houses", lambda: place_tables(county)),
        ("households", lambda: [household_table(county)]),
        ("families", lambda: [family_table(county)]),
        ("people", lambda: [person_table(county, keys)]),
        ("labels", lambda: [label_table(county)]),
        ("premises", lambda: premises_tables(county, keys)),
        ("staff, patrols, users", lambda: [
            *staff_tables(county, keys), *patrol_tables(county), *user_tables(county),
        ]),
        ("inspections", lambda: inspection_tables(county, checked_ago(county))),
        ("incidents", lambda: incident_tables(county)),
        ("services, property", lambda: service_tables(county)),
    ]  # fmt: skip
    counts: dict[str, int] = {}
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor:
        for name, make in parts:
            step(name)
            for table in make():
                cursor.copy_expert(table.statement(), table.buffer())
                counts[table.name] = len(table)
                if "id" in table.columns:
                    cursor.execute(
                        "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                        (f'"{table.name}"', max(len(table), 1)),
                    )
    return counts


def _check_places(connection: Connection) -> None:
    """The generator's own grid must be the one that the place decides."""
    for table, place in PLACED.items():
        wrong = locate.differences(connection, table, place=place)
        if wrong:
            raise RuntimeError(f"{len(wrong)} rows of {table} are not in the grid of their place")


def _analyze(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM (ANALYZE)"))
