"""The list of daily jobs. A new one is a line here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from services.access import service as access
from services.audit import service as audit
from services.claims import forgetting
from services.db.session import Database
from services.jobs.service import Figures, Job
from services.patrols import warnings
from services.people import anonymise, label_rules


def _anonymise(database: Database, day: date) -> Figures:
    """Forget who was cancelled long ago, or only say how many, as the settings say."""
    chosen = database.settings
    if chosen.anonymise != "apply":
        counted = anonymise.due(database, day, chosen.retention_years)
        return {"due": sum(row.n for row in counted), "applied": False}
    return {"anonymised": anonymise.apply(database, day, chosen.retention_years), "applied": True}


def _audit(database: Database, day: date) -> Figures:
    """Remove audit rows past their time."""
    midnight = datetime.combine(day, time(), ZoneInfo(database.settings.timezone))
    before = audit.retained_from(database.settings.audit_years, midnight.astimezone(UTC))
    old = audit.prune(database, before, apply=False)
    return {"removed": audit.prune(database, before, apply=True) if old else 0}


def _over(database: Database, _: date) -> Figures:
    """Forget sessions, tries of names and opened fields whose time is over."""
    return {
        "sessions": access.forget_all_over(database),
        "grants": anonymise.forget_grants(database),
    }


def _claims(database: Database, day: date) -> Figures:
    """Forget imported rows of files that nothing waits in any more."""
    return dict(forgetting.forget(database, day, database.settings.claims_keep_days))


def _labels(database: Database, day: date) -> Figures:
    """Begin and end labels by rule."""
    return {**label_rules.run(database, day)}


def _warn(database: Database, day: date) -> Figures:
    """Two warnings, then stop, for officers who skip the checks of their areas."""
    return warnings.give(database, day, database.settings.patrol_warning_days)


JOBS = (
    Job("labels", _labels, each_day=True),
    Job("anonymise", _anonymise),
    Job("audit prune", _audit),
    Job("forget what is over", _over),
    Job("forget imported rows", _claims),
    Job("two warnings", _warn),
)
