"""The report of an import."""

from __future__ import annotations

from pydantic import BaseModel


class Problem(BaseModel):
    """One fault: row and column as the sender sees them, the reason and the cure in words."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    cure_zh: str
    cure_en: str


class Mended(BaseModel):
    """A broken shape that was mended: its row, and what was wrong."""

    row: int
    reason: str


class Faults(BaseModel):
    """Gaps, overlaps or overhangs among grids: how many, of them slivers, and their area."""

    n: int
    slivers: int
    area_m2: float


class Report(BaseModel):
    """What an import did, or in a dry run would do.

    ``ok`` is false when there is any problem; then nothing was written. ``problems`` holds the
    first of them, ``problem_count`` says how many there are.
    """

    kind: str
    file: str
    crs: str
    dry_run: bool
    ok: bool = True
    rows: int = 0
    written: int = 0
    unchanged: int = 0
    unplaced: int = 0
    moved: dict[str, int] = {}
    levels: dict[int, int] = {}
    mended: list[Mended] = []
    topology: dict[str, Faults] = {}
    problems: list[Problem] = []
    problem_count: int = 0
