"""Exports: the same rows as the list, safe for a spreadsheet, masked, in either language."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
import pytest

from services.access.actor import system
from services.errors import BadInput
from services.grids.register import STAFF
from services.incidents.register import INCIDENTS
from services.kit import tabular
from services.organisations.service import ORGANISATIONS
from services.people.service import FAMILIES, HOUSEHOLDS, PEOPLE
from services.places.service import BUILDINGS, HOUSES
from services.premises.service import PREMISES
from services.properties.service import PROPERTIES
from services.serving.objects import OBJECTS
from services.serving.records import RECORDS
from services.teams.service import TEAMS
from tests.questions.conftest import Land

REGISTERS = [
    PEOPLE,
    HOUSEHOLDS,
    FAMILIES,
    HOUSES,
    BUILDINGS,
    PREMISES,
    INCIDENTS,
    STAFF,
    ORGANISATIONS,
]
NAMES = [r.name for r in REGISTERS]


def _export(land: Land, register: str, kind: str, user: str = "town", **body: Any) -> bytes:
    answer = land.as_(user).post(f"/api/v1/{register}/export?format={kind}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    return answer.content


@pytest.mark.parametrize("register", NAMES)
def test_csv_xlsx_and_geojson_hold_the_rows_of_the_list(land: Land, register: str) -> None:
    want = land.all_ids(register, "town")
    raw = _export(land, register, "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert {int(row[0]) for row in table[1:]} == want and len(table) == len(want) + 1
    book = openpyxl.load_workbook(io.BytesIO(_export(land, register, "xlsx")), read_only=True)
    cells = list(book.active.iter_rows(values_only=True))
    assert list(cells[0]) == table[0]
    assert {row[0] for row in cells[1:]} == want
    answer = land.as_("town").post(f"/api/v1/{register}/export?format=geojson", json={})
    features = answer.json()["features"]
    assert {f["id"] for f in features} == want
    items = {i["id"]: i for i in land.search(register, "town", size=500)["items"]}
    for feature in features:
        if feature["id"] in items:
            point = items[feature["id"]]["point"]
            assert (feature["geometry"] or {}).get("coordinates") == point


def test_formulas_are_made_harmless_and_numbers_stay_masked(land: Land) -> None:
    evil = next(r for r in land.county.rows["person"] if r["name"].startswith("="))
    for kind in ("csv", "xlsx"):
        raw = _export(land, "people", kind, "chief", filters={"name": "=HYPER"})
        if kind == "csv":
            rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
            head, *body = sheet.iter_rows()
            assert all(c.data_type != "f" for row in body for c in row)
            rows = [{h.value: c.value for h, c in zip(head, row, strict=True)} for row in body]
        assert rows[0]["姓名"] == "'=HYPERLINK(1)"
        assert evil["id_number"] not in str(rows) and "…" in rows[0]["证件号码（部分隐藏）"]


def test_every_title_is_a_column_and_no_row_is_lost_to_order(land: Land) -> None:
    for register in (*REGISTERS, TEAMS, OBJECTS, RECORDS, PROPERTIES):
        extra = {"id", "grid", "lon", "lat", *register.sealed}
        known = {*register.columns(system("test")), *extra}
        assert set(tabular.catalogue()[register.name]) <= known, register.name
        assert set(register.dictionaries) <= known


def test_an_unknown_format_names_the_field(land: Land) -> None:
    answer = land.as_("chief").post("/api/v1/people/export?format=pdf", json={})
    assert answer.status_code == 422 and answer.json()["error"]["field"] == "format"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert tabular.safe(text).startswith("'")


def test_too_many_rows_for_a_format_are_refused_before_any_is_read() -> None:
    for kind, most in tabular.MAX_ROWS.items():
        assert tabular.check_size(most, kind) == most
        with pytest.raises(BadInput) as refused:
            tabular.check_size(most + 1, kind)
        assert refused.value.field == ("format" if kind == "xlsx" else "place")


def test_times_are_local_and_without_a_zone(land: Land) -> None:
    raw = _export(land, "incidents", "csv").decode("utf-8-sig")
    times = [row["上报时间"] for row in csv.DictReader(io.StringIO(raw))]
    assert times and all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", t) for t in times)
    listed = {str(i["id"]): i for i in land.search("incidents", "town", size=500)["items"]}
    for row in csv.DictReader(io.StringIO(raw)):
        assert listed[row["编号"]]["reported_at"].startswith(row["上报时间"].replace(" ", "T"))


def test_control_signs_do_not_break_a_sheet() -> None:
    assert tabular.safe("a\x00b\x0bc") == "abc"
    assert tabular.safe(-5) == -5
