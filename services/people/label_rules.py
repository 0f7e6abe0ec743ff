"""Labels that begin and end by rule (P5): the daily job, and what it will do.

All rules stand in ``sql/labels_due.sql`` and in two functions of the database:

* somebody is n years old from the birthday on; born on 29 February, from 1 March of a year without
  that day, because a year without the corresponding day is full with the last day of the month
  (民法典 第二百零二条). Administrative ages count so; the day after the birthday is a rule of
  criminal law only.
* a term includes its last day, a term of years too (民法典 第二百零二条、第二百零三条): the label
  ends with the day after.

The dates written are those on which the rules are right, not those of the run, so it makes no
difference which days the job ran and how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from services.access import responsible
from services.access.actor import system
from services.access.scope import Scope
from services.db.session import Database
from services.kit.clock import current_day
from services.live import service as live
from services.notices import service as notices
from services.people import label_repository as repository
from services.people.label_repository import Event
from services.people.models import PersonLabel

WRITES = "labels.write"
STARTED, STOPPED = "label_started", "label_stopped"
BATCH = 500


@dataclass
class _Told:
    """Whom to tell about a label in a grid; found once a batch."""

    session: Session
    audiences: dict[str, frozenset[str]]
    found: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def leaders(self, event: Event) -> list[int]:
        key = (event.grid_id, event.label_code)
        if key not in self.found:
            roles = self.audiences.get(event.label_code, frozenset())
            self.found[key] = responsible.nearest(self.session, event.grid_id, WRITES, roles)
        return self.found[key]


def run(database: Database, day: date, batch: int = BATCH) -> dict[str, int]:
    """Begin and end what is due by ``day``; ``{"started", "stopped"}``.

    Each batch is a transaction of its own and works on the labels as they are then: stopped
    anywhere, it goes on the next time, and a second time there is nothing left to do. Every period
    stands in the audit, and leaders are told in the same transaction.
    """
    everywhere = Scope.everything()
    with database.bulk(system("labels")) as session:
        people = sorted({e.person_id for e in repository.due(session, everywhere, day)})
    done = {"started": 0, "stopped": 0}
    for first in range(0, len(people), batch):
        some = people[first : first + batch]
        with database.bulk(system("labels")) as session:
            repository.lock_people(session, some)
            events = repository.due(session, everywhere, day, some)
            _apply(session, events)
            _tell(session, events)
        done["started"] += sum(e.act == "start" for e in events)
        done["stopped"] += sum(e.act == "stop" for e in events)
    return done


def _apply(session: Session, events: Sequence[Event]) -> None:
    stored = repository.periods(session, (e.id for e in events if e.id is not None))
    made = {
        (e.person_id, e.label_code): PersonLabel(
            person_id=e.person_id, grid_id=e.grid_id, label_code=e.label_code, started_on=e.day,
            started_by="rule",
        )
        for e in events if e.act == "start"
    }  # fmt: skip
    for event in events:
        if event.act == "stop":
            key = (event.person_id, event.label_code)
            period = made[key] if event.id is None else stored[event.id]
            period.stopped_on, period.stopped_by = event.day, "rule"
            period.stop_reason = event.reason
    session.flush()  # one period of a label is in force at a time
    session.add_all(made.values())
    session.flush()


def _tell(session: Session, events: Sequence[Event]) -> None:
    told = _Told(session, repository.audiences(session))
    for event in events:
        kind = STARTED if event.act == "start" else STOPPED
        notices.tell(session, told.leaders(event), kind, entity="person", entity_id=event.person_id)
    for grid_id in sorted({e.grid_id for e in events}):
        live.publish(session, "change", grid_id, {"register": "people", "grid_id": grid_id})


def forecast(session: Session, scope: Scope, since: date, to: date) -> list[Event]:
    """What :func:`run` does from ``since`` to ``to``, the earliest first.

    What is overdue (somebody was entered today) is done at the next run and stands first, with the
    day on which it became right.
    """
    today = current_day(session)
    events = repository.due(session, scope, to)
    asked = [e for e in events if e.day >= since or (since <= today and e.day < today)]
    return sorted(asked, key=lambda e: (e.day, e.grid_id, e.person_id, e.label_code, e.act))
