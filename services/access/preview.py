"""See as this user 以此用户查看: an administrator looks and writes nothing; every look is noted."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from services.access.actor import Actor
from services.db import hook
from services.errors import AppError, BadInput, NotFound

ADMIN = "admin"


class PreviewReadOnly(AppError):
    """Something was to be written while looking with somebody else's eyes."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "preview_read_only",
            "正在以他人视角查看，只能看；先结束预览再操作。",
            "You are looking as somebody else and can only read; end the preview first.",
        )


@dataclass(frozen=True)
class Preview(Actor):
    """An administrator with the permissions and the scope of somebody else.

    ``user_id`` and ``username`` stay the administrator's, so that the audit names who looked.
    """

    by: str = ""
    target_id: int = 0
    target_username: str = ""

    @property
    def seen_as(self) -> str:
        """Named in every audit row of the preview."""
        return f"as {self.target_username}"

    def refusal(self, changed: object) -> AppError | None:
        """A preview writes nothing."""
        return PreviewReadOnly()


def looking(admin: Actor, target: Actor) -> Preview:
    """``admin`` with the eyes of ``target``; raises when that is not allowed (see ``check``)."""
    check(admin, target)
    assert target.user_id is not None
    given = {f.name: getattr(target, f.name) for f in fields(Actor)}
    given |= {"user_id": admin.user_id, "username": admin.username, "lang": admin.lang}
    given |= {"token_hash": admin.token_hash}
    return Preview(
        **given, by=admin.name, target_id=target.user_id, target_username=target.username
    )


def check(admin: Actor, target: Actor | None) -> Actor:
    """The target, if ``admin`` may look as that user.

    Raises :class:`Forbidden`, :class:`NotFound` for nobody or somebody with a wider scope, and
    :class:`BadInput` for an administrator: that would be a way to rights not one's own.
    """
    admin.require(ADMIN)
    if target is None or not _within(admin, target):
        raise NotFound("user")
    if target.may(ADMIN):
        zh, en = "不能以管理员的视角查看。", "Nobody can look as an administrator."
        raise BadInput("is_admin", zh, en, field="user_id")
    return target


def _within(admin: Actor, target: Actor) -> bool:
    if admin.scope.all:
        return True
    return not target.scope.all and target.scope.ids <= admin.scope.ids


def note_look(session: Session, actor: Preview, method: str, path: str) -> None:
    """Audit one look: who looked, as whom, at what. The query is left out: it may name people."""
    hook.note(
        session,
        "preview look",
        entity="app_user",
        entity_id=actor.target_id,
        note=f"as {actor.target_username}: {method} {path}"[:400],
    )


def _refuse_writes(session: Session, _: UOWTransaction, __: object) -> None:
    actor: Actor | None = session.info.get("actor")
    if actor is None or not actor.seen_as:
        return
    dirty = [row for row in session.dirty if session.is_modified(row)]
    for row in [*session.new, *session.deleted, *dirty]:
        if refusal := actor.refusal(row):
            raise refusal


def guard_sessions() -> None:
    """The second fence: whoever only looks can flush no change, whatever the route."""
    if not event.contains(Session, "before_flush", _refuse_writes):
        event.listen(Session, "before_flush", _refuse_writes)
