"""Passwords: how they are kept, and which ones may be chosen."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.config import ROOT
from services.errors import BadInput

HASHER = PasswordHasher()
# Verified when the name is unknown, so that a wrong name takes as long as a wrong password.
DUMMY = HASHER.hash(secrets.token_hex(16))
SHORTEST = 10
LONGEST = 200
# No 0/o, 1/i/l: somebody copies it by hand.
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
COMMON_FILE = ROOT / "data" / "dictionaries" / "common_passwords.txt"


def verified(stored: str | None, password: str) -> bool:
    """Whether ``password`` is behind ``stored``; without one it takes as long, and is not."""
    try:
        return HASHER.verify(stored or DUMMY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def common() -> frozenset[str]:
    """The commonest passwords, folded; nobody may have one of them."""
    lines = COMMON_FILE.read_text("utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if line and not line.startswith("#"))


def check(password: str, username: str, field: str = "password") -> None:
    """Raise :class:`BadInput` on ``field`` unless ``password`` may be chosen by ``username``.

    Length counts, not composition: what is long and not well known is hard to guess.
    """
    folded = password.casefold()
    if len(password) < SHORTEST:
        zh = f"密码至少 {SHORTEST} 个字符。"
        raise BadInput(
            "short", zh, f"The password needs at least {SHORTEST} characters.", field=field
        )
    if len(password) > LONGEST:
        zh = f"密码最多 {LONGEST} 个字符。"
        raise BadInput("long", zh, f"The password may have {LONGEST} characters.", field=field)
    if username.casefold() in {folded, folded[::-1]}:
        zh, en = "密码不能就是用户名。", "The password must not be the user name."
        raise BadInput("is_name", zh, en, field=field)
    if folded in common() or len(set(folded)) < 3:
        zh = "这个密码太常见，请换一个，例如几个不相干的词。"
        en = "This password is too common: choose another, for example a few unrelated words."
        raise BadInput("common", zh, en, field=field)


def generated() -> str:
    """A first password to be read out or copied by hand: three groups of four signs."""
    signs = [secrets.choice(SIGNS) for _ in range(12)]
    return "-".join("".join(signs[i : i + 4]) for i in (0, 4, 8))


def hashed(password: str) -> str:
    """What is kept of a password: argon2id with a salt of its own."""
    return HASHER.hash(password)
