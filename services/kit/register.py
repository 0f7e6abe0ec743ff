"""The one mechanism behind every register 名册: list, count, totals, order, page, export rows.

A noun describes its register once (:class:`Register`); scope, place, filters, paging and the
masking of what is stored encrypted are applied here, so that no register can forget them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    CursorResult,
    Float,
    Numeric,
    Select,
    cast,
    column,
    func,
    literal,
    null,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope
from services.db import hook
from services.kit.asking import Askable, compiled, like
from services.kit.crypto import Keys, mask_id, mask_phone, mask_words
from services.kit.paging import Filters, Search, sort_key
from services.kit.place import Clause, Placing, Target, box_around, resolve

F = TypeVar("F", bound=Filters)
Item = dict[str, Any]
Totals = dict[str, dict[str, int]]
MASKS: dict[str, Callable[[str | None], str | None]] = {"id_number": mask_id, "phone": mask_phone}
CHUNK = 2_000

_GRID = table("grid", column("id"), column("name"))


@dataclass(frozen=True)
class Caller:
    """Who asks, through which session, and the keys that open what is stored encrypted."""

    session: Session
    actor: Actor
    keys: Keys


@dataclass(frozen=True, eq=False)
class Register(Generic[F]):
    """What one register is made of.

    ``columns`` gets the actor and ``where`` the caller, because a name of a person shows only to
    those who may read people. ``sealed`` columns are stored encrypted and leave masked; ``guarded``
    ones (column -> permission) leave masked, and unsorted, without the permission; a ``blurred``
    sort (name -> permission, key) takes the coarser key without it. ``tally`` gives
    totals for a scope without reading rows, when neither a filter nor a shape is given. ``finish``
    makes what changes a row before it leaves, told whether it leaves in an export. ``asked`` are
    the columns that combined conditions 组合条件 may name.
    """

    name: str
    permission: str
    source: Any
    id: Any
    filters: type[F]
    url_filters: type[Filters]
    columns: Callable[[Actor], Mapping[str, Any]]
    where: Callable[[F, Caller], Sequence[Clause]]
    sorts: Mapping[str, Any]
    order: Sequence[Any]
    placing: Placing
    alive: Clause = field(default_factory=true)
    totals: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, Any] = field(default_factory=dict)
    guarded: Mapping[str, str] = field(default_factory=dict)
    blurred: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    at: Any = None
    tally: Callable[[Session, Scope], Totals] | None = None
    dictionaries: Mapping[str, str] = field(default_factory=dict)
    finish: Callable[..., Callable[[Item], None]] | None = None
    asked: Mapping[str, Askable] = field(default_factory=dict)

    @property
    def seen_at(self) -> Any:
        """The point of a row for output; NULL where rows have none."""
        return self.placing.point if self.at is None else self.at


@dataclass(frozen=True)
class Question(Generic[F]):
    """A search made ready: its conditions, and the target for distances."""

    register: Register[F]
    caller: Caller
    search: Search[F]
    target: Target
    clauses: Sequence[Clause]

    @property
    def plain(self) -> bool:
        """Whether it asks for all rows of some grids, so that a tally can answer it."""
        empty = self.search.filters is None or not self.search.filters.model_fields_set
        return empty and self.search.conditions is None and self.target.kind in ("all", "grid")


def ask(caller: Caller, register: Register[F], search: Search[F]) -> Question[F]:
    """Check permission, place, filters and conditions of a search, and make it ready.

    Raises :class:`Forbidden`, :class:`NotFound` or :class:`BadInput`.
    """
    question = checked(caller, register, search)
    return _nearest(question) if question.target.kind == "nearest" else question


def checked(caller: Caller, register: Register[F], search: Search[F]) -> Question[F]:
    """The same without looking for what is nearest: whether ``caller`` may ask this at all."""
    caller.actor.require(register.permission)
    if search.sort:
        name, _ = sort_key(search.sort, list(register.sorts))
        if name in register.guarded:
            caller.actor.require(register.guarded[name])
    target = resolve(caller.session, caller.actor, search.place)
    clauses = [register.alive, *register.placing.within(_reach(target))]
    if search.filters is not None:
        clauses += register.where(search.filters, caller)
    if search.conditions is not None:
        clauses.append(compiled(caller, register, search.conditions))
    return Question(register, caller, search, target, clauses)


def _reach(target: Target) -> Target:
    return replace(target, kind="all", shape=None) if target.kind == "nearest" else target


def _nearest(question: Question[F]) -> Question[F]:
    """Narrow the question to its ``n`` nearest rows, by true metres.

    The index orders by degrees, which is not the order in metres. So the ``n`` nearest by degrees
    only tell how far to look; of all rows within that distance the nearest by metres are taken.
    """
    register, target, session = question.register, question.target, question.caller.session
    register.placing.check_nearest()
    point, distance = register.placing.point, register.placing.distance(target)
    base = select(distance.label("metres")).select_from(register.source).where(*question.clauses)
    rough = base.where(point.is_not(None)).order_by(point.op("<->")(target.geom)).limit(target.n)
    farthest = session.scalar(select(func.max(rough.subquery().c.metres)))
    if farthest is None:
        return replace(question, clauses=[*question.clauses, literal(False)])
    near = replace(target, kind="near", metres=farthest + 0.001)
    assert target.box is not None
    middle = ((target.box[0] + target.box[2]) / 2, (target.box[1] + target.box[3]) / 2)
    box = box_around((*middle, *middle), farthest + 1)
    ids = (
        select(register.id)
        .select_from(register.source)
        .where(*question.clauses, point.op("&&")(func.ST_MakeEnvelope(*box, 4490)))
        .order_by(distance, register.id)
        .limit(target.n)
    )
    found = list(session.connection().execute(ids).scalars())
    return replace(question, target=near, clauses=[*question.clauses, register.id.in_(found)])


def totals(question: Question[F]) -> tuple[int, Totals]:
    """The number of rows, and how they split by each of the register's totals."""
    register, session = question.register, question.caller.session
    if register.tally and question.plain:
        found = register.tally(session, question.target.scope)
        return sum(next(iter(found.values())).values()), found
    keys = list(register.totals.items())
    query = select(
        func.grouping(*[c for _, c in keys]) if keys else literal(0),
        *[c.label(f"k_{name}") for name, c in keys],
        func.count(),
    )
    query = query.select_from(register.source).where(*question.clauses)
    if keys:
        query = query.group_by(func.grouping_sets(*[c for _, c in keys]))
    split: Totals = {name: {} for name, _ in keys}
    total = 0
    for row in session.connection().execute(query):
        place = _dimension(row[0], len(keys))
        if keys:
            split[keys[place][0]][_text(row[1 + place])] = row[-1]
        total += row[-1] if place == 0 else 0
    return total, split


def _dimension(grouping: int, n: int) -> int:
    """Which of ``n`` keys a row of GROUPING SETS belongs to: the one whose bit is not set."""
    return next((i for i in range(n) if not grouping >> (n - 1 - i) & 1), 0)


def _text(value: Any) -> str:
    return "none" if value is None else str(value)


@lru_cache(maxsize=512)
def _base(register: Register[Any], actor: Actor) -> Select[Any]:
    """All columns of a register for one actor; made once, because making it costs milliseconds."""
    at = register.seen_at
    grid_name = select(_GRID.c.name).where(_GRID.c.id == register.placing.grid)
    columns = {
        "id": register.id,
        **register.columns(actor),
        "grid_id": register.placing.grid,
        "grid": grid_name.scalar_subquery(),
        "lon": func.ST_X(at) if at is not None else null(),
        "lat": func.ST_Y(at) if at is not None else null(),
        **register.sealed,
    }
    listed = [c.label(name) for name, c in columns.items()]
    return select(*listed).select_from(register.source)


def _select(question: Question[F]) -> Select[Any]:
    """The columns of a question without its conditions."""
    register, target = question.register, question.target
    query = _base(register, question.caller.actor)
    if target.metres is None or register.placing.through is not None:
        return query
    metres = cast(register.placing.distance(target), Numeric)
    return query.add_columns(cast(func.round(metres, 1), Float).label("metres"))


def _order(question: Question[F]) -> list[Any]:
    register, sort = question.register, question.search.sort
    if sort:
        name, down = sort_key(sort, list(register.sorts))
        key = register.sorts[name]
        if name in register.blurred and not question.caller.actor.may(register.blurred[name][0]):
            key = register.blurred[name][1]
        return [(key.desc() if down else key.asc()).nulls_last(), register.id]
    if question.target.metres is not None and register.placing.through is None:
        return [register.placing.distance(question.target), register.id]
    return list(register.order)


def _items(question: Question[F], found: CursorResult[Any], *, export: bool) -> Iterator[Item]:
    names, sealed, keys = list(found.keys()), question.register.sealed, question.caller.keys
    actor, guarded = question.caller.actor, question.register.guarded
    masked = [name for name, permission in guarded.items() if not actor.may(permission)]
    finish = question.register.finish and question.register.finish(question.caller, export=export)
    for row in found:
        item: Item = dict(zip(names, row, strict=True))
        lon, lat = item.pop("lon"), item.pop("lat")
        item["point"] = None if lon is None else [lon, lat]
        for name in masked:
            item[name] = mask_words(item[name])
        for name in sealed:
            stored = item[name]
            item[name] = MASKS[name](keys.decrypt(stored)) if stored is not None else None
        if finish:
            finish(item)
        yield item


def page(caller: Caller, register: Register[F], search: Search[F]) -> Item:
    """One page of a register: ``{total, totals, page, size, items}``."""
    question = ask(caller, register, search)
    total, split = totals(question)
    order = _order(question)
    # The ids first: what a column costs is then paid for the rows of the page only.
    ids = select(register.id).select_from(register.source).where(*question.clauses).order_by(*order)
    ids = ids.limit(search.size).offset((search.page - 1) * search.size).correlate(None)
    query = _select(question).where(register.id.in_(ids)).order_by(*order)
    items = list(_items(question, caller.session.connection().execute(query), export=False))
    if caller.actor.seen_as:
        _note_shown(question, total, items)
    return {
        "total": total,
        "totals": split,
        "page": search.page,
        "size": search.size,
        "items": items,
    }


def _note_shown(question: Question[F], total: int, items: Sequence[Item]) -> None:
    """Record what a page showed to somebody in an emergency look or a preview."""
    place = question.search.place
    hook.note(
        question.caller.session,
        "list",
        entity=question.register.name,
        grid_id=place.grid if place else None,
        note=json.dumps({"rows": len(items), "of": total}),
        after={"ids": [item["id"] for item in items]},
    )


def rows(question: Question[F]) -> Iterator[Item]:
    """All rows of a question in order, read in chunks; for exports."""
    query = _select(question).where(*question.clauses).order_by(*_order(question))
    connection = question.caller.session.connection()
    found = connection.execute(query, execution_options={"yield_per": CHUNK})
    yield from _items(question, found, export=True)


def contains(words: str, *columns: Any) -> Clause:
    """Whether one of ``columns`` contains ``words``, whatever signs they hold."""
    pattern = f"%{like(words)}%"
    clause: Clause = columns[0].ilike(pattern)
    for other in columns[1:]:
        clause = clause | other.ilike(pattern)
    return clause
