"""Employees 从业人员 of a premises (O5): who works there since when, and who that is."""

from __future__ import annotations

from typing import Any

from services.access.scope import visible_grids
from services.db import hook
from services.errors import BadInput, Conflict, NotFound
from services.kit import bodies
from services.kit.bodies import Versioned, unchanged
from services.kit.crypto import mask_phone
from services.kit.register import Caller
from services.people import association
from services.people.association_schemas import Who
from services.premises import entries, repository
from services.premises.entry_schemas import Employed, EmployeeChange, Stop
from services.premises.models import PremisesEmployee

READS = "people.read"


def listed(caller: Caller, premises_id: int) -> list[dict[str, Any]] | None:
    """Employees of a visible premises, those at work first; None without the right to read people.

    The look at persons is recorded. A link to somebody out of sight is not told.
    """
    caller.actor.require("premises.read")
    scope = visible_grids(caller.actor)
    found = repository.one(caller.session, scope, premises_id)
    if found is None:
        raise NotFound("premises")
    if not caller.actor.may(READS):
        return None
    rows = repository.employees(caller.session, scope, premises_id)
    if rows:
        told = {"entity": "premises_employee", "grid_id": found.Premises.grid_id}
        hook.note(caller.session, "look", entity_id=premises_id, **told)
    return [_shown(caller, row) for row in rows]


def _shown(caller: Caller, row: Any) -> dict[str, Any]:
    employee: PremisesEmployee = row.PremisesEmployee
    phone = caller.keys.decrypt(employee.phone_enc) if employee.phone_enc else None
    names = ("id", "name", "post", "started_on", "stopped_on", "version")
    shown = {name: getattr(employee, name) for name in names}
    return {**shown, "phone": mask_phone(phone), "person_id": row.person_id}


def start(caller: Caller, premises_id: int, body: Employed) -> int:
    """Somebody works here from a day on; returns the id.

    The link to an entry of people follows the mode of association (P12). Raises :class:`BadInput`
    for a day in the future or a person out of sight, :class:`Conflict` (``employed``) when that
    person works here already.
    """
    caller.actor.require(entries.WRITES)
    caller.actor.require(READS)
    found = entries.locked(caller, premises_id)
    entries.must_be_active(found)
    day = body.started_on or entries.today()
    if day > entries.today():
        raise BadInput("day", "日期不能晚于今天。", "Not in the future.", field="started_on")
    person = association.link(caller, body)
    name = body.name or (person and person.name)
    if name is None:
        raise BadInput("name", "请填写姓名。", "Give the name.", field="name")
    made = PremisesEmployee(premises_id=found.id, name=name, post=body.post, started_on=day)
    if person is not None:
        _put_link(caller, made, person.id)
    _put_phone(caller, made, body.phone)
    caller.session.add(made)
    entries.written(caller, found)
    return made.id


def change(caller: Caller, employee_id: int, body: EmployeeChange) -> None:
    """Change name, post, phone or link of somebody at work."""
    found = _to_write(caller, employee_id, body)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    if "person_id" in given:
        _link(caller, found, given.pop("person_id"))
    if (phone := given.pop("phone", None)) is not None:
        _put_phone(caller, found, phone)
    for name, value in given.items():
        if value is not None:
            setattr(found, name, value)
    caller.session.flush()


def stop(caller: Caller, employee_id: int, body: Stop) -> None:
    """Somebody works here no longer; the row stays."""
    found = _to_write(caller, employee_id, body)
    day = body.stopped_on or entries.today()
    if not found.started_on <= day <= entries.today():
        zh, en = "离职日期应在入职之后，不晚于今天。", "After the start, and not in the future."
        raise BadInput("day", zh, en, field="stopped_on")
    found.stopped_on = day
    caller.session.flush()


def _to_write(caller: Caller, employee_id: int, body: Versioned) -> PremisesEmployee:
    caller.actor.require(entries.WRITES)
    caller.actor.require(READS)
    scope = visible_grids(caller.actor)
    found = repository.locked_employee(caller.session, scope, employee_id)
    if found is None:
        raise NotFound("employee")
    unchanged(found, body.version)
    if found.stopped_on is not None:
        zh, en = "这个人已离职，再来请另行登记。", "This employee has left; enter the return anew."
        raise Conflict("stopped", zh, en)
    return found


def _link(caller: Caller, found: PremisesEmployee, person_id: int | None) -> None:
    """Link to another entry, or cut the link, as far as the mode of association allows."""
    if person_id == found.person_id:
        return
    person = association.link(caller, Who(person_id=person_id))
    if person is None:
        found.person_id = None
    else:
        _put_link(caller, found, person.id)


def _put_link(caller: Caller, found: PremisesEmployee, person_id: int) -> None:
    other = repository.employed(caller.session, found.premises_id, person_id)
    if other is not None:
        zh, en = "这个人已登记为这里的从业人员。", "This person is entered as working here."
        raise Conflict("employed", zh, en, field="person_id", employee_id=other)
    found.person_id = person_id


def _put_phone(caller: Caller, found: PremisesEmployee, phone: str) -> None:
    digits = bodies.digits(phone)
    if digits != (caller.keys.decrypt(found.phone_enc) if found.phone_enc else ""):
        sealed = caller.keys.sealed_pair(digits) if digits else (None, None)
        found.phone_enc, found.phone_hash = sealed
