"""Statistics of people: in whole micro-grids under a drawn area, and by label of a grid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope, visible_grids
from services.analytics import hiding, told
from services.analytics.repository import Area, area, names, run
from services.analytics.schemas import (
    AreaPeople,
    Drawn,
    GridName,
    LabelCount,
    Labels,
)
from services.analytics.told import Told
from services.db.session import lifted
from services.errors import Forbidden, NotFound
from services.kit.clock import ZONE
from services.kit.place import Place, resolve

FEWEST_LABELLED = 10
"""People with a label: fewer than this are not told."""


def in_area(session: Session, actor: Actor, drawn: Drawn) -> AreaPeople:
    """People and households of the micro-grids that a drawn area mostly covers.

    Who may not read people is told sums over whole micro-grids that are told at all, so two
    drawings that differ a little differ by whole told figures or not at all.
    """
    actor.require("stats.read")
    target = resolve(session, actor, Place(polygon=drawn.polygon))
    scope = visible_grids(actor)
    rows = run(session, "mostly_inside", shape=target.shape, **scope.params())
    covered = {row.id: row.km2 for row in rows}
    table = told.table(session, datetime.now(ZONE).date())
    exact = actor.may("people.read")
    counted = sorted(covered) if exact else sorted(table.inside(covered))
    found = table.exact(counted) if exact else table.of(counted)
    left_out = sorted(covered.keys() - set(counted))
    return AreaPeople(
        grids=counted,
        left_out=left_out,
        drawn_km2=run(session, "area_km2", shape=target.shape)[0].km2,
        counted_km2=round(sum(covered[grid] for grid in counted), 4),
        people=found["people"],
        households=found["households"],
        people_by_class=hiding.classes(found),
        hidden=hiding.hidden(found) + [f"grids.{grid}" for grid in left_out],
    )


def by_label(session: Session, actor: Actor, grid_id: int) -> Labels:
    """People of a grid by label; raises NotFound outside the caller's scope."""
    exact = actor.may("people.read")
    if not (exact or actor.may("stats.read")):
        raise Forbidden("people.read / stats.read")
    asked = area(session, visible_grids(actor), grid_id)
    if asked is None:
        raise NotFound("grid")
    labels = run(session, "labels", roles=sorted(actor.roles))
    table = told.table(session, datetime.now(ZONE).date())
    rows = _by_grid(session)
    counts = []
    for label in labels:
        plain = exact and label.label_group == "care"
        found = _exact if plain else _told
        n = found(table, asked, rows.get(label.code, {}))
        counts.append(LabelCount(**_words(label), count=n))
    grid = names(session, [grid_id])[0]
    return Labels(
        grid=GridName.model_validate(dict(grid._mapping)),
        labels=counts,
        hidden=[c.code for c in counts if c.count is None],
    )


def _words(label: Any) -> dict[str, str]:
    named = {key: getattr(label, key) for key in ("code", "name_zh", "name_en")}
    return {**named, "group": label.label_group}


def _by_grid(session: Session) -> dict[str, dict[int, int]]:
    """People with each label by grid, over all grids."""
    found: dict[str, dict[int, int]] = {}
    with lifted(session):
        for row in run(session, "labelled", **Scope.everything().params()):
            found.setdefault(row.label_code, {})[row.grid_id] = row.n
    return found


def _exact(_: Told, asked: Area, by_grid: dict[int, int]) -> int:
    return sum(by_grid.get(grid, 0) for grid in asked.ids)


def _told(table: Told, asked: Area, by_grid: dict[int, int]) -> int | None:
    """The count, if it is told."""
    if not all(grid in table.index for grid in asked.ids):
        return None
    having = np.zeros(len(table.paths), dtype=np.int64)
    for grid, n in by_grid.items():
        if grid in table.index:
            having[table.index[grid]] = n
    atoms = [table.index[grid] for grid in asked.ids]
    units = table.further(having, FEWEST_LABELLED)
    return int(having[atoms].sum()) if units.whole(atoms) else None
