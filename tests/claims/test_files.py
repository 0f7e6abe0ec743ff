"""D1, D2: a department's file: its columns, its rows, what is loaded and where it is sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from services.claims import repository
from services.db.session import Database
from services.kit.crypto import Keys
from tests.claims.sheets import (
    BATCHES,
    HEAD,
    Json,
    book,
    codes,
    followed,
    loaded,
    number,
    plain,
    sent,
)
from tests.conftest import Clients


def run(database: Database, query: str, **values: Any) -> Any:
    with database.engine.begin() as connection:
        return connection.execute(text(query), values)


def held(database: Database, batch: int, table: str = "held_person") -> list[Json]:
    query = f"SELECT * FROM {table} WHERE batch_id = :b ORDER BY row_no"
    return [dict(row._mapping) for row in run(database, query, b=batch)]


GOOD = ["韦小暖", number(12), "户籍", "12900000001", "", ""]


def test_d1_a_file_is_held_at_the_county_with_numbers_sealed(
    own_clients: Clients, demo_copy: Database
) -> None:
    county = own_clients("county")
    card = loaded(county, book([HEAD, GOOD]))
    assert (card["state"], card["rows_total"], card["rows_loaded"]) == ("loaded", 1, 1)
    assert card["file_name"] == "民政.xlsx" and len(card["sha256"]) == 64
    (row,) = held(demo_copy, card["id"])
    assert (row["name"], row["class"], row["state"]) == ("韦小暖", "registered", "waiting")
    assert (row["grid_id"], row["confidence"]) == (1, "none")
    assert (row["sex"], row["birth_date"]) == ("f", date(1981, 3, 4))
    stored = b"".join(bytes(v) for v in row.values() if isinstance(v, memoryview | bytes))
    assert number(12).encode() not in stored and b"12900000001" not in stored
    keys = Keys.load(demo_copy.settings.key_file)
    assert keys.decrypt(row["id_enc"]) == number(12)
    assert bytes(row["id_hash"]) == keys.digest(number(12))


@pytest.mark.parametrize(
    ("user", "status"),
    [("county", 202), ("department", 202), ("admin", 202), ("township", 403), ("micro", 403)],
)
def test_d1_who_may_import(own_clients: Clients, user: str, status: int) -> None:
    client = own_clients(user)
    answer = sent(client, book([HEAD, GOOD]), dry_run="true")
    assert answer.status_code == status, answer.text
    if status == 202:
        assert followed(client, answer.json()["id"])["state"] == "checked"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (["姓 名", " 公民身份号码*", "电话（必填）"], None),
        (["名字", "证件号码"], None),
        (["Full name", "ID No."], None),
        (["姓名", "身份证号", "备注"], [("heading_unknown", "备注")]),
        (["姓名", "名字"], [("heading_double", "名字")]),
        (["住址", "电话"], [("heading_missing", "姓名")]),
        (["性名", "备注"], [("heading_unknown", "性名"), ("heading_unknown", "备注"),
                        ("heading_missing", "姓名")]),
    ],
)  # fmt: skip
def test_d1_the_columns_are_checked_first(
    own_clients: Clients, head: list[str], expected: list[tuple[str, str]] | None
) -> None:
    county = own_clients("county")
    for body in (book([head, ["x"] * len(head)]), plain([head, ["x"] * len(head)])):
        answer = sent(county, body, dry_run="true")
        if expected is None:
            assert answer.status_code == 202, answer.text
            followed(county, answer.json()["id"])
            continue
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert error["code"] == "headings" and error["field"] == "file"
        found = [(p["code"], p["column"]) for p in error["problems"]]
        assert found == expected
        assert all(p["cure_zh"] and p["cure_en"] for p in error["problems"])
    assert county.get("/api/v1/claim-batches").json()["total"] == (2 if expected is None else 0)


def test_d1_a_file_with_one_known_heading_loses_no_row(
    own_clients: Clients, demo_copy: Database
) -> None:
    rows = [["姓名"], *[[f"某{n}"] for n in range(30)]]
    card = loaded(own_clients("county"), plain(rows))
    assert [r["name"] for r in held(demo_copy, card["id"])] == [f"某{n}" for n in range(30)]
    titled = [["某表"], [], *rows]
    card = loaded(own_clients("county"), book(titled))
    assert [r["row_no"] for r in held(demo_copy, card["id"])] == list(range(4, 34))


def test_d1_columns_may_be_named_or_left_aside(own_clients: Clients, demo_copy: Database) -> None:
    county = own_clients("county")
    rows = [["who", "memo", "手机"], ["韦小暖", "x", "12900000001"]]
    card = loaded(county, book(rows), mapping="name=who", ignore_unknown="true")
    assert card["state"] == "loaded"
    assert held(demo_copy, card["id"])[0]["name"] == "韦小暖"
    for mapping, field in (("name=nobody", "file"), ("nothing=who", "mapping"), ("x", "mapping")):
        answer = sent(county, book(rows), mapping=mapping, ignore_unknown="true")
        assert answer.status_code == 422 and answer.json()["error"]["field"] == field


NASTY: list[tuple[list[Any], list[tuple[str, str]]]] = [
    (["韦小暖", number(12), "户籍", "12900000001", "", ""], []),
    (["", number(12), "", "", "", ""], []),
    (["无证人", "", "流动", "", "", ""], []),
    (["", "", "户籍", "", "某处1号", ""], [("姓名", "someone")]),
    (["数字格", 299009198103040120.0, "户籍", "", "", ""], [("身份证号", "id_rounded")]),
    (["文字格", "299009198103040000", "户籍", "", "", ""], [("身份证号", "id_rounded")]),
    (["科学计数", "2.99009E+17", "户籍", "", "", ""], [("身份证号", "id_rounded")]),
    (["短号", "29900919810304012", "户籍", "", "", ""], [("身份证号", "id_length")]),
    (["错位", number(12)[:-1] + ("1" if number(12)[-1] != "1" else "2"), "户籍", "", "", ""],
     [("身份证号", "id_check")]),
    (["错日", number(12, "19811304"), "户籍", "", "", ""], [("身份证号", "id_date")]),
    (["类别错", number(12), "外星", "", "", ""], [("人口类别", "not_in_list")]),
    (["电话错", number(12), "户籍", "没有", "", ""], [("手机号", "phone")]),
    (["电话数", number(12), "户籍", 12900000001, "", ""], []),
    (["公式", "#N/A", "户籍", "", "", ""], [("身份证号", "error_value")]),
    (["长" * 61, number(12), "户籍", "#REF!", "", ""], [("姓名", "too_long"),
                                                    ("手机号", "error_value")]),
    (["示例甲（请删除本行）", number(12), "户籍", "", "", ""], [("姓名", "example_row")]),
]  # fmt: skip


def test_d1_errors_by_row_and_column_with_reason_and_cure(
    own_clients: Clients, demo_copy: Database
) -> None:
    county = own_clients("county")
    rows = [HEAD, *[row for row, _ in NASTY]]
    expected = [(n, *fault) for n, (_, faults) in enumerate(NASTY, 2) for fault in faults]
    bad = sum(1 for _, faults in NASTY if faults)
    dry = loaded(county, book(rows), dry_run="true", skip_bad="true")
    assert codes(dry) == expected and dry["state"] == "checked"
    assert (dry["rows_total"], dry["rows_bad"], dry["faults"]) == (len(NASTY), bad, len(expected))
    refused = loaded(county, book(rows))
    assert (refused["state"], refused["rows_loaded"]) == ("refused", 0)
    assert held(demo_copy, dry["id"]) == held(demo_copy, refused["id"]) == []
    skipped = loaded(county, book(rows), skip_bad="true")
    assert (skipped["state"], skipped["rows_loaded"]) == ("loaded", len(NASTY) - bad)
    assert [r["row_no"] for r in held(demo_copy, skipped["id"])] == [
        n for n, (_, faults) in enumerate(NASTY, 2) if not faults
    ]


def test_d2_no_value_of_a_person_stands_in_words(
    own_clients: Clients, demo_copy: Database, caplog: pytest.LogCaptureFixture
) -> None:
    county = own_clients("county")
    rows = [HEAD, *[row for row, _ in NASTY]]
    card = loaded(county, book(rows), skip_bad="true", name=f"{number(12)}.xlsx")
    assert number(12) not in card["file_name"]
    secret = [number(12), "无证人", "12900000001", "科学计数", "299009198103040000"]
    told = str(card["problems"]) + caplog.text
    audit = run(demo_copy, "SELECT string_agg(concat_ws(' ', note, before, after), ' ') FROM audit")
    told += audit.scalar_one()
    faults = run(
        demo_copy, "SELECT string_agg(concat_ws(' ', heading, code), ' ') FROM claim_fault"
    )
    told += faults.scalar_one()
    assert not [s for s in secret if s in told]


def test_d1_what_is_mended_is_told(own_clients: Clients, demo_copy: Database) -> None:
    head = ["姓名", "身份证号", "性别", "出生日期", "手机号"]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number(12))
    rows: list[list[Any]] = [
        head,
        ["　韦 小暖 ", number(12), "女", "1981/3/4", "129 0000 0001"],
        ["甲", wide, " 女性", 29649, "１２９００００００００１"],
        ["乙", "", "2", "19810304", ""],
        ["丙", "", "M", "1981年3月4日", ""],
        ["丁", "", "男", datetime(1981, 3, 4), ""],
        ["戊", "", "男", "29649", ""],
        ["己", number(12).lower() + "\u200b", "", "", ""],
    ]
    card = loaded(own_clients("county"), book(rows))
    assert card["state"] == "loaded", card["problems"]
    found = held(demo_copy, card["id"])
    assert {row["birth_date"] for row in found} == {date(1981, 3, 4)}
    assert [row["name"] for row in found] == ["韦 小暖", *"甲乙丙丁戊己"]
    keys = Keys.load(demo_copy.settings.key_file)
    assert {keys.decrypt(r["id_enc"]) for r in found if r["id_enc"]} == {number(12)}
    mended = {(m["row"], m["column"], m["code"]) for m in card["mended"]}
    assert {
        (2, "姓名", "mended_blanks"), (2, "出生日期", "mended_date"),
        (3, "身份证号", "mended_wide"), (3, "手机号", "mended_wide"),
        (4, "出生日期", "mended_date"), (8, "身份证号", "mended_blanks"),
    } <= mended  # fmt: skip
    assert not any(row == 6 for row, _, _ in mended)
    assert card["rows_mended"] == len({row for row, _, _ in mended})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0old", "format"),
        (b"PK\x03\x04 broken", "headings"),
        (plain([HEAD, GOOD])[:-3] + b"\xff\xff\xfe", "encoding"),
        (book([HEAD, GOOD, GOOD], merge="A2:A3"), "merged"),
        (book([[], []]), "empty"),
    ],
)
def test_d1_a_file_that_can_not_be_used_is_refused(
    own_clients: Clients, body: bytes, code: str
) -> None:
    answer = sent(own_clients("county"), body)
    assert answer.status_code == 422, answer.text
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == (code, "file")
    if code == "merged":
        assert "A2:A3" in error["message"]


def test_d1_a_merged_title_above_the_headings_is_no_fault(own_clients: Clients) -> None:
    rows = [["示例县人口表", None], HEAD, GOOD]
    card = loaded(own_clients("county"), book(rows, merge="A1:F1"))
    assert (card["state"], card["rows_loaded"]) == ("loaded", 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_d1_encodings_are_found(own_clients: Clients, demo_copy: Database, encoding: str) -> None:
    card = loaded(own_clients("county"), plain([HEAD, GOOD], encoding), name="a.csv")
    assert [r["name"] for r in held(demo_copy, card["id"])] == ["韦小暖"]


def test_d1_at_most_200_faults_are_listed_and_all_counted(own_clients: Clients) -> None:
    rows = [HEAD, *[["", "", "户籍", "", "", ""]] * 230]
    card = loaded(own_clients("county"), plain(rows), dry_run="true")
    assert (len(card["problems"]), card["faults"], card["rows_bad"]) == (200, 230, 230)


def test_d1_a_load_that_breaks_leaves_nothing(
    own_clients: Clients, demo_copy: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: Any) -> None:
        raise KeyError("韦小暖")

    county = own_clients("county")
    with monkeypatch.context() as patch:
        patch.setattr(repository, "route", stops)
        card = loaded(county, book([HEAD, GOOD]))
    assert (card["state"], card["problem"]) == ("failed", "KeyError")
    assert card["rows_loaded"] == 0 and held(demo_copy, card["id"]) == []
    # A process that died: nobody holds the lock of the file.
    run(demo_copy, "UPDATE claim_batch SET state = 'reading', problem = NULL, "
                   "created_at = now() - interval '1 minute'")  # fmt: skip
    again = county.get(f"{BATCHES}/{card['id']}").json()
    assert (again["state"], again["problem"]) == ("failed", "abandoned")
    assert loaded(county, book([HEAD, GOOD]))["state"] == "loaded"


def test_d1_a_second_file_waits_for_the_first(own_clients: Clients, demo_copy: Database) -> None:
    county = own_clients("county")
    card = loaded(county, book([HEAD, GOOD]))
    run(demo_copy, "UPDATE claim_batch SET state = 'reading', rows_loaded = 0, "
                   "created_at = now() - interval '1 hour'")  # fmt: skip
    with demo_copy.engine.begin() as other:
        lock = "SELECT pg_advisory_xact_lock(hashtext('claim batch'), :id)"
        other.execute(text(lock), {"id": card["id"]})
        answer = sent(county, book([HEAD, GOOD]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "loading")
