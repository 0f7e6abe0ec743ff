"""Files and held rows in the database; what callers see carries their scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from services.access.scope import Scope
from services.claims.models import ClaimBatch, ClaimFault, HeldPerson, HeldPremises
from services.db.copying import Table
from services.grids.models import Grid
from services.kit.models import DictionaryItem
from services.premises.models import Premises, PremisesKind

HeldKind = type[HeldPerson] | type[HeldPremises]
HELD: dict[str, HeldKind] = {"people": HeldPerson, "premises": HeldPremises}
# Dictionary -> the field that takes one of its words.
SOURCES = {"person_class": "class", "sex": "sex", "id_kind": "id_kind"}
_LOCK = "hashtext('claim batch'), CAST(:id AS int)"


@lru_cache(maxsize=8)
def _read(name: str) -> str:
    return (files("services.claims") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def words_of_lists(session: Session, register: str) -> dict[str, dict[str, str]]:
    """Field -> word in small letters -> code, of the fields that take one of a list."""
    if register == "premises":
        kinds = session.execute(select(PremisesKind.code, PremisesKind.name_zh,
                                       PremisesKind.name_en))  # fmt: skip
        return {"kind": {word.lower(): row[0] for row in kinds for word in row}}
    query = select(DictionaryItem.dictionary, DictionaryItem.code, DictionaryItem.name_zh,
                   DictionaryItem.name_en)  # fmt: skip
    found: dict[str, dict[str, str]] = {field: {} for field in SOURCES.values()}
    for name, *row in session.execute(query.where(DictionaryItem.dictionary.in_(SOURCES))):
        found[SOURCES[name]] |= {word.lower(): row[0] for word in row}
    return found


def list_words(session: Session, register: str) -> dict[str, list[tuple[str, str]]]:
    """Field -> the words of its list in both languages, in their order."""
    if register == "premises":
        query: Any = select(PremisesKind.name_zh, PremisesKind.name_en)
        order = (PremisesKind.sort, PremisesKind.code)
        return {"kind": [(r[0], r[1]) for r in session.execute(query.order_by(*order))]}
    query = select(DictionaryItem.dictionary, DictionaryItem.name_zh, DictionaryItem.name_en)
    query = query.where(DictionaryItem.dictionary.in_(SOURCES), DictionaryItem.active)
    found: dict[str, list[tuple[str, str]]] = {}
    for name, *words in session.execute(query.order_by(DictionaryItem.sort)):
        found.setdefault(SOURCES[name], []).append((words[0], words[1]))
    return found


def root(session: Session) -> int | None:
    """Id of the county."""
    return session.scalar(select(Grid.id).where(Grid.level == 1, Grid.valid_to.is_(None)))


def begin(session: Session, batch_id: int) -> None:
    """Room for the rows of a file, more time than a page gets, and the sign of being alive."""
    session.execute(text("SET LOCAL statement_timeout = '10min'"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
    session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"), {"id": batch_id})
    session.execute(text(_read("incoming")))


def is_alive(session: Session, batch_id: int) -> bool:
    """Whether somebody is loading that file: the lock goes with the transaction."""
    free = text(f"SELECT pg_try_advisory_xact_lock({_LOCK})")
    return not session.scalar(free, {"id": batch_id})


def copy(session: Session, table: Table) -> None:
    """Rows by COPY."""
    raw: Any = session.connection().connection.driver_connection
    with raw.cursor() as cursor:
        cursor.copy_expert(table.statement(), table.buffer())


def route(session: Session, register: str, root_id: int) -> None:
    """Find the probable grid of every incoming row."""
    session.execute(text("ANALYZE incoming"))
    # How many rows its steps find, the planner can not know; a loop in a loop would take hours.
    session.execute(text("SET LOCAL enable_nestloop = off"))
    session.execute(text(_read("route")), {"people": register == "people", "root": root_id})
    session.execute(text("SET LOCAL enable_nestloop = on"))
    session.execute(text("ANALYZE routed"))


def hold(session: Session, register: str, batch_id: int) -> int:
    """Put the incoming rows into the holding area; how many."""
    done: Any = session.execute(text(_read(f"hold_{register}")), {"batch": batch_id})
    return int(done.rowcount)


def add_faults(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is wrong with a file."""
    if rows:
        session.execute(insert(ClaimFault), list(rows))


def put(session: Session, batch_id: int, **values: Any) -> None:
    """Write how far a file is; the file's own row of the audit says what came of it."""
    session.execute(
        update(ClaimBatch).where(ClaimBatch.id == batch_id).values(**values, updated_at=func.now())
    )


def batch(
    session: Session, scope: Scope, batch_id: int, *, lock: bool = False
) -> ClaimBatch | None:
    """A visible file."""
    query = select(ClaimBatch).where(ClaimBatch.id == batch_id, scope.where(ClaimBatch.grid_id))
    if lock:
        query = query.with_for_update(of=ClaimBatch).execution_options(populate_existing=True)
    return session.scalar(query)


def reading(session: Session, scope: Scope) -> list[ClaimBatch]:
    """Visible files that are being read, as far as their rows say."""
    query = select(ClaimBatch).where(ClaimBatch.state == "reading", scope.where(ClaimBatch.grid_id))
    return list(session.scalars(query))


def faults(
    session: Session, scope: Scope, batch_id: int, *, mended: bool, limit: int | None = None
) -> list[Row[Any]]:
    """What is wrong with a visible file, or was mended in it, in the order of its rows."""
    query = (
        select(ClaimFault.row_no, ClaimFault.heading, ClaimFault.code, ClaimFault.cells_enc)
        .join(ClaimBatch, ClaimBatch.id == ClaimFault.batch_id)
        .where(
            ClaimFault.batch_id == batch_id, ClaimFault.mended == mended,
            scope.where(ClaimBatch.grid_id),
        )
        .order_by(ClaimFault.row_no, ClaimFault.id)
    )  # fmt: skip
    return list(session.execute(query if limit is None else query.limit(limit)))


def states(session: Session, scope: Scope, found: ClaimBatch) -> dict[str, int]:
    """How many held rows of a file are in which state."""
    held = HELD[found.register]
    query = (
        select(held.state, func.count())
        .where(held.batch_id == found.id, scope.where(held.grid_id))
        .group_by(held.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def locked_rows(
    session: Session, held: HeldKind, scope: Scope, ids: Sequence[int]
) -> dict[int, Any]:
    """Visible held rows as they are now, locked in the order of their ids."""
    query = (
        select(held).where(held.id.in_(ids), scope.where(held.grid_id)).order_by(held.id)
        .with_for_update(of=held).execution_options(populate_existing=True)
    )  # fmt: skip
    found: Any = session.scalars(query)
    return {row.id: row for row in found}


def row(session: Session, held: HeldKind, scope: Scope, row_id: int) -> Any:
    """A visible held row."""
    return session.scalar(select(held).where(held.id == row_id, scope.where(held.grid_id)))


def equal_rows(
    session: Session, scope: Scope, one: HeldPerson | HeldPremises, hashes: Sequence[bytes]
) -> list[int]:
    """Ids of waiting rows that are equal to ``one``, itself included: grid, name and number.

    Without a number only the same birth date tells that two of a name are one.
    """
    held: Any = type(one)
    clauses = [
        held.grid_id == one.grid_id, held.name == one.name, held.state == "waiting",
        scope.where(held.grid_id),
    ]  # fmt: skip
    if isinstance(one, HeldPremises):
        clauses.append(HeldPremises.licence == one.licence)
        alone = not one.licence
    else:
        alone = not hashes and one.birth_date is None
        clauses.append(
            HeldPerson.id_hash.in_(hashes) if hashes
            else (HeldPerson.id_hash.is_(None)) & (HeldPerson.birth_date == one.birth_date)
        )  # fmt: skip
    if alone:
        return [one.id]
    return sorted({one.id, *session.scalars(select(held.id).where(*clauses))})


def delete_waiting(session: Session, scope: Scope, held: HeldKind, batch_id: int) -> int:
    """Delete the rows of a file that nobody has claimed; how many. Waits for those at it."""
    query = delete(held).where(
        held.batch_id == batch_id, held.state == "waiting", scope.where(held.grid_id)
    )
    done: Any = session.execute(query, execution_options={"synchronize_session": False})
    return int(done.rowcount)


def closed_rows(session: Session, scope: Scope, held: HeldKind, batch_id: int) -> list[int]:
    """Ids of the rows of a file that were claimed or settled."""
    query = select(held.id).where(
        held.batch_id == batch_id, held.state.in_(("claimed", "same")), scope.where(held.grid_id)
    )
    return list(session.scalars(query.order_by(held.id)))


def double_premises(
    session: Session, scope: Scope, grid_id: int, licence: str, name: str
) -> Premises | None:
    """An active premises of a grid with that licence, else with that name."""
    query = select(Premises).where(
        Premises.grid_id == grid_id, Premises.status == "active", scope.where(Premises.grid_id),
        (Premises.licence == licence) | (Premises.name == name),
    )  # fmt: skip
    return session.scalar(query.order_by((Premises.licence == licence).desc(), Premises.id))
