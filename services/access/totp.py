"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes.

The secret is stored encrypted, the recovery codes as keyed hashes; both are shown once. A code
counts once: its time step is used up in one atomic statement, and no earlier step counts again.
"""

from __future__ import annotations

import io
import secrets
import time
from hmac import compare_digest
from typing import Any

import pyotp
import segno
from sqlalchemy.orm import Session

from services.access import repository
from services.access.models import User
from services.db import hook
from services.errors import BadInput, Conflict
from services.kit.crypto import Keys

STEP_SECONDS = 30
# A phone's clock may be one step off in either direction.
DRIFT = (0, -1, 1)
RECOVERY_CODES = 10
# No 0/O, 1/I/L: the codes are copied by hand.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
ISSUER = "gridgov"


def wrong_code() -> BadInput:
    """The code is not right, or was used before: the answer does not say which."""
    zh = "验证码不对或已用过，请等下一个。"
    return BadInput(
        "code", zh, "The code is wrong or was used before; wait for the next.", field="code"
    )


def _now() -> int:
    return int(time.time()) // STEP_SECONDS


def _step_of(secret: str, code: str) -> int | None:
    """The time step around now whose code is ``code``."""
    clock = pyotp.TOTP(secret)
    for drift in DRIFT:
        step = _now() + drift
        if compare_digest(clock.generate_otp(step), code):
            return step
    return None


def tidy(code: str) -> str:
    """A code without what people put between its signs: upper case letters and digits."""
    return "".join(sign for sign in code.upper() if sign in LETTERS or sign in "01")


def use(session: Session, keys: Keys, user: User, code: str) -> bool:
    """Use up a code of the app, or a recovery code; False when it is not good (any more)."""
    tried = tidy(code)
    if len(tried) == 6 and tried.isdigit() and user.totp_enc is not None:
        step = _step_of(keys.decrypt(user.totp_enc), tried)
        return step is not None and repository.use_step(session, user.id, step)
    good = repository.use_recovery(session, user.id, keys.mark(tried))
    if good:
        hook.note(session, "recovery code used", entity="app_user", entity_id=user.id)
    return good


def _picture(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, scale=4, omitsize=True
    )
    return out.getvalue().decode()


def enrol(session: Session, keys: Keys, user: User) -> dict[str, Any]:
    """A new secret, not yet in force: ``{secret, uri, svg}`` for the authenticator app.

    Raises :class:`Conflict` while a second factor is in force.
    """
    if user.totp_on:
        raise Conflict(
            "totp_on",
            "已启用两步验证；要换手机，先停用再重新启用。",
            "The second factor is on: switch it off before you set up another phone.",
        )
    secret = pyotp.random_base32()
    session.refresh(user)  # a step that was used is not known to the object
    user.totp_enc, user.totp_step = keys.encrypt(secret), None
    session.flush()
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return {"secret": secret, "uri": uri, "svg": _picture(uri)}


def _recovery_code() -> str:
    signs = [secrets.choice(LETTERS) for _ in range(12)]
    return "-".join("".join(signs[i : i + 4]) for i in (0, 4, 8))


def confirm(session: Session, keys: Keys, user: User, code: str) -> list[str]:
    """Put the secret in force with a first code of the app; returns the recovery codes.

    Raises :class:`Conflict` when nothing was set up, :class:`BadInput` for a wrong code.
    """
    if user.totp_on or user.totp_enc is None:
        raise Conflict("totp_none", "请先开始设置。", "Begin the set-up first.")
    if not use(session, keys, user, code):
        raise wrong_code()
    user.totp_on = True
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    repository.set_recovery(session, user.id, [keys.mark(tidy(c)) for c in codes])
    hook.note(session, "second factor on", entity="app_user", entity_id=user.id)
    return codes


def disable(session: Session, keys: Keys, user: User, code: str) -> None:
    """Switch the second factor off with a code; raises :class:`BadInput` for a wrong one."""
    if not user.totp_on:
        raise Conflict("totp_off", "两步验证没有启用。", "The second factor is not on.")
    if not use(session, keys, user, code):
        raise wrong_code()
    clear(session, user)


def clear(session: Session, user: User) -> None:
    """Forget the second factor of a user."""
    session.refresh(user)  # a step that was used is not known to the object
    user.totp_on, user.totp_enc, user.totp_step = False, None, None
    repository.set_recovery(session, user.id, [])
    hook.note(session, "second factor off", entity="app_user", entity_id=user.id)
