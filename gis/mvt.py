"""Is this a valid vector tile? A strict reader for tests and checks, by the MVT 2.1 specification.

Decoders forgive much: unknown fields, missing parts, wrong counts. A tile that leaves this house
has to need no forgiveness, so :func:`problems` reads the bytes itself and reports all it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_TILE = {3: _BYTES}
_LAYER = {15: _VARINT, 1: _BYTES, 2: _BYTES, 3: _BYTES, 4: _BYTES, 5: _VARINT}
_FEATURE = {1: _VARINT, 2: _BYTES, 3: _VARINT, 4: _BYTES}
_VALUE = {
    1: _BYTES, 2: _FIXED32, 3: _FIXED64, 4: _VARINT, 5: _VARINT, 6: _VARINT, 7: _VARINT,
}  # fmt: skip
_POINT, _LINE, _POLYGON = 1, 2, 3
_MOVE, _LINE_TO, _CLOSE = 1, 2, 7


class Broken(ValueError):
    """The bytes are not what the specification says; the message says where."""


def problems(tile: bytes) -> list[str]:
    """What is wrong with a tile, in words; an empty list for a valid one (version 2)."""
    found: list[str] = []
    names: list[bytes] = []
    try:
        for _, layer in _fields(tile, _TILE, "tile"):
            try:
                names.append(_layer(layer))
            except Broken as error:
                found.append(str(error))
    except Broken as error:
        found.append(str(error))
    if len(set(names)) < len(names):
        found.append("tile: two layers have one name")
    return found


def _layer(data: bytes) -> bytes:
    """Check one layer; returns its name."""
    parts: dict[int, list[Any]] = {number: [] for number in _LAYER}
    for number, value in _fields(data, _LAYER, "layer"):
        parts[number].append(value)
    if len(parts[1]) != 1 or not parts[1][0]:
        raise Broken("layer: one name is needed")
    if parts[15] not in ([1], [2]):
        raise Broken("layer: version 1 or 2 is needed")
    for value in parts[4]:
        if len(list(_fields(value, _VALUE, "value"))) != 1:
            raise Broken("value: exactly one kind of value is needed")
    for feature in parts[2]:
        _feature(feature, len(parts[3]), len(parts[4]))
    name: bytes = parts[1][0]
    return name


def _feature(data: bytes, keys: int, values: int) -> None:
    parts: dict[int, list[Any]] = {number: [] for number in _FEATURE}
    for number, value in _fields(data, _FEATURE, "feature"):
        parts[number].append(value)
    if any(len(some) > 1 for some in parts.values()):
        raise Broken("feature: a field comes twice")
    tags = list(_varints(parts[2][0])) if parts[2] else []
    if len(tags) % 2:
        raise Broken("feature: a tag has a key and no value")
    if any(k >= keys for k in tags[::2]) or any(v >= values for v in tags[1::2]):
        raise Broken("feature: a tag points to nothing")
    if not parts[3] or not parts[4]:
        raise Broken("feature: type and geometry are needed")
    kind = parts[3][0]
    if kind > _POLYGON:
        raise Broken("feature: unknown type of geometry")
    if kind:
        _geometry(kind, list(_commands(parts[4][0])))


def _geometry(kind: int, commands: list[tuple[int, list[tuple[int, int]]]]) -> None:
    """The sequence of commands that each kind of geometry must have."""
    if kind == _POINT:
        if [command for command, _ in commands] != [_MOVE]:
            raise Broken("point: exactly one MoveTo is needed")
        return
    whole = [_MOVE, _LINE_TO] if kind == _LINE else [_MOVE, _LINE_TO, _CLOSE]
    step = len(whole)
    if not commands or len(commands) % step:
        raise Broken("geometry: a command is missing")
    x = y = 0
    for i in range(0, len(commands), step):
        part = commands[i : i + step]
        if [command for command, _ in part] != whole or len(part[0][1]) != 1:
            raise Broken("geometry: commands out of order")
        if (0, 0) in part[1][1]:
            raise Broken("geometry: a line leads nowhere")
        ring = []
        for dx, dy in part[0][1] + part[1][1]:
            x, y = x + dx, y + dy
            ring.append((x, y))
        if kind == _POLYGON:
            _ring(ring, first=i == 0)


def _ring(ring: list[tuple[int, int]], *, first: bool) -> None:
    """A ring has at least three corners and an area; the first one runs as outer rings do."""
    shifted = ring[1:] + ring[:1]
    double = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, shifted, strict=True))
    if len(ring) < 3 or double == 0:
        raise Broken("polygon: a ring without area")
    if first and double < 0:
        raise Broken("polygon: the first ring is a hole")


def _commands(data: bytes) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """(command, its steps) of a geometry; the steps of ClosePath are empty."""
    numbers = list(_varints(data))
    at = 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == _CLOSE:
            if count != 1:
                raise Broken("geometry: ClosePath counts 1")
            yield command, []
            continue
        if command not in {_MOVE, _LINE_TO} or count < 1:
            raise Broken("geometry: unknown command or none to do")
        if at + 2 * count > len(numbers):
            raise Broken("geometry: fewer places than counted")
        steps = [_zigzag(n) for n in numbers[at : at + 2 * count]]
        at += 2 * count
        yield command, list(zip(steps[::2], steps[1::2], strict=True))


def _zigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _fields(data: bytes, known: dict[int, int], where: str) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field of a message; refuses what the specification has not."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if known.get(number) != wire:
            raise Broken(f"{where}: field {number} is unknown or of another type")
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        size = {_FIXED32: 4, _FIXED64: 8}.get(wire)
        if size is None:
            size, at = _varint(data, at)
        if at + size > len(data):
            raise Broken(f"{where}: ends too early")
        yield number, data[at : at + size]
        at += size


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """(number, where the next begins)."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Broken("a number does not end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
