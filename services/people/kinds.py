"""The two ways in which people belong together under a number and a head: the registered household
户 (P3) and the family 家庭 in the wide sense (P4). One service keeps both; what differs is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.people.models import Family, FamilyChange, Household, HouseholdChange, Person

Circle = Household | Family


@dataclass(frozen=True)
class Kind:
    """A kind of circle: its tables, the person's two columns that tie to it, and its words.

    ``link`` holds the id of the circle, ``relation`` what somebody is to its head. ``per_grid``:
    the number is unique among the active ones of a micro-grid, else among all. ``head_field`` is
    how a body that is about a person names who follows as head.
    """

    name: str
    register: str
    model: type[Household] | type[Family]
    change: type[HouseholdChange] | type[FamilyChange]
    link: str
    relation: str
    per_grid: bool
    head_field: str
    zh: str
    this_zh: str
    head_zh: str

    @property
    def member(self) -> Any:
        """The column of :class:`Person` that says to which circle somebody belongs."""
        return getattr(Person, self.link)

    def of(self, person: Person) -> int | None:
        """The id of the circle of ``person``."""
        found: int | None = getattr(person, self.link)
        return found

    def put(self, person: Person, circle_id: int | None, relation: str | None) -> None:
        """Tie ``person`` to a circle, or to none."""
        setattr(person, self.link, circle_id)
        setattr(person, self.relation, relation)


HOUSEHOLD = Kind(
    "household", "households", Household, HouseholdChange, "household_id", "relation",
    False, "new_head_id", "户", "这一户", "户主",
)  # fmt: skip
FAMILY = Kind(
    "family", "families", Family, FamilyChange, "family_id", "family_relation",
    True, "new_family_head_id", "家庭", "这个家庭", "家长",
)  # fmt: skip
KINDS = (HOUSEHOLD, FAMILY)


def kind_of(circle: Circle) -> Kind:
    """Which kind a circle is of."""
    return HOUSEHOLD if isinstance(circle, Household) else FAMILY
