"""Which dictionaries 字典 there are and what the code relies on in them: the data file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from data.paths import DICTIONARIES


@dataclass(frozen=True)
class Rule:
    """A dictionary: its names, whether entries may be added or switched off (``open``), and the
    codes that rules of the code name, which always stay on."""

    code: str
    name_zh: str
    name_en: str
    open: bool
    named: frozenset[str]

    def fixed(self, code: str) -> bool:
        """Whether an entry cannot be switched off."""
        return not self.open or code in self.named


@cache
def rules() -> Mapping[str, Rule]:
    """Every dictionary, in the order in which they are shown."""
    with (DICTIONARIES / "dictionary_rules.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["dictionary"]: Rule(
                row["dictionary"],
                row["name_zh"],
                row["name_en"],
                row["open"] == "true",
                frozenset(row["fixed"].split()),
            )
            for row in csv.DictReader(file)
        }
