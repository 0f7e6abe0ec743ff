"""The round of a patrol area: which premises, what is due, and for whom."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from services.errors import BadInput, NotFound
from services.patrols import service
from services.patrols.models import PatrolArea
from services.patrols.schemas import Round
from services.premises.models import Premises, PremisesAlso
from tests.patrols.world import AREA, BOX, EAST, OFFICER, WEST, World, premises

DAY = date(2026, 11, 23)  # a Monday
BOTH = {WEST, EAST}


def _walk(world: World, grids: set[int], **given: object) -> Round:
    actor = world.actor(grids, staff=OFFICER)
    with world.session(actor) as session:
        return service.walk(session, actor, AREA, on=DAY, **given)  # type: ignore[arg-type]


def test_the_premises_are_those_inside_the_area(world: World) -> None:
    rng = np.random.default_rng(4)
    spots = [(105 + x * 0.02, 24.4 + y * 0.01) for x, y in rng.random((80, 2)).tolist()]
    spots += [(BOX[0], 24.405), (BOX[2], BOX[3])]  # on the outline: inside
    world.add(Premises, *(premises(i, *spot) for i, spot in enumerate(spots, start=1)))
    area = shapely.box(*BOX)
    inside = {i for i, spot in enumerate(spots, 1) if area.covers(shapely.Point(spot))}
    assert 20 < len(inside) < 80
    found = _walk(world, BOTH)
    assert {s.id for s in found.stops} == inside
    assert [s.order for s in found.stops] == list(range(1, len(inside) + 1))
    assert found.length_m == pytest.approx(sum(s.leg_m or 0 for s in found.stops), abs=5)


def test_only_active_small_premises_and_those_that_are_also_small(world: World) -> None:
    world.add(
        Premises,
        premises(1, 105.005, 24.405),
        premises(2, 105.005, 24.4051, kind="factory"),
        premises(3, 105.005, 24.4052, kind="factory"),
        premises(4, 105.005, 24.4053, status="cancelled", cancelled_at=DAY, cancel_reason="关门"),
    )
    world.add(
        PremisesAlso, {"premises_id": 3, "kind": "hotel"}, {"premises_id": 1, "kind": "hotel"}
    )
    kinds = {s.id: s.kinds for s in _walk(world, BOTH).stops}
    assert kinds == {1: ["shop", "hotel"], 3: ["factory", "hotel"]}


def test_premises_outside_the_scope_are_absent_even_in_my_own_area(world: World) -> None:
    world.add(Premises, premises(1, 105.005, 24.405), premises(2, 105.015, 24.405))
    assert {s.id for s in _walk(world, {WEST}).stops} == {1}
    assert {s.id for s in _walk(world, {EAST}).stops} == {2}
    assert _walk(world, BOTH).counts.total == 2


def test_an_area_is_seen_by_its_officer_and_by_the_scope_of_its_grid(world: World) -> None:
    stranger = world.actor({WEST}, staff=99)
    leader = world.actor({4, WEST, EAST}, staff=99)
    with world.session(leader) as session:
        assert [(a.id, a.mine) for a in service.areas(session, leader)] == [(AREA, False)]
        assert service.areas(session, leader, only_mine=True) == []
        assert service.area(session, leader, AREA).officers[0].name == "示例乙"
    with world.session(stranger) as session:
        assert service.areas(session, stranger) == []
        for ask in (service.area, service.walk):
            with pytest.raises(NotFound):
                ask(session, stranger, AREA)


def test_my_own_areas_come_first(world: World) -> None:
    plain = {"kind": "polygon", "weekdays": [1], "starts_at": "08:00", "ends_at": "09:00"}
    world.add(PatrolArea, {"id": 7, "name": "A", "grid_id": WEST, "geom": _corner(), **plain})
    actor = world.actor({4, WEST}, staff=OFFICER)
    with world.session(actor) as session:
        assert [(a.id, a.mine) for a in service.areas(session, actor)] == [(1, True), (7, False)]


def _corner() -> str:
    return "SRID=4490;MULTIPOLYGON(((105 24.4,105.001 24.4,105.001 24.401,105 24.4)))"


def test_the_names_of_officers_need_the_register_of_staff(world: World) -> None:
    other = world.actor({4}, staff=99, without="staff.read")
    mine = world.actor({4}, staff=OFFICER, without="staff.read")
    with world.session(other) as session:
        assert [o.name for o in service.area(session, other, AREA).officers] == [None]
        assert [o.name for o in service.area(session, mine, AREA).officers] == ["示例乙"]


def test_what_is_due_and_why(world: World) -> None:
    def row(
        number: int, last: str | None, due: str | None, attention: int = 1
    ) -> dict[str, object]:
        dates = {"last_check_on": last, "due_on": due, "attention": attention}
        return premises(number, 105.003 + number / 1000, 24.405, **dates)

    world.add(
        Premises,
        row(1, "2026-10-22", "2026-11-21", attention=2),  # thirty days, two days over
        row(2, "2026-11-09", "2026-11-23", attention=3),  # fourteen days, today
        row(3, "2026-11-20", "2026-11-25"),  # a date set by hand
        row(4, None, None),
        row(5, None, "2026-11-01"),
    )
    found = _walk(world, BOTH)
    seen = {s.id: (s.state, s.reason.code, s.reason.days, s.reason.every_days) for s in found.stops}
    assert seen == {
        1: ("overdue", "interval", 2, 30),
        2: ("due", "interval", 0, 14),
        3: ("later", "set", 2, 90),
        4: ("due", "never", 0, 90),
        5: ("overdue", "never", 22, 90),
    }
    assert found.counts.model_dump() == {"total": 5, "overdue": 2, "due": 2, "later": 1}
    assert found.on_duty


def test_only_what_is_due_is_walked_and_the_rest_follows(world: World) -> None:
    spots = [(105.003 + i / 1000, 24.405) for i in range(6)]
    due = ["2026-11-23", "2027-01-01"] * 3
    rows = (premises(i, *p, due_on=d) for i, (p, d) in enumerate(zip(spots, due, strict=True), 1))
    world.add(Premises, *rows)
    found = _walk(world, BOTH, only_due=True, start=(105.0025, 24.405))
    assert [(s.id, s.order) for s in found.stops[:3]] == [(1, 1), (3, 2), (5, 3)]
    assert {(s.id, s.order, s.leg_m) for s in found.stops[3:]} == {
        (n, None, None) for n in (2, 4, 6)
    }
    assert found.walked == 3
    assert found.start == [105.0025, 24.405]


def test_half_a_position_is_refused_by_name(world: World) -> None:
    with pytest.raises(BadInput) as refused:
        _walk(world, BOTH, start=(105.0, None))
    assert refused.value.field == "lat"


def test_the_card_of_a_premises_masks_who_is_in_charge(world: World) -> None:
    world.add(Premises, premises(1, 105.005, 24.405, employees=4))
    actor = world.actor({WEST})
    with world.session(actor) as session:
        card = service.premises(session, actor, 1, DAY)
    assert (card.in_charge, card.licence, card.employees) == ("欧阳**", "L1", 4)
    assert [g["level"] for g in card.chain] == [1, 2, 3, 4, 5]
    assert "欧阳示例" not in card.model_dump_json()
    far = world.actor({EAST})
    with world.session(far) as session, pytest.raises(NotFound):
        service.premises(session, far, 1, DAY)
