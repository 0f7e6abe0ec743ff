"""What of a change its reader may see: values in the audit obey the same rules as a person's card.

Numbers and phones leave masked, and labels as dots, until the reader has opened them on the card
with a reason; what a post may not read leaves as dots. Exports never hold what was opened. A value
whose key was thrown away stays a mark that it changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from services.db.audit import Audit, SubjectKey
from services.db.hook import CHANGED
from services.db.sealed import opened
from services.kit.crypto import mask_id, mask_phone
from services.kit.register import Caller, Item
from services.people import reveal
from services.people.models import Person, PersonLabel
from services.places.models import House
from services.premises.models import PremisesEmployee
from services.properties.models import Property
from services.serving.models import ServiceObject, ServiceRecord

HIDDEN = "•••"
Mask = Callable[[str | None], str | None]
MASKED: dict[str, tuple[str, Mask]] = {
    "id_enc": ("id_number", mask_id),
    "phone_enc": ("phone", mask_phone),
}
"""Column -> what of a card it is, and how it leaves while that is not opened."""
OF_CARD = {"birth_date": "birth_date", "address": "address", "geom": "address"}
"""Columns that have a right of their own; the other personal ones need people.read."""
PERSONAL = {
    "person": frozenset(Person.__personal__),
    "household": frozenset({"address"}),
    "family": frozenset({"address"}),
    "house": frozenset(House.__personal__),
    "premises_employee": frozenset(PremisesEmployee.__personal__),
    "property": frozenset(Property.__personal__),
    "service_object": frozenset(ServiceObject.__personal__),
}
SERVICE = frozenset(ServiceRecord.__personal__)
LABEL = frozenset(PersonLabel.__personal__)
SAID = frozenset({"said_enc", "decision_enc"})
_KEY = select(SubjectKey).where(SubjectKey.id == Audit.key_id)
NEEDED = {
    "sealed": Audit.sealed,
    "key": _KEY.with_only_columns(SubjectKey.key_enc).scalar_subquery(),
    "subject": _KEY.with_only_columns(SubjectKey.entity_id).scalar_subquery(),
    "label": select(PersonLabel.label_code)
    .where(Audit.entity == "person_label", PersonLabel.id == Audit.entity_id)
    .scalar_subquery(),
}
"""Columns that :func:`finish` takes out of a row again."""


def finish(caller: Caller, *, export: bool) -> Callable[[Item], None]:
    """What puts the values that ``caller`` may see into a row of the register."""
    people = {} if export else reveal.all_granted(caller)
    labels = reveal.labels_open_to(caller)

    def put(item: Item) -> None:
        sealed, key, subject, label = (item.pop(name) for name in NEEDED)
        before, after = opened(key, sealed, caller.keys) if key else ({}, {})
        reader = Reader(caller, item["entity"], people.get(subject, frozenset()), label in labels)
        for name, held in (("before", before), ("after", after)):
            whole = {**(item[name] or {}), **held}
            item[name] = {k: reader.sees(k, v) for k, v in whole.items()} or None

    return put


@dataclass(frozen=True)
class Reader:
    """Who reads a row of ``entity``, what of its person is opened, and whether its label may be."""

    caller: Caller
    entity: str | None
    opened: frozenset[str]
    audience: bool

    def sees(self, name: str, value: Any) -> Any:
        """A value, masked or as dots where it has to be."""
        if value in (None, CHANGED):
            return value
        if name in MASKED:
            what, mask = MASKED[name]
            return value if self.entity == "person" and what in self.opened else mask(value)
        return value if self._may(name) else HIDDEN

    def _may(self, name: str) -> bool:
        may = self.caller.actor.may
        if self.entity == "person_label" and name in LABEL:
            return "labels" in self.opened and self.audience
        if self.entity == "service_record" and name in SERVICE:
            return may("services.read") and may("people.read")
        if name in SAID:
            return False  # the request itself shows them, to its receiver and those who decide
        if name not in PERSONAL.get(self.entity or "", ()):
            return True
        what = OF_CARD.get(name)
        return may("people.read") if what is None else may(f"people.{what}") or what in self.opened
