"""Buildings and premises from a file: their places decide their grids."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gis import locate
from gis.crs import Datum, convert_datum, datum_inside
from services.access.actor import Actor
from services.imports import repository
from services.imports.batch import Batch
from services.imports.messages import refuse
from services.imports.repository import Existing, Node
from services.imports.schemas import Report
from services.premises import level

SAME_PLACE = 1e-9
BUILDING = ("code", "name", "address", "use", "floors", "units", "height_m")
PREMISES = (
    "licence",
    "name",
    "kind",
    "in_charge",
    "address",
    "floor_area_m2",
    "employees",
    "attention",
    "no_place_reason",
)

# Who is in charge is a person: not compared, so that no message can tell it.
COMPARED = tuple(name for name in PREMISES[1:] if name != "in_charge")


def write_buildings(session: Session, actor: Actor, batch: Batch, report: Report) -> None:
    """Insert the new buildings of a batch; each is located by a point inside it."""
    batch.check_codes("code")
    points = shapely.point_on_surface(batch.shapes)
    grids = _locate(session, actor, batch, points)
    stored = repository.existing(session.connection(), actor.scope, "building", batch.texts("code"))
    rivals = [stored.get(code, [None])[0] for code in batch.texts("code")]
    new = _only_new(batch, ("code", *BUILDING[1:]), rivals, report)
    columns = {name: [batch.values[name][i] for i in new] for name in BUILDING}
    report.written = repository.insert(
        session.connection(),
        "building",
        {
            **columns,
            "grid_id": [grids[i] for i in new],
            "geom": [shapely.to_wkb(batch.shapes[i]) for i in new],
            "point": [shapely.to_wkb(points[i]) for i in new],
        },
    )


def write_premises(session: Session, actor: Actor, batch: Batch, report: Report) -> None:
    """Insert the new premises of a batch.

    A row without a place goes to the grid that it names by code, else to the root, and is
    counted as unplaced unless it states a reason.
    """
    conn = session.connection()
    _check_kinds(batch, repository.kinds_of_premises(conn))
    grids = _locate(session, actor, batch, batch.shapes)
    _check_licences(batch, grids)
    stored = repository.existing(conn, actor.scope, "premises", batch.texts("licence"))
    rivals = [
        next((row for row in stored.get(licence, []) if row.grid_id == grid), None)
        for licence, grid in zip(batch.texts("licence"), grids, strict=True)
    ]
    new = _only_new(batch, ("licence", *COMPARED), rivals, report)
    columns = {name: [batch.values[name][i] for i in new] for name in PREMISES}
    xy = np.full((len(batch.rows), 2), np.nan)
    placed = ~shapely.is_missing(batch.shapes)
    xy[placed] = shapely.get_coordinates(batch.shapes[placed])
    report.written = repository.insert(
        conn,
        "premises",
        {
            **columns,
            "grid_id": [grids[i] for i in new],
            "phone_enc": _phones(batch, new),
            "lon": [None if np.isnan(xy[i, 0]) else float(xy[i, 0]) for i in new],
            "lat": [None if np.isnan(xy[i, 1]) else float(xy[i, 1]) for i in new],
        },
        actor.scope,
    )
    level.take_over(session, actor)
    reasons = batch.values["no_place_reason"]
    report.unplaced = sum(not placed[i] and not reasons[i] for i in new)


def _locate(
    session: Session, actor: Actor, batch: Batch, points: npt.NDArray[np.object_]
) -> list[int]:
    """The grid of every row; 0 for rows with an error. Faults are noted in the batch."""
    conn = session.connection()
    roots = list(repository.nodes(conn, level=1).values())
    if not roots:
        raise refuse("no_grids")
    good = set(batch.good())
    placed = [i for i in good if points[i] is not None]
    xy = shapely.get_coordinates(points[placed])
    _guard_datum(batch, xy, roots)
    grids = [0] * len(batch.rows)
    for i, grid in zip(placed, locate.locate_many(conn, xy), strict=True):
        if grid is None:
            batch.fail(i, "geometry", "outside")
        else:
            grids[i] = grid
    unplaced = sorted(good.difference(placed))
    known = repository.grid_ids(conn, [batch.text("grid", i) for i in unplaced])
    for i in unplaced:
        grids[i] = _without_place(batch, i, known, roots)
    for i in batch.good():
        if not actor.scope.sees(grids[i]):
            batch.fail(i, "geometry", "outside_scope")
    if "no_place_reason" in batch.values:
        for i in placed:
            if batch.values["no_place_reason"][i]:
                batch.fail(i, batch.column("no_place_reason"), "place_and_reason")
    return grids


def _without_place(
    batch: Batch, i: int, known: dict[str, int], roots: list[Node]
) -> int:  # fmt: skip
    """The smallest grid that is known of a row without a place."""
    code = batch.text("grid", i)
    if not code:
        return roots[0].id
    if code not in known:
        batch.fail(i, batch.column("grid"), "grid_unknown", code=code)
        return 0
    return known[code]


def _guard_datum(batch: Batch, xy: npt.NDArray[np.float64], roots: list[Node]) -> None:
    """Refuse points that come to lie inside the root area only in another datum."""
    stated = batch.system.datum
    raw = convert_datum(xy, Datum.TRUE, stated)
    area = shapely.union_all([root.shape for root in roots])
    found = datum_inside(raw, stated, area)
    if found is not None:
        told = {"stated": batch.system.label, "found": found.value}
        raise refuse("datum_shifted", field="crs", **told)


def _only_new(
    batch: Batch, fields: tuple[str, ...], rivals: list[Existing | None], report: Report
) -> list[int]:
    """The rows to insert; ``rivals`` holds, row by row, what is stored under the same key.

    A row that is stored already, all the same, counts as unchanged; one that differs in one of
    ``fields`` (the key first) or in its shape is an error.
    """
    new = []
    for i in batch.good():
        rival = rivals[i]
        if rival is None:
            new.append(i)
            continue
        if not rival.seen:
            batch.fail(i, batch.column(fields[0]), "code_taken")
            continue
        differing = [n for n in fields[1:] if batch.values[n][i] != rival.values[n]]
        if not _same_shape(batch.shapes[i], rival.shape):
            differing.append("geometry")
        if differing:
            what = ", ".join(differing)
            batch.fail(i, batch.column(fields[0]), "exists_differs", what=what)
        else:
            report.unchanged += 1
    return new


def _same_shape(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(shapely.equals_exact(one, other, SAME_PLACE))


def _check_kinds(batch: Batch, known: list[str]) -> None:
    for i in batch.good():
        if batch.values["kind"][i] not in known:
            batch.fail(i, batch.column("kind"), "kind_unknown", list=", ".join(known))


def _check_licences(batch: Batch, grids: list[int]) -> None:
    """A licence may stand only once in a grid."""
    first: dict[tuple[str, int], int] = {}
    licences = batch.texts("licence")
    for i in batch.good():
        at = first.setdefault((licences[i], grids[i]), i)
        if at != i:
            batch.fail(i, batch.column("licence"), "same_in_grid", other=batch.rows[at])


def _phones(batch: Batch, new: list[int]) -> list[bytes | None]:
    keys, phones = batch.options.keys, batch.texts("phone")
    if keys is None:
        if any(phones):
            raise RuntimeError("phones can not be imported without the keys")
        return [None] * len(new)
    return [keys.encrypt(phones[i]) if phones[i] else None for i in new]
