"""Sheets to print: the PDF of a household or a family says what its card says, no more."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from pypdf import PdfReader

from services.db.session import Database
from tests.conftest import Clients
from tests.people.test_entries import MICRO, entered, number, problem, run

Json = dict[str, Any]


def read(answer: Any) -> list[str]:
    """The text of each page."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def plain(text: str) -> str:
    """Without the line breaks that a narrow cell makes."""
    return re.sub(r"\s", "", text)


def sheet(client: Any, register: str, key: int) -> Any:
    return client.get(f"/api/v1/{register}/{key}/sheet.pdf")


@pytest.fixture
def home(demo_copy: Database) -> tuple[int, int]:
    """A household and a family of the micro leader's grid."""
    return tuple(
        run(
            demo_copy,
            f"SELECT c.id FROM {name} c "
            f"JOIN person p ON p.{name}_id = c.id AND p.status = 'active' "
            f"WHERE c.grid_id = {MICRO} AND p.grid_id = c.grid_id AND c.status = 'active' "
            "GROUP BY c.id HAVING count(*) > 2 ORDER BY c.id LIMIT 1",
        ).scalar_one()
        for name in ("household", "family")
    )  # type: ignore[return-value]


@pytest.mark.parametrize("register", ["households", "families"])
def test_p3_p4_the_sheet_says_what_the_card_says(
    own_clients: Clients, demo_copy: Database, home: tuple[int, int], register: str
) -> None:
    reader, key = own_clients("village"), home[register == "families"]
    card = reader.get(f"/api/v1/{register}/{key}").json()
    pages = read(sheet(reader, register, key))
    assert len(pages) == 1
    text = plain(pages[0])
    assert card["number"] in text and f"人数{len(card['members'])}" in text
    assert card["chain"][-1]["name"] in text and plain(card["address"]) in text
    leader = run(demo_copy, "SELECT name FROM app_user WHERE username = 'village'").scalar_one()
    assert f"打印人：{plain(leader)}(village)" in text and "第1页，共1页" in text
    for one in card["members"]:
        person = reader.get(f"/api/v1/people/{one['id']}").json()
        assert f"{one['name']}" in text and (person["id_number"] or "") in text
        assert "…" in (person["id_number"] or "…") and (person["phone"] or "") in text
    note = run(
        demo_copy, "SELECT note FROM audit WHERE action = 'export' AND entity_id = :i", i=key
    ).scalar_one()
    assert json.loads(note) == {"format": "pdf", "rows": len(card["members"]), "opened": []}


def test_p3_what_was_opened_with_a_reason_shows_to_that_reader_alone(
    own_clients: Clients, demo_copy: Database, home: tuple[int, int]
) -> None:
    other, village = own_clients("township"), own_clients("village")
    member = village.get(f"/api/v1/households/{home[0]}").json()["members"][0]["id"]
    asked = {"what": ["id_number"], "reason": "visit", "words": "入户核对"}
    opened = village.post(f"/api/v1/people/{member}/reveal", json=asked)
    assert opened.status_code == 200, opened.text
    number_ = opened.json()["id_number"]
    assert "…" not in number_
    assert number_ in plain(read(sheet(village, "households", home[0]))[0])
    assert number_ not in plain(read(sheet(other, "households", home[0]))[0])
    query = "SELECT note FROM audit WHERE action = 'export' ORDER BY id LIMIT 1"
    assert json.loads(run(demo_copy, query).scalar_one())["opened"] == [member]


def test_p4_forty_members_break_the_page_and_none_is_lost(
    own_clients: Clients, demo_copy: Database
) -> None:
    micro = own_clients("micro")
    house = run(
        demo_copy, f"SELECT id FROM house WHERE grid_id = {MICRO} ORDER BY id LIMIT 1"
    ).scalar_one()
    names = [f"成员{chr(0x4E00 + n)}" for n in range(40)]
    members = [
        entered(micro, {"class": "floating", "name": name, "id_number": number(n + 100),
                        "at": {"house_id": house}})
        for n, name in enumerate(names)
    ]  # fmt: skip
    made = micro.post("/api/v1/families", json={"number": "四十口", "members": members})
    pages = read(sheet(own_clients("village"), "families", made.json()["id"]))
    assert len(pages) == 2
    for n, page in enumerate(pages, start=1):
        assert "与家长关系" in plain(page) and f"第{n}页，共2页" in plain(page)
    head, *rows = [n for page in pages for n in re.findall(r"成员[\u4e00-\u4e27]", page)]
    assert (head, rows) == (names[0], names)


def test_p4_who_may_not_read_or_take_out_gets_no_sheet(
    own_clients: Clients, demo_copy: Database, home: tuple[int, int]
) -> None:
    for name in ("department", "screen", "patrol", "micro"):
        for register, key in zip(("households", "families"), home, strict=True):
            assert sheet(own_clients(name), register, key).status_code == 403, (name, register)
    outside = "SELECT id FROM grid WHERE level = 5 ORDER BY id DESC LIMIT 1"
    run(
        demo_copy,
        f"UPDATE family SET number = 'fern', grid_id = ({outside}) WHERE id = :i",
        i=home[1],
    )
    assert problem(sheet(own_clients("village"), "families", home[1]))[0] == 404
    assert problem(sheet(own_clients("village"), "families", 999_999_999))[0] == 404
