"""Organisations in the database; every statement carries the caller's scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, and_, func, select, text
from sqlalchemy.orm import Session

from services.access.actor import Actor
from services.access.scope import Scope, visible_grids
from services.db.session import lifted
from services.kit.place import Clause
from services.kit.register import contains
from services.organisations.models import Organisation
from services.organisations.schemas import OrganisationFilters
from services.premises.models import Premises

ACTIVE: Clause = Organisation.status == "active"
UNPLACED: Clause = and_(Organisation.geom.is_(None), Organisation.no_place_reason.is_(None))
# A code is unique wherever it is registered: asked for without the fence, answered with yes or no.
_WITH_CODE = text("SELECT id FROM organisation WHERE code = :code AND status = 'active'")


def columns(actor: Actor) -> Mapping[str, Any]:
    """What a list shows of an organisation."""
    premises = select(Premises.name).where(
        Premises.id == Organisation.premises_id, visible_grids(actor).where(Premises.grid_id)
    )
    return {
        "kind": Organisation.kind,
        "name": Organisation.name,
        "code": Organisation.code,
        "premises_id": Organisation.premises_id,
        "premises": premises.scalar_subquery(),
        "in_charge": Organisation.in_charge,
        "address": Organisation.address,
        "no_place_reason": Organisation.no_place_reason,
    }


def where(filters: OrganisationFilters) -> list[Clause]:
    """The conditions of the filters."""
    found: list[Clause] = []
    if filters.q is not None:
        found.append(
            contains(filters.q, Organisation.name, Organisation.code, Organisation.address)
        )
    if filters.kind is not None:
        found.append(Organisation.kind.in_(filters.kind))
    if filters.premises is not None:
        found.append(Organisation.premises_id == filters.premises)
    if filters.unplaced is not None:
        found.append(UNPLACED if filters.unplaced else ~UNPLACED)
    if filters.in_charge is not None:
        found.append(contains(filters.in_charge, Organisation.in_charge))
    return found


def one(session: Session, scope: Scope, organisation_id: int) -> Row[Any] | None:
    """A visible organisation with its point and the name of its premises."""
    query = (
        select(
            Organisation, func.ST_X(Organisation.geom).label("lon"),
            func.ST_Y(Organisation.geom).label("lat"), Premises.name.label("premises"),
        )
        .outerjoin(
            Premises, and_(Premises.id == Organisation.premises_id, scope.where(Premises.grid_id))
        )
        .where(Organisation.id == organisation_id, scope.where(Organisation.grid_id))
    )  # fmt: skip
    return session.execute(query).one_or_none()


def locked(session: Session, scope: Scope, organisation_id: int) -> Organisation | None:
    """A visible organisation as it is stored now, locked until the transaction ends."""
    query = select(Organisation).where(
        Organisation.id == organisation_id, scope.where(Organisation.grid_id)
    )
    query = query.with_for_update(of=Organisation).execution_options(populate_existing=True)
    return session.scalar(query)


def with_code(session: Session, code: str) -> int | None:
    """Id of the active organisation with that code, wherever it lies."""
    with lifted(session):
        found: int | None = session.scalar(_WITH_CODE, {"code": code})
        return found
