"""The key ring 密钥: numbered versions of keys, kept in one file outside of the database.

A version holds the key that seals and the key of the look-up hash; what is stored names it. Two
keys stay through all rotations, because what they made cannot be made anew: the chain over the
audit, and marks (recovery codes and tried names, of which nobody keeps the text).
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 2
LAST = 255
"""The version is one byte of what is stored."""


@dataclass(frozen=True)
class Version:
    """The two keys of one version, and when it came into use and went out of it."""

    seal: bytes = field(repr=False)
    look_up: bytes = field(repr=False)
    made: datetime | None = None
    retired: datetime | None = None

    @classmethod
    def fresh(cls, now: datetime) -> Version:
        """Two random keys."""
        return cls(secrets.token_bytes(32), secrets.token_bytes(32), now)


@dataclass(frozen=True)
class Ring:
    """The versions by number, the number in use, whether a rotation is under way."""

    current: int
    versions: Mapping[int, Version]
    chain: bytes = field(repr=False)
    mark: bytes = field(repr=False)
    rotating: bool = False

    @classmethod
    def fresh(cls) -> Ring:
        """A ring with one version."""
        first = Version.fresh(datetime.now(UTC))
        return cls(1, {1: first}, secrets.token_bytes(32), secrets.token_bytes(32))

    @property
    def newest(self) -> Version:
        """The version that is written under."""
        return self.versions[self.current]

    def rotated(self, now: datetime) -> Ring:
        """With a new version in use; the one before is retired and stays readable.

        Raises :class:`OverflowError` after version 255.
        """
        number = self.current + 1
        if number > LAST:
            raise OverflowError("no version is left")
        old = replace(self.newest, retired=now)
        versions = {**self.versions, self.current: old, number: Version.fresh(now)}
        return replace(self, current=number, versions=versions, rotating=True)

    def settled(self) -> Ring:
        """The same when a rotation has ended."""
        return replace(self, rotating=False)

    def without(self, number: int) -> Ring:
        """Without an old version; its number is never used again."""
        assert number != self.current
        return replace(self, versions={n: v for n, v in self.versions.items() if n != number})


def load(path: Path) -> Ring:
    """The ring of ``path``; it is made when it is missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another process was first
            _write(Ring.fresh(), path, new=True)
    return _parsed(json.loads(path.read_text()))


def save(ring: Ring, path: Path) -> None:
    """Put ``ring`` in the place of the file: whole or not at all, for the owner's eyes only."""
    _write(ring, path, new=False)


def _write(ring: Ring, path: Path, *, new: bool) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as out:
            json.dump(_plain(ring), out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        if new:
            os.link(beside, path)  # fails when there is one
        else:
            os.replace(beside, path)
            beside = path
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        if beside != path:
            beside.unlink()


def _plain(ring: Ring) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "current": ring.current,
        "rotating": ring.rotating,
        "chain": ring.chain.hex(),
        "mark": ring.mark.hex(),
        "versions": {
            str(n): {
                "seal": v.seal.hex(),
                "look_up": v.look_up.hex(),
                "made": v.made and v.made.isoformat(),
                "retired": v.retired and v.retired.isoformat(),
            }
            for n, v in sorted(ring.versions.items())
        },
    }


def _parsed(raw: dict[str, Any]) -> Ring:
    if "format" not in raw:
        return _first_format(raw)
    versions = {
        int(n): Version(
            bytes.fromhex(v["seal"]), bytes.fromhex(v["look_up"]), _moment(v["made"]),
            _moment(v["retired"]),
        )
        for n, v in raw["versions"].items()
    }  # fmt: skip
    lasting = bytes.fromhex(raw["chain"]), bytes.fromhex(raw["mark"])
    return Ring(raw["current"], versions, *lasting, raw["rotating"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _first_format(raw: dict[str, Any]) -> Ring:
    """One hash key for everything: look-up, marks, and the secret of the chain's key."""
    hash_key = bytes.fromhex(raw["hash_key"])
    chain = hmac.new(hash_key, b"gridgov audit chain", hashlib.sha256).digest()
    versions = {int(n): Version(bytes.fromhex(k), hash_key) for n, k in raw["ring"].items()}
    return Ring(raw["current"], versions, chain, hash_key)
