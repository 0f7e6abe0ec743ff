"""Anonymising cancelled entries: who is due, what goes, what stays, and that no count changes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.access.actor import system
from services.audit import service as audit
from services.config import Settings
from services.db.session import Database
from services.db.tables import metadata
from services.kit.crypto import Keys
from services.people import anonymise
from services.people.models import Person
from tests.conftest import Clients
from tests.roots import plant

TODAY = date(2032, 3, 1)


def term_end(cancelled: date, years: int) -> date:
    """The last day of the term, by hand: the same day, or the last of a shorter February."""
    try:
        return cancelled.replace(year=cancelled.year + years)
    except ValueError:
        return date(cancelled.year + years, 2, 28)


def due_in_sql(database: Database, cases: list[tuple[datetime, date, int]]) -> list[bool]:
    condition = anonymise.DUE.replace(":day", "c.day").replace(":years", "c.years")
    query = text(
        f"SELECT {condition} FROM (SELECT 'cancelled' AS status, NULL AS anonymised_at, u.* FROM "
        "unnest(CAST(:at AS timestamptz[]), CAST(:day AS date[]), CAST(:years AS int[])) "
        "WITH ORDINALITY AS u (cancelled_at, day, years, n)) c ORDER BY c.n"
    )
    at, day, years = (list(column) for column in zip(*cases, strict=True))
    given_ = {"at": at, "day": day, "years": years, "zone": "Asia/Shanghai"}
    with database.engine.connect() as connection:
        return list(connection.execute(query, given_).scalars())


def test_every_day_of_twelve_years(demo_db: Database) -> None:
    """Each day of cancellation, leap days included, on the days around the end of its term."""
    cases, expected = [], []
    for n in range(365 * 12):
        cancelled = date(2019, 6, 1) + timedelta(days=n)
        for years in (1, 4, 5):
            for off in (-1, 0, 1, 2):
                day = term_end(cancelled, years) + timedelta(days=off)
                noon = datetime(cancelled.year, cancelled.month, cancelled.day, 4, tzinfo=UTC)
                cases.append((noon, day, years))
                expected.append(off > 0)
    assert due_in_sql(demo_db, cases) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
            st.dates(date(1990, 1, 1), date(2080, 1, 1)),
            st.integers(1, 100),
        ),
        min_size=1, max_size=50,
    )
)  # fmt: skip
def test_any_moment(demo_db: Database, cases: list[tuple[datetime, date, int]]) -> None:
    """The day of cancellation is that of the place, not that of Greenwich."""
    beijing = timedelta(hours=8)
    assume = [c for c in cases if not 1986 <= c[0].year <= 1992]  # summer time was kept then
    if assume:
        expected = [term_end((at + beijing).date(), y) < day for at, day, y in assume]
        assert due_in_sql(demo_db, assume) == expected


@pytest.mark.parametrize(
    ("cancelled", "day", "due"),
    [
        ("2024-02-29 23:59:59+08", date(2029, 2, 28), 0),
        ("2024-02-29 23:59:59+08", date(2029, 3, 1), 1),
        ("2024-03-01 00:00:00+08", date(2029, 3, 1), 0),
        ("2024-03-01 00:00:00+08", date(2029, 3, 2), 1),
        ("2023-02-28 16:30:00+00", date(2028, 3, 1), 0),  # 1 March in Beijing
        ("2023-02-28 16:30:00+00", date(2028, 3, 2), 1),
    ],
)
def test_rows_at_the_edge(db: Database, cancelled: str, day: date, due: int) -> None:
    with db.session(system("test")) as session:
        grid = plant(session).at(5)[0]
        session.execute(
            text("INSERT INTO person (class, name, sex, id_kind, grid_id, status, cancelled_at, "
                 "cancel_reason) VALUES "
                 "('floating', '甲', 'f', 'none', :g, 'cancelled', :at, 'left'),"
                 "('floating', '乙', 'f', 'none', :g, 'active', NULL, NULL)"),
            {"g": grid, "at": cancelled},
        )  # fmt: skip
    assert sum(row.n for row in anonymise.due(db, day, 5)) == due
    assert anonymise.apply(db, day, 5) == due
    with db.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM person ORDER BY id")).scalars().all()
    assert names == [anonymise.NAME if due else "甲", "乙"]


@pytest.fixture
def long_ago(demo_copy: Database) -> dict[int, dict[str, Any]]:
    """Cancelled people of the demo whose term is over on :data:`TODAY`, with all they had."""
    with demo_copy.engine.begin() as connection:
        connection.execute(
            text("UPDATE person p SET household_id = (SELECT min(id) FROM household h "
                 "WHERE h.grid_id = p.grid_id) WHERE status = 'cancelled'")
        )  # fmt: skip
        connection.execute(
            text("UPDATE household h SET head_id = p.id FROM person p "
                 "WHERE p.household_id = h.id AND p.status = 'cancelled'")
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO look_grant (user_id, person_id, what, reason, words, until) "
                 "SELECT 1, id, 'phone', 'visit', '入户走访', now() FROM person "
                 "WHERE status = 'cancelled'")
        )  # fmt: skip
        query = "SELECT * FROM person WHERE status = 'cancelled' ORDER BY id"
        rows = connection.execute(text(query)).mappings().all()
    assert len(rows) > 20
    return {row["id"]: dict(row) for row in rows}


def test_who_it_was_is_gone_and_the_rest_stays(
    demo_copy: Database, long_ago: dict[int, dict[str, Any]], settings: Settings
) -> None:
    keys = Keys.load(settings.key_file)
    assert any(row["phone_enc"] for row in long_ago.values())
    assert any(row["household_id"] for row in long_ago.values())
    others = everyone(demo_copy, "active")
    assert anonymise.apply(demo_copy, TODAY, 5, batch=7) == len(long_ago)
    with demo_copy.engine.connect() as connection:
        query = "SELECT * FROM person WHERE status = 'cancelled' ORDER BY id"
        after = connection.execute(text(query)).mappings().all()
        for table in anonymise.REMOVED:
            left = f"SELECT count(*) FROM {table} WHERE person_id = ANY(:ids)"
            assert connection.execute(text(left), {"ids": list(long_ago)}).scalar_one() == 0
        heads = text("SELECT count(*) FROM household WHERE head_id = ANY(:ids)")
        assert connection.execute(heads, {"ids": list(long_ago)}).scalar_one() == 0
    stays = {"id", "grid_id", "class", "sex", "status", "cancelled_at", "cancel_reason",
             "created_at"}  # fmt: skip
    for row in after:
        before = long_ago[row["id"]]
        assert {c: row[c] for c in stays} == {c: before[c] for c in stays}
        born = before["birth_date"]
        assert row["birth_date"] == (born and date(born.year, 1, 1))
        assert row["name"] == anonymise.NAME and row["anonymised_at"]
        for column in set(row) - stays - {"birth_date", "name", "anonymised_at", "updated_at"}:
            assert row[column] in (None, "") or column in {"version", "id_kind", "words"}, column
        assert row["id_kind"] == "none" and "已匿名" in row["words"]
        words = json.dumps(dict(row), default=str, ensure_ascii=False)
        gone = [before["name"], before["address"], before["name_pinyin"]]
        gone += [keys.decrypt(before[c]) for c in ("id_enc", "phone_enc") if before[c]]
        assert not any(value and value in words for value in gone)
    assert everyone(demo_copy, "active") == others


def everyone(database: Database, status: str) -> list[tuple[Any, ...]]:
    query = text("SELECT * FROM person WHERE status = :s ORDER BY id")
    with database.engine.connect() as connection:
        found = connection.execute(query, {"s": status})
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in r) for r in found]


def counted(client: Any) -> list[Any]:
    """Everything that is told of people, without the moment at which it is told."""
    answers: list[Any] = []
    for path in ("wall", "grids/1/panel", "stats/labels?grid=1"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, path
        answers.append(answer.json())
    for register in ("people", "households", "houses"):
        answer = client.post(f"/api/v1/{register}/search", json={"size": 1})
        answers.append([answer.json().get("total"), answer.json().get("totals")])
    box = [[105, 24], [106, 24], [106, 25], [105, 25], [105, 24]]
    polygon = {"type": "Polygon", "coordinates": [box]}
    people = client.post("/api/v1/stats/people", json={"polygon": polygon})
    assert people.status_code == 200, people.text
    return [*map(without_time, answers), people.json()]


def without_time(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {k: without_time(v) for k, v in answer.items() if k not in {"at", "now", "as_of"}}
    return [without_time(v) for v in answer] if isinstance(answer, list) else answer


PAST = """
    SELECT grid_id, class, sex, extract(year FROM birth_date), status, cancel_reason,
           date_trunc('month', cancelled_at), count(*)
    FROM person GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
"""


def test_no_count_changes(
    own_clients: Clients, demo_copy: Database, long_ago: dict[int, dict[str, Any]]
) -> None:
    readers = [own_clients(name) for name in ("county", "screen")]
    with demo_copy.engine.connect() as connection:
        past = connection.execute(text(PAST)).all()
    before = [counted(reader) for reader in readers]
    assert anonymise.apply(demo_copy, TODAY, 5) == len(long_ago)
    assert [counted(reader) for reader in readers] == before
    with demo_copy.engine.connect() as connection:
        assert connection.execute(text(PAST)).all() == past


def test_the_dry_run_tells_by_grid_and_month_and_writes_nothing(
    demo_copy: Database, long_ago: dict[int, dict[str, Any]]
) -> None:
    with demo_copy.engine.connect() as connection:
        count = text("SELECT count(*) FROM audit")
        before = connection.execute(count).scalar_one()
        rows = everyone(demo_copy, "cancelled")
        told = anonymise.due(demo_copy, TODAY, 5)
        assert sum(row.n for row in told) == len(long_ago)
        months = {(r["grid_id"], f"{r['cancelled_at']:%Y}") for r in long_ago.values()}
        assert {row.month[:4] for row in told} == {year for _, year in months}
        assert len({row.grid for row in told}) == len({grid for grid, _ in months})
        assert everyone(demo_copy, "cancelled") == rows
        assert connection.execute(count).scalar_one() == before


def test_stopped_in_the_middle_it_goes_on_and_then_has_nothing_to_do(
    demo_alone: Database, long_ago: dict[int, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = anonymise._one_batch, []

    def stops(*given_: Any) -> None:
        calls.append(1)
        real(*given_)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(anonymise, "_one_batch", stops)
        with pytest.raises(KeyboardInterrupt):
            anonymise.apply(demo_alone, TODAY, 5, batch=5)
    assert sum(row.n for row in anonymise.due(demo_alone, TODAY, 5)) == len(long_ago) - 10
    assert anonymise.apply(demo_alone, TODAY, 5, batch=5) == len(long_ago) - 10
    rows = everyone(demo_alone, "cancelled")
    assert anonymise.apply(demo_alone, TODAY, 5) == 0
    assert everyone(demo_alone, "cancelled") == rows
    with demo_alone.engine.connect() as connection:
        query = "SELECT note FROM audit WHERE action = 'anonymise' ORDER BY id"
        notes = [json.loads(n) for n in connection.execute(text(query)).scalars()]
    assert sum(note["rows"] for note in notes) == len(long_ago)
    assert audit.verify(demo_alone).problems == []


def test_everything_that_hangs_on_a_person_is_decided_upon() -> None:
    """A new table that refers to people has to say here what becomes of it."""
    hanging = {
        (table.name, column.parent.name)
        for table in metadata.tables.values()
        for column in table.foreign_keys
        if column.column.table.name == "person"
    }
    assert hanging == {(t, "person_id") for t in anonymise.REMOVED} | set(anonymise.CUT)


def test_every_column_of_a_person_is_decided_upon() -> None:
    """A new column has to say whether it tells who it is: then the audit seals its value."""
    stays = {"id", "grid_id", "class", "sex", "status", "cancelled_at", "cancel_reason",
             "created_at", "updated_at", "version", "anonymised_at"}  # fmt: skip
    sealed = {"id_enc", "id_hash", "phone_enc", "phone_hash"}
    known = {"id_kind", "confirmed_on", "txn"}  # told of nobody in particular
    derived = {"words"}  # follows the name and the address, and is not audited
    columns = {c.name for c in metadata.tables["person"].columns}
    assert columns == stays | sealed | known | derived | set(Person.__personal__)
