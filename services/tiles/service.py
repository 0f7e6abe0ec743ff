"""Which layers a caller may have, and the description of them (TileJSON)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from gis.layers import LAYERS, Layer
from gis.tiles import Tile, TileReader
from services.access.actor import Actor
from services.access.scope import visible_grids
from services.db.session import entry_sql
from services.errors import Forbidden, NotFound
from services.tiles import repository


@lru_cache(maxsize=512)
def _layers(names: str) -> tuple[Layer, ...] | None:
    listed = names.split(",")
    if len(set(listed)) < len(listed) or not set(listed) <= LAYERS.keys():
        return None
    return tuple(LAYERS[name] for name in listed)


def layers_for(actor: Actor, names: str) -> tuple[Layer, ...]:
    """The layers of a comma-separated list, with what the actor may have of them.

    Raises :class:`NotFound` for an unknown or repeated name and :class:`Forbidden` for a layer
    that the actor holds no permission for.
    """
    layers = _layers(names)
    if layers is None:
        raise NotFound("layer")
    for layer in layers:
        if not layer.permissions & actor.permissions:
            raise Forbidden(" / ".join(sorted(layer.permissions)))
    if not actor.may("people.read"):
        return tuple(layer.impersonal for layer in layers)
    return layers


def make(reader: TileReader, actor: Actor, layers: tuple[Layer, ...], tile: Tile) -> bytes:
    """The content of a tile as far as the actor sees; empty where nothing is.

    Raises :class:`NotFound` if there is no such tile or none of the layers has that zoom.
    """
    if not tile.exists or all(layer.view(tile.z) is None for layer in layers):
        raise NotFound("tile")
    scope = visible_grids(actor)
    return reader.tile(layers, tile, scope.all, scope.ids, entry_sql(actor)).content


def tilejson(
    session: Session, actor: Actor, layers: tuple[Layer, ...], root: str
) -> dict[str, Any]:
    """TileJSON 3.0 of ``layers``; its bounds are those of the actor's scope, if there is any.

    ``root`` is the address of the site, such as ``http://127.0.0.1:8000``.
    """
    names = ",".join(layer.name for layer in layers)
    described: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": names,
        "scheme": "xyz",
        "tiles": [f"{root}/tiles/{names}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": min(layer.minzoom for layer in layers),
        "maxzoom": max(layer.maxzoom for layer in layers),
        "vector_layers": [
            {
                "id": layer.name,
                "fields": layer.fields,
                "minzoom": layer.minzoom,
                "maxzoom": layer.maxzoom,
            }
            for layer in layers
        ],
    }
    if bounds := repository.bounds(session, visible_grids(actor)):
        described["bounds"] = bounds
    return described
