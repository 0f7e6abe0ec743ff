"""Saved and shared views 常用查询 (D7): kept by an owner, asked with the rights of the reader."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from services.access.scope import visible_grids
from services.errors import AppError, BadInput, Conflict, NotFound
from services.grids.register import STAFF
from services.incidents.register import INCIDENTS
from services.kit import asking
from services.kit import register as mechanism
from services.kit.bodies import unchanged
from services.kit.paging import Search
from services.kit.register import Caller, Register
from services.kit.tabular import Sheet
from services.people.service import FAMILIES, HOUSEHOLDS, PEOPLE
from services.places.service import BUILDINGS, HOUSES
from services.premises.service import PREMISES
from services.properties.service import PROPERTIES
from services.serving.objects import OBJECTS
from services.views import repository
from services.views.models import SavedView
from services.views.schemas import NewView, Question, ViewChange

Item = dict[str, Any]
REGISTERS: dict[str, Register[Any]] = {
    r.name: r
    for r in (
        PEOPLE,
        HOUSEHOLDS,
        FAMILIES,
        HOUSES,
        BUILDINGS,
        PREMISES,
        INCIDENTS,
        STAFF,
        OBJECTS,
        PROPERTIES,
    )
}
MOST = 100


def columns(caller: Caller, register: str) -> list[Item]:
    """The columns of a register that the caller may ask about, with names, operators, choices."""
    found = _register(caller, register)
    sheet = Sheet(caller.session, found, caller.actor.lang)
    offered = asking.offered(caller, found, sheet.words)
    return [{**one, "name": sheet.called(one["column"])} for one in offered]


def listed(caller: Caller, register: str) -> list[Item]:
    """The own views of a register and those shared with the caller.

    One that the caller may not ask has ``problem`` in place of its ``question``.
    """
    found = _register(caller, register)
    actor = caller.actor
    owners = repository.owners_above(caller.session, visible_grids(actor), register)
    rows = repository.listed(caller.session, actor.user_id, owners, register)
    return [_shown(caller, found, row.SavedView, row.owner) for row in rows]


def _register(caller: Caller, name: str) -> Register[Any]:
    found = REGISTERS.get(name)
    if found is None:
        listed = "、".join(REGISTERS)
        zh, en = f"没有这份名册，可用：{listed}。", f"Use one of: {', '.join(REGISTERS)}."
        raise BadInput("register", zh, en, field="register")
    caller.actor.require(found.permission)
    return found


def _shown(caller: Caller, register: Register[Any], view: SavedView, owner: str) -> Item:
    problem = _problem(caller, register, view.question)
    return {
        "id": view.id,
        "register": view.register,
        "name": view.name,
        "shared": view.shared,
        "mine": view.owner_id == caller.actor.user_id,
        "owner": owner,
        "version": view.version,
        "question": None if problem else view.question,
        "problem": problem,
    }


def _problem(caller: Caller, register: Register[Any], question: Item) -> Item | None:
    """Why the caller may not ask what was saved; None when it may be asked."""
    try:
        _check(caller, register, Question.model_validate(question))
    except AppError as error:
        told: Item = error.body(caller.actor.lang)["error"]
        return told
    except ValidationError:  # saved before the register changed
        zh, en = "这份名册已经改变，请重新保存。", "The register has changed; save it anew."
        told = BadInput("outdated", zh, en).body(caller.actor.lang)["error"]
        return told
    return None


def _check(caller: Caller, register: Register[Any], question: Question) -> None:
    """Raise what a search with this question would raise."""
    asked = question.model_dump(by_alias=True, exclude_unset=True, exclude={"columns"})
    try:
        search = Search[register.filters].model_validate(asked)  # type: ignore[name-defined]
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        zh = f"“{where}”不符合要求，请改正后再保存。"
        en = f"{where}: {error.errors()[0]['msg']}"
        raise BadInput("invalid", zh, en, field=f"question.{where}") from None
    mechanism.checked(caller, register, search)


def _stored(question: Question) -> Item:
    return question.model_dump(mode="json", by_alias=True, exclude_unset=True)


def keep(caller: Caller, body: NewView) -> int:
    """Keep a view that the caller may ask; returns its id.

    Raises :class:`Conflict` for a name that is taken and beyond :data:`MOST` views.
    """
    register = _register(caller, body.register_)
    _check(caller, register, body.question)
    if (
        caller.actor.user_id is None
        or repository.count(caller.session, caller.actor.user_id) >= MOST
    ):
        zh = f"最多保存 {MOST} 个查询，请先删除不用的。"
        raise Conflict("too_many", zh, f"At most {MOST} views can be kept; delete some.")
    view = SavedView(
        owner_id=caller.actor.user_id, register=register.name, name=body.name,
        shared=body.shared, question=_stored(body.question),
    )  # fmt: skip
    _not_taken(caller, view, body.name)
    caller.session.add(view)
    caller.session.flush()
    return view.id


def _not_taken(caller: Caller, view: SavedView, name: str) -> None:
    with caller.session.no_autoflush:
        if repository.named(caller.session, view, name):
            zh, en = (
                "已有同名的查询，请换一个名称。",
                "You have a view of that name; choose another.",
            )
            raise Conflict("taken", zh, en, field="name")


def change(caller: Caller, view_id: int, body: ViewChange) -> None:
    """Rename, share or replace a view of one's own; :class:`Conflict` when it was changed."""
    view = _own(caller, view_id, body.version)
    if body.name is not None:
        _not_taken(caller, view, body.name)
        view.name = body.name
    if body.shared is not None:
        view.shared = body.shared
    if body.question is not None:
        _check(caller, _register(caller, view.register), body.question)
        view.question = _stored(body.question)
    caller.session.flush()


def forget(caller: Caller, view_id: int, version: int) -> None:
    """Delete a view of one's own."""
    caller.session.delete(_own(caller, view_id, version))
    caller.session.flush()


def _own(caller: Caller, view_id: int, version: int) -> SavedView:
    view = repository.own(caller.session, caller.actor.user_id, view_id)
    if view is None:
        raise NotFound("view")
    unchanged(view, version)
    return view
