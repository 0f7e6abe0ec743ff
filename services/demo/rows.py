"""The county as rows: grids, base map, buildings, houses, households, families, people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pypinyin
import shapely

from services.db.copying import (
    NULL,
    Table,
    flags,
    ids,
    numbers,
    same,
    secrets,
    shapes,
    some,
    words,
)
from services.demo.county import County
from services.demo.lines import Line
from services.demo.plane import (
    Floats,
    Ints,
    Shapes,
    Words,
    shapes_to_degrees,
    stream,
    to_degrees,
)
from services.demo.wide_families import wide_families
from services.kit.crypto import Keys

VALID_FROM = "2024-01-01"


def points(xy: Floats) -> Shapes:
    """Points in degrees from metres."""
    return np.asarray(shapely.points(to_degrees(xy)))


def where_known(known: npt.NDArray[np.bool_], shape: Shapes) -> Shapes:
    """``shape`` where it is known, None elsewhere."""
    chosen = shape.copy()
    chosen[~known] = None
    return chosen


def grid_tables(county: County) -> list[Table]:
    """All grids, upper levels first."""
    grids = county.grids
    n = len(grids.code)
    paths = ["{" + ",".join(str(g + 1) for g in grids.path(i)) + "}" for i in range(n)]
    return [
        Table("grid", {
            "id": ids(np.arange(n)), "code": words(grids.code), "name": words(grids.name),
            "level": numbers(grids.level), "parent_id": ids(grids.parent), "path": paths,
            "serial": some(grids.serial, grids.serial > 0), "sort": numbers(grids.serial),
            "geom": shapes(_multi(grids.shape)), "label": shapes(grids.label),
            "valid_from": same(VALID_FROM, n),
        })
    ]  # fmt: skip


def _multi(
    polygons: Shapes,
) -> Shapes:
    parts, index = shapely.get_parts(polygons, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=index))


def _by_village(county: County, lines: list[Line]) -> tuple[Ints, Ints, Shapes]:
    """``lines`` cut at village borders: number of the line, grid and shape of each piece."""
    villages = np.flatnonzero(county.grids.level == 3)
    area = county.grids.shape[villages]
    drawn = shapes_to_degrees(np.array([line.geom for line in lines]))
    at, where = shapely.STRtree(area).query(drawn, predicate="intersects")
    order = np.lexsort((where, at))
    at, where = at[order], where[order]
    pieces = shapely.intersection(drawn[at], area[where])
    parts, owner = shapely.get_parts(pieces, return_index=True)
    straight = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 1e-7)
    parts, owner = parts[straight], owner[straight]
    kept = np.unique(owner)
    merged = shapely.multilinestrings(parts, indices=np.searchsorted(kept, owner))
    return at[kept], villages[where[kept]], np.asarray(merged)


def base_map_tables(county: County) -> list[Table]:
    """Roads, water and named places, each row in one village (or micro-grid, for a point)."""
    ground = county.ground
    town = [Line(rank, name, line) for rank, name, line in ground.plan.streets]
    roads = [*ground.roads, *town, *county.lanes]
    drawn = [*roads, Line(1, "驮娘江", ground.river), *ground.streams]
    number, grid, shape = _by_village(county, drawn)
    lines = Table("basemap_line", {
        "kind": np.where(number < len(roads), "road", "water").tolist(),
        "rank": [str(drawn[i].rank) for i in number.tolist()],
        "name": [drawn[i].name or NULL for i in number.tolist()],
        "grid_id": ids(grid), "geom": shapes(shape),
    })  # fmt: skip
    villages = np.flatnonzero(county.grids.level == 3)
    wide = shapes_to_degrees(np.array([ground.river.buffer(32, quad_segs=4)]))[0]
    wet = shapely.intersection(county.grids.shape[villages], wide)
    there = ~shapely.is_empty(wet) & (shapely.area(wet) > 1e-9)
    flooded = _multi(np.array([_polygons(w) for w in wet[there]]))
    areas = Table("basemap_area", {
        "kind": same("water", len(flooded)), "name": same("驮娘江", len(flooded)),
        "grid_id": ids(villages[there]), "geom": shapes(flooded),
    })  # fmt: skip
    return [lines, areas, _places(county)]


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])


def _places(county: County) -> Table:
    estates, ground = county.estates, county.ground
    names = {d.code: d.name for d in ground.divisions}
    kind = np.array(["", "town", "village", "hamlet", "street"])[estates.rank]
    rank = np.where(estates.rank == 4, 5, estates.rank + 1)
    label = np.array(estates.name, dtype=object)
    # A seat carries the name of its township or village, not of the settlement.
    for i in np.flatnonzero(np.isin(estates.rank, (1, 2))).tolist():
        code = ground.villages[ground.micro_village[estates.micro[i]]]
        label[i] = names[code[:9]] if estates.rank[i] == 1 else names[code]
    centre = shapely.get_coordinates(shapely.centroid(ground.plan.outline))
    spot, rank = np.vstack((estates.spot, centre)), np.append(rank, 1)
    at, micro = shapely.STRtree(ground.micro).query(shapely.points(spot), "intersects")
    assert (at == np.arange(len(spot))).all()
    return Table("basemap_place", {
        "kind": words(np.append(kind, "county")), "rank": numbers(rank),
        "name": words(np.append(label, "西林县城")),
        "grid_id": ids(county.grids.micro[micro]), "geom": shapes(points(spot)),
    })  # fmt: skip


def building_codes(county: County) -> Words:
    """Village code and a five-digit serial in the village."""
    village = county.ground.micro_village[county.buildings.micro]
    turn = np.arange(len(village)) - np.searchsorted(village, village) + 1
    codes = np.array(county.ground.villages)[village]
    return np.char.add(codes, np.char.zfill(turn.astype(str), 5)).astype(object)


def place_tables(county: County) -> list[Table]:
    """Estates, buildings, houses."""
    b, h, e, micro = county.buildings, county.houses, county.estates, county.grids.micro
    n, code = len(b.micro), building_codes(county)
    owner = np.char.add(np.char.add(code.astype(str)[h.building], "-"), h.unit.astype(str))
    number = np.char.add(np.char.add(owner, "-"), h.room.astype(str))
    checked = stream("houses checked").integers(0, 540, len(h.building))
    checked_on = np.datetime64(county.today) - checked.astype("timedelta64[D]")
    return [
        Table("estate", {
            "id": ids(np.arange(len(e.name))), "name": words(e.name), "kind": words(e.kind),
            "grid_id": ids(micro[e.micro]), "geom": shapes(shapes_to_degrees(e.shape)),
        }),
        Table("building", {
            "id": ids(np.arange(n)), "code": words(code), "name": words(b.name),
            "address": words(b.address), "use": words(b.use), "floors": numbers(b.floors),
            "units": numbers(b.units), "height_m": numbers(np.round(b.floors * 3.1 + 0.6, 1)),
            "estate_id": ids(b.estate), "grid_id": ids(micro[b.micro]),
            "geom": shapes(_multi(shapes_to_degrees(b.shape))), "point": shapes(points(b.point)),
        }),
        Table("house", {
            "id": ids(np.arange(len(h.building))), "number": words(number),
            "building_id": ids(h.building), "unit": numbers(h.unit), "floor": numbers(h.floor),
            "room": words(h.room), "use": words(h.use), "rented": flags(county.homes.rented),
            "area_m2": numbers(h.area), "confirmed_on": numbers(checked_on),
            "grid_id": ids(micro[b.micro[h.building]]),
        }),
    ]  # fmt: skip


def home_addresses(county: County) -> Words:
    """Address of each house as people write it."""
    b, h = county.buildings, county.houses
    base = b.address[h.building]
    tall = b.kind[h.building] == "estate"
    unit = np.char.add(h.unit.astype(str), "单元")
    room = np.where(
        tall, np.char.add(unit, h.room.astype(str)), np.char.add(h.room.astype(str), "室")
    )
    plain = b.kind[h.building] == "farmhouse"
    return np.where(plain, base, base + room.astype(object))


def _pinyin(names: Words) -> list[str]:
    """The sound of each sign, for search and sorting: ``huang yun tai``."""
    signs = sorted(set("".join(names)))
    sound = {s: pypinyin.lazy_pinyin(s)[0] for s in signs}
    return [" ".join(sound[c] for c in n) for n in names]


def household_table(county: County) -> Table:
    """The registered households with their heads."""
    homes, grids, n = county.homes, county.grids, len(county.homes.micro)
    turn = np.arange(n) - np.searchsorted(homes.micro, homes.micro) + 1
    codes = np.array([county.ground.micro_code(m)[6:] for m in range(len(county.ground.micro))])
    number = np.char.add(codes[homes.micro], np.char.zfill(turn.astype(str), 4))
    building = county.houses.building[homes.house]
    return Table("household", {
        "id": ids(np.arange(n)), "number": words(number), "house_id": ids(homes.house),
        "building_id": ids(building), "head_id": ids(county.heads),
        "address": words(home_addresses(county)[homes.house]),
        "grid_id": ids(grids.micro[homes.micro]),
        "geom": shapes(points(county.buildings.point)[building]),
    })  # fmt: skip


def family_table(county: County) -> Table:
    """The families in the wide sense with their heads, numbered in each micro-grid."""
    people, head = county.people, wide_families(county.people).head
    micro, house = people.micro[head], people.house[head]
    turn = np.arange(len(head)) - np.searchsorted(micro, micro) + 1
    building = county.houses.building[house]
    return Table("family", {
        "id": ids(np.arange(len(head))), "number": [f"J{n:04d}" for n in turn.tolist()],
        "house_id": ids(house), "building_id": ids(building), "head_id": ids(head),
        "address": words(home_addresses(county)[house]), "grid_id": ids(county.grids.micro[micro]),
        "geom": shapes(points(county.buildings.point)[building]),
    })  # fmt: skip


def person_grids(county: County) -> Ints:
    """The grid of each person: the micro-grid, or the smallest that is known."""
    people, grids = county.people, county.grids
    grid = grids.micro[people.micro].copy()
    for level in (1, 2, 3, 4):
        mine = people.level == level
        grid[mine] = grids.above(grid[mine], level)
    return grid


def person_table(county: County, keys: Keys) -> Table:
    """All people, active and cancelled; ids and phones encrypted, with keyed hashes."""
    p, n = county.people, len(county.people)
    families = wide_families(p)
    housed = p.house >= 0
    building = np.where(housed, county.houses.building[p.house], -1)
    spot = where_known(housed, points(county.buildings.point)[building])
    address = np.where(housed, home_addresses(county)[p.house], "")
    gone = p.gone >= 0
    today = np.datetime64(county.today)
    return Table("person", {
        "id": ids(np.arange(n)), "class": words(p.cls), "name": words(p.name),
        "name_pinyin": _pinyin(p.name), "sex": np.where(p.male, "m", "f").tolist(),
        "birth_date": numbers(p.birth), "id_kind": words(p.id_kind),
        "id_enc": secrets(p.id_number, keys.encrypt), "id_hash": secrets(p.id_number, keys.digest),
        "phone_enc": secrets(p.phone, keys.encrypt), "phone_hash": secrets(p.phone, keys.digest),
        "household_id": ids(p.household), "relation": some(p.relation, p.relation != ""),
        "family_id": ids(families.member),
        "family_relation": some(families.relation, families.relation != ""),
        "house_id": ids(p.house), "building_id": ids(building), "address": words(address),
        "no_place_reason": some(p.no_place, p.no_place != ""), "geom": shapes(spot),
        "grid_id": ids(person_grids(county)),
        "confirmed_on": numbers(today - p.confirmed.astype("timedelta64[D]")),
        "status": np.where(gone, "cancelled", "active").tolist(),
        "cancelled_at": some(today - np.maximum(p.gone, 0).astype("timedelta64[D]"), gone),
        "cancel_reason": some(p.gone_why, gone),
    })  # fmt: skip


def label_table(county: County) -> Table:
    """Labels on people; the grid is the person's."""
    labels, today = county.labels, np.datetime64(county.today)
    stopped = labels.stopped >= 0
    return Table("person_label", {
        "person_id": ids(labels.person), "label_code": words(labels.code),
        "started_on": numbers(today - labels.started.astype("timedelta64[D]")),
        "started_by": np.where(labels.by_rule, "rule", "hand").tolist(),
        "term_ends_on": some(
            today + labels.term_ends_in.astype("timedelta64[D]"), labels.term_ends_in >= 0
        ),
        "stopped_on": some(today - labels.stopped.astype("timedelta64[D]"), stopped),
        "stopped_by": some(np.full(len(stopped), "hand"), stopped),
        "stop_reason": some(np.full(len(stopped), "settled"), stopped),
        "grid_id": ids(person_grids(county)[labels.person]),
    })  # fmt: skip
