"""D2: templates and sheets of bad rows go out, are filled in, and come back."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from services.db.session import Database
from tests.claims.sheets import BATCHES, HEAD, book, codes, loaded, number, plain, sent
from tests.claims.test_files import NASTY, held
from tests.conftest import Clients

TEMPLATES = "/api/v1/claims/templates"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("register", ["people", "premises"])
def test_d2_a_template_filled_in_is_taken_as_it_is(
    own_clients: Clients, demo_copy: Database, register: str, lang: str
) -> None:
    county = own_clients("county")
    assert county.put("/api/v1/me/lang", json={"lang": lang}).status_code in (200, 204)
    answer = county.get(f"{TEMPLATES}/{register}?format=xlsx")
    assert answer.status_code == 200
    made = load_workbook(io.BytesIO(answer.content))
    assert len(made.worksheets) == 3
    sheet = made.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert ("姓名" in heads or "场所名称" in heads) is (lang == "zh")
    assert all(cell.number_format == "@" for cell in sheet[1])
    lists = sheet.data_validations.dataValidation
    assert len(lists) == (3 if register == "people" else 1)
    refused = loaded(county, answer.content, register=register)
    assert refused["state"] == "refused" and refused["problems"][0]["code"] == "example_row"
    sheet.cell(2, 1).value = "韦小暖"
    if register == "people":
        sheet.cell(2, 3).value = number(12)
        sheet.cell(2, 6).value = "1981-03-04"
    out = io.BytesIO()
    made.save(out)
    card = loaded(county, out.getvalue(), register=register)
    assert card["state"] == "loaded", card["problems"]
    table = {"people": "held_person", "premises": "held_premises"}[register]
    assert held(demo_copy, card["id"], table)[0]["name"] == "韦小暖"
    text = county.get(f"{TEMPLATES}/{register}?format=csv").content.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text))) == heads


def test_d2_who_gets_a_template(own_clients: Clients) -> None:
    for user, status in (("department", 200), ("micro", 200), ("patrol", 403)):
        assert own_clients(user).get(f"{TEMPLATES}/people").status_code == status
    assert own_clients("county").get(f"{TEMPLATES}/grids").status_code == 422


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_d2_bad_rows_are_downloaded_corrected_and_sent_again(
    own_clients: Clients, demo_copy: Database, kind: str
) -> None:
    department = own_clients("department")
    rows = [[*row[:3], str(row[3]), *row[4:]] for row, faults in NASTY if len(row[0]) < 60]
    card = loaded(department, plain([HEAD, *rows, ["=1+1", "错", "", "", "", ""]]), skip_bad="true")
    assert card["rows_bad"] > 5
    answer = department.get(f"{BATCHES}/{card['id']}/bad-rows?format={kind}")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    sheet: list[list[Any]]
    if kind == "csv":
        sheet = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    else:
        page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        sheet = [list(row) for row in page.iter_rows(values_only=True)]
    assert sheet[0][2:] == HEAD and len(sheet) == card["rows_bad"] + 1
    assert sheet[-1][2] == "'=1+1"
    again = loaded(department, book(sheet), dry_run="true")
    assert [c for _, _, c in codes(again)] == [c for _, _, c in codes(card)]
    # Only the sender, and who may claim, gets the cells.
    url = f"{BATCHES}/{card['id']}/bad-rows"
    assert own_clients("county").get(url).status_code == 200
    assert own_clients("admin").get(url).status_code == 403


REAL = {
    "may-ship/nyc-council/lots_mn.csv.gz": ("name=lot,address=block", 42_227),
    "test-only/boston311/boston311_2011H2.csv.gz": (
        "name=type,address=neighborhood,licence=case_enquiry_id",
        58_251,
    ),
}


@pytest.mark.parametrize("file", REAL)
def test_d1_real_files_of_others_pass_through_the_reading(
    own_clients: Clients, realdata: Path, file: str
) -> None:
    """Refused by their headings with the cure; read to the last row once these are mapped."""
    county = own_clients("county")
    mapping, rows = REAL[file]
    body = gzip.decompress((realdata / file).read_bytes())
    refused = sent(county, body, name="a.csv", register="premises")
    assert refused.status_code == 422 and refused.json()["error"]["code"] == "headings"
    assert len(refused.json()["error"]["problems"]) > 3
    card = loaded(
        county, body, name="a.csv", register="premises", dry_run="true", ignore_unknown="true",
        mapping=mapping,
    )  # fmt: skip
    assert (card["state"], card["rows_total"], card["rows_bad"]) == ("checked", rows, 0)
