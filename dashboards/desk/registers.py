"""The ten registers of the desk: permission, sign, columns, filters.

A column is (field, width, kind, sortable as). ``width`` 0 means: takes what is left. ``kind`` names
how :mod:`dashboards.desk.rows` turns the value into a cell.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.access.actor import Actor


@dataclass(frozen=True)
class Column:
    """One column: the field of a row, its width in px, its kind and its name for sorting.

    ``yields`` is the order in which columns give way on a narrow screen: 1 goes first, 0 never.
    """

    field: str
    width: int
    kind: str = "text"
    sort: str | None = None
    title: str = ""
    yields: int = 0


@dataclass(frozen=True)
class Filter:
    """One filter: its name in the API, how it is asked for, and the codes to choose from.

    ``needs`` is a permission beyond that of the register.
    """

    name: str
    kind: str = "text"
    width: int = 120
    codes: tuple[str, ...] = ()
    group: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Register:
    """One register: what it needs, how it looks, what it can be asked."""

    code: str
    permission: str
    icon: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    totals: str | None = None
    codes: tuple[str, ...] = ()
    words: str = "name"


CLASSES = ("registered", "floating", "unsettled", "overseas")
KINDS = (
    "school", "clinic", "shop", "restaurant", "hotel", "entertainment", "netcafe", "beauty",
    "workshop", "other",
)  # fmt: skip
USES = ("residential", "mixed", "public", "commercial", "industrial", "farm")
HOUSE_USES = ("residential", "shop", "office", "storage", "other")
LIGHTS = ("red", "yellow", "green")
STATES = ("reported", "accepted", "dispatched", "handled", "closed", "rejected")
THINGS = ("car", "truck", "motorcycle", "ebike", "tricycle", "farm", "boat", "other")
POSTS = ("leader", "deputy", "staff")

PEOPLE = Register(
    "people",
    "people.read",
    "i-person",
    (
        Column("name", 88, "name", "name", "person"),
        Column("sex", 58, "sex", "sex"),
        # Sorting by age means by year of birth, the other way round.
        Column("age", 64, "number", "-birth_year"),
        Column("class", 96, "class", "class"),
        Column("id_number", 124, "quiet", yields=3),
        Column("relation", 82, "relation", yields=1),
        Column("address", 0, "text", "address"),
        Column("grid", 104, yields=2),
        Column("confirmed_on", 112, "fresh", "confirmed_on"),
    ),
    (
        Filter("q", "text", 200),
        Filter("class", "pick", 112, CLASSES, "class"),
        Filter("sex", "pick", 92, ("m", "f"), "sex"),
        Filter("age_min", "number", 66),
        Filter("age_max", "number", 66),
        Filter("fresh", "pick", 116, ("90", "365"), "fresh"),
    ),
    totals="class",
    codes=CLASSES,
    words="q",
)
HOUSEHOLDS = Register(
    "households",
    "households.read",
    "i-household",
    (
        Column("number", 150, "name", "number", "household"),
        Column("head", 110, "person"),
        Column("members", 84, "number"),
        Column("address", 0, "text", "address"),
        Column("building", 190, "building", yields=1),
        Column("grid", 130, yields=2),
    ),
    (Filter("number", "text", 160), Filter("head", "text", 120)),
    words="number",
)
FAMILIES = Register(
    "families",
    "households.read",
    "i-users",
    (
        Column("number", 120, "name", "number", "family"),
        Column("head", 110, "person", title="family_head"),
        Column("members", 84, "number"),
        Column("address", 0, "text", "address"),
        Column("building", 190, "building", yields=1),
        Column("grid", 130, yields=2),
    ),
    (Filter("number", "text", 160), Filter("head", "text", 120)),
    words="number",
)
HOUSES = Register(
    "houses",
    "places.read",
    "i-house",
    (
        Column("number", 210, "name", "number", "house"),
        Column("building", 0, "building"),
        Column("unit", 72, "number", "unit", yields=3),
        Column("floor", 72, "number", "floor", yields=4),
        Column("room", 76, "text", "room", yields=2),
        Column("use", 84, "use"),
        Column("rented", 84, "yes"),
        Column("people", 76, "number"),
        Column("grid", 120, yields=1),
    ),
    (
        Filter("number", "text", 160),
        Filter("use", "pick", 112, HOUSE_USES),
        Filter("rented", "pick", 112, ("true", "false"), "rented"),
        Filter("inhabited", "pick", 112, ("true", "false"), "inhabited", "people.read"),
    ),
    words="number",
)
BUILDINGS = Register(
    "buildings",
    "places.read",
    "i-building",
    (
        Column("name", 200, "name", "name"),
        Column("address", 0, "text", "address"),
        Column("use", 76, "use", "use"),
        Column("floors", 76, "number", "floors"),
        Column("houses", 76, "number", yields=2),
        Column("households", 72, "number"),
        Column("people", 72, "number"),
        Column("grid", 120, yields=1),
    ),
    (
        Filter("q", "text", 190),
        Filter("use", "pick", 112, USES),
        Filter("inhabited", "pick", 112, ("true", "false"), "inhabited", "people.read"),
    ),
    totals="use",
    codes=USES,
    words="q",
)
PREMISES = Register(
    "premises",
    "premises.read",
    "i-premises",
    (
        Column("name", 160, "name", "name"),
        Column("kind", 90, "kind", "kind"),
        Column("attention", 76, "attention", "attention"),
        Column("in_charge", 78, yields=2),
        Column("address", 0),
        Column("grid", 100, yields=3),
        Column("last_check_on", 104, "date", "last_check_on", yields=1),
        Column("due_on", 104, "due", "due_on"),
        Column("metres", 90, "metres"),
    ),
    (
        Filter("q", "text", 190),
        Filter("kind", "pick", 124, KINDS),
        Filter("attention", "pick", 112, ("1", "2", "3"), "attention"),
        Filter("due", "pick", 112, ("true",), "due"),
    ),
    totals="attention",
    codes=("1", "2", "3"),
    words="q",
)
INCIDENTS = Register(
    "incidents",
    "incidents.read",
    "i-incident",
    (
        Column("light", 88, "light"),
        Column("title", 0, "name"),
        Column("category", 120, "category", "category"),
        Column("state", 84, "state", "state"),
        Column("reported_at", 136, "time", "reported_at", yields=1),
        Column("due_at", 136, "time", "due_at"),
        Column("grid", 104, yields=2),
    ),
    (
        Filter("q", "text", 150),
        Filter("open", "pick", 112, ("true", "false"), "open"),
        Filter("light", "pick", 112, LIGHTS, "light"),
        Filter("state", "pick", 112, STATES),
    ),
    totals="light",
    codes=LIGHTS,
    words="q",
)
STAFF = Register(
    "staff",
    "staff.read",
    "i-users",
    (
        Column("name", 104, "name", "name", "person"),
        Column("posts", 190, "posts"),
        Column("level", 116, "level", yields=2),
        Column("grid", 150, "text"),
        Column("phone", 124, "quiet", yields=3),
        Column("duties", 0),
        Column("honour", 120, yields=1),
    ),
    (Filter("name", "text", 120), Filter("post", "pick", 124, POSTS, "post")),
    words="name",
)

SERVED = Register(
    "service-objects",
    "services.read",
    "i-help",
    (
        Column("name", 104, "name", title="person"),
        Column("kind", 76, "kind", "kind", "object_kind"),
        Column("staff", 104),
        Column("started_on", 104, "date", "started_on", yields=2),
        Column("served_at", 136, "time", yields=1),
        Column("grid", 0),
    ),
    (
        Filter("mine", "pick", 112, ("true", "false"), "mine"),
        Filter("kind", "pick", 104, ("ordinary", "paired")),
        Filter("name", "text", 120),
    ),
    totals="kind",
    codes=("paired", "ordinary"),
    words="name",
)
PROPERTIES = Register(
    "properties",
    "people.read",
    "i-tag",
    (
        Column("number", 150, "name", "number", "plate"),
        Column("kind", 104, "kind", "kind"),
        Column("owner", 104, "owner"),
        Column("brand", 104, sort="brand", yields=1),
        Column("colour", 76, yields=2),
        Column("note", 0),
        Column("grid", 130, yields=3),
    ),
    (Filter("q", "text", 190), Filter("kind", "pick", 124, THINGS)),
    words="q",
)

REGISTERS: dict[str, Register] = {
    r.code: r
    for r in (
        PEOPLE,
        HOUSEHOLDS,
        FAMILIES,
        HOUSES,
        BUILDINGS,
        PREMISES,
        INCIDENTS,
        STAFF,
        SERVED,
        PROPERTIES,
    )
}


def visible(actor: Actor) -> list[Register]:
    """The registers that the actor may read, in the order of the tabs."""
    return [r for r in REGISTERS.values() if actor.may(r.permission)]
