"""Parameters that are set once for the whole system: the mode of association 关联方式 (P12)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.db import hook
from services.errors import Conflict, Forbidden
from services.parameters import repository
from services.parameters.models import ASSOCIATION
from services.parameters.schemas import Mode


def association_mode(session: Session) -> Mode | None:
    """The mode in force; None until an administrator has set it."""
    found = repository.get(session, ASSOCIATION)
    return None if found is None else found.value  # type: ignore[return-value]


def association(session: Session) -> dict[str, Any]:
    """The mode and when it was set; both null until then."""
    found = repository.get(session, ASSOCIATION)
    return {"mode": found and found.value, "set_at": found and found.set_at}


def set_association(session: Session, actor: Actor, mode: Mode) -> None:
    """Set the mode for good.

    Raises :class:`Forbidden` for anybody but an administrator of the whole county, and
    :class:`Conflict` (``set_already``) the second time, whatever the value.
    """
    actor.require("admin")
    if not actor.scope.all:
        raise Forbidden("admin")
    if not repository.put_once(session, ASSOCIATION, mode, actor.user_id):
        found = repository.get(session, ASSOCIATION)
        zh = "关联方式已经设定，设定后不能更改。"
        en = "The mode of association is set; it cannot be changed."
        raise Conflict("set_already", zh, en, field="mode", mode=found and found.value)
    told = {"name": ASSOCIATION, "value": mode}
    hook.note(session, "insert", entity="parameter", after=told)
