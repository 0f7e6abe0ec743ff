"""`GridMap`: the shared map (``gridmap.mjs``) as a Dash component without a build step.

Usage::

    from dashboards.map.component import GridMap
    GridMap(id="map", theme="wall", lang="zh", bounds=[w, s, e, n], live="/events")

Props read by the map (set them in callbacks at any time; each one may be None):

- ``theme`` 'wall' | 'desk' | 'phone'; ``lang`` 'zh' | 'en'
- ``bounds`` [w, s, e, n] first view
- ``padding`` {top, right, bottom, left} px under the page's cards
- ``scale`` True | False | id of the element that the scale bar is put into; first value counts
- ``layers`` {name: True | False | None}: names as in ``gridmap.mjs``; later changes toggle
- ``lights`` 'tiles' | 'given' | 'none' (first value counts), or a list of lights -> setLights
- ``grid`` {gridId, level, bbox, childLevel} -> drill; None -> the level follows the zoom
- ``values`` {metric, data: {gridId: number | None}, breaks: [..]} -> setValues
- ``gridInfo`` {gridId: {name, metricText, green}} -> setGridInfo
- ``highlight`` {layer, id} | {layer, ids}; ``selection`` {buildings: [..], premises: [..]}
- ``overlays`` {name: {data: GeoJSON, kind}} -> setOverlay (names that vanish are removed)
- ``stops`` list -> setStops; ``markers`` {name: {lon, lat, draggable, symbol, label}}
- ``camera`` {lon, lat, zoom} | {bbox, maxZoom}, add any changing ``ts`` to repeat the same flight
- ``drawMode`` 'polygon' | 'circle' | 'line' | None (None clears); ``drawGeometry`` GeoJSON to edit
- ``refresh`` any changing value -> all tiles are fetched again
- ``live`` URL of the event stream, e.g. '/events'; first value counts

Props written by the map:

- ``ready`` True after the first complete picture
- ``clickData`` the select event {layer, id, lon, lat, properties, features, ts}
- ``hoverData`` the hover event or None (at most 10 a second)
- ``view`` {bbox, centre, zoom, level}
- ``drawData`` {kind, geometry, circle, length} or None
- ``markerData`` {name, lon, lat, ts}
- ``longpressData`` {lon, lat, ts}
- ``liveData`` {lights: {red, yellow, green}, messages: [..], state, seq}: at most twice a second;
  the map keeps and draws the lights itself, so use this to refresh figures only
- ``signedOut`` True after a 401; ``mapError`` a text for people

In client-side callbacks ``document.getElementById(id).__gridmap`` is the controller.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dash.development.base_component import Component

import dashboards

_PROPS = [
    "id",
    "theme",
    "lang",
    "bounds",
    "padding",
    "scale",
    "layers",
    "lights",
    "grid",
    "values",
    "gridInfo",
    "highlight",
    "selection",
    "overlays",
    "stops",
    "markers",
    "camera",
    "drawMode",
    "drawGeometry",
    "refresh",
    "live",
    "ready",
    "clickData",
    "hoverData",
    "view",
    "drawData",
    "markerData",
    "longpressData",
    "liveData",
    "signedOut",
    "mapError",
    "className",
    "style",
]


class GridMap(Component):  # type: ignore[misc]
    """The shared map; the props are listed at the top of this module."""

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _namespace = "dashboards_map"
    _type = "GridMap"
    _js_dist: ClassVar[list[dict[str, str]]] = dashboards._js_dist

    def __init__(self, id: Any = None, **props: Any) -> None:
        """Take any of the props; TypeError for a name that is not one."""
        self._prop_names = _PROPS
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = _PROPS
        self.available_wildcard_properties: list[str] = []
        if id is not None:
            props["id"] = id
        super().__init__(**props)
