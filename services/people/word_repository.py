"""Looking for people by words: names, pinyin, initials, addresses, through one index."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, and_, any_, bindparam, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Session

from services.access.scope import Scope
from services.db.session import lifted
from services.kit.place import Clause
from services.kit.register import contains
from services.people import names
from services.people.models import Person
from services.people.repository import ACTIVE

LOOKED_UP = 20_000
"""So many ids are handed from the index to the question; more are read one by one."""


def named(typed: str) -> Clause:
    """Whose name holds what was typed: signs, pinyin or initials."""
    clause: Clause = Person.words.op("@@")(cast(names.by_name(typed), TSQUERY))
    return clause


def living_at(typed: str) -> Clause:
    """Whose address holds what was typed."""
    query = names.by_address(typed)
    held = contains(typed.strip() or typed, Person.address)
    return held if query is None else and_(Person.words.op("@@")(cast(query, TSQUERY)), held)


def looked_up(session: Session, scope: Scope, clause: Clause) -> Clause:
    """``clause`` on words of :class:`Person`, as an index can answer it.

    Row-level security lets an index of words look at no row before the fence has, so that a part
    of a county would be read whole. Instead the ids are asked for without the fence, by the same
    scope; what leaves passes the fence all the same.
    """
    if scope.all:
        return clause
    query = select(Person.id).where(clause, ACTIVE, scope.where(Person.grid_id))
    with lifted(session):
        ids = list(session.scalars(query.limit(LOOKED_UP + 1)))
    if len(ids) > LOOKED_UP:
        return clause
    listed = "{" + ",".join(map(str, ids)) + "}"
    among: Clause = Person.id == any_(cast(bindparam(None, listed, type_=Text), ARRAY(BigInteger)))
    return among
