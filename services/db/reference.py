"""Dictionaries, labels, kinds of premises, categories of incidents, roles: the data files."""

from __future__ import annotations

import csv
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, text

from data.paths import DICTIONARIES
from services.access.actor import system
from services.db import hook
from services.db.copying import NULL, Table
from services.db.session import Database


def read(name: str) -> list[dict[str, str]]:
    """Rows of one data file by column."""
    with (DICTIONARIES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(
    name: str, rows: list[dict[str, str]], columns: list[str], nullable: Collection[str] = ()
) -> Table:
    return Table(
        name,
        {c: [NULL if c in nullable and not r[c] else r[c] for r in rows] for c in columns},
    )


def reference_tables() -> list[Table]:
    """The tables that the data files fill, in the order in which they refer to each other."""
    roles, labels = read("roles"), read("label_catalogue")
    categories = read("incident_categories")
    for row in categories:
        row["warn_hours"] = str(round(float(row["deadline_hours"]) * float(row["warn_share"])))
    labels.sort(key=lambda r: bool(r["becomes"]))  # what a label becomes comes first
    names = ["code", "name_zh", "name_en"]
    permissions = [(r["code"], p) for r in roles for p in r["permissions"].split()]
    audience = [(r["code"], role) for r in labels for role in r["visible_to"].split(";")]
    return [
        _table("dictionary_item", read("dictionaries"), ["dictionary", *names, "sort"]),
        _table("role", roles, names),
        Table("role_permission", {
            "role_code": [r for r, _ in permissions], "permission": [p for _, p in permissions],
        }),
        _table(
            "label", labels,
            [*names, "label_group", "legal_basis", "starts_by_rule", "start_age", "end_age",
             "end_after_years", "ends_with_term", "becomes", "sensitivity", "sort"],
            {"start_age", "end_age", "end_after_years", "becomes"},
        ),
        Table("label_audience", {
            "label_code": [c for c, _ in audience], "role_code": [r for _, r in audience],
        }),
        _table(
            "premises_kind", read("premises_kinds"),
            [*names, "small", "limit_zh", "limit_en", "check_days_general", "check_days_medium",
             "check_days_serious", "sort"],
        ),
        _table(
            "incident_category", categories,
            [*names, "scheme", "scheme_version", "kind", "parent", "deadline_hours", "warn_hours",
             "sort"],
            {"parent"},
        ),
        _table(
            "checklist_item", read("checklists"),
            ["kind", *names, "severity", "category", "sort"],
        ),
    ]  # fmt: skip


def missing_tables(connection: Connection) -> list[Table]:
    """:func:`reference_tables`, or nothing where they are filled already."""
    filled = connection.execute(text("SELECT EXISTS (SELECT FROM role)")).scalar_one()
    return [] if filled else reference_tables()


def ensure(database: Database) -> None:
    """Fill the tables of the data files in a new installation; harmless afterwards."""
    with database.bulk(system("reference data")) as session:
        tables = missing_tables(session.connection())
        raw: Any = session.connection().connection.driver_connection
        with raw.cursor() as cursor:
            for table in tables:
                cursor.copy_expert(table.statement(), table.buffer())
        if tables:
            hook.note(session, "reference data")
