"""One file on its way in: what it says row by row, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gis import io
from gis.crs import Reference, Shapes
from gis.io import RowError
from gis.repair import Repair, ShapeKind, place_on_earth
from services.imports.fields import Cell, Kind, bind
from services.imports.messages import refuse_file
from services.kit.crypto import Keys


@dataclass(frozen=True)
class Options:
    """How a file is to be read and written.

    Attributes
    ----------
    mapping : field -> column of the file, or a template such as ``{block}-{lot}``
    constants : field -> one value for all rows
    crs : the stated datum or CRS; None where the file declares its own
    layer, encoding : see :func:`gis.io.read`
    level, parent_code, valid_from : of all grids of the file, where no column says it
    strict : gaps and overlaps are errors
    dry_run : everything is tried and reported, nothing stays
    keys : needed where phones are imported
    """

    mapping: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    crs: str | None = None
    layer: str | None = None
    encoding: str | None = None
    level: int | None = None
    parent_code: str | None = None
    valid_from: date | None = None
    strict: bool = False
    dry_run: bool = False
    keys: Keys | None = field(default=None, repr=False)


@dataclass
class Batch:
    """The rows of a file: values by field and CGCS2000 shapes, both in the order of ``rows``."""

    kind: Kind
    options: Options
    system: Reference
    rows: list[int]
    values: dict[str, list[Cell]]
    shapes: Shapes
    repairs: list[Repair]
    errors: list[RowError]

    def fail(self, index: int | None, column: str, fault: str, **values: object) -> None:
        """Note a fault of the row at ``index``, or of the whole file (row 0)."""
        told = {name: str(value) for name, value in values.items()}
        row = 0 if index is None else self.rows[index]
        self.errors.append(RowError(row, column, fault, told))

    def good(self) -> list[int]:
        """Indices of the rows without a fault so far."""
        bad = {error.row for error in self.errors}
        return [i for i, row in enumerate(self.rows) if row not in bad]

    def column(self, name: str) -> str:
        """The file's column behind a field, for messages."""
        return self.options.mapping.get(name, name)

    def text(self, name: str, index: int) -> str:
        """The value of a text field in one row, "" for none."""
        value = self.values[name][index]
        return "" if value is None else str(value)

    def texts(self, name: str) -> list[str]:
        """The values of a text field, "" for none."""
        return ["" if value is None else str(value) for value in self.values[name]]

    def check_codes(self, name: str) -> None:
        """Every value of field ``name`` may stand in the file only once."""
        first: dict[str, int] = {}
        codes = self.texts(name)
        for i in self.good():
            at = first.setdefault(codes[i], i)
            if at != i:
                self.fail(i, self.column(name), "double_code", other=self.rows[at])


def read(kind: Kind, path: Path, options: Options) -> Batch:
    """Read a file and every field of it; raises BadInput when it can not be used at all."""
    mapping = dict(options.mapping)
    lonlat = {name: mapping.pop(name, None) for name in ("lon", "lat")}
    try:
        source = io.read(path, layer=options.layer, encoding=options.encoding, **lonlat)
        system = io.settle_crs(source, options.crs)
    except io.FileError as error:
        raise refuse_file(error) from error
    values, errors = bind(source, kind, mapping, options.constants)
    wanted: ShapeKind = "point" if kind == "premises" else "polygon"
    shapes, repairs, misplaced = place_on_earth(source, system, wanted)
    every = [*source.errors, *errors, *misplaced]
    return Batch(kind, options, system, source.rows, values, shapes, repairs, every)
