"""Read geodata files: GeoJSON, GeoPackage, Shapefile, CSV with longitude and latitude.

:func:`read` gives columns of text and shapes in the file's own coordinates; :func:`settle_crs`
decides what those coordinates mean; :func:`gis.repair.place_on_earth` then turns them into valid
CGCS2000 shapes.
What is wrong with the whole file raises :class:`FileError`; what is wrong with single rows is
returned as :class:`RowError`, all of them at once. Both carry a code and plain values, no prose.

Rows are numbered as their owner sees them: lines of a CSV with its heading as line 1, features of
other files from 1.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gis.crs import Reference, Shapes, UnknownCrs, reference, same_system

MOST_BYTES = 512 * 2**20
"""A packed file that unpacks to more than this is refused."""
LON_NAMES = ("lon", "lng", "long", "longitude", "x", "经度")
LAT_NAMES = ("lat", "latitude", "y", "纬度")
FORMATS = (".geojson", ".json", ".gpkg", ".shp", ".zip", ".csv")


class FileError(ValueError):
    """The file as a whole can not be used. ``code`` names why, ``values`` fill its message."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}


@dataclass(frozen=True)
class RowError:
    """One fault in one row: where it is, its code, and values for its message."""

    row: int
    column: str
    code: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class Source:
    """A file as read.

    Attributes
    ----------
    columns : name -> one text per row; empty cells are ""
    shapes : shapely geometries in the file's own coordinates; None where the row has none
    rows : row numbers for messages
    declared : the CRS that the file names, or None
    errors : rows that could not be read
    closed : rows whose open rings were closed while reading
    """

    columns: dict[str, list[str]]
    shapes: Shapes
    rows: list[int]
    declared: Reference | None
    errors: list[RowError]
    closed: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


def read(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
) -> Source:
    """Read one layer of a file.

    Parameters
    ----------
    path : the file; ``.gz`` behind GeoJSON and CSV and ``.zip`` around a Shapefile are unpacked
    layer : needed only where a file has several
    encoding : of the text; found out by itself for UTF-8 and GB 18030
    lon, lat : columns of a CSV that hold the coordinates, when their names are not usual ones

    Raises
    ------
    FileError
        The file can not be read; the codes are ``no_file``, ``format``, ``packed_too_large``,
        ``broken_file``, ``no_layer``, ``several_layers``, ``empty``, ``no_lonlat``,
        ``double_column``, ``encoding``, ``crs_unknown`` and ``crs_no_transformation``.
    """
    if not path.is_file():
        raise FileError("no_file", file=path.name)
    suffixes = [part.lower() for part in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    kind = (suffixes[-2:-1] if packed else suffixes[-1:]) or [""]
    if kind[0] not in FORMATS or (packed and kind[0] not in {".geojson", ".json", ".csv"}):
        raise FileError("format", file=path.name, formats=", ".join(FORMATS))
    if kind[0] == ".csv":
        return _read_csv(_text(_unpacked(path, packed), encoding), lon, lat)
    if kind[0] in {".geojson", ".json"}:
        return _read_geojson(_unpacked(path, packed))
    if kind[0] == ".zip":
        with _unzipped(path) as shapefile:
            return _read_vector(shapefile, layer, encoding)
    return _read_vector(path, layer, encoding)


def settle_crs(source: Source, stated: str | None) -> Reference:
    """Decide the CRS of a file from what it declares and what its sender states.

    Raises
    ------
    FileError
        ``crs_missing`` (neither says anything), ``crs_contradiction`` (they can not both hold),
        ``crs_unknown`` or ``crs_no_transformation``.
    """
    if stated is None:
        if source.declared is None:
            raise FileError("crs_missing")
        return source.declared
    told = _reference(stated)
    if source.declared is not None and not same_system(source.declared, told):
        raise FileError("crs_contradiction", declared=source.declared.label, stated=told.label)
    return told


def _read_csv(text: str, lon: str | None, lat: str | None) -> Source:
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise FileError("broken_file", reason=error) from error
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise FileError("empty")
    names = [name.strip() for name in lines[0]]
    double = [name for name, n in Counter(names).items() if n > 1]
    if double:
        raise FileError("double_column", column=double[0])
    x, y = _lonlat_columns(names, lon, lat)
    errors: list[RowError] = []
    kept: list[list[str]] = []
    rows: list[int] = []
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(names):
            wrong = {"found": str(len(line)), "expected": str(len(names))}
            errors.append(RowError(number, "", "cells", wrong))
            continue
        kept.append([cell.strip() for cell in line])
        rows.append(number)
    if not kept and not errors:
        raise FileError("empty")
    columns = {name: [line[i] for line in kept] for i, name in enumerate(names)}
    source = Source(columns, np.full(len(rows), None, dtype=object), rows, None, errors)
    _set_points(source, names[x], names[y])
    return source


def _lonlat_columns(names: list[str], lon: str | None, lat: str | None) -> tuple[int, int]:
    lowered = [name.lower() for name in names]

    def find(given: str | None, usual: tuple[str, ...]) -> int:
        wanted = (given.lower(),) if given else usual
        for name in wanted:
            if name in lowered:
                return lowered.index(name)
        raise FileError("no_lonlat", wanted=" / ".join(wanted), columns=", ".join(names))

    return find(lon, LON_NAMES), find(lat, LAT_NAMES)


def _set_points(source: Source, lon: str, lat: str) -> None:
    """Make the points of a CSV; a row with neither coordinate has none."""
    xy = np.full((len(source), 2), np.nan)
    for i, cells in enumerate(zip(source.columns[lon], source.columns[lat], strict=True)):
        if not any(cells):
            continue
        for at, (column, cell) in enumerate(zip((lon, lat), cells, strict=True)):
            number = _number(cell)
            if number is None:
                code = "not_number" if cell else "half_place"
                values = {"value": cell[:40]} if cell else {}
                source.errors.append(RowError(source.rows[i], column, code, values))
                break
            xy[i, at] = number
    placed = np.isfinite(xy).all(axis=1)
    source.shapes[placed] = shapely.points(xy[placed])


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _read_geojson(data: bytes) -> Source:
    try:
        head = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FileError("broken_file", reason=error) from error
    if not isinstance(head, dict) or head.get("type") != "FeatureCollection":
        raise FileError("broken_file", reason="no FeatureCollection")
    if not head.get("features"):
        raise FileError("empty")
    # RFC 7946 makes WGS 84 the default, yet in China most files without a CRS are GCJ-02: what
    # GDAL assumes counts only when the file says it.
    source = _read_vector(data, None, None, declares=head.get("crs") is not None)
    source.closed = [
        row for row, feature in zip(source.rows, head["features"], strict=True) if _open(feature)
    ]
    return source


def _open(feature: Any) -> bool:
    """Whether a GeoJSON feature has a ring whose ends do not meet (GDAL closes it silently)."""
    try:
        shape = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else []
        if shape["type"] == "Polygon":
            polygons = [shape["coordinates"]]
        return any(ring[0] != ring[-1] for polygon in polygons for ring in polygon)
    except (AttributeError, IndexError, KeyError, TypeError):
        return False


def _read_vector(
    path: Path | bytes, layer: str | None, encoding: str | None, *, declares: bool = True
) -> Source:
    try:
        if isinstance(path, Path):
            _check_magic(path)
            layer = _one_layer(path, layer)
            encoding = encoding or _dbf_encoding(path)
        meta, _, wkb, values = pyogrio.raw.read(
            path, layer=layer, encoding=encoding, datetime_as_string=True
        )
    except (DataSourceError, DataLayerError, UnicodeError, LookupError, RuntimeError) as error:
        raise FileError("broken_file", reason=str(error)[:200]) from error
    if wkb is None or not len(wkb):
        raise FileError("empty")
    crs = meta["crs"] if declares else None
    rows = list(range(1, len(wkb) + 1))
    columns = {name: _texts(column) for name, column in zip(meta["fields"], values, strict=True)}
    shapes = shapely.from_wkb(wkb, on_invalid="fix")
    whole = shapely.from_wkb(wkb, on_invalid="ignore")
    closed = np.flatnonzero(shapely.is_missing(whole) & ~shapely.is_missing(shapes)) + 1
    declared = _reference(crs) if crs else None
    return Source(columns, shapes, rows, declared, [], closed.tolist())


def _one_layer(path: Path, layer: str | None) -> str:
    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if layer is not None:
        if layer not in layers:
            raise FileError("no_layer", layer=layer, layers=", ".join(layers))
        return layer
    if len(layers) > 1:
        raise FileError("several_layers", layers=", ".join(layers))
    if not layers:
        raise FileError("empty")
    return layers[0]


def _texts(column: npt.NDArray[Any]) -> list[str]:
    """Cells as text: whole numbers without a decimal point, nothing as ""."""
    if column.dtype.kind == "f":
        return [
            "" if math.isnan(cell) else str(int(cell)) if cell == int(cell) else repr(cell)
            for cell in column.tolist()
        ]
    return ["" if cell is None else str(cell).strip() for cell in column.tolist()]


def _reference(name: str) -> Reference:
    try:
        return reference(name)
    except UnknownCrs as error:
        code = "crs_unknown" if error.reason == "unknown" else f"crs_{error.reason}"
        raise FileError(code, name=str(error.name)[:80]) from error


def _unpacked(path: Path, packed: bool) -> bytes:
    if not packed:
        return path.read_bytes()
    try:
        with gzip.open(path) as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise FileError("broken_file", reason=error) from error
    if len(data) > MOST_BYTES:
        raise FileError("packed_too_large", most=MOST_BYTES // 2**20)
    return data


def _text(data: bytes, encoding: str | None) -> str:
    for name in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    raise FileError("encoding", encoding=encoding or "UTF-8, GB 18030")


def _check_magic(path: Path) -> None:
    """GDAL looks at contents, not names: a file in disguise could make it open other files."""
    magic = {".gpkg": b"SQLite format 3\0", ".shp": b"\0\0\x27\x0a"}[path.suffix.lower()]
    with path.open("rb") as stream:
        if stream.read(len(magic)) != magic:
            raise FileError("broken_file", reason=f"not a {path.suffix} file")


def _dbf_encoding(path: Path) -> str | None:
    """The encoding of a Shapefile's table that does not name it: UTF-8 if it reads as such."""
    beside = {other.suffix.lower(): other for other in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    data = beside[".dbf"].read_bytes()
    records = data[int.from_bytes(data[8:10], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


@contextmanager
def _unzipped(path: Path) -> Iterator[Path]:
    """Unpack the one Shapefile of a zip into a temporary folder."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise FileError("packed_too_large", most=MOST_BYTES // 2**20)
            shapefiles = [name for name in archive.namelist() if name.lower().endswith(".shp")]
            if len(shapefiles) != 1:
                raise FileError("zip_shapefile", found=len(shapefiles))
            archive.extractall(folder)
            yield Path(folder) / shapefiles[0]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise FileError("broken_file", reason=error) from error
