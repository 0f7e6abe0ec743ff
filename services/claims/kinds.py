"""What differs between held people and held premises: what a row lacks, whom it doubles, how its
entry is made, compared and taken back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from typing import Any, TypeVar

from geoalchemy2.shape import to_shape
from pydantic import BaseModel, ValidationError

from services.access.scope import visible_grids
from services.claims import repository
from services.claims.models import HeldPerson, HeldPremises
from services.claims.repository import HeldKind
from services.errors import BadInput
from services.kit.crypto import mask_date, mask_id, mask_phone, mask_words
from services.kit.register import Caller
from services.people import claimed, entries, home
from services.people.entry_schemas import Cancel, Change, Entry
from services.places import spot
from services.places.spot_schemas import At
from services.premises import entries as premises_entries
from services.premises import entry_schemas as premises_schemas

Side = dict[str, Any]
B = TypeVar("B", bound=BaseModel)
UNDONE = "import_undone"


def place(row: HeldPerson | HeldPremises) -> At | None:
    """The place of a row as an entry takes it; None while it has none."""
    if row.geom is not None:
        shape: Any = row.geom
        point = to_shape(shape)
        return At(lon=point.x, lat=point.y)
    if row.no_place_reason is not None:
        return At(grid_id=row.grid_id, no_place_reason=row.no_place_reason)
    house = getattr(row, "house_id", None)
    if house is not None:
        return At(house_id=house)
    return At(building_id=row.building_id) if row.building_id is not None else None


def fitting(model: type[B], **told: Any) -> B:
    """A row's values as a body; raises :class:`BadInput` on what cannot stand in an entry."""
    try:
        return model(**told)
    except ValidationError as error:
        field = str(next(iter(error.errors()[0]["loc"]), "row"))
        zh = "这一项不能用于登记，请退回这一行，在原表里更正后再导入。"
        en = "This cannot stand in an entry: send the row back and correct the list."
        raise BadInput("value", zh, en, field=field) from None


class Kind(ABC):
    """One register's side of claiming."""

    held: HeldKind
    entity: str

    @abstractmethod
    def missing(self, row: Any) -> list[str]:
        """The fields without which no entry can be made."""

    placed: spot.Kind

    def grid_at(self, caller: Caller, at: At) -> int:
        """The micro-grid of a place in the caller's area; raises :class:`BadInput`."""
        return spot.of(caller, at, self.placed).grid_id

    @abstractmethod
    def double(self, caller: Caller, row: Any, grid_id: int) -> Any:
        """The active entry of that grid that may be the same; None without one."""

    @abstractmethod
    def side(self, caller: Caller, found: Any) -> Side:
        """The compared fields of a row or an entry, in clear."""

    @abstractmethod
    def masked(self, caller: Caller, side: Side) -> Side:
        """What the caller may see of :meth:`side`."""

    @abstractmethod
    def make(self, caller: Caller, row: Any) -> tuple[int, int]:
        """The entry of a row: its id and version."""

    @abstractmethod
    def take(self, caller: Caller, row: Any, entry: Any, fields: list[str]) -> None:
        """Put ``fields`` of the row into an entry."""

    @abstractmethod
    def entry_id(self, row: Any) -> int | None:
        """The entry that a row became."""

    @abstractmethod
    def put_entry(self, row: Any, entry_id: int) -> None:
        """Note the entry that a row became."""

    @abstractmethod
    def take_back(self, caller: Caller, row: Any) -> bool:
        """Cancel the entry that a row became, unless somebody has changed it since."""

    def hashes(self, caller: Caller, row: Any) -> list[bytes]:
        """The look-up hashes of the row's number."""
        return []


class People(Kind):
    """Rows about persons."""

    held, entity, placed = HeldPerson, "person", home.PEOPLE

    def hashes(self, caller: Caller, row: Any) -> list[bytes]:
        return caller.keys.digests(caller.keys.decrypt(row.id_enc)) if row.id_enc else []

    def missing(self, row: Any) -> list[str]:
        needed = {"name": row.name, "class": row.person_class, "sex": row.sex, "at": place(row)}
        return [name for name, value in needed.items() if not value]

    def double(self, caller: Caller, row: Any, grid_id: int) -> Any:
        hashes = self.hashes(caller, row)
        return claimed.double(caller, grid_id, hashes, row.name, row.birth_date)

    def side(self, caller: Caller, found: Any) -> Side:
        opened = caller.keys.decrypt
        return {
            "name": found.name,
            "class": found.person_class,
            "sex": found.sex,
            "birth_date": found.birth_date,
            "id_kind": found.id_kind,
            "id_number": opened(found.id_enc) if found.id_enc else None,
            "phone": opened(found.phone_enc) if found.phone_enc else None,
            "address": found.address,
        }

    def masked(self, caller: Caller, side: Side) -> Side:
        may = caller.actor.may
        born: date | None = side["birth_date"]
        shown = {"id_number": mask_id(side["id_number"]), "phone": mask_phone(side["phone"])}
        if not may("people.birth_date"):
            shown["birth_date"] = mask_date(born)
        if not may("people.address"):
            shown["address"] = mask_words(side["address"])
        return side | shown

    def make(self, caller: Caller, row: Any) -> tuple[int, int]:
        told = self.side(caller, row)
        at = place(row)
        assert at is not None
        body = fitting(Entry, **{**told, "phone": told["phone"] or "", "at": at})
        number = entries.enter(caller, body)
        return number, claimed.version(caller, number)

    def take(self, caller: Caller, row: Any, entry: Any, fields: list[str]) -> None:
        told = self.side(caller, row)
        given = {name: told[name] for name in fields if told[name] not in (None, "")}
        if "id_number" in given:
            given["id_kind"] = row.id_kind
        if given:
            entries.change(caller, entry.id, fitting(Change, version=entry.version, **given))

    def entry_id(self, row: Any) -> int | None:
        found: int | None = row.person_id
        return found

    def put_entry(self, row: Any, entry_id: int) -> None:
        row.person_id = entry_id

    def take_back(self, caller: Caller, row: Any) -> bool:
        if not claimed.unchanged(caller, row.person_id, row.entry_version):
            return False
        body = Cancel(version=row.entry_version, reason=UNDONE)
        entries.cancel(caller, row.person_id, body, by_hand=False)
        return True


class PremisesRows(Kind):
    """Rows about premises."""

    held, entity, placed = HeldPremises, "premises", premises_entries.PLACED

    def missing(self, row: Any) -> list[str]:
        needed = {"licence": row.licence, "kind": row.kind, "at": place(row)}
        return [name for name, value in needed.items() if not value]

    def double(self, caller: Caller, row: Any, grid_id: int) -> Any:
        scope = visible_grids(caller.actor)
        return repository.double_premises(
            caller.session, scope, grid_id, row.licence, row.name
        )  # fmt: skip

    def side(self, caller: Caller, found: Any) -> Side:
        plain = ("name", "licence", "kind", "in_charge", "address", "floor_area_m2", "employees")
        phone = caller.keys.decrypt(found.phone_enc) if found.phone_enc else None
        return {**{name: getattr(found, name) for name in plain}, "phone": phone}

    def masked(self, caller: Caller, side: Side) -> Side:
        return side | {"phone": mask_phone(side["phone"])}

    def make(self, caller: Caller, row: Any) -> tuple[int, int]:
        at = place(row)
        assert at is not None
        told = self.side(caller, row)
        kinds, phone = [told.pop("kind")], told.pop("phone") or ""
        body = fitting(premises_schemas.Entry, **told, kinds=kinds, phone=phone, at=at)
        number = premises_entries.enter(caller, body)
        return number, premises_entries.locked(caller, number).version

    def take(self, caller: Caller, row: Any, entry: Any, fields: list[str]) -> None:
        told = self.side(caller, row)
        given = {name: told[name] for name in fields if told.get(name) not in (None, "")}
        if given:
            body = fitting(premises_schemas.Change, version=entry.version, **given)
            premises_entries.change(caller, entry.id, body)

    def entry_id(self, row: Any) -> int | None:
        found: int | None = row.premises_id
        return found

    def put_entry(self, row: Any, entry_id: int) -> None:
        row.premises_id = entry_id

    def take_back(self, caller: Caller, row: Any) -> bool:
        found = premises_entries.locked(caller, row.premises_id)
        if found.status != "active" or found.version != row.entry_version:
            return False
        body = premises_schemas.Cancel(version=found.version, reason=UNDONE)
        premises_entries.cancel(caller, found.id, body, by_hand=False)
        return True


KINDS: dict[str, Kind] = {"people": People(), "premises": PremisesRows()}
