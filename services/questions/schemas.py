"""A point in a URL."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from services.kit.place import Lat, Lon


class Point(BaseModel):
    """Longitude and latitude in degrees, CGCS2000."""

    model_config = ConfigDict(extra="forbid")

    lon: Lon
    lat: Lat
