"""Dictionaries, labels, kinds of premises, categories of incidents, roles: the data files."""

from __future__ import annotations

import csv
from collections.abc import Collection

import numpy as np

from data.paths import DICTIONARIES
from services.demo.copying import NULL, Table
from services.demo.plane import Ints, Words


def _read(name: str) -> list[dict[str, str]]:
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
    roles, labels = _read("roles"), _read("label_catalogue")
    categories = _read("incident_categories")
    for row in categories:
        row["warn_hours"] = str(round(float(row["deadline_hours"]) * float(row["warn_share"])))
    labels.sort(key=lambda r: bool(r["becomes"]))  # what a label becomes comes first
    names = ["code", "name_zh", "name_en"]
    permissions = [(r["code"], p) for r in roles for p in r["permissions"].split()]
    audience = [(r["code"], role) for r in labels for role in r["visible_to"].split(";")]
    return [
        _table("dictionary_item", _read("dictionaries"), ["dictionary", *names, "sort"]),
        _table("role", roles, names),
        Table("role_permission", {
            "role_code": [r for r, _ in permissions], "permission": [p for _, p in permissions],
        }),
        _table(
            "label", labels,
            [*names, "label_group", "legal_basis", "start_age", "end_age", "end_after_years",
             "ends_with_term", "becomes", "sensitivity", "sort"],
            {"start_age", "end_age", "end_after_years", "becomes"},
        ),
        Table("label_audience", {
            "label_code": [c for c, _ in audience], "role_code": [r for _, r in audience],
        }),
        _table(
            "premises_kind", _read("premises_kinds"),
            [*names, "small", "limit_zh", "limit_en", "check_days_general", "check_days_medium",
             "check_days_serious", "sort"],
        ),
        _table(
            "incident_category", categories,
            [*names, "scheme", "scheme_version", "kind", "parent", "deadline_hours", "warn_hours",
             "sort"],
            {"parent"},
        ),
    ]  # fmt: skip


def check_days(kind: Words, attention: Ints) -> Ints:
    """Days between two checks by kind of premises and attention level 1..3."""
    columns = ("check_days_general", "check_days_medium", "check_days_serious")
    limits = {r["code"]: [int(r[c]) for c in columns] for r in _read("premises_kinds")}
    return np.array([limits[k][a - 1] for k, a in zip(kind, attention.tolist(), strict=True)])
