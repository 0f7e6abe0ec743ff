"""Row after row: every cell mended and read, faults by row and column, never a value in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.claims import cells
from services.claims.cells import BadCell
from services.claims.columns import RegisterName, columns
from services.errors import BadInput
from services.kit import idnumber

Reader = Callable[[str, Any, date], Any]
Values = dict[str, Any]


@dataclass
class Checked:
    """A row: its values by field, and (field, code) of what is wrong or was mended."""

    row: int
    values: Values = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    mended: list[tuple[str, str]] = field(default_factory=list)


class Checker:
    """Reads the rows of one file; ``at`` says which column holds a field.

    ``lists`` holds, by field, the words of a closed list and the code of each.
    """

    def __init__(
        self,
        register: RegisterName,
        at: Mapping[str, int],
        width: int,
        lists: Mapping[str, Mapping[str, str]],
        today: date,
    ):
        self.register, self.at, self.width, self.today = register, at, width, today
        text = {name: cells.words(most) for name, most in MOST[register].items()}
        listed = {name: cells.one_of(known) for name, known in lists.items()}
        self.readers: dict[str, Reader] = {**text, **READERS[register], **listed}
        self.examples = {
            (c.field, e) for c in columns(register) for e in (c.example, c.example_en) if e
        }

    def row(self, number: int, row: tuple[Any, ...]) -> Checked:
        """One row. Never raises."""
        made = Checked(number)
        if any(c not in (None, "") for c in row[self.width :]):
            made.faults.append(("", "too_many_cells"))
        for name, place in self.at.items():
            self._cell(made, name, row[place] if place < len(row) else None)
        if ("name", made.values.get("name")) in self.examples:
            made.faults.append(("name", "example_row"))
        elif self.register == "people":
            _person(made, self.today)
        elif not made.values.get("name") and not made.faults:
            made.faults.append(("name", "nameless"))
        return made

    def _cell(self, made: Checked, name: str, value: Any) -> None:
        text = cells.tidy(value)
        if not text:
            return
        try:
            if isinstance(value, str) and text.startswith("#") and text in ERRORS:
                raise BadCell("error_value")
            made.values[name] = self.readers[name](text, value, self.today)
        except BadCell as error:
            made.faults.append((name, error.code))
            return
        code = cells.mended(value, text, made.values[name])
        if code:
            made.mended.append((name, code))


ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
MOST = {
    "people": {"name": 60, "address": 160, "village": 60},
    "premises": {"name": 80, "in_charge": 60, "address": 160, "village": 60},
}
READERS: dict[str, dict[str, Reader]] = {
    "people": {"id_number": cells.number, "birth_date": cells.day, "phone": cells.phone},
    "premises": {
        "licence": cells.licence, "phone": cells.phone, "floor_area_m2": cells.positive,
        "employees": cells.whole,
    },
}  # fmt: skip


def _person(made: Checked, today: date) -> None:
    """What a row tells of a person fits together: document, number, birth date, sex."""
    values, bad = made.values, {name for name, _ in made.faults}
    number = values.get("id_number", "")
    if not number and not values.get("name") and not bad & {"name", "id_number"}:
        made.faults.append(("name", "someone"))
        return
    kind = values.setdefault("id_kind", "resident" if number else "none")
    if number and kind == "none":
        made.faults.append(("id_kind", "id_kind"))
    elif not number:
        values["id_kind"] = "none"
    elif kind == "resident":
        try:
            found = idnumber.parse(number, today)
        except BadInput as error:
            made.faults.append(("id_number", error.code))
            return
        for name, value in (("sex", found.sex), ("birth_date", found.birth_date)):
            if values.setdefault(name, value) != value and name not in bad:
                made.faults.append((name, "id_differs"))
