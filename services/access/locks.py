"""The growing wait after wrong sign-ins: by name, whether anybody has that name or not.

A try is counted as a failure *before* the password is looked at, in one atomic statement of a
transaction of its own, and forgotten when it was good. So a hundred tries at the same time count
as a hundred, and the answer to a locked name says nothing about who exists.
"""

from __future__ import annotations

from sqlalchemy import text

from services.db.session import Database
from services.errors import TooMany
from services.kit.crypto import Keys

FREE_TRIES = 5
LONGEST_SECONDS = 900

_RESERVE = text(
    """
    INSERT INTO sign_in_try AS t (name_hash, failures) VALUES (:name, 1)
    ON CONFLICT (name_hash) DO UPDATE SET
        failures = CASE WHEN t.at < now() - interval '1 day' THEN 1 ELSE t.failures + 1 END,
        locked_until = CASE
            WHEN t.at > now() - interval '1 day' AND t.failures + 1 >= :free
            THEN now() + least(2 ^ least(t.failures + 2 - :free, 10), :longest) * interval '1 s'
        END,
        at = now()
    WHERE t.locked_until IS NULL OR t.locked_until <= now()
    RETURNING failures
    """
)
_WAIT = text(
    "SELECT ceil(extract(epoch FROM locked_until - now()))::int FROM sign_in_try "
    "WHERE name_hash = :name"
)
_FORGET = text("DELETE FROM sign_in_try WHERE name_hash = :name")
_UNDO = text(
    "UPDATE sign_in_try SET failures = greatest(failures - 1, 0), locked_until = NULL "
    "WHERE name_hash = :name"
)
_PRUNE = text("DELETE FROM sign_in_try WHERE at < now() - interval '1 day'")


class Locks:
    """The failures in a row of each name. A name is kept as a keyed hash: people mistype."""

    def __init__(self, database: Database, keys: Keys):
        self._database, self._keys = database, keys

    def reserve(self, username: str) -> None:
        """Count a try of ``username``; raises :class:`TooMany` with the seconds to wait."""
        name = {"name": self._keys.mark(username)}
        limits = {"free": FREE_TRIES, "longest": LONGEST_SECONDS}
        with self._database.session(None) as session:
            if session.scalar(_RESERVE, name | limits) is not None:
                return
            wait = max(session.scalar(_WAIT, name) or 1, 1)
        raise TooMany(
            "locked",
            f"连续输错，请 {wait} 秒后再试。",
            f"Too many failures; try again in {wait} s.",
            retry_after=wait,
        )

    def forget(self, username: str) -> None:
        """The try was good: the failures before it no longer count."""
        self._run(_FORGET, username)

    def undo(self, username: str) -> None:
        """The try was neither good nor bad (the code is still to come): it does not count."""
        self._run(_UNDO, username)

    def _run(self, statement: object, username: str) -> None:
        with self._database.session(None) as session:
            session.execute(statement, {"name": self._keys.mark(username)})  # type: ignore[call-overload]

    def prune(self) -> None:
        """Forget names that nobody tried for a day."""
        with self._database.session(None) as session:
            session.execute(_PRUNE)
