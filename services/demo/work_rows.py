"""The county as rows: premises, staff and posts, patrol areas, users, incidents and actions."""

from __future__ import annotations

import numpy as np
import shapely

from services.access import passwords
from services.db.copying import (
    NULL,
    Table,
    ids,
    moments,
    numbers,
    same,
    secrets,
    shapes,
    some,
    words,
)
from services.db.reference import read
from services.demo.county import DEMO_COMMUNITY, County
from services.demo.idnumbers import phones
from services.demo.layout import TOWN_TOWNSHIP
from services.demo.plane import Floats, Ints, Words, stream
from services.demo.rows import VALID_FROM, points, where_known
from services.kit.crypto import Keys

PASSWORD = "gridgov-demo"
_STEPS = (
    ("report", None, "reported"),
    ("accept", "reported", "accepted"),
    ("dispatch", "accepted", "dispatched"),
    ("handle", "dispatched", "handled"),
    ("close", "handled", "closed"),
)
_NOTES = {
    "report": "",
    "accept": "属本网格，受理",
    "dispatch": "派网格员到场",
    "handle": "已到场处理",
    "close": "回访满意，结案",
}


_PRESSED = ("请尽快处理", "本级难以办结，提请上级")


def check_days(kind: Words, also: Words, attention: Ints) -> Ints:
    """Days between two checks by kinds of premises and attention level 1..3: the strictest."""
    columns = ("check_days_general", "check_days_medium", "check_days_serious")
    limits = {r["code"]: [int(r[c]) for c in columns] for r in read("premises_kinds")}
    each = zip(kind, also, attention.tolist(), strict=True)
    return np.array([min(limits[k][a - 1] for k in (one, more or one)) for one, more, a in each])


def checked_ago(county: County) -> Ints:
    """Days since the last check of each premises, -1 for one that was never checked."""
    p = county.premises
    days = check_days(p.kind, p.also, p.attention)
    return np.where(p.checked >= 0, (p.checked / 1_000 * days * 1.13).astype(np.int64), -1)


def premises_tables(county: County, keys: Keys) -> list[Table]:
    """Premises with their last and next checks, and further kinds."""
    p, b, n = county.premises, county.buildings, len(county.premises.kind)
    today = np.datetime64(county.today)
    days = check_days(p.kind, p.also, p.attention)
    ago = checked_ago(county)
    last = today - ago.astype("timedelta64[D]")
    due = np.where(ago >= 0, last + days.astype("timedelta64[D]"), today)
    gone = p.gone >= 0
    also = np.flatnonzero(p.also != "")
    call = phones(np.arange(n) + 50_000_000)
    return [
        Table("premises", {
            "id": ids(np.arange(n)), "licence": [f"示例{i:06d}" for i in range(1, n + 1)],
            "name": words(p.name), "kind": words(p.kind), "in_charge": words(p.in_charge),
            "phone_enc": secrets(call, keys.encrypt), "address": words(b.address[p.building]),
            "building_id": ids(p.building), "floor_area_m2": numbers(p.area),
            "employees": numbers(p.employees), "attention": numbers(p.attention),
            "last_check_on": some(last, ago >= 0), "due_on": numbers(due),
            "geom": shapes(points(b.point)[p.building]),
            "grid_id": ids(county.grids.micro[p.micro]),
            "status": np.where(gone, "cancelled", "active").tolist(),
            "cancelled_at": some(today - np.maximum(p.gone, 0).astype("timedelta64[D]"), gone),
            "cancel_reason": some(np.full(n, "closed_down"), gone),
        }),
        Table("premises_also", {"premises_id": ids(also), "kind": words(p.also[also])}),
    ]  # fmt: skip


def staff_tables(county: County, keys: Keys) -> list[Table]:
    """Staff and their posts."""
    s, n = county.staff, len(county.staff.grid)
    second = np.flatnonzero(s.second >= 0)
    names = np.array(county.grids.name, dtype=object)
    return [
        Table("staff", {
            "id": ids(np.arange(n)), "name": words(s.name),
            "sex": np.where(s.male, "m", "f").tolist(),
            "phone_enc": secrets(phones(np.arange(n) + 70_000_000), keys.encrypt),
            "duties": words(s.duties), "honour": some(np.full(n, "先锋岗"), s.honour),
            "service_area": words(names[s.grid]), "grid_id": ids(s.grid),
        }),
        Table("post", {
            "staff_id": ids(np.concatenate((np.arange(n), second))),
            "kind": words(np.concatenate((s.post, np.full(len(second), "deputy", dtype=object)))),
            "grid_id": ids(np.concatenate((s.grid, s.second[second]))),
            "valid_from": same(VALID_FROM, n + len(second)),
        }),
    ]  # fmt: skip


def patrol_tables(county: County) -> list[Table]:
    """Patrol areas and their officers."""
    areas, n = county.patrols, len(county.patrols)
    pairs = [(a, o) for a, area in enumerate(areas) for o in area.officers]
    shape = np.array([shapely.multipolygons(shapely.get_parts(a.shape)) for a in areas])
    lines = np.array([a.line for a in areas], dtype=object)
    return [
        Table("patrol_area", {
            "id": ids(np.arange(n)), "name": [a.name for a in areas],
            "kind": ["polygon" if a.line is None else "line" for a in areas],
            "line": shapes(lines),
            "width_m": [NULL if a.width is None else str(a.width) for a in areas],
            "geom": shapes(shape), "grid_id": ids(np.array([a.grid for a in areas])),
            "weekdays": ["{" + ",".join(map(str, a.weekdays)) + "}" for a in areas],
            "starts_at": [f"{a.hours[0]:02d}:00" for a in areas],
            "ends_at": [f"{a.hours[1]:02d}:00" for a in areas],
        }),
        Table("patrol_officer", {
            "area_id": ids(np.array([a for a, _ in pairs])),
            "staff_id": ids(np.array([o for _, o in pairs])),
        }),
    ]  # fmt: skip


def demo_users(county: County) -> list[tuple[str, str, int, int]]:
    """The demo accounts: name, role, staff, home grid; one chain from the county downwards."""
    grids, staff = county.grids, county.staff
    township = grids.code.index(TOWN_TOWNSHIP)
    village = grids.code.index(DEMO_COMMUNITY)
    own = [a for a in county.patrols if grids.path(a.grid)[2:3] == [village] and a.line is None]
    # The officer of the patrol area with the most premises.
    spots = points(county.buildings.point)[county.premises.building]
    best = max(own, key=lambda a: int(shapely.contains(a.shape, spots).sum()))
    root_staff = np.flatnonzero((staff.grid == 0) & (staff.post != "leader"))
    return [
        ("screen", "screen", int(root_staff[-1]), 0),
        ("county", "county_leader", staff.leader_of(0), 0),
        ("township", "township_leader", staff.leader_of(township), township),
        ("village", "village_leader", staff.leader_of(village), village),
        ("micro", "micro_leader", staff.leader_of(county.demo_micro), county.demo_micro),
        ("patrol", "patrol_officer", best.officers[0], village),
        ("department", "department", int(root_staff[-2]), 0),
        ("admin", "admin", int(root_staff[-3]), 0),
    ]


def user_tables(county: County) -> list[Table]:
    """The eight demo accounts, all with one password, each with one role on its own grid."""
    users, n = demo_users(county), 8
    secret = passwords.hashed(PASSWORD)
    return [
        Table("app_user", {
            "id": ids(np.arange(n)), "username": [u[0] for u in users],
            "name": [str(county.staff.name[u[2]]) for u in users], "password_hash": [secret] * n,
            "staff_id": ids(np.array([u[2] for u in users])),
        }),
        Table("user_role", {
            "user_id": ids(np.arange(n)), "role_code": [u[1] for u in users],
            "scope_kind": ["own_below"] * n, "grid_id": ids(np.array([u[3] for u in users])),
        }),
    ]  # fmt: skip


def incident_grids(county: County) -> Ints:
    """The micro-grid of each incident; the village where the place is not known."""
    found = county.incidents
    micro = county.grids.micro[found.micro]
    return np.where(found.placed, micro, county.grids.above(micro, 3))


def _serials(reported: Floats) -> list[str]:
    """Numbers of our own: county, day in Beijing, serial of the day."""
    days = (reported + 8 * 3600).astype("datetime64[s]").astype("datetime64[D]")
    turn = np.arange(len(days)) - np.searchsorted(days, days) + 1
    day = np.char.replace(days.astype(str), "-", "")
    return [f"451030{d}{t:04d}" for d, t in zip(day.tolist(), turn.tolist(), strict=True)]


def incident_tables(county: County) -> list[Table]:
    """Incidents and their append-only actions."""
    f, n = county.incidents, len(county.incidents.category)
    users = {name: i for i, (name, *_) in enumerate(demo_users(county))}
    address = np.where(f.placed, county.buildings.address[f.building], "")
    incidents = Table("incident", {
        "id": ids(np.arange(n)), "number": _serials(f.reported), "title": words(f.title),
        "category": words(f.category), "source": words(f.source), "severity": numbers(f.severity),
        "state": words(f.state), "escalated": numbers(f.escalated), "urged": numbers(f.urged),
        "reported_at": moments(f.reported), "warn_at": moments(f.warn), "due_at": moments(f.due),
        "closed_at": moments(f.closed), "address": words(address),
        "geom": shapes(where_known(f.placed, points(f.xy))),
        "grid_id": ids(incident_grids(county)),
    })  # fmt: skip
    incident, step = np.nonzero(~np.isnan(f.steps))
    at = f.steps[incident, step]
    staff = _handlers(county, f.micro)[incident]
    extra = np.repeat(np.arange(n), f.escalated + f.urged)
    turn = np.arange(len(extra)) - np.searchsorted(extra, extra)
    urge = turn >= f.escalated[extra]
    open_state = np.array(f.state, dtype=object)[extra]
    late = f.due[extra] + (county.now.timestamp() - f.due[extra]) * np.where(
        f.due[extra] < county.now.timestamp(), 0.2 + 0.15 * turn, 0
    )
    late = np.minimum(late, county.now.timestamp() - 60)
    late = np.maximum(late, f.reported[extra] + 30)
    names = [_STEPS[s][0] for s in step.tolist()]
    m, k = len(step), len(extra)
    who = stream("urged-by").choice([users["township"], users["county"]], k)
    actions = Table("incident_action", {
        "incident_id": ids(np.concatenate((incident, extra))),
        "action": names + np.where(urge, "urge", "escalate").tolist(),
        "from_state": [_STEPS[s][1] or NULL for s in step.tolist()] + words(open_state),
        "to_state": [_STEPS[s][2] for s in step.tolist()] + words(open_state),
        "at": moments(np.concatenate((at, late))),
        "staff_id": ids(staff) + [NULL] * k,
        "actor_id": [NULL] * m + ids(who),
        "note": [_NOTES[a] for a in names] + np.where(urge, *_PRESSED).tolist(),
    })  # fmt: skip
    return [incidents, actions]


def _handlers(county: County, micro: Ints) -> Ints:
    """A member of staff of each micro-grid, by turns."""
    grid = county.grids.micro[micro]
    first = np.searchsorted(county.staff.grid, grid)
    count = np.searchsorted(county.staff.grid, grid, side="right") - first
    return first + stream("handlers").integers(0, 1_000, len(micro)) % count
