"""Where people settle: natural settlements 屯 in valleys, and households of each micro-grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.demo.division import Districts, share
from services.demo.land import Land
from services.demo.layout import TOWN_TOWNSHIP, TOWNSHIPS
from services.demo.lines import STREAM_CELLS
from services.demo.plane import Floats, Ints, stream
from services.demo.terrain import within

TOWN_HOUSEHOLDS = 5_600  # of the 9,862 of the seat's township


@dataclass(frozen=True)
class Settlement:
    """A natural settlement 屯: a cell of the mesh in a rural micro-grid."""

    cell: int
    micro: int
    seat_of: str | None  # code of the village whose seat it is
    market: bool  # seat of a township


def _scores(land: Land, districts: Districts, rng: np.random.Generator) -> Floats:
    """How good a place to settle each cell is: valley floor, off the border, off the water."""
    mesh = land.mesh
    around = np.where(mesh.neighbours >= 0, mesh.neighbours, 0)
    core = (districts.micro[around] == districts.micro[:, None]).all(axis=1)
    core &= within(land.outline.buffer(-150), mesh.xy) & ~within(
        land.plan.outline.buffer(170), mesh.xy
    )
    wet = land.terrain.on_river | (land.terrain.upstream_cells >= STREAM_CELLS)
    luck = rng.random(len(mesh.xy))
    return np.asarray(land.terrain.valley[around].max(axis=1) + core - 0.8 * wet + 0.25 * luck)


def pick_settlements(land: Land, districts: Districts, households: Ints) -> list[Settlement]:
    """One to four valley cells in each rural micro-grid, away from its border and from water."""
    rng = stream("settlements")
    mesh = land.mesh
    score = _scores(land, districts, rng)
    seat = {int(districts.micro[c]): v for v, c in enumerate(districts.village_seed) if c >= 0}
    markets = {t.seat for t in TOWNSHIPS if t.code != TOWN_TOWNSHIP}
    found: list[Settlement] = []
    by_micro = np.argsort(districts.micro, kind="stable")
    starts = np.searchsorted(districts.micro[by_micro], np.arange(len(districts.micro_seed) + 1))
    for micro in range(len(districts.micro_seed)):
        cells = by_micro[starts[micro] : starts[micro + 1]]
        cells = cells[np.argsort(-score[cells], kind="stable")]
        wanted = int(np.clip(round(households[micro] / rng.uniform(18, 40)), 1, 4))
        chosen: list[int] = []
        for cell in cells.tolist():
            gap = np.hypot(*(mesh.xy[chosen] - mesh.xy[cell]).T) if chosen else np.array([1e9])
            if gap.min() > 520 and (score[cell] > 0.9 or not chosen):
                chosen.append(cell)
            if len(chosen) == wanted:
                break
        for rank, cell in enumerate(chosen):
            code = land.villages[seat[micro]] if micro in seat and rank == 0 else None
            found.append(Settlement(cell, micro, code, code in markets))
    return found


def share_households(land: Land, districts: Districts) -> Ints:
    """Households of each micro-grid (rural, then town); townships sum to their plan."""
    rng = stream("households-by-grid")
    villages, plan = land.villages, land.plan
    owner = np.concatenate((districts.micro_village, [villages.index(c) for c in plan.community]))
    rural = len(districts.micro_seed)
    counts = np.zeros(len(owner), dtype=np.int64)
    seat = {int(districts.micro[c]): v for v, c in enumerate(districts.village_seed) if c >= 0}
    weights = np.exp(rng.normal(0, 0.22, len(owner)))
    for micro, village in seat.items():
        weights[micro] *= 1.3
        if villages[village] in {t.seat for t in TOWNSHIPS if t.code != TOWN_TOWNSHIP}:
            weights[micro] *= 2.6
    blocks = np.bincount(plan.micro, minlength=len(plan.community))
    weights[rural:] = np.sqrt(blocks) * np.exp(rng.normal(0, 0.12, len(blocks)))
    present = {villages[v][:9] for v in owner}
    for township in (t for t in TOWNSHIPS if t.code in present):
        mine = np.array([villages[v].startswith(township.code) for v in owner])
        urban = mine & (np.arange(len(owner)) >= rural)
        rustic = mine & ~urban
        in_town = TOWN_HOUSEHOLDS if urban.any() else 0
        if in_town:
            counts[urban] = share(in_town, weights[urban], 40)
        counts[rustic] = share(township.households - in_town, weights[rustic], 18)
    return counts
