"""What claiming imported rows asks about entries: where they belong, whom they double."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.access.scope import visible_grids
from services.kit.register import Caller
from services.people import repository
from services.people.models import Person


def double(
    caller: Caller, grid_id: int, hashes: Sequence[bytes], name: str, born: date | None
) -> Person | None:
    """A visible active entry of a grid with that id number, else of that name and birth date."""
    scope = visible_grids(caller.actor)
    return repository.double(caller.session, scope, grid_id, hashes=hashes, name=name, born=born)


def version(caller: Caller, person_id: int) -> int:
    """The version of an entry that was just made."""
    return caller.session.get_one(Person, person_id).version


def unchanged(caller: Caller, person_id: int, seen: int) -> bool:
    """Whether an entry is active and as it was; it stays so until the transaction ends."""
    person = repository.locked(caller.session, visible_grids(caller.actor), person_id)
    return person is not None and person.status == "active" and person.version == seen
