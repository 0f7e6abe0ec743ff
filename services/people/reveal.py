"""Looking behind a mask 查看: one person, stated fields, a reason, a short time.

A grant is kept in the database, so that a card opened again within its time shows the same, and the
look stands in the audit with its reason.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.db import hook
from services.errors import BadInput, Forbidden
from services.kit.crypto import mask_date, mask_id, mask_phone, mask_words
from services.kit.dictionary import in_dictionary
from services.kit.register import Caller
from services.people import repository
from services.people.models import LookGrant, Person
from services.people.schemas import Reveal

MINUTES = 15
LABELS = "labels"


def may_open_labels(session: Session, actor: Actor) -> bool:
    """Whether the actor's roles are in the audience of any statutory label."""
    return bool(repository.statutory_codes(session, actor.roles))


def granted(session: Session, actor: Actor, person_id: int) -> frozenset[str]:
    """What of a person the actor has opened with a reason and may still see."""
    if actor.user_id is None:
        return frozenset()
    return frozenset(repository.grants(session, actor.user_id, person_id))


def all_granted(caller: Caller) -> dict[int, frozenset[str]]:
    """Person -> what the caller has opened of that person and may still see."""
    found: dict[int, frozenset[str]] = {}
    for row in repository.all_grants(caller.session, caller.actor.user_id):
        found[row.person_id] = found.get(row.person_id, frozenset()) | {row.what}
    return found


def labels_open_to(caller: Caller) -> frozenset[str]:
    """Codes of the labels whose audience the caller's roles are in."""
    return frozenset(repository.audience_codes(caller.session, caller.actor.roles))


def fields(caller: Caller, person: Person, opened: frozenset[str]) -> dict[str, Any]:
    """The guarded fields of a person, masked unless opened or shown to the caller's posts.

    ``masked`` names those that hide something; ``may_reveal`` says whether they can be opened.
    """
    actor, keys = caller.actor, caller.keys
    number = keys.decrypt(person.id_enc) if person.id_enc else None
    phone = keys.decrypt(person.phone_enc) if person.phone_enc else None
    plain: dict[str, Any] = {
        "id_number": number,
        "phone": phone,
        "birth_date": person.birth_date,
        "address": person.address,
    }
    masks = {
        "id_number": mask_id(number),
        "phone": mask_phone(phone),
        "birth_date": mask_date(person.birth_date),
        "address": mask_words(person.address),
    }
    masked = [k for k in plain if k not in opened and not actor.may(f"people.{k}") and plain[k]]
    shown = {k: masks[k] if k in masked else plain[k] for k in plain}
    return {**shown, "masked": masked, "may_reveal": actor.may("people.reveal")}


def labels(caller: Caller, person: Person, opened: frozenset[str]) -> list[dict[str, Any]] | None:
    """The statutory labels of a person once they were opened with a reason; None before.

    Who is in no statutory label's audience always gets None: the card looks the same for everybody.
    """
    if LABELS not in opened:
        return None
    rows = repository.statutory_of(caller.session, caller.actor, person.id)
    return [dict(row._mapping) for row in rows]


def grant(session: Session, actor: Actor, person: Person, asked: Reveal) -> None:
    """Open fields of a visible person for :data:`MINUTES`.

    Raises :class:`Forbidden` without the right to one of them, and :class:`BadInput` for an
    unknown reason.
    """
    assert actor.user_id is not None
    for what in asked.what:
        if what == LABELS and not may_open_labels(session, actor):
            raise Forbidden("statutory labels")
        if what != LABELS:
            actor.require("people.reveal")
    if not in_dictionary(session, "look_reason", asked.reason):
        raise BadInput(
            "reason", "请从列表中选择查看事由。", "Choose a reason from the list.", field="reason"
        )
    until = datetime.now(UTC) + timedelta(minutes=MINUTES)
    for what in asked.what:
        session.add(LookGrant(
            user_id=actor.user_id, person_id=person.id, what=what, reason=asked.reason,
            words=asked.words, until=until,
        ))  # fmt: skip
    note = {"what": asked.what, "reason": asked.reason, "words": asked.words}
    hook.note(
        session, "reveal", entity="person", entity_id=person.id, grid_id=person.grid_id,
        note=json.dumps(note, ensure_ascii=False),
    )  # fmt: skip
