"""One file for each shop 一户一档: everything about one premises in one answer (O4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from services.access.scope import visible_grids
from services.inspections import repository
from services.inspections.findings import brief
from services.kit.register import Caller
from services.premises import employees, level
from services.premises import service as premises

Card = dict[str, Any]
MADE = ("id", "made_at", "received_at", "note", "rectify_by", "accuracy_m", "distance_m", "user",
        "officer")  # fmt: skip


def file(caller: Caller, premises_id: int) -> Card:
    """Card, employees, levels, inspections with answers and photos, findings, orders.

    Raises :class:`NotFound` outside the scope.
    """
    card = premises.card(caller, premises_id)
    session, scope = caller.session, visible_grids(caller.actor)
    looks = repository.of_premises(session, scope, premises_id)
    photos = defaultdict(list)
    for photo in repository.photos(session, scope, [row.id for row in looks]):
        told = {k: getattr(photo, k) for k in ("id", "finding_id", "width", "height", "mime", "at")}
        photos[photo.inspection_id].append(told)
    answers = _grouped(repository.answers(session, scope, premises_id), "inspection_id")
    found = _findings(caller, premises_id)
    by_look = _grouped_cards(found, "inspection_id")
    return {
        "premises": card,
        "employees": employees.listed(caller, premises_id),
        "levels": level.history(caller, premises_id),
        "inspections": [
            {
                **_made(row),
                "grid_id": row.grid_id,
                "answers": answers.get(row.id, []),
                "findings": [one["id"] for one in by_look.get(row.id, [])],
                "photos": photos[row.id],
            }
            for row in looks
        ],
        "findings": found,
        "orders": [
            {
                k: one[k]
                for k in ("id", "code", "name", "name_en", "severity", "state", "rectify_by")
            }
            for one in found
            if one["state"] != "rectified"
        ],
    }


def _made(row: Row[Any]) -> Card:
    at = None if row.lon is None else [row.lon, row.lat]
    return {**{k: getattr(row, k) for k in MADE}, "point": at}


def _findings(caller: Caller, premises_id: int) -> list[Card]:
    session, scope = caller.session, visible_grids(caller.actor)
    again = defaultdict(list)
    for row in repository.rechecks(session, scope, premises_id):
        told = {**_made(row), "inspection_id": row.inspection_id, "result": row.result}
        again[row.finding_id].append(told)
    return [
        {
            **brief(row.Finding),
            "inspection_id": row.Finding.inspection_id,
            "name": row.name_zh,
            "name_en": row.name_en,
            "found_at": row.made_at,
            "closed_at": row.Finding.closed_at,
            "rechecks": again[row.Finding.id],
        }
        for row in repository.findings(session, scope, premises_id)
    ]


def _grouped(rows: Iterable[Row[Any]], key: str) -> dict[int, list[Card]]:
    """Rows, sorted by ``key``, as cards without it."""
    groups = groupby(rows, key=lambda row: getattr(row, key))
    return {
        number: [{k: v for k, v in row._mapping.items() if k != key} for row in group]
        for number, group in groups
    }


def _grouped_cards(cards: Iterable[Card], key: str) -> dict[int, list[Card]]:
    found: dict[int, list[Card]] = defaultdict(list)
    for card in cards:
        found[card[key]].append(card)
    return found
