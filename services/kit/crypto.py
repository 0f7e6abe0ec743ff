"""Encryption of id numbers and phones, and the keyed hash that finds them again.

AES-256-GCM with a random 96-bit nonce; the first byte of a stored value is the version of the key
ring (:mod:`services.kit.keyring`) that it was written under. The look-up hash is HMAC-SHA-256 under
a key of its own: a dump of the database alone reveals neither. A hash that is stored beside a
sealed value is always of that value's version, so one byte tells of both.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kit import keyring
from services.kit.keyring import Ring

NONCE = 12


def _hash(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.strip().upper().encode(), hashlib.sha256).digest()


def fresh_key() -> bytes:
    """A random key for :func:`seal`."""
    return AESGCM.generate_key(256)


def seal(key: bytes, text: str) -> bytes:
    """``text`` under a key that is no part of the ring: nonce (12), ciphertext with tag."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), None)


def unseal(key: bytes, sealed: bytes) -> str:
    """The text behind a value of :func:`seal`."""
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()


class Keys:
    """The key ring at work. It follows its file: whoever holds it sees a rotation at once.

    The file is looked at before each use; that costs a microsecond, and no process goes on
    writing under a key that another one has retired.
    """

    def __init__(self, ring: Ring, path: Path | None = None):
        self._ring, self._path = ring, path
        self._seen: tuple[int, int] | None = None
        self._boxes: dict[bytes, AESGCM] = {}

    def __repr__(self) -> str:
        return f"Keys(current={self._ring.current})"

    @classmethod
    def fresh(cls) -> Keys:
        """A new ring with one version, kept nowhere."""
        return cls(Ring.fresh())

    @classmethod
    def load(cls, path: Path) -> Keys:
        """The ring of ``path``; it is made (mode 0600) when it is missing."""
        return cls(keyring.load(path), path)

    @property
    def ring(self) -> Ring:
        """The versions as the file holds them now."""
        seen = self._mark_of_file()
        if seen != self._seen and self._path is not None and seen is not None:
            self._ring, self._seen = keyring.load(self._path), seen
        return self._ring

    def _mark_of_file(self) -> tuple[int, int] | None:
        """Changes when another file takes the name; None while there is none."""
        if self._path is None:
            return None
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _box(self, key: bytes) -> AESGCM:
        box = self._boxes.get(key)
        if box is None:
            box = self._boxes[key] = AESGCM(key)
        return box

    def encrypt(self, text: str) -> bytes:
        """Encrypt ``text``: version (1 byte), nonce (12), ciphertext with tag."""
        ring, nonce = self.ring, os.urandom(NONCE)
        sealed = self._box(ring.newest.seal).encrypt(nonce, text.encode(), None)
        return bytes([ring.current]) + nonce + sealed

    def decrypt(self, stored: bytes) -> str:
        """The text behind a value of :meth:`encrypt`, under any version of the ring."""
        raw = bytes(stored)
        box = self._box(self.ring.versions[raw[0]].seal)
        return box.decrypt(raw[1 : 1 + NONCE], raw[1 + NONCE :], None).decode()

    def digest(self, text: str) -> bytes:
        """32-byte keyed hash to be stored for exact look-up; letters count in upper case."""
        return _hash(self.ring.newest.look_up, text)

    def digests(self, text: str) -> list[bytes]:
        """The hashes that ``text`` may be stored under, the newest first: what to look for."""
        ring = self.ring
        return [_hash(ring.versions[n].look_up, text) for n in sorted(ring.versions, reverse=True)]

    def sealed_pair(self, text: str) -> tuple[bytes, bytes]:
        """Ciphertext and look-up hash of ``text``, of one and the same version."""
        ring, nonce = self.ring, os.urandom(NONCE)
        sealed = self._box(ring.newest.seal).encrypt(nonce, text.encode(), None)
        return bytes([ring.current]) + nonce + sealed, _hash(ring.newest.look_up, text)

    def mark(self, text: str) -> bytes:
        """A keyed hash that outlives rotations, for what nobody here can hash anew."""
        return _hash(self.ring.mark, text)

    @property
    def chain(self) -> bytes:
        """The key of the chain over the audit; it outlives rotations as well."""
        return self.ring.chain


def mask_id(text: str | None) -> str | None:
    """First four and last four signs of an id number: ``4526…1234``."""
    if not text:
        return text
    return f"{text[:4]}…{text[-4:]}" if len(text) > 10 else f"{text[:1]}…{text[-3:]}"


def mask_phone(text: str | None) -> str | None:
    """First three and last four digits of a phone number."""
    return f"{text[:3]}…{text[-4:]}" if text else text


def mask_words(text: str | None) -> str | None:
    """An address without what leads to a door: up to the first number, at most twelve signs."""
    return f"{re.split(r'[0-9０-９]', text, maxsplit=1)[0][:12]}…" if text else text


def mask_date(day: date | None) -> str | None:
    """The year of a date: ``1957-…``."""
    return None if day is None else f"{day.year}-…"
