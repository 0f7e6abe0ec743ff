"""O3, O4: in the demo county too, what is stored is what the rows say."""

from __future__ import annotations

from services.db.session import Database
from tests.premises.helpers import run

WRONG = """
    SELECT p.id FROM premises p
    WHERE p.attention <> greatest(
            coalesce((SELECT max(severity) FROM finding f WHERE f.premises_id = p.id
                      AND state <> 'rectified'), 1),
            coalesce((SELECT max(level) FROM premises_attention a WHERE a.premises_id = p.id
                      AND cause = 'hand' AND stopped_at IS NULL), 1))
        OR p.attention <> coalesce((SELECT max(level) FROM premises_attention a
            WHERE a.premises_id = p.id AND stopped_at IS NULL), 1)
        OR p.last_check_on IS DISTINCT FROM (
            SELECT max((made_at AT TIME ZONE 'Asia/Shanghai')::date) FROM inspection i
            WHERE i.premises_id = p.id)
"""
UNFIT = """
    SELECT i.id FROM inspection i JOIN premises p ON p.id = i.premises_id
    WHERE i.grid_id <> p.grid_id OR (i.rectify_by IS NULL) = EXISTS (
            SELECT FROM inspection_answer a WHERE a.inspection_id = i.id AND a.answer = 'not_ok')
        OR (SELECT count(*) FROM inspection_answer a WHERE a.inspection_id = i.id) <> (
            SELECT count(DISTINCT c.code) FROM checklist_item c WHERE c.kind = p.kind
            OR c.kind IN (SELECT m.kind FROM premises_also m WHERE m.premises_id = p.id))
"""


def test_o4_the_demo_keeps_the_rules(demo_db: Database) -> None:
    assert run(demo_db, WRONG).scalars().all() == []
    assert run(demo_db, UNFIT).scalars().all() == []
    future = "SELECT count(*) FROM recheck WHERE made_at > now()"
    assert run(demo_db, future).scalar_one() == 0
    assert run(demo_db, "SELECT count(*) FROM finding WHERE state = 'open'").scalar_one() > 10
