"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.db.tables import metadata

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("gis", "services", "dashboards")
TOP = {"services", "gis", "dashboards", "data", "tests", "docker"}
NOUN_FILES = {"models", "schemas", "service", "repository", "endpoints"}
MIGRATIONS = ROOT / "services" / "db" / "migrations"


def sources() -> list[Path]:
    return list(_sources())


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.is_relative_to(MIGRATIONS):
                yield path


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_file(path: Path) -> None:
    """Short files, documented modules, one commit, one lost update, no foreign repository."""
    text = path.read_text()
    tree = ast.parse(text)
    module = path.relative_to(ROOT).with_suffix("").parts
    assert text.count("\n") <= 450, "over 450 lines: is it still one idea?"
    assert not text.strip() or ast.get_docstring(tree), "no docstring"
    if module != ("services", "db", "session"):
        assert not re.search(r"\b(session|db)\.commit\(", text), "only the edge commits"
    if module != ("services", "errors"):
        assert 'Conflict("stale"' not in text, "kit.bodies.unchanged tells of a lost update"
    for name in imported(tree):
        parts = name.split(".")
        if parts[0] == "services" and len(parts) > 2 and parts[2] == "repository":
            assert module[:2] == ("services", parts[1]), f"{name} is private to its noun"
    if module[-1] == "endpoints":
        assert "text(" not in text and "select(" not in text, "no SQL in an endpoint"
    if module[-1] == "service" and module[0] == "services":
        assert "fastapi" not in set(imported(tree)), "a service has no Request"


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without those of the functions written inside it."""
    nested = [
        n
        for n in ast.walk(function)
        if n is not function and isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    inside = {i for n in nested for i in range(n.lineno, (n.end_lineno or 0) + 1)}
    return len(set(range(function.lineno, (function.end_lineno or 0) + 1)) - inside)


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_are_short(path: Path) -> None:
    long = [
        f"{node.name} ({own_lines(node)})"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and own_lines(node) > 50
    ]
    assert long == []


def test_no_other_top_level_folder() -> None:
    made = {"node_modules", "build", "dist", "__pycache__"}  # by set-up; git does not keep them
    own = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
    own = {name for name in own if not name.endswith(".egg-info")}
    assert own - made == TOP


def test_sql_never_names_the_schema() -> None:
    for path in ROOT.rglob("*.sql"):
        if "node_modules" not in path.parts and ".venv" not in path.parts:
            assert not re.search(r"\bgridgov\.", path.read_text()), path


SCOPED = {
    "basemap_area",
    "basemap_line",
    "basemap_place",
    "building",
    "claim_batch",
    "estate",
    "family",
    "grid",
    "held_person",
    "held_premises",
    "house",
    "household",
    "incident",
    "inspection",
    "organisation",
    "patrol_area",
    "person",
    "person_label",
    "person_tally",
    "post",
    "premises",
    "property",
    "service_object",
    "service_record",
    "service_team",
    "staff",
}


def test_scoped_tables_are_the_tables_with_a_grid() -> None:
    with_grid = {t.name for t in metadata.tables.values() if "grid_id" in t.columns}
    assert with_grid - {"outbox", "audit", "user_role", "user_role_grid", "grid_drawn"} == (
        SCOPED - {"grid"}
    )


# How a named statement receives the caller's scope: as its two parameters, as the grids that
# ``analytics.repository.area`` found within the scope, or by the tile's own membership test.
SCOPE_MARKS = re.compile(r"scope_ids|%\(ids\)s|\{visible |\{member\}|:ids\b")
# The place decides the grid, not the caller: locating, checking and importing see all grids.
# So does the daily job that warns officers.
UNSCOPED = (
    "gis/sql/locate_",
    "gis/sql/check_",
    "services/imports/sql/",
    "services/claims/sql/",
    "services/grids/sql/check",
    "services/patrols/sql/warn",
)


def test_named_sql_on_scoped_tables_carries_the_scope() -> None:
    """Every .sql file that reads a scoped table takes the caller's scope."""
    reads = re.compile(rf"\b(FROM|JOIN)\s+({'|'.join(sorted(SCOPED))})\b", re.IGNORECASE)
    missing = []
    for folder in ("services", "gis"):
        for path in sorted((ROOT / folder).rglob("*.sql")):
            name = str(path.relative_to(ROOT))
            if path.is_relative_to(MIGRATIONS) or name.startswith(UNSCOPED):
                continue
            text = path.read_text()
            if reads.search(text) and not SCOPE_MARKS.search(text):
                missing.append(name)
    assert missing == []


def test_the_shipped_catalogue_has_no_excluded_label() -> None:
    """P5: none for petitioning, religion, ethnicity, political opinion or an infection."""
    text = (ROOT / "data" / "dictionaries" / "label_catalogue.csv").read_text()
    for word in ("信访", "上访", "宗教", "民族", "政治", "艾滋", "传染", "感染", "法轮", "邪教"):
        assert word not in text
    english = ("petition", "religio", "ethnic", "politic", "hiv", "infect", "sect")
    for word in english:
        assert not re.search(rf"\b{word}", text, re.IGNORECASE), word
