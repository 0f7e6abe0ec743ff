"""The permissions 权限 by name: what the data file says of each."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache

from data.paths import DICTIONARIES


@cache
def listed() -> tuple[dict[str, str], ...]:
    """Every permission with its group and its names, in the order in which they are shown."""
    with (DICTIONARIES / "permissions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def named(codes: Iterable[str]) -> tuple[str, str]:
    """(Chinese, English) names of ``codes`` in one line, in the order of the list."""
    wanted = set(codes)
    rows = [row for row in listed() if row["code"] in wanted]
    return "、".join(r["name_zh"] for r in rows), ", ".join(r["name_en"] for r in rows)
