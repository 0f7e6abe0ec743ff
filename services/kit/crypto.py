"""Encryption of id numbers and phones, and the keyed hash that finds them again.

AES-256-GCM with a random 96-bit nonce; the first byte of a stored value is the key's number, so
that keys can be rotated. The look-up hash is HMAC-SHA-256 under a key of its own: a dump of the
database alone reveals neither.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


@dataclass(frozen=True)
class Keys:
    """The key ring: encryption keys by number, the number in use, and the hash key."""

    current: int
    ring: dict[int, bytes]
    hash_key: bytes

    @classmethod
    def fresh(cls) -> Keys:
        """A new ring with one random key."""
        return cls(1, {1: secrets.token_bytes(32)}, secrets.token_bytes(32))

    @classmethod
    def load(cls, path: Path) -> Keys:
        """Read the ring from ``path``; make it (mode 0600) when it is missing."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            keys = cls.fresh()
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                json.dump(keys._plain(), out)
            return keys
        raw = json.loads(path.read_text())
        ring = {int(n): bytes.fromhex(k) for n, k in raw["ring"].items()}
        return cls(raw["current"], ring, bytes.fromhex(raw["hash_key"]))

    def _plain(self) -> dict[str, object]:
        ring = {str(n): k.hex() for n, k in self.ring.items()}
        return {"current": self.current, "ring": ring, "hash_key": self.hash_key.hex()}

    def encrypt(self, text: str) -> bytes:
        """Encrypt ``text``: key number (1 byte), nonce (12), ciphertext with tag."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self.ring[self.current]).encrypt(nonce, text.encode(), None)
        return bytes([self.current]) + nonce + sealed

    def decrypt(self, stored: bytes) -> str:
        """The text behind a value of :meth:`encrypt`."""
        raw = bytes(stored)
        box = AESGCM(self.ring[raw[0]])
        return box.decrypt(raw[1 : 1 + NONCE], raw[1 + NONCE :], None).decode()

    def digest(self, text: str) -> bytes:
        """32-byte keyed hash for exact look-up; letters are compared in upper case."""
        return hmac.new(self.hash_key, text.strip().upper().encode(), hashlib.sha256).digest()


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
