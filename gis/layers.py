"""The layers of the vector tiles: zooms, attributes that may leave the house, permission.

A layer is one or more *views*, each a named file ``gis/sql/tiles/<sql>.sql`` that is used over a
range of zooms. Only the attributes listed here reach a tile, whatever the file selects; there is
never a name, a phone or an id number of a person among them.

Premises, incidents and people are points where points are readable and counts below. A count
stands at the label point of its grid, carries ``grid``, ``level`` and ``n`` and no feature id. A
row is counted at the ancestor of its own grid at :func:`deepest_level` of the zoom, or at its own
grid when that lies higher (rows that no micro-grid could be found for, 未归属), or, when the
caller does not see that ancestor, at the highest grid below it that the caller sees. In the views
of points and of buildings, rows without a place (or without a building of their grid) appear as
such counts too. So over all tiles of one zoom each visible row is counted exactly once, and for
any grid of a level that the zoom shows the counts at it and below it sum up to its figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

MIN_ZOOM, MAX_ZOOM = 0, 18
MOST_ROWS = 10_000
"""Rows of one layer in one tile; beyond it the layer ``meta`` says how many there are."""
BANDS = (6, 7, 8, 9, 10, 11, 12, 13)
"""Highest zoom of each band for which the lines of grids are simplified; above: as stored."""
PLAIN_ZOOMS = (14, 16)
"""First and last zoom at which many small areas are drawn."""
RAW = 0
"""The band of the lines as stored."""


@dataclass(frozen=True)
class View:
    """How a layer looks from ``minzoom`` to ``maxzoom``.

    Attributes
    ----------
    sql : name of the file, whose query yields ``geom`` (EPSG:3857) and the attributes, and ``id``
        if ``identified``
    attributes : attribute -> its TileJSON type (``String`` or ``Number``); the allow-list
    order : total order of the rows; decides which ones stay when there are too many
    identified : whether ``id`` becomes the feature id
    points : points are never cut nor repeated: each lies in exactly one tile
    plain : the query also yields ``plain``, true for areas that stay valid when their corners are
        moved to the grid of the tile (see :data:`gis.tiles.PLAIN`)
    """

    sql: str
    minzoom: int
    maxzoom: int
    attributes: Mapping[str, str]
    order: str
    identified: bool = True
    points: bool = True
    plain: bool = False


@dataclass(frozen=True)
class Layer:
    """One layer of the tiles; a caller needs any one of ``permissions``.

    ``without_people`` are the views for a caller who may not read people, where they are others.
    """

    name: str
    views: tuple[View, ...]
    permissions: frozenset[str]
    without_people: tuple[View, ...] = ()

    @property
    def minzoom(self) -> int:
        """The lowest zoom with content."""
        return min(view.minzoom for view in self.views)

    @property
    def maxzoom(self) -> int:
        """The highest zoom with content; clients enlarge from there."""
        return max(view.maxzoom for view in self.views)

    @property
    def fields(self) -> dict[str, str]:
        """All attributes of all views, for the TileJSON."""
        return {key: kind for view in self.views for key, kind in view.attributes.items()}

    @cached_property
    def impersonal(self) -> Layer:
        """The layer as a caller has it who may not read people."""
        return replace(self, views=self.without_people) if self.without_people else self

    def view(self, zoom: int) -> View | None:
        """What the layer shows at ``zoom``, if anything."""
        for view in self.views:
            if view.minzoom <= zoom <= view.maxzoom:
                return view
        return None


def deepest_level(zoom: int) -> int:
    """The lowest level of grids (1 county ... 5 micro-grid) drawn and counted at ``zoom``.

    A level comes two zooms before it fills a screen: a grid that was drilled into shows its
    children and their lines on a small map as well.
    """
    return 2 if zoom < 7 else 3 if zoom < 9 else 4 if zoom < 11 else 5


def deepest_rank(zoom: int) -> int:
    """The least rank (1 is the widest road, the largest place) of the base map at ``zoom``."""
    return 1 if zoom < 9 else 2 if zoom < 11 else 3 if zoom < 13 else 9


def band(zoom: int) -> int:
    """Which simplification of the grids' lines ``zoom`` draws: one of BANDS, or RAW."""
    return next((top for top in BANDS if zoom <= top), RAW)


def _attributes(**kinds: str) -> Mapping[str, str]:
    return MappingProxyType({key: {"n": "Number", "s": "String"}[k] for key, k in kinds.items()})


_ANY_PAGE = frozenset({"screen.view", "desk.view", "patrol.view"})
_GRID = _attributes(code="s", name="s", level="n", parent="n", serial="n")
_COUNT = _attributes(grid="n", level="n", n="n")
_PREMISES = _attributes(kind="s", attention="n", due="n", grid="n", level="n", n="n")
_INCIDENT = _attributes(category="s", warn_at="n", due_at="n", grid="n", level="n", n="n")
_BASE = _attributes(kind="s", rank="n", name="s")
_BUILDING = _attributes(floors="n", grid="n")
_BUILDING_N = _attributes(floors="n", grid="n", n="n")
_END = MAX_ZOOM

_ALL = (
    Layer("grids", (View("grids", 0, _END, _GRID, "level, id", points=False),), _ANY_PAGE),
    Layer("grids_label", (View("grids_label", 0, _END, _GRID, "level, id"),), _ANY_PAGE),
    Layer(
        "buildings",
        (
            View("buildings", *PLAIN_ZOOMS, _BUILDING, "id", points=False, plain=True),
            View("buildings_households", 17, _END, _BUILDING_N, "id", points=False),
        ),
        frozenset({"places.read", "stats.read"}),
        # A building is smaller than the smallest area whose households everybody may count.
        without_people=(
            View("buildings", *PLAIN_ZOOMS, _BUILDING, "id", points=False, plain=True),
            View("buildings", 17, _END, _BUILDING, "id", points=False),
        ),
    ),
    Layer(
        "premises",
        (
            View("premises_count", 0, 14, _COUNT, "level, grid", identified=False),
            View("premises", 15, _END, _PREMISES, "attention DESC NULLS LAST, id, grid"),
        ),
        frozenset({"premises.read"}),
    ),
    Layer(
        "incidents",
        (
            View("incidents_count", 0, 6, _COUNT, "level, grid", identified=False),
            View("incidents", 7, _END, _INCIDENT, "due_at, id, grid"),
        ),
        frozenset({"incidents.read"}),
    ),
    Layer(
        "people",
        (
            View("people_count", 0, 15, _COUNT, "level, grid", identified=False),
            View("people_buildings", 16, _END, _COUNT, "id, grid"),
        ),
        frozenset({"people.read"}),
    ),
    Layer(
        "roads",
        (View("roads", 5, _END, _BASE, "rank, id", identified=False, points=False),),
        _ANY_PAGE,
    ),
    Layer(
        "water",
        (View("water", 5, _END, _BASE, "rank, kind, id", identified=False, points=False),),
        _ANY_PAGE,
    ),
    Layer("places", (View("places", 5, _END, _BASE, "rank, id", identified=False),), _ANY_PAGE),
)
LAYERS: Mapping[str, Layer] = MappingProxyType({layer.name: layer for layer in _ALL})
