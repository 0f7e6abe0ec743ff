"""Whatever is thrown at the routes, the answer is a plain 4xx that names the field, never a 500."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kit.place import MAX_VERTICES
from tests.questions.conftest import Land

QUIET = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JSON = {"content-type": "application/json"}
REGISTERS = [
    "people", "households", "families", "houses", "buildings", "premises", "incidents", "staff",
]  # fmt: skip
SQUARE = [[105.1, 24.1], [105.2, 24.1], [105.2, 24.2], [105.1, 24.2], [105.1, 24.1]]


def _polygon(*rings: Any) -> dict[str, Any]:
    return {"polygon": {"type": "Polygon", "coordinates": list(rings)}}


CIRCLE = [
    [105.2 + 0.1 * math.cos(2 * math.pi * i / 6000), 24.1 + 0.1 * math.sin(2 * math.pi * i / 6000)]
    for i in range(6000)
]
HALF = MAX_VERTICES // 2 + 10
BAD_PLACES = [
    ("place", {}),
    ("place", {"grid": 101, "unplaced": True}),
    ("place", []),
    ("place.grid", {"grid": 0}),
    ("place.grid", {"grid": 10**30}),
    ("place.grid", {"grid": "x"}),
    ("place.grid", {"grid": [1]}),
    ("place.unplaced", {"unplaced": False}),
    ("place.elsewhere", {"elsewhere": 1}),
    ("place.polygon", {"polygon": {"type": "Point", "coordinates": [105.1, 24.1]}}),
    ("place.polygon", {"polygon": None, "near": None, "type": "x"}),
    ("place.polygon", {"polygon": {"type": "Polygon"}}),
    ("place.polygon", {"polygon": "POLYGON((0 0,1 1,1 0,0 0))"}),
    ("place.polygon", _polygon()),
    ("place.polygon", _polygon([])),
    ("place.polygon", _polygon(SQUARE[:-1])),
    ("place.polygon", _polygon(SQUARE[:2] + SQUARE[:1])),
    ("place.polygon", _polygon([*SQUARE[:2], ["x", 1], SQUARE[0]])),
    ("place.polygon", _polygon([*SQUARE[:2], [1e308, 1], SQUARE[0]])),
    ("place.polygon", _polygon([*SQUARE[:2], [105.1], SQUARE[0]])),
    ("place.polygon", _polygon([[105.1, 24.1], [105.2, 24.2], [105.2, 24.1], [105.1, 24.2],
                                [105.1, 24.1]])),
    ("place.polygon", _polygon([[105.1, 24.1]] * 5)),
    ("place.polygon", _polygon([[105.1, 24.1], [105.2, 24.1], [105.1, 24.1], [105.1, 24.1]])),
    ("place.polygon", _polygon([[0, 0], [1, 0], [1, 1], [0, 0]])),
    ("place.polygon", _polygon(SQUARE, [[105.3, 24.1], [105.31, 24.1], [105.3, 24.11],
                                        [105.3, 24.1]])),
    ("place.polygon", _polygon([*CIRCLE, CIRCLE[0]])),
    ("place.polygon", {"polygon": {"type": "MultiPolygon", "coordinates": [
        [[*CIRCLE[:HALF], CIRCLE[0]]], [[*CIRCLE[-HALF:], CIRCLE[-HALF]]]]}}),
    ("place.polygon", {"polygon": {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}}),
    ("place.polygon", {"polygon": {"type": "MultiPolygon", "coordinates": [[]]}}),
    ("place.near", {"near": {"lon": 105.1, "lat": 24.1}}),
    ("place.near", {"near": {"lon": 105.1, "lat": 24.1, "metres": -1}}),
    ("place.near", {"near": {"lon": 105.1, "lat": 24.1, "metres": 1e9}}),
    ("place.near", {"near": {"lon": 1e300, "lat": 24.1, "metres": 10}}),
    ("place.near", {"near": {"lon": 10, "lat": 24.1, "metres": 10}}),
    ("place.near", {"near": {"lon": 105.1, "lat": 90, "metres": 10}}),
    ("place.along", {"along": {"line": {"type": "LineString", "coordinates": [[105.1, 24.1]]},
                               "metres": 5}}),
    ("place.along", {"along": {"line": {"type": "LineString", "coordinates": [[105.1, 24.1]] * 2},
                               "metres": 5}}),
    ("place.nearest", {"nearest": {"lon": 105.1, "lat": 24.1, "n": 0}}),
    ("place.nearest", {"nearest": {"lon": 105.1, "lat": 24.1, "n": 10**9}}),
    ("place.nearest", {"nearest": {"lon": 0, "lat": 0, "n": 1}}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "place"), BAD_PLACES)
def test_a_bad_place_is_refused_and_named(land: Land, field: str, place: Any) -> None:
    answer = land.as_("chief").post("/api/v1/people/search", json={"place": place})
    assert answer.status_code == 422, answer.text
    error = answer.json()["error"]
    assert error["field"].startswith(field.split(".", maxsplit=1)[0]), error
    if "." in field and not (isinstance(place, dict) and "type" in place):
        assert error["field"].startswith(field), error
    assert error["message_zh"] and error["message_en"]


def test_not_a_number_is_refused(land: Land) -> None:
    for word in ("NaN", "Infinity", "-Infinity", "1e999"):
        body = '{"place":{"near":{"lon":WORD,"lat":24.1,"metres":5}}}'.replace("WORD", word)
        answer = land.as_("chief").post("/api/v1/people/search", content=body, headers=JSON)
        assert answer.status_code == 422, (word, answer.text)
        assert answer.json()["error"]["field"].startswith("place.near.lon")


@pytest.mark.parametrize(
    ("register", "place"),
    [
        ("staff", {"near": {"lon": 105.1, "lat": 24.1, "metres": 5}}),
        ("staff", {"unplaced": True}),
        ("buildings", {"household": 20001}),
        ("houses", {"nearest": {"lon": 105.1, "lat": 24.1, "n": 3}}),
        ("houses", {"unplaced": True}),
        ("premises", {"house": 5001}),
    ],
)
def test_a_place_that_a_register_cannot_answer_is_named(
    land: Land, register: str, place: dict[str, Any]
) -> None:
    answer = land.as_("chief").post(f"/api/v1/{register}/search", json={"place": place})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == f"place.{next(iter(place))}"


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("page", {"page": 0}),
        ("page", {"page": 10**12}),
        ("size", {"size": 501}),
        ("size", {"size": "many"}),
        ("sort", {"sort": "name; DROP TABLE person"}),
        ("sort", {"sort": 5}),
        ("filters.age_min", {"filters": {"age_min": -1}}),
        ("filters.age_min", {"filters": {"age_min": 10**20}}),
        ("filters.class", {"filters": {"class": "alien"}}),
        ("filters.name", {"filters": {"name": "a\x00b"}}),
        ("filters.name", {"filters": {"name": ""}}),
        ("filters.confirmed_before", {"filters": {"confirmed_before": "yesterday"}}),
        ("filters.surname", {"filters": {"surname": "x"}}),
        ("wrong", {"wrong": 1}),
    ],
)
def test_a_bad_part_of_a_question_is_named(land: Land, field: str, body: dict[str, Any]) -> None:
    for route in ("search", "export"):
        answer = land.as_("chief").post(f"/api/v1/people/{route}", json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["field"].startswith(field)


@pytest.mark.parametrize(
    "url",
    ["/people/abc", "/people/-1", f"/people/{10**30}", "/locate?lon=x&lat=1", "/locate?lon=1",
     "/locate?lon=nan&lat=1", "/locate?lon=181&lat=1", "/whats-here", "/people?page=x",
     "/people?grid=0", f"/people?grid={10**30}", "/people?sort=%00", "/premises?due=2020-13-45",
     "/incidents?since=%F0%9F%98%80", "/people?class=x", "/buildings?q=%00"],
)  # fmt: skip
def test_a_bad_url_is_refused_and_named(land: Land, url: str) -> None:
    answer = land.as_("chief").get(f"/api/v1{url}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["field"]


def test_ten_megabytes_are_refused(land: Land) -> None:
    body = b'{"place":"' + b"x" * 10_000_000 + b'"}'
    answer = land.as_("chief").post("/api/v1/people/search", content=body, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"]["field"] == "body"


any_text = st.text(st.characters(exclude_categories=()), max_size=12)
numbers = st.one_of(
    st.integers(), st.floats(), st.sampled_from([0, -1, 101, 105.2, 24.1, 2**63, 1e308])
)
leaf = st.one_of(st.none(), st.booleans(), numbers, any_text)
KNOWN = """
    place filters sort page size grid building polygon near along nearest unplaced type coordinates
    lon lat metres n line class sex age_min age_max label name kind due light category since until q
    use floors_min number head owner post id_number
"""
keys = st.one_of(any_text, st.sampled_from(sorted(KNOWN.split())))
anything = st.recursive(
    leaf,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=25,
)
position = st.lists(numbers, min_size=1, max_size=4)
shapes = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Polygon", "MultiPolygon", "LineString", "Point"]),
        "coordinates": st.recursive(position, lambda inner: st.lists(inner, max_size=5)),
    }
)
places = st.one_of(
    st.fixed_dictionaries({"polygon": shapes}),
    st.fixed_dictionaries({"grid": numbers}),
    st.fixed_dictionaries({"near": st.fixed_dictionaries(
        {"lon": numbers, "lat": numbers, "metres": numbers})}),
    st.fixed_dictionaries({"nearest": st.fixed_dictionaries(
        {"lon": numbers, "lat": numbers, "n": numbers})}),
    st.fixed_dictionaries({"along": st.fixed_dictionaries({"line": shapes, "metres": numbers})}),
    anything,
)  # fmt: skip
questions = st.one_of(
    anything,
    st.fixed_dictionaries(
        {},
        optional={
            "place": places,
            "filters": st.dictionaries(keys, anything, max_size=4),
            "sort": st.one_of(any_text, st.sampled_from(["id", "-name", "age"])),
            "page": numbers,
            "size": numbers,
        },
    ),
)


@pytest.mark.parametrize("route", ["search", "export"])
@QUIET
@given(register=st.sampled_from(REGISTERS), body=questions)
def test_no_body_makes_the_server_fail(land: Land, route: str, register: str, body: Any) -> None:
    raw = json.dumps(body)
    answer = land.as_("chief").post(f"/api/v1/{register}/{route}", content=raw, headers=JSON)
    assert answer.status_code in (200, 400, 404, 413, 422), (answer.status_code, answer.text)
    if answer.status_code >= 400:
        assert answer.json()["error"]["message_zh"]


@QUIET
@given(raw=st.binary(max_size=60))
def test_no_bytes_make_the_server_fail(land: Land, raw: bytes) -> None:
    answer = land.as_("chief").post("/api/v1/people/search", content=raw, headers=JSON)
    assert answer.status_code in (200, 400, 422), answer.text


@QUIET
@given(
    path=st.sampled_from([*REGISTERS, "locate", "whats-here"]),
    query=st.dictionaries(keys, st.one_of(any_text, numbers.map(str)), max_size=5),
)
def test_no_url_makes_the_server_fail(land: Land, path: str, query: dict[str, str]) -> None:
    clean = {
        k.encode("utf-8", "replace").decode(): v.encode("utf-8", "replace").decode()
        for k, v in query.items()
    }
    answer = land.as_("chief").get(f"/api/v1/{path}", params=clean)
    assert answer.status_code in (200, 404, 422), (answer.status_code, answer.text)


@QUIET
@given(register=st.sampled_from([*REGISTERS, "incidents"]), key=any_text)
def test_no_id_makes_the_server_fail(land: Land, register: str, key: str) -> None:
    name = quote(key.encode("utf-8", "replace"), safe="")
    answer = land.as_("chief").get(f"/api/v1/{register}/{name or 'x'}")
    assert answer.status_code in (200, 404, 405, 422), (answer.status_code, answer.text)
