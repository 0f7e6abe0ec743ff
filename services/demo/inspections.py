"""Inspections of the demo county as rows: the last look at each premises, its findings, levels.

What was last checked has one inspection on that day. Every second premises with a raised level
has it because of an open finding of that severity, the others were raised by hand. Some general
ones had a finding that was rectified since.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time

import numpy as np
import numpy.typing as npt

from services.db.copying import Table, ids, moments, numbers, same, some, words
from services.db.reference import read
from services.demo.county import County
from services.demo.plane import Floats, Ints, Words, stream
from services.kit.clock import ZONE

DAY = 86_400.0
LATE = 9  # days after which the lesser findings were looked at again
REASONS = ("", "", "近期客流多，加强巡查", "曾有群众反映，重点关注")
FOUND = ("", "", "有未整改的较大隐患", "有未整改的严重隐患")
# Items that every kind has, by the severity of what is wrong with them.
ITEMS = ("", "wiring", "extinguisher", "exits")
NOTES = {
    "extinguisher": "两具灭火器压力不足",
    "exits": "后门堆放纸箱",
    "wiring": "插线板搭在货架上",
}


def inspection_tables(county: County, ago: Ints) -> list[Table]:
    """Levels, inspections, answers, findings, re-checks. ``ago``: days since the last check, -1
    for none."""
    p, n = county.premises, len(county.premises.kind)
    rng = stream("inspections")
    looked = np.flatnonzero(ago >= 0)
    by_finding = (p.attention > 1) & (ago >= 0) & (rng.random(n) < 0.5)
    rectified = (p.attention == 1) & (ago > LATE + 1) & (rng.random(n) < 0.12)
    begun = datetime.combine(county.today, time(), ZONE).timestamp()
    at: Floats = begun - ago * DAY + rng.uniform(9, 17, n) * 3_600
    at = np.maximum(np.minimum(at, county.now.timestamp() - 600), begun - ago * DAY)
    number = np.full(n, -1)
    number[looked] = np.arange(len(looked))
    item = np.where(by_finding, np.array(ITEMS, dtype=object)[p.attention], "")
    item = np.where(rectified, "wiring", item)
    bad = np.flatnonzero(item != "")
    order = np.datetime64(county.today) - np.maximum(ago - 15, -15).astype("timedelta64[D]")
    inspector = _inspectors(county)
    inspections = Table("inspection", {
        "id": ids(np.arange(len(looked))), "premises_id": ids(looked),
        "grid_id": ids(county.grids.micro[p.micro[looked]]), "made_at": moments(at[looked]),
        "received_at": moments(at[looked] + 20), "staff_id": ids(inspector[looked]),
        "txn": [str(uuid.UUID(int=i + 1)) for i in range(len(looked))],
        "rectify_by": some(order[looked], item[looked] != ""),
        "accuracy_m": numbers(rng.integers(4, 25, len(looked))),
        "distance_m": numbers(rng.integers(1, 40, len(looked))),
    })  # fmt: skip
    findings = Table("finding", {
        "id": ids(np.arange(len(bad))), "inspection_id": ids(number[bad]), "premises_id": ids(bad),
        "kind": words(p.kind[bad]), "code": words(item[bad]),
        "severity": numbers(np.where(rectified, 2, p.attention)[bad]),
        "note": [NOTES[code] for code in item[bad].tolist()],
        "state": np.where(rectified[bad], "rectified", "open").tolist(),
        "rectify_by": numbers(order[bad]),
        "seen_at": moments((at + np.where(rectified, LATE * DAY, 0))[bad]),
        "closed_at": moments(np.where(rectified, at + LATE * DAY, np.nan)[bad]),
    })  # fmt: skip
    again = np.flatnonzero(rectified[bad])
    rechecks = Table("recheck", {
        "finding_id": ids(again), "result": same("rectified", len(again)),
        "made_at": moments(at[bad][again] + LATE * DAY),
        "received_at": moments(at[bad][again] + LATE * DAY),
        "staff_id": ids(inspector[bad][again]), "note": same("线路已穿管固定", len(again)),
        "txn": [str(uuid.UUID(int=10**9 + i)) for i in range(len(again))],
    })  # fmt: skip
    answers = _answers(county, looked, item)
    return [_levels(county, by_finding, at), inspections, answers, findings, rechecks]


def _levels(county: County, by_finding: npt.NDArray[np.bool_], at: Floats) -> Table:
    """The levels above the general one: from a finding, or by hand."""
    level = county.premises.attention
    raised = np.flatnonzero(level > 1)
    found = by_finding[raised]
    days: Floats = stream("levels").uniform(3, 90, len(raised))
    reasons = np.where(
        found, np.array(FOUND, dtype=object)[level[raised]],
        np.array(REASONS, dtype=object)[level[raised]],
    )  # fmt: skip
    begun: Floats = np.where(found, at[raised], county.now.timestamp() - days * DAY)
    return Table("premises_attention", {
        "premises_id": ids(raised), "level": numbers(level[raised]),
        "cause": np.where(found, "inspection", "hand").tolist(), "reason": words(reasons),
        "started_at": moments(begun),
    })  # fmt: skip


def _answers(county: County, looked: Ints, item: Words) -> Table:
    """An answer to every item of all kinds of each premises, the main kind first."""
    lists: dict[str, list[str]] = {}
    gravity = {(r["kind"], r["code"]): int(r["severity"]) for r in read("checklists")}
    for kind, code in gravity:
        lists.setdefault(kind, []).append(code)
    p = county.premises
    rows: list[tuple[int, str, str, str, str]] = []
    for n, i in enumerate(looked.tolist(), 1):
        chosen = dict.fromkeys(lists[p.kind[i]], p.kind[i])
        for code in lists[p.also[i]] if p.also[i] else ():
            chosen.setdefault(code, p.also[i])
        for code, kind in chosen.items():
            wrong = code == item[i]
            rows.append((n, code, kind, "not_ok" if wrong else "ok", NOTES[code] if wrong else ""))
    columns = ("inspection_id", "code", "kind", "answer", "note")
    return Table("inspection_answer", {
        name: [str(row[c]) for row in rows] for c, name in enumerate(columns)
    })  # fmt: skip


def _inspectors(county: County) -> Ints:
    """A member of staff of each premises' micro-grid, by turns."""
    grid = county.grids.micro[county.premises.micro]
    first = np.searchsorted(county.staff.grid, grid)
    count = np.searchsorted(county.staff.grid, grid, side="right") - first
    return first + stream("inspectors").integers(0, 1_000, len(grid)) % count
