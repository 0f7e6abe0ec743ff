"""P10: the id number of GB 11643, against the published examples and 204 made vectors."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import BadInput
from services.kit import idnumber

VECTORS = Path(__file__).parents[1] / "data/gb11643/checkdigit_vectors.csv"
TODAY = date(2026, 11, 22)
MADE_UP = {"id_check", "id_rounded"}


def problem(text: str) -> str | None:
    """The code of what is wrong; None for a right number."""
    try:
        idnumber.parse(text, TODAY)
    except BadInput as error:
        assert error.field == "id_number" and error.zh and error.en
        return error.code
    return None


def vectors() -> list[dict[str, str]]:
    with VECTORS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 204
    return rows


def test_p10_every_vector() -> None:
    for row in vectors():
        found, case = problem(row["number"]), row["case"]
        if row["base17"]:
            assert idnumber.check_sign(row["base17"]) == row["expected_check"], row
        if case == "valid_checksum":  # nobody was born on such a day
            assert found == "id_date", row
        elif case in ("bad_check_digit", "adjacent_transposition"):
            assert found in MADE_UP, row
        elif case in ("standard_example", "lowercase_x", "full_width_digits"):
            assert found is None, row
        else:
            assert found in {"id_length", "id_check"}, row


def test_p10_a_number_fills_birth_date_and_sex() -> None:
    woman = idnumber.parse("11010519491231002X", TODAY)
    assert (woman.area, woman.birth_date, woman.sex) == ("110105", date(1949, 12, 31), "f")
    man = idnumber.parse(" 440524-18800101-0014 ", TODAY)
    assert (man.text, man.birth_date, man.sex) == ("440524188001010014", date(1880, 1, 1), "m")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110105194912310", "id_length"),  # fifteen, as before 1999
        ("1101051949123100200", "id_length"),
        ("11010519491231O02X", "id_signs"),  # the letter O
        ("X10105194912310021", "id_signs"),
        ("110105194912310000", "id_rounded"),  # as a spreadsheet leaves it
        ("110105194912310021", "id_check"),
        ("", "id_length"),
    ],
)
def test_p10_what_is_wrong_is_said(text: str, code: str) -> None:
    assert problem(text) == code


@given(
    born=st.dates(date(1880, 1, 1), TODAY), area=st.integers(110000, 659999),
    serial=st.integers(0, 999), at=st.integers(0, 16), other=st.integers(1, 9),
)  # fmt: skip
def test_p10_one_wrong_digit_never_passes(
    born: date, area: int, serial: int, at: int, other: int
) -> None:
    first = f"{area}{born:%Y%m%d}{serial:03d}"
    number = first + idnumber.check_sign(first)
    found = idnumber.parse(number, TODAY)
    assert (found.birth_date, found.sex) == (born, "m" if serial % 2 else "f")
    wrong = number[:at] + str((int(number[at]) + other) % 10) + number[at + 1 :]
    assert problem(wrong) in MADE_UP
