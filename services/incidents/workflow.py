"""The workflow table of incidents (I2, first form): the server and the buttons both read it.

上报 → 受理 → 派遣 → 处置 → 结案. Each row: action, from which states, to which state (None = it
stays), the permission, and whether words are needed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One action of the table."""

    action: str
    sources: tuple[str, ...]
    target: str | None
    permission: str
    needs_note: bool = False


OPEN = ("reported", "accepted", "dispatched", "handled")
TABLE = (
    Step("accept", ("reported",), "accepted", "incidents.handle"),
    Step("reject", ("reported", "accepted"), "rejected", "incidents.handle", needs_note=True),
    Step("dispatch", ("accepted", "handled"), "dispatched", "incidents.handle"),
    Step("handle", ("accepted", "dispatched"), "handled", "incidents.handle", needs_note=True),
    Step("close", ("handled",), "closed", "incidents.handle"),
    Step("reopen", ("closed",), "accepted", "incidents.handle", needs_note=True),
    Step("escalate", ("reported", "accepted", "dispatched"), None, "incidents.handle", True),
    Step("urge", OPEN, None, "incidents.handle"),
    Step("comment", (*OPEN, "closed", "rejected"), None, "incidents.read", True),
)
BY_ACTION = {step.action: step for step in TABLE}


def allowed(state: str, permissions: frozenset[str]) -> list[Step]:
    """What may be done to an incident in ``state`` by somebody with ``permissions``."""
    return [s for s in TABLE if state in s.sources and s.permission in permissions]
