"""D1: the cell cleaner never raises, changes nothing twice, and reads what it wrote."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.claims import cells
from services.claims.cells import BadCell
from services.claims.checking import Checker
from services.claims.columns import columns
from services.kit.idnumber import check_sign

TODAY = date(2026, 11, 22)
ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes(),
    st.times(), st.timedeltas(), st.binary(max_size=5),
)  # fmt: skip
LISTS = {"class": {"户籍": "registered"}, "sex": {"男": "m"}, "id_kind": {"无": "none"}}
DAYS = st.dates(date(1900, 3, 1), TODAY)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


@given(st.text())
def test_d1_tidy_is_done_after_once(text: str) -> None:
    once = cells.tidy(text)
    assert cells.tidy(once) == once
    assert cells.tidy(f"\u3000{wide(text)}\u200b ") == cells.tidy(wide(text))
    assert once == once.strip() and "\t" not in once and "\n" not in once


@given(st.lists(ANY, max_size=14), st.sampled_from(["people", "premises"]))
def test_d1_no_row_raises_and_what_is_kept_fits_the_tables(row: list[Any], register: Any) -> None:
    at = {c.field: n for n, c in enumerate(columns(register))}
    lists = LISTS if register == "people" else {"kind": {"店": "shop"}}
    made = Checker(register, at, len(at), lists, TODAY).row(2, tuple(row))
    for name, value in made.values.items():
        if isinstance(value, str):
            assert len(value) <= 160 and "\x00" not in value and "\t" not in value
        if name == "id_number" and made.values["id_kind"] == "resident" and not made.faults:
            assert len(value) == 18 and value[17] == check_sign(value[:17])


@given(DAYS)
def test_d1_a_day_is_read_in_all_its_ways(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    y, m, d = day.year, day.month, day.day
    ways: list[Any] = [
        day, datetime(y, m, d, 13, 5), day.isoformat(), f"{y}/{m}/{d}", f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日", f"{y}{m:02d}{d:02d}", f"{day} 00:00:00", f" {y} 年 {m} 月 {d} 日 ",
        wide(f"{y}-{m}-{d}"),
    ]  # fmt: skip
    if serial >= 1000:
        ways += [serial, float(serial), str(serial)]
    for value in ways:
        assert cells.day(cells.tidy(value), value, TODAY) == day, value


@given(st.integers(10**17, 10**18 - 1))
def test_d1_a_number_of_18_digits_in_a_number_cell_is_never_taken(digits: int) -> None:
    for value in (digits, float(digits)):
        try:
            cells.number(cells.tidy(value), value, TODAY)
        except BadCell as error:
            assert error.code == "id_rounded"
        else:
            raise AssertionError("taken")


@given(st.dates(TODAY + timedelta(days=1), date(2200, 1, 1)))
def test_d1_no_birthday_in_the_future(day: date) -> None:
    try:
        cells.day(day.isoformat(), day.isoformat(), TODAY)
    except BadCell as error:
        assert error.code == "date_range"
    else:
        raise AssertionError("taken")
