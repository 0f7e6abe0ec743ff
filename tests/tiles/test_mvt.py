"""The tile checker against the published verdicts, and against tiles broken on purpose."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.mvt import problems

ARCHIVE = Path(__file__).parent.parent / "data/mvt-fixtures/mvt-fixtures-4.0.0.tar.gz"
# Two published verdicts contradict others: 016 has the very bytes of 003, which is called invalid,
# and 057 counts more places than it has, as 051 does, which is called invalid.
CONTRADICTORY = {"016": "003", "057": "051"}


def fixtures() -> dict[str, dict[str, Any]]:
    """Number -> {"info", "tile", "mvt"}."""
    found: dict[str, dict[str, Any]] = {}
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            parts = member.name.split("/")
            if member.isfile() and parts[0] == "fixtures":
                handle = archive.extractfile(member)
                assert handle
                data = handle.read()
                name = Path(parts[2])
                value = data if name.suffix == ".mvt" else json.loads(data)
                found.setdefault(parts[1], {})[name.stem if name.suffix != ".mvt" else "mvt"] = (
                    value
                )
    return found


ALL = fixtures()


def test_all_are_there() -> None:
    assert len(ALL) == 74
    assert ALL["016"]["mvt"] == ALL["003"]["mvt"]


@pytest.mark.parametrize("number", sorted(ALL.keys() - CONTRADICTORY.keys()))
def test_verdict_is_the_published_one(number: str) -> None:
    info, content = ALL[number]["info"], ALL[number]["mvt"]
    assert (problems(content) == []) == info["validity"]["v2"], problems(content)


# 039 is valid with a geometry of unknown type, which the decoder refuses; 001 has no layer.
READABLE = sorted(
    number
    for number, fixture in ALL.items()
    if fixture["info"]["validity"]["v2"] and number not in {*CONTRADICTORY, "001", "039"}
)


@pytest.mark.parametrize("number", READABLE)
def test_decoder_of_the_tests_reads_the_published_meaning(number: str) -> None:
    """The decoder that the other tests rely on finds the published attributes and ids."""
    fixture = ALL[number]
    read = mapbox_vector_tile.decode(fixture["mvt"])
    for layer in fixture["tile"]["layers"]:
        values = [_value(value) for value in layer.get("values", [])]
        expected = []
        for feature in layer.get("features", []):
            tags = feature.get("tags", [])
            pairs = zip(tags[::2], tags[1::2], strict=True)
            expected.append((feature.get("id", 0), {layer["keys"][k]: values[v] for k, v in pairs}))
        if [name["name"] for name in fixture["tile"]["layers"]].count(layer["name"]) == 1:
            got = read[layer["name"]]["features"]
            assert [(f["id"], pytest.approx(f["properties"])) for f in got] == expected


def _value(value: dict[str, Any]) -> Any:
    ((kind, found),) = value.items()
    if kind == "string_value":
        return str(found)
    return int(found) if isinstance(found, str) else found


SOUND = mapbox_vector_tile.encode(
    [
        {
            "name": "grids",
            "features": [
                {"geometry": "POLYGON((0 0, 0 9, 9 9, 9 0, 0 0))", "properties": {"n": 3}, "id": 7},
                {"geometry": "LINESTRING(0 0, 5 5)", "properties": {"name": "x"}, "id": 8},
            ],
        }
    ]
)


def test_sound_tile_is_sound_and_every_shortening_of_it_is_not() -> None:
    assert problems(SOUND) == []
    assert all(problems(SOUND[:n]) for n in range(1, len(SOUND)))


@given(st.binary(max_size=200))
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    found = problems(data)
    assert all(isinstance(problem, str) and problem for problem in found)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
def test_what_the_checker_calls_sound_can_be_decoded(at: int, byte: int) -> None:
    changed = SOUND[:at] + bytes([byte]) + SOUND[at + 1 :]
    if not problems(changed):
        try:
            mapbox_vector_tile.decode(changed)
        except ValueError as error:  # the standard allows type 0, this decoder does not
            assert str(error) == "Unknown geometry type: 0"
