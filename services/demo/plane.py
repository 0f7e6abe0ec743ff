"""The plane the demo county is drawn on, and its streams of random numbers.

All shapes are generated in metres east and north of one origin and turned into degrees
(EPSG:4490) at the very end by one linear map. The map is the same for every vertex, so what
shares an edge in metres shares it in degrees.
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]
Words = npt.NDArray[np.object_]

SEED = 451030
LON0, LAT0 = 105.0384, 24.38
# Metres per degree on the GRS 80 ellipsoid at LAT0.
METRES_LON, METRES_LAT = 101_459.0, 110_771.0
DECIMALS = 8


def stream(name: str) -> np.random.Generator:
    """A random stream of its own for each part, so that one part's changes leave others alone."""
    return np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))


def to_plane(lonlat: Floats) -> Floats:
    """Degrees (n, 2) to metres (n, 2)."""
    return np.column_stack(((lonlat[:, 0] - LON0) * METRES_LON, (lonlat[:, 1] - LAT0) * METRES_LAT))


def to_degrees(xy: Floats) -> Floats:
    """Metres (n, 2) to degrees (n, 2), rounded to about a millimetre."""
    lonlat = np.column_stack((xy[:, 0] / METRES_LON + LON0, xy[:, 1] / METRES_LAT + LAT0))
    return np.round(lonlat, DECIMALS)


def shapes_to_degrees(shapes: Shapes) -> Shapes:
    """The same shapes in degrees."""
    return np.asarray(shapely.transform(shapes, to_degrees))


def value_noise(xy: Floats, wavelength: float, octaves: int, rng: np.random.Generator) -> Floats:
    """Smooth noise about 0 with a standard deviation near 1, on points (n, 2)."""
    total = np.zeros(len(xy))
    amplitude, weight = 1.0, 0.0
    for _ in range(octaves):
        table = rng.normal(size=(512, 512))
        cell = xy / wavelength + 200.0
        base = np.floor(cell).astype(np.int64)
        frac = cell - base
        ease = frac * frac * (3 - 2 * frac)
        corner = [
            table[(base[:, 0] + i) % 512, (base[:, 1] + j) % 512] for i in (0, 1) for j in (0, 1)
        ]
        south = corner[0] * (1 - ease[:, 0]) + corner[2] * ease[:, 0]
        north = corner[1] * (1 - ease[:, 0]) + corner[3] * ease[:, 0]
        total += amplitude * (south * (1 - ease[:, 1]) + north * ease[:, 1])
        weight += amplitude**2
        amplitude *= 0.55
        wavelength /= 2.1
    return np.asarray(total / np.sqrt(weight) * 1.6)
