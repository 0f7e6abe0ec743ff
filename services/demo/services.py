"""Service teams, service objects, service records and property of the demo county as rows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, time

import numpy as np

from services.db.copying import Table, ids, moments, numbers, same, some, words
from services.demo.county import County
from services.demo.labels import ages
from services.demo.layout import TOWN_TOWNSHIP
from services.demo.plane import Floats, Ints, Words, stream
from services.demo.rows import person_grids
from services.demo.work_rows import demo_users
from services.kit.clock import ZONE

DAY = 86_400.0
TOWN = 2
MEMBERS, RECORDS, OBJECTS, THINGS = 6, 100, 60, 150  # a team, a township
OWN = {"micro": 9, "village": 6, "patrol": 6}  # service objects of demo accounts
OWN_TEAMS = (0, 5)
# Kind of a team, its name, the kind of its services, and what it notes.
TEAMS = (
    ("party", "党员志愿服务队", "visit", "上门走访，了解生活情况，帮助打扫院子。"),
    ("doctor", "家庭医生服务队", "health", "上门测量血压，讲解用药和就诊预约办法。"),
    ("legal", "法律服务队", "legal", "解答房屋租赁合同的问题，提供书面说明。"),
    ("mediation", "人民调解队", "mediation", "与邻里双方见面，商定院墙排水的办法。"),
    ("fire", "消防安全服务队", "safety", "检查电线和燃气软管，更换老化插座。"),
    ("elderly", "养老助残服务队", "care", "送餐上门，代买日用品，陪同散步。"),
    ("children", "关爱儿童服务队", "study", "辅导作业，与在外的家长视频通话。"),
    ("employment", "就业帮扶服务队", "work", "介绍附近企业用工信息，帮助填写报名表。"),
)
# Kind of a thing, how common it is, and a name of its make.
KINDS = (("ebike", 0.46, "示例牌"), ("motorcycle", 0.2, ""), ("car", 0.22, "示例牌"),
         ("tricycle", 0.06, ""), ("farm", 0.04, ""), ("truck", 0.02, "示例牌"))  # fmt: skip
COLOURS = ("白", "黑", "灰", "红", "蓝")


@dataclass(frozen=True)
class Made:
    """Teams one after the other, and their members in order of team; numbers are entries."""

    grid: Ints
    kind: Ints
    team: Ints
    staff: Ints
    post: Words


def service_tables(county: County) -> list[Table]:
    """Everything about services to people, and what they own."""
    made = _make_teams(county)
    towns = np.flatnonzero(county.grids.level == TOWN)
    grids = person_grids(county)
    town = county.grids.above(grids, TOWN)
    people = np.flatnonzero(county.people.gone < 0)
    age = ages(county.people, county.today)
    old = people[age[people] >= 60]
    grown = people[(age[people] >= 18) & (age[people] < 75)]
    looked_after = _some_of_each(old, town, towns, OBJECTS, "objects")
    own = _own_objects(county, grids, looked_after)
    mine = np.concatenate([person[::2] for _, person in own])
    served = _some_of_each(old, town, towns, RECORDS, "served")
    served = np.concatenate((served, np.setdiff1d(mine, served)))
    return [
        *_team_tables(county, made),
        _objects(county, grids, looked_after, own),
        *_records(county, grids, made, town, served),
        _things(grids, _some_of_each(grown, town, towns, THINGS, "things")),
    ]


def _some_of_each(pool: Ints, town: Ints, towns: Ints, count: int, name: str) -> Ints:
    """So many people of each township, none twice."""
    rng = stream(name)
    parts = [pool[town[pool] == one] for one in towns]
    return np.concatenate([rng.choice(p, min(count, len(p)), replace=False) for p in parts])


def _make_teams(county: County) -> Made:
    """Eight teams of each township: two of its own staff, the others from the grids below."""
    rng, grids, staff = stream("teams"), county.grids, county.staff
    own = {name: who for name, _, who, _ in demo_users(county) if name in OWN}
    upper = grids.above(staff.grid, TOWN)
    below = (grids.level[staff.grid] > TOWN) & ~np.isin(
        np.arange(len(staff.grid)), list(own.values())
    )
    rows: list[tuple[int, int, str]] = []
    towns = np.flatnonzero(grids.level == TOWN)
    for turn, town in enumerate(towns.tolist()):
        mine = np.flatnonzero(staff.grid == town)
        others = np.flatnonzero((upper == town) & below)
        drawn = rng.choice(others, (len(TEAMS), MEMBERS), replace=False)
        for kind in range(len(TEAMS)):
            team = turn * len(TEAMS) + kind
            rows += [(team, int(mine[kind]), "leader"), (team, int(mine[kind + 1]), "deputy")]
            rows += [(team, int(one), "member") for one in drawn[kind]]
            if grids.code[town] == TOWN_TOWNSHIP and kind in OWN_TEAMS:
                rows += [(team, one, "member") for one in dict.fromkeys(own.values())]
    teams, who, post = zip(*rows, strict=True)
    return Made(
        np.repeat(towns, len(TEAMS)), np.tile(np.arange(len(TEAMS)), len(towns)),
        np.array(teams), np.array(who), np.array(post, dtype=object),
    )  # fmt: skip


def _team_tables(county: County, made: Made) -> list[Table]:
    names = np.array(county.grids.name, dtype=object)[made.grid]
    founded = np.datetime64(county.today) - (500 + 10 * made.kind).astype("timedelta64[D]")
    n = len(made.grid)
    return [
        Table("service_team", {
            "id": ids(np.arange(n)), "grid_id": ids(made.grid),
            "kind": [TEAMS[k][0] for k in made.kind.tolist()],
            "name": [f"{name}{TEAMS[k][1]}" for name, k in zip(names, made.kind, strict=True)],
            "founded_on": numbers(founded),
        }),
        Table("team_member", {
            "id": ids(np.arange(len(made.team))), "team_id": ids(made.team),
            "staff_id": ids(made.staff), "post": words(made.post),
            "joined_on": numbers(founded[made.team]),
        }),
    ]  # fmt: skip


def _own_objects(county: County, grids: Ints, others: Ints) -> list[tuple[int, Ints]]:
    """Whom the demo accounts look after: (member of staff, people of the own grid)."""
    rng, found = stream("own-objects"), []
    free = np.setdiff1d(np.flatnonzero(county.people.gone < 0), others)
    for name, _, who, home in demo_users(county):
        if name in OWN:
            at = np.flatnonzero(county.grids.above(grids[free], county.grids.level[home]) == home)
            found.append((who, rng.choice(free[at], OWN[name], replace=False)))
            free = np.setdiff1d(free, found[-1][1])
    return found


def _objects(county: County, grids: Ints, chosen: Ints, own: list[tuple[int, Ints]]) -> Table:
    """Old people looked after by the staff of their micro-grid, and those of the demo accounts."""
    rng = stream("looked-after")
    chosen = chosen[county.grids.level[grids[chosen]] == 5]
    who = np.searchsorted(county.staff.grid, grids[chosen])
    person = np.concatenate((chosen, *[people for _, people in own]))
    owner = [np.full(len(people), one) for one, people in own]
    begun = rng.integers(30, 400, len(person))
    over = (np.arange(len(person)) < len(chosen)) & (rng.random(len(person)) < 0.1)
    today = np.datetime64(county.today)
    return Table("service_object", {
        "id": ids(np.arange(len(person))), "person_id": ids(person), "grid_id": ids(grids[person]),
        "staff_id": ids(np.concatenate((who, *owner))),
        "kind": np.where(rng.random(len(person)) < 0.3, "paired", "ordinary").tolist(),
        "started_on": numbers(today - begun.astype("timedelta64[D]")),
        "reason": np.where(rng.random(len(person)) < 0.6, "visit", "assigned").tolist(),
        "stopped_on": some(today - (begun // 3).astype("timedelta64[D]"), over),
        "stop_reason": some(np.full(len(person), "staff"), over),
    })  # fmt: skip


def _records(county: County, grids: Ints, made: Made, town: Ints, person: Ints) -> list[Table]:
    """One service to each of ``person``, by one to three members of a team of the township."""
    rng, n = stream("services"), len(person)
    kind = rng.choice(len(TEAMS), n, p=[0.2, 0.2, 0.06, 0.06, 0.1, 0.24, 0.07, 0.07])
    turn = np.searchsorted(np.unique(made.grid), town[person])
    team = turn * len(TEAMS) + kind
    begun = datetime.combine(county.today, time(), ZONE).timestamp()
    at: Floats = begun - rng.integers(1, 180, n) * DAY + rng.uniform(9, 17, n) * 3_600
    first = np.searchsorted(made.team, team)
    size = np.searchsorted(made.team, team, side="right") - first
    count, shift = rng.integers(1, 4, n), rng.integers(0, 1_000, n)
    record = np.repeat(np.arange(n), count)
    step = np.arange(len(record)) - np.repeat(np.cumsum(count) - count, count)
    member = first[record] + (shift[record] + step) % size[record]
    return [
        Table("service_record", {
            "id": ids(np.arange(n)), "team_id": ids(team), "person_id": ids(person),
            "grid_id": ids(grids[person]), "kind": [TEAMS[k][2] for k in kind.tolist()],
            "served_at": moments(at), "words": [TEAMS[k][3] for k in kind.tolist()],
            "txn": [str(uuid.UUID(int=i + 1)) for i in range(n)],
        }),
        Table("service_record_member", {
            "record_id": ids(record), "member_id": ids(member), "team_id": ids(team[record]),
        }),
    ]  # fmt: skip


def _things(grids: Ints, person: Ints) -> Table:
    rng, n = stream("property"), len(person)
    kind = rng.choice(len(KINDS), n, p=[share for _, share, _ in KINDS]).tolist()
    return Table("property", {
        "id": ids(np.arange(n)), "person_id": ids(person), "grid_id": ids(grids[person]),
        "kind": [KINDS[k][0] for k in kind], "number": [f"示例{i:05d}" for i in range(1, n + 1)],
        "brand": [KINDS[k][2] for k in kind],
        "colour": [COLOURS[c] for c in rng.integers(0, len(COLOURS), n).tolist()],
        "status": same("active", n),
    })  # fmt: skip
