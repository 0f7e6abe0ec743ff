"""How a body says whom a row of a business list is about (P12)."""

from __future__ import annotations

from services.kit.bodies import Body, Phone
from services.kit.paging import Id, Words
from services.people.entry_schemas import Entry


class Who(Body):
    """An entry of people, somebody to be entered at the same time, or only what was typed.

    Which of the three may be given is the system's mode of association.
    """

    person_id: Id | None = None
    person: Entry | None = None
    name: Words | None = None
    phone: Phone = ""


class WhoAndWhere(Who):
    """The same for rows that have the person's grid: with a name alone the grid is given."""

    grid_id: Id | None = None
