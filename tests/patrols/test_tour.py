"""The walking order against brute force, and its distances against PostGIS."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.db.session import Database
from services.patrols.tour import WALKABLE, Tour, distances, shortest

Points = list[tuple[float, float]]
START = (105.0, 24.4)


def _cloud(seed: int, n: int) -> Points:
    rng = np.random.default_rng(seed)
    return [(105 + x * 0.01, 24.4 + y * 0.01) for x, y in rng.random((n, 2)).tolist()]


def _length(net: np.ndarray, order: tuple[int, ...]) -> float:
    return float(sum(net[a, b] for a, b in pairwise(order)))


def _best(places: Points, start: tuple[float, float] | None) -> float:
    """The shortest of all orders, tried one by one."""
    if start is None:
        net = distances(places)
        return min(_length(net, order) for order in permutations(range(len(places))))
    net = distances([start, *places])
    return min(_length(net, (0, *order)) for order in permutations(range(1, len(places) + 1)))


def _ratios(start: tuple[float, float] | None) -> list[float]:
    found = []
    for seed in range(60):
        places = _cloud(seed, 2 + seed % 6)
        found.append(shortest(places, start).length / _best(places, start))
    return found


@pytest.mark.parametrize("start", [START, None])
def test_up_to_seven_stops_it_is_the_shortest_or_nearly(start: tuple[float, float] | None) -> None:
    ratios = _ratios(start)
    assert min(ratios) > 1 - 1e-9  # nothing is shorter than the shortest: lengths are honest
    assert max(ratios) < 1.05
    assert sum(r > 1 + 1e-9 for r in ratios) <= 2


def test_eight_stops_from_a_start() -> None:
    places = _cloud(8, 8)
    assert shortest(places, START).length == pytest.approx(_best(places, START))


spots = st.tuples(st.floats(104.9, 105.1, allow_nan=False), st.floats(24.3, 24.5, allow_nan=False))


@settings(max_examples=60, deadline=None)
@given(places=st.lists(spots, max_size=30), start=st.none() | spots)
def test_every_place_once_and_legs_that_add_up(places: Points, start: object) -> None:
    tour = shortest(places, start)  # type: ignore[arg-type]
    assert sorted(tour.order) == list(range(len(places)))
    walked = [places[i] for i in tour.order]
    net = distances(walked if start is None else [start, *walked])  # type: ignore[list-item]
    steps = [net[i, i + 1] for i in range(len(net) - 1)]
    expected = [0.0, *steps] if start is None and places else steps
    assert tour.legs == pytest.approx(expected, abs=1e-6)
    assert shortest(places, start) == tour  # type: ignore[arg-type]


def test_no_reversal_of_a_part_makes_a_long_tour_shorter() -> None:
    places = _cloud(3, 40)
    tour = shortest(places, START)
    net = distances([START, *places])
    path = [0, *(i + 1 for i in tour.order)]
    for i in range(1, len(path)):
        for j in range(i + 1, len(path) + 1):
            turned = path[:i] + path[i:j][::-1] + path[j:]
            assert _length(net, tuple(turned)) > tour.length - 1e-5


def test_the_same_place_twice_and_none_at_all() -> None:
    assert shortest([], START) == Tour([], [])
    twice = shortest([START, START], START)
    assert sorted(twice.order) == [0, 1]
    assert twice.length == 0


def test_more_places_than_anybody_walks_still_get_an_order() -> None:
    places = _cloud(5, WALKABLE + 50)
    assert sorted(shortest(places, START).order) == list(range(len(places)))


def test_distances_are_those_of_postgis_on_the_ellipsoid(db: Database) -> None:
    places = _cloud(11, 12)
    net = distances(places)
    ask = text(
        "SELECT ST_Distance(ST_SetSRID(ST_MakePoint(:a, :b), 4490)::geography,"
        " ST_SetSRID(ST_MakePoint(:c, :d), 4490)::geography)"
    )
    with db.engine.connect() as connection:
        for i, (a, b) in enumerate(places):
            for j, (c, d) in enumerate(places):
                metres = connection.execute(ask, {"a": a, "b": b, "c": c, "d": d}).scalar_one()
                assert net[i, j] == pytest.approx(metres, abs=1e-3)
