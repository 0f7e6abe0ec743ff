"""Bodies of the routes that write entries of people."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.kit.bodies import SIGNS, Address, Body, Phone, Versioned
from services.kit.paging import Code, Id, Words
from services.people.schemas import PersonClass
from services.places.spot_schemas import At

Number = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SIGNS)]
IdKind = Literal["resident", "passport", "hkmt_permit", "tw_permit", "none"]


class Entry(Body):
    """A new entry. A resident's id number fills birth date and sex.

    The same ``txn`` again is the same entry: what was sent twice is entered once.
    """

    person_class: PersonClass = Field(alias="class")
    name: Words
    sex: Literal["m", "f"] | None = None
    birth_date: date | None = None
    id_kind: IdKind = "resident"
    id_number: Number | None = None
    phone: Phone = ""
    address: Address = ""
    at: At
    txn: UUID | None = None


class Change(Body):
    """What is different; what is left out stays. ``version`` is that of the card one looked at."""

    version: Annotated[int, Field(ge=1)]
    name: Words | None = None
    sex: Literal["m", "f"] | None = None
    birth_date: date | None = None
    id_kind: IdKind | None = None
    id_number: Number | None = None
    phone: Phone | None = None
    address: Address | None = None
    confirmed: Literal[True] | None = None


class Cancel(Versioned):
    """Why somebody no longer belongs here; whoever is head of others, in the household or in the
    family, names the next one."""

    reason: Code
    new_head_id: Id | None = None
    new_family_head_id: Id | None = None


class Settle(Versioned):
    """An unsettled person becomes registered 落户, with the id number given on that occasion."""

    id_number: Number | None = None


class Move(Versioned):
    """To another place of the caller's area; whoever is head of others names the next one."""

    at: At
    new_head_id: Id | None = None
    new_family_head_id: Id | None = None


CircleNumber = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=SIGNS)]
Members = Annotated[list[Id], Field(min_length=1, max_length=50)]


class Founded(Body):
    """A new household 立户 or family of people who are entered already; the first is its head."""

    number: CircleNumber
    members: Members
    address: Address = ""


class Readdress(Versioned):
    """Other words for the address."""

    address: Address


class Renumber(Versioned):
    """Another number."""

    number: CircleNumber


class Head(Versioned):
    """Another head, and what the old one is to the new."""

    person_id: Id
    old_relation: Code = "other"


class Join(Versioned):
    """Somebody moves in; who is in another one leaves that in the same step."""

    person_id: Id
    relation: Code = "other"


class Leave(Versioned):
    """Somebody moves out; a head names the next one."""

    person_id: Id
    new_head_id: Id | None = None


class Birth(Versioned):
    """A child is born into the household."""

    child: Entry
    relation: Code


class Death(Versioned):
    """A member has died: the entry is cancelled, and a head is followed by the one named."""

    person_id: Id
    new_head_id: Id | None = None
    new_family_head_id: Id | None = None


class Merge(Versioned):
    """All of another one come into this one; the other ends."""

    other_id: Id


class Split(Versioned):
    """Some members become one of their own at the same home; the first is its head."""

    number: CircleNumber
    members: Members
    new_head_id: Id | None = None


class Relocate(Versioned):
    """To another address of the caller's area, with those members who go along."""

    at: At
    address: Annotated[Address, Field(min_length=1)]
    members: Annotated[list[Id], Field(max_length=50)]
