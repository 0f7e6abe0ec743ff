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

from typing import Any

from dash.development.base_component import Component, _explicitize_args

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

    _children_props: list[str] = []
    _base_nodes = ["children"]
    _namespace = "dashboards_map"
    _type = "GridMap"
    _js_dist = dashboards._js_dist

    @_explicitize_args
    def __init__(
        self,
        id: Any = None,
        theme: str | None = None,
        lang: str | None = None,
        bounds: list[float] | None = None,
        padding: dict[str, float] | None = None,
        scale: bool | str | None = None,
        layers: dict[str, bool | None] | None = None,
        lights: Any = None,
        grid: dict[str, Any] | None = None,
        values: dict[str, Any] | None = None,
        gridInfo: dict[str, Any] | None = None,
        highlight: dict[str, Any] | None = None,
        selection: dict[str, Any] | None = None,
        overlays: dict[str, Any] | None = None,
        stops: list[Any] | None = None,
        markers: dict[str, Any] | None = None,
        camera: dict[str, Any] | None = None,
        drawMode: str | None = None,
        drawGeometry: dict[str, Any] | None = None,
        refresh: Any = None,
        live: str | None = None,
        ready: bool | None = None,
        clickData: dict[str, Any] | None = None,
        hoverData: dict[str, Any] | None = None,
        view: dict[str, Any] | None = None,
        drawData: dict[str, Any] | None = None,
        markerData: dict[str, Any] | None = None,
        longpressData: dict[str, Any] | None = None,
        liveData: dict[str, Any] | None = None,
        signedOut: bool | None = None,
        mapError: str | None = None,
        className: str | None = None,
        style: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        given = locals()
        self._prop_names = _PROPS
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = _PROPS
        self.available_wildcard_properties: list[str] = []
        explicit = kwargs.pop("_explicit_args")
        super().__init__(**{name: given[name] for name in explicit if name in _PROPS})
