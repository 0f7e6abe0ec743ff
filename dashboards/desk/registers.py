"""The seven registers of the desk: permission, sign, columns, filters.

A column is (field, width, kind, sortable as). ``width`` 0 means: takes what is left. ``kind`` names
how :mod:`dashboards.desk.rows` turns the value into a cell.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from services.access.actor import Actor


@dataclass(frozen=True)
class Column:
    """One column: the field of a row, its width in px, its kind and its name for sorting."""

    field: str
    width: int
    kind: str = "text"
    sort: str | None = None


@dataclass(frozen=True)
class Filter:
    """One filter: its name in the API, how it is asked for, and the codes to choose from."""

    name: str
    kind: str = "text"
    width: int = 120
    codes: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Register:
    """One register: what it needs, how it looks, what it can be asked."""

    code: str
    permission: str
    icon: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    totals: str | None = None
    codes: tuple[str, ...] = field(default=())


CLASSES = ("registered", "floating", "unsettled", "overseas")
KINDS = (
    "school", "clinic", "shop", "restaurant", "hotel", "entertainment", "netcafe", "beauty",
    "workshop", "other",
)  # fmt: skip
USES = ("residential", "mixed", "public", "commercial", "industrial", "farm")
HOUSE_USES = ("residential", "shop", "office", "storage", "other")
LIGHTS = ("red", "yellow", "green")
STATES = ("reported", "accepted", "dispatched", "handled", "closed", "rejected")
POSTS = ("leader", "deputy", "staff")

PEOPLE = Register(
    "people",
    "people.read",
    "i-person",
    (
        Column("name", 88, "name", "name"),
        Column("sex", 58, "sex", "sex"),
        # Sorting by age means by year of birth, the other way round.
        Column("age", 64, "number", "-birth_year"),
        Column("class", 96, "class", "class"),
        Column("id_number", 124, "quiet"),
        Column("phone", 118, "quiet"),
        Column("relation", 82, "relation"),
        Column("address", 0, "text", "address"),
        Column("grid", 104, "text"),
        Column("confirmed_on", 112, "fresh", "confirmed_on"),
    ),
    (
        Filter("name", "text", 120),
        Filter("class", "pick", 112, CLASSES, "class"),
        Filter("sex", "pick", 92, ("m", "f"), "sex"),
        Filter("age_min", "number", 78),
        Filter("age_max", "number", 78),
        Filter("id_number", "text", 168),
    ),
    totals="class",
    codes=CLASSES,
)
HOUSEHOLDS = Register(
    "households",
    "households.read",
    "i-household",
    (
        Column("number", 132, "name", "number"),
        Column("head", 110, "person"),
        Column("members", 84, "number", "members"),
        Column("address", 0, "text", "address"),
        Column("building", 160, "building"),
        Column("grid", 110, "text"),
    ),
    (Filter("number", "text", 160), Filter("head", "text", 120)),
)
HOUSES = Register(
    "houses",
    "places.read",
    "i-house",
    (
        Column("number", 190, "name", "number"),
        Column("building", 0, "building"),
        Column("unit", 70, "number"),
        Column("floor", 70, "number", "floor"),
        Column("room", 80, "text"),
        Column("use", 92, "house_use"),
        Column("rented", 84, "yes"),
        Column("people", 84, "number", "people"),
        Column("grid", 104, "text"),
    ),
    (
        Filter("q", "text", 180),
        Filter("use", "pick", 118, HOUSE_USES, "house_use"),
        Filter("rented", "pick", 104, ("true", "false"), "rented"),
    ),
)
BUILDINGS = Register(
    "buildings",
    "places.read",
    "i-building",
    (
        Column("name", 210, "name", "name"),
        Column("address", 0, "text", "address"),
        Column("use", 92, "use"),
        Column("floors", 72, "number", "floors"),
        Column("units", 72, "number"),
        Column("households", 72, "number", "households"),
        Column("people", 72, "number", "people"),
        Column("grid", 104, "text"),
    ),
    (Filter("q", "text", 180), Filter("use", "pick", 118, USES, "use")),
)
PREMISES = Register(
    "premises",
    "premises.read",
    "i-premises",
    (
        Column("name", 210, "name", "name"),
        Column("kind", 104, "kind", "kind"),
        Column("attention", 88, "attention", "attention"),
        Column("in_charge", 88, "text"),
        Column("address", 0, "text", "address"),
        Column("grid", 104, "text"),
        Column("last_check_on", 104, "date", "last_check_on"),
        Column("due_on", 104, "due", "due_on"),
        Column("distance_m", 84, "metres", "distance_m"),
    ),
    (
        Filter("q", "text", 148),
        Filter("kind", "pick", 132, KINDS, "kind"),
        Filter("attention", "pick", 110, ("1", "2", "3"), "attention"),
        Filter("due", "pick", 110, ("true",), "due"),
    ),
    totals="attention",
    codes=("1", "2", "3"),
)
INCIDENTS = Register(
    "incidents",
    "incidents.read",
    "i-incident",
    (
        Column("light", 92, "light", "due_at"),
        Column("title", 0, "name"),
        Column("category", 116, "category", "category"),
        Column("state", 84, "state", "state"),
        Column("reported_at", 132, "time", "reported_at"),
        Column("due_at", 132, "time", "due_at"),
        Column("address", 170, "text"),
        Column("grid", 104, "text"),
    ),
    (
        Filter("q", "text", 148),
        Filter("light", "pick", 110, LIGHTS, "light"),
        Filter("state", "pick", 110, STATES, "state"),
    ),
    totals="light",
    codes=LIGHTS,
)
STAFF = Register(
    "staff",
    "staff.read",
    "i-users",
    (
        Column("name", 110, "name", "name"),
        Column("post", 96, "post", "post"),
        Column("level", 110, "level"),
        Column("grid", 170, "text"),
        Column("phone", 124, "quiet"),
        Column("duties", 0, "text"),
        Column("honour", 130, "text"),
    ),
    (Filter("q", "text", 148), Filter("post", "pick", 118, POSTS, "post")),
)

REGISTERS: dict[str, Register] = {
    r.code: r for r in (PEOPLE, HOUSEHOLDS, HOUSES, BUILDINGS, PREMISES, INCIDENTS, STAFF)
}


def visible(actor: Actor) -> list[Register]:
    """The registers that the actor may read, in the order of the tabs."""
    return [r for r in REGISTERS.values() if actor.may(r.permission)]
