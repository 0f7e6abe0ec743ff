"""O4: the monthly report of a grid, counted anew by hand; as JSON and as an Excel file."""

from __future__ import annotations

import io
import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from services.access.actor import system
from services.db.session import Database
from services.inspections import report
from services.kit.clock import ZONE
from services.kit.crypto import Keys
from services.kit.register import Caller
from tests.conftest import Clients
from tests.inspections.helpers import FINDINGS, ago, inspect, look
from tests.premises.helpers import MICRO, Json, body, building, entered, problem, run

URL = "/api/v1/inspection-report"
COUNTS = ("found", "rectified", "open", "overdue", "refused")


def this_month() -> str:
    return f"{datetime.now(ZONE):%Y-%m}"


def told(clients: Clients, who: str, grid: int, month: str) -> Json:
    answer = clients(who).get(URL, params={"grid": grid, "month": month})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def by_hand(database: Database, grids: list[int], since: datetime, until: datetime) -> Json:
    """The counts of the report from the bare rows."""
    query = """
        SELECT f.*, i.made_at, i.rectify_by AS first_date FROM finding f
        JOIN inspection i ON i.id = f.inspection_id WHERE i.grid_id = ANY(:g)
    """
    looks = run(database, "SELECT finding_id, result, made_at, rectify_by FROM recheck").all()
    counts = dict.fromkeys(COUNTS, 0)
    for f in run(database, query, g=grids).all():
        if f.made_at >= until:
            continue
        here = f.made_at >= since
        closed = f.closed_at is not None and f.closed_at < until
        dates = [(r.made_at, r.rectify_by) for r in looks if r.finding_id == f.id and r.rectify_by
                 and f.made_at < r.made_at < until]  # fmt: skip
        due = max(dates)[1] if dates else f.first_date
        counts["found"] += here
        counts["rectified"] += here and closed
        counts["open"] += not closed
        counts["overdue"] += not closed and due < until.astimezone(ZONE).date()
        counts["refused"] += not closed and any(
            r.finding_id == f.id and r.result == "refused" and r.made_at < until for r in looks
        )
    return counts


def test_o4_the_report_counts_what_the_rows_say(own_clients: Clients, demo_copy: Database) -> None:
    micro, spot = own_clients("micro"), building(demo_copy)
    shop = entered(micro, body({"building_id": spot["id"]}, kinds=["shop", "restaurant"]))
    long_ago, before = ago(days=29), ago(days=28)
    first = inspect(
        micro, shop, {"gas", "wiring", "licence"}, made_at=long_ago.isoformat(),
        rectify_by=long_ago.astimezone(ZONE).date().isoformat(),
    )  # fmt: skip
    ids = {f["code"]: f["id"] for f in first["findings"]}
    later = (before + timedelta(days=60)).date().isoformat()
    for code, result, more in (("gas", "refused", {}), ("wiring", "kept", {"rectify_by": later}),
                               ("licence", "rectified", {})):  # fmt: skip
        sent = {**look(before), "result": result, "note": "复查", **more}
        answer = micro.post(f"{FINDINGS}/{ids[code]}/recheck", json=sent)
        assert answer.status_code == 200, answer.text
    inspect(micro, shop, {"exits", "wiring", "gas"})
    grids = run(demo_copy, f"SELECT {MICRO}").scalars().all()
    for moment in (datetime.now(ZONE), long_ago.astimezone(ZONE)):
        month = f"{moment:%Y-%m}"
        found = told(own_clients, "micro", grids[0], month)
        since = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        until = datetime.fromisoformat(found["as_of"])
        expected = by_hand(demo_copy, grids, since, until)
        assert {name: found[name] for name in COUNTS} == expected, month
        for name in COUNTS:
            assert sum(row[name] for row in found["by_kind"]) == found[name]
        share = round(expected["rectified"] / expected["found"], 4) if expected["found"] else None
        assert found["rectified_share"] == share
    now = told(own_clients, "micro", grids[0], this_month())
    assert now["inspections"] >= 1 and now["open"] >= 3 and now["refused"] >= 1


def test_o4_a_grid_is_the_sum_of_its_children(own_clients: Clients, demo_copy: Database) -> None:
    rows = run(
        demo_copy,
        "SELECT p.id FROM premises p JOIN grid g ON g.id = p.grid_id WHERE p.status = 'active' "
        "AND g.level = 5 AND p.kind = 'shop' ORDER BY p.id LIMIT 4",
    ).scalars()
    for premises in rows:
        inspect(own_clients("county"), premises, {"wiring"})
    villages = run(demo_copy, "SELECT id FROM grid WHERE level = 3").scalars().all()
    whole = told(own_clients, "county", 1, this_month())
    parts = [told(own_clients, "county", v, this_month()) for v in villages]
    for name in ("inspections", "premises", *COUNTS):
        assert whole[name] == sum(part[name] for part in parts), name
    assert whole["inspections"] >= 4


def test_o4_past_months_stay_as_they_were(own_clients: Clients, demo_copy: Database) -> None:
    """A month's report of then, asked again after its findings were rectified."""
    micro, spot = own_clients("micro"), building(demo_copy)
    shop = entered(micro, body({"building_id": spot["id"]}))
    made = inspect(micro, shop, {"wiring"}, made_at=ago(hours=2).isoformat())
    with demo_copy.session(None) as session:
        grid = session.connection().exec_driver_sql(f"SELECT {MICRO}").scalar_one()
    moment = datetime.now(UTC)

    def then() -> Any:
        with demo_copy.session(system("test")) as session:
            caller = Caller(session, system("test"), Keys.fresh())
            found = report.of(caller, grid, date.today(), now=moment)
            return {name: found[name] for name in COUNTS}

    before = then()
    sent = {**look(), "result": "rectified"}
    answer = micro.post(f"{FINDINGS}/{made['findings'][0]['id']}/recheck", json=sent)
    assert answer.status_code == 200
    assert then() == before
    assert told(own_clients, "micro", grid, this_month())["open"] == before["open"] - 1


def test_o4_the_excel_file_and_the_printed_sheet_say_the_same(
    own_clients: Clients, demo_copy: Database
) -> None:
    village = own_clients("village")
    grid = run(
        demo_copy,
        "SELECT grid_id FROM user_role r JOIN app_user u ON u.id = r.user_id "
        "WHERE username = 'village'",
    ).scalar_one()
    spot = building(demo_copy)
    shop = entered(village, body({"building_id": spot["id"]}))
    inspect(village, shop, {"wiring", "exits"})
    found = told(own_clients, "village", grid, this_month())
    answer = village.get(f"{URL}.xlsx", params={"grid": grid, "month": this_month()})
    assert answer.status_code == 200, answer.text
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    facts = {row[0]: row[1] for row in rows[1:12]}
    assert (facts["检查次数"], facts["本月发现隐患"]) == (found["inspections"], found["found"])
    assert facts["整改率"] == found["rectified_share"]
    assert list(rows[-1][2:7]) == [found[name] for name in COUNTS]
    assert [row[0] for row in rows].count("商店") == sum(
        r["kind"] == "shop" for r in found["by_kind"]
    )
    printed = village.get(f"{URL}.pdf", params={"grid": grid, "month": this_month()})
    assert printed.headers["content-type"] == "application/pdf", printed.text
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages]
    text = "".join("".join(pages).split())
    assert found["grid"]["name"] in text and f"月份{this_month()}" in text
    for word, name in (("检查次数", "inspections"), ("检查场所数", "premises"),
                       ("本月发现隐患", "found"), ("逾期未整改", "overdue")):  # fmt: skip
        assert f"{word}{found[name]}" in text, word
    assert "合计" + "".join(str(found[name]) for name in COUNTS) in text
    assert text.count("商店") == [row[0] for row in rows].count("商店")
    noted = "SELECT count(*) FROM audit WHERE action = 'export' AND entity = 'inspections'"
    assert run(demo_copy, noted).scalar_one() == 2
    for name, kind in itertools.product(("micro", "patrol", "screen"), ("xlsx", "pdf")):
        asked = {"grid": grid, "month": this_month()}
        refused = own_clients(name).get(f"{URL}.{kind}", params=asked)
        assert refused.status_code == 403, (name, kind)


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"grid": 1, "month": "2026-13"}, "invalid", "month"),
        ({"grid": 1, "month": "last"}, "invalid", "month"),
        ({"grid": 0, "month": "2026-01"}, "invalid", "grid"),
        ({"grid": 1, "month": "2099-01"}, "month", "month"),
        ({"month": "2026-01"}, "invalid", "grid"),
    ],
)
def test_o4_a_bad_question_names_the_field(
    clients: Clients, asked: Json, code: str, field: str
) -> None:
    answer = clients("county").get(URL, params=asked)
    assert problem(answer) == (422, code, field)
