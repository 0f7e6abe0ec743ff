"""Puts the parts of the demo county together, in memory, before anything is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np

from services.demo.buildings import put_buildings
from services.demo.dwellings import Houses, make_houses
from services.demo.footprints import Buildings, Estates
from services.demo.geography import Ground, make_ground
from services.demo.grids import Grids, make_grids
from services.demo.incidents import Incidents, make_incidents
from services.demo.labels import Labels, make_labels
from services.demo.layout import TOWN_TOWNSHIP, TOWNSHIPS
from services.demo.lines import Line
from services.demo.patrols import PatrolArea, make_patrols
from services.demo.plane import Ints
from services.demo.population import Homes, People, populate
from services.demo.premises import Premises, make_premises
from services.demo.staff import Staff, make_staff
from services.kit.clock import ZONE

Size = Literal["county", "small"]
DEMO_COMMUNITY = "451030100002"  # 城中社区


@dataclass(frozen=True, repr=False)
class County:
    """Everything of the demo county; numbers refer to entries of the other parts."""

    now: datetime
    today: date
    ground: Ground
    grids: Grids
    buildings: Buildings
    estates: Estates
    lanes: list[Line]
    houses: Houses
    homes: Homes
    people: People
    heads: Ints
    labels: Labels
    premises: Premises
    staff: Staff
    patrols: list[PatrolArea]
    incidents: Incidents
    demo_micro: int  # grid of the demo leader of a micro-grid


def make_county(size: Size, now: datetime, step: Callable[[str], None] = lambda _: None) -> County:
    """Generate the county, or (``small``) a county of the one township 八达镇.

    All is fixed by the seed but the moments, which count from ``now`` (aware) backwards.
    ``step`` is told the name of each part before it is made.
    """
    today = now.astimezone(ZONE).date()
    townships = [TOWN_TOWNSHIP] if size == "small" else [t.code for t in TOWNSHIPS]
    step("ground")
    ground = make_ground(townships)
    grids = make_grids(ground, townships)
    chosen = np.flatnonzero(grids.micro >= 0)
    households = np.where(grids.micro >= 0, ground.households, 0)
    step("buildings")
    buildings, estates, lanes = put_buildings(ground, chosen)
    houses = make_houses(buildings)
    step("people")
    people, homes, heads = populate(households, houses, buildings, today)
    labels = make_labels(people, today)
    step("premises, staff, patrols")
    premises = make_premises(ground, buildings, households)
    in_community = ground.micro_village == ground.villages.index(DEMO_COMMUNITY)
    busiest = np.bincount(premises.micro, minlength=len(in_community)) * in_community
    demo_micro = int(grids.micro[busiest.argmax()])
    staff = make_staff(grids, np.array(grids.path(demo_micro)))
    patrols = make_patrols(ground, grids, estates, staff)
    step("incidents")
    incidents = make_incidents(ground, buildings, households, now)
    return County(
        now, today, ground, grids, buildings, estates, lanes, houses, homes, people, heads, labels,
        premises, staff, patrols, incidents, demo_micro,
    )  # fmt: skip
