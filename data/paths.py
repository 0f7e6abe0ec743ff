"""Where the shipped data files are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent
XILIN = ROOT / "xilin"
DICTIONARIES = ROOT / "dictionaries"
