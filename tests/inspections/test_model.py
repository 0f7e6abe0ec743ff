"""O3, O4: whatever is done in whatever order, what is stored is what the rows say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.db.session import Database
from tests.conftest import Clients
from tests.inspections.helpers import FINDINGS, ago, by, checklist, look
from tests.premises.helpers import PREMISES, act, body, building, entered, run

# The state of each finding from its looks alone, in the order in which they were made.
REPLAYED = """
    SELECT f.id, f.state, f.rectify_by, coalesce(last.result, 'open') AS result, f.closed_at,
        f.incident_id, i.rectify_by AS first_date, kept.rectify_by AS kept_date
    FROM finding f JOIN inspection i ON i.id = f.inspection_id
    LEFT JOIN LATERAL (SELECT result FROM recheck r WHERE r.finding_id = f.id
        AND r.made_at > i.made_at AND r.result <> 'kept' ORDER BY made_at DESC LIMIT 1) last ON true
    LEFT JOIN LATERAL (SELECT rectify_by FROM recheck r WHERE r.finding_id = f.id
        AND r.made_at > i.made_at AND r.rectify_by IS NOT NULL
        ORDER BY made_at DESC LIMIT 1) kept ON true
    WHERE f.premises_id = :i
"""
LEVEL = """
    SELECT p.attention, p.due_on, p.last_check_on,
        greatest(
            coalesce((SELECT max(severity) FROM finding f WHERE f.premises_id = p.id
                      AND state <> 'rectified'), 1),
            coalesce((SELECT max(level) FROM premises_attention a WHERE a.premises_id = p.id
                      AND cause = 'hand' AND stopped_at IS NULL), 1)) AS level,
        (SELECT max((made_at AT TIME ZONE 'Asia/Shanghai')::date) FROM inspection i
         WHERE i.premises_id = p.id) AS looked_on
    FROM premises p WHERE id = :i
"""
DAYS = {1: 90, 2: 30, 3: 15}  # shop and restaurant: the stricter


class Looks(RuleBasedStateMachine):
    """Random looks, on time and late, re-checks and levels by hand, against a plain model."""

    client: TestClient
    database: Database
    at: dict[str, Any]
    turn = 0

    @initialize()
    def begin(self) -> None:
        type(self).turn += 1
        sent = body(self.at, licence=f"模型{self.turn}", kinds=["shop", "restaurant"])
        self.shop = entered(self.client, sent)
        self.items = checklist(self.client, self.shop)
        self.now = self.past = ago(days=20)
        self.open: dict[str, tuple[int, str]] = {}  # code -> (finding, state)
        self.hand = 1

    def _later(self) -> datetime:
        self.now += timedelta(minutes=7)
        return self.now

    @rule(bad=st.sets(st.integers(0, 20), max_size=4), skipped=st.sets(st.integers(0, 20)))
    def inspect(self, bad: set[int], skipped: set[int]) -> None:
        codes = list(self.items)
        found = {codes[n % len(codes)] for n in bad}
        away = {codes[n % len(codes)] for n in skipped} - found
        answers = [
            {"code": c, "answer": "not_ok" if c in found else "na" if c in away else "ok"}
            for c in codes
        ]
        sent = {
            **look(self._later()),
            "answers": answers,
            **({"rectify_by": by()} if found else {}),
        }
        answer = self.client.post(f"{PREMISES}/{self.shop}/inspections", json=sent)
        assert answer.status_code == 201, answer.text
        told = {f["code"]: (f["id"], f["state"]) for f in answer.json()["findings"]}
        kept = {c: one for c, one in self.open.items() if c in found or c in away}
        assert told.keys() == found | kept.keys()
        assert kept.items() <= told.items()
        self.open = told

    @rule(bad=st.sets(st.integers(0, 20), min_size=1, max_size=3))
    def inspect_late(self, bad: set[int]) -> None:
        """An inspection that was made before all others and arrives now."""
        codes = list(self.items)
        found = {codes[n % len(codes)] for n in bad}
        answers = [{"code": c, "answer": "not_ok" if c in found else "ok"} for c in codes]
        self.past -= timedelta(minutes=7)
        sent = {**look(self.past), "answers": answers, "rectify_by": by(1)}
        answer = self.client.post(f"{PREMISES}/{self.shop}/inspections", json=sent)
        assert answer.status_code == 201, answer.text
        told = {f["code"]: (f["id"], f["state"]) for f in answer.json()["findings"]}
        assert self.open.items() <= told.items(), "what was seen since stays"
        assert told.keys() - self.open.keys() <= found
        self.open = told

    @rule(pick=st.integers(0, 9), result=st.sampled_from(["rectified", "kept", "refused"]))
    def recheck(self, pick: int, result: str) -> None:
        if not self.open:
            return
        code = sorted(self.open)[pick % len(self.open)]
        finding, state = self.open[code]
        sent = {**look(self._later()), "result": result, "note": "复查"}
        sent |= {"rectify_by": by(10 + pick)} if result == "kept" else {}
        answer = self.client.post(f"{FINDINGS}/{finding}/recheck", json=sent)
        refused_again = (result, state) == ("refused", "refused")
        assert answer.status_code == (409 if refused_again else 200), answer.text
        if result == "rectified":
            del self.open[code]
        elif result == "refused":
            self.open[code] = (finding, "refused")

    @rule(level=st.integers(2, 3))
    def set_level(self, level: int) -> None:
        answer = act(self.client, self.shop, "raise", level=level, reason="人工判断")
        assert answer.status_code == (409 if self.hand == level else 204), answer.text
        self.hand = level

    @rule()
    def stop_level(self) -> None:
        answer = act(self.client, self.shop, "lower", reason="人工判断")
        assert answer.status_code == (204 if self.hand > 1 else 409), answer.text
        self.hand = 1

    @invariant()
    def the_rows_say_the_same(self) -> None:
        if not hasattr(self, "shop"):
            return
        row = run(self.database, LEVEL, i=self.shop).one()
        grave = max((self.items[code] for code in self.open), default=1)
        assert row.attention == row.level == max(grave, self.hand)
        assert row.last_check_on == row.looked_on
        if row.looked_on is not None:
            assert row.due_on == row.looked_on + timedelta(days=DAYS[row.attention])
        replayed = run(self.database, REPLAYED, i=self.shop).all()
        for one in replayed:
            assert one.state == one.result, one
            assert one.rectify_by == (one.kept_date or one.first_date), one
        left = {(one.id, one.state) for one in replayed if one.state != "rectified"}
        assert left == set(self.open.values())


def test_o4_any_sequence_of_looks_keeps_the_rules(
    own_clients: Clients, demo_copy: Database
) -> None:
    Looks.client, Looks.database = own_clients("micro"), demo_copy
    Looks.at = {"building_id": building(demo_copy)["id"]}
    Looks.TestCase.settings = settings(
        max_examples=12, stateful_step_count=14, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    Looks.TestCase().runTest()
    _each_step_once(Looks())
    states = set(run(demo_copy, "SELECT DISTINCT state FROM finding").scalars())
    assert states == {"open", "refused", "rectified"}


def _each_step_once(looks: Looks) -> None:
    """What chance may have left out."""
    looks.begin()
    looks.inspect({0, 1, 2}, set())
    for pick, result in ((0, "kept"), (1, "refused"), (2, "rectified")):
        looks.recheck(pick, result)
        looks.the_rows_say_the_same()
    looks.inspect_late({3})
    looks.set_level(3)
    looks.stop_level()
    looks.the_rows_say_the_same()
