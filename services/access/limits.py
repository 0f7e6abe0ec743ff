"""How often: small buckets of tokens in the process, refilled evenly.

Each web process counts for itself; with several, the limits are so many times as wide. What must
hold across processes (the lock of a name) is in the database instead.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Annotated

from cachetools import TTLCache
from fastapi import Depends, Request

from services.access.actor import Actor
from services.access.deps import current_actor
from services.config import Settings
from services.errors import TooMany

MOST_KEYS = 100_000


class Bucket:
    """Tokens by key: ``burst`` at once, refilled at ``per_minute``."""

    def __init__(
        self, burst: int, per_minute: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._rate, self._clock = burst, per_minute / 60, clock
        self._lock = threading.Lock()
        # (tokens, when): forgotten once it would be full again.
        self._left: TTLCache[Hashable, tuple[float, float]] = TTLCache(
            MOST_KEYS, burst / self._rate + 1, clock
        )

    def take(self, key: Hashable) -> None:
        """Take one token of ``key``; raises :class:`TooMany` with the seconds until the next."""
        now = self._clock()
        with self._lock:
            left = self._filled(key, now)
            if left >= 1:
                self._left[key] = (left - 1, now)
                return
        wait = max(1, math.ceil((1 - left) / self._rate))
        raise TooMany(
            "too_many",
            f"操作太频繁，请 {wait} 秒后再试。",
            f"Too often; try again in {wait} s.",
            retry_after=wait,
        )

    def give_back(self, key: Hashable) -> None:
        """Return a token that was taken for nothing."""
        now = self._clock()
        with self._lock:
            self._left[key] = (min(self._filled(key, now) + 1, self._burst), now)

    def _filled(self, key: Hashable, now: float) -> float:
        left, then = self._left.get(key, (float(self._burst), now))
        return min(left + (now - then) * self._rate, self._burst)


class Limits:
    """The buckets of a site."""

    def __init__(self, settings: Settings) -> None:
        failures = settings.sign_in_failures_per_minute
        self._wrong = Bucket(3 * failures, failures)
        self._public = Bucket(settings.public_per_minute, settings.public_per_minute)
        self._exports = Bucket(settings.exports_per_minute, settings.exports_per_minute)

    @contextmanager
    def sign_in(self, address: str, *harmless: type[Exception]) -> Iterator[None]:
        """A try to sign in from ``address``: costs a token unless it ends well.

        Taken before the try, so that many at the same time count as many; an office behind one
        address can sign in as often as it likes.
        """
        self._wrong.take(address)
        try:
            yield
        except harmless:
            self._wrong.give_back(address)
            raise
        self._wrong.give_back(address)

    def public(self, address: str) -> None:
        """Raise :class:`TooMany` when ``address`` asked too often without a session lately."""
        self._public.take(address)

    def export(self, actor: Actor) -> None:
        """Raise :class:`TooMany` when ``actor`` has taken too many exports lately."""
        self._exports.take(actor.user_id or actor.username)


async def limited_export(request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> None:
    """FastAPI dependency of every route that writes a file of many rows."""
    limits: Limits = request.app.state.limits
    limits.export(actor)


LimitedExport = Depends(limited_export)
