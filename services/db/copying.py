"""Columns of text for PostgreSQL's COPY, made for whole arrays at once."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

SRID = 4490
NULL = "\\N"


@dataclass
class Table:
    """One table to be filled: its name and its columns as lists of COPY text."""

    name: str
    columns: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))

    def buffer(self) -> io.StringIO:
        """The rows in COPY's text format."""
        rows = map("\t".join, zip(*self.columns.values(), strict=True))
        text = "\n".join(rows)
        return io.StringIO(text + "\n" if text else "")

    def statement(self) -> str:
        """The COPY statement that takes :meth:`buffer`."""
        names = ", ".join(f'"{c}"' for c in self.columns)
        return f'COPY "{self.name}" ({names}) FROM STDIN'


def words(values: Iterable[Any]) -> list[str]:
    """Text as it is; the generator's words hold no tab, newline or backslash."""
    return [str(v) for v in values]


def some(values: Sequence[Any] | npt.NDArray[Any], there: npt.NDArray[np.bool_]) -> list[str]:
    """Values, or NULL where not ``there``."""
    return [str(v) if t else NULL for v, t in zip(list(values), there.tolist(), strict=True)]


def numbers(values: npt.NDArray[Any]) -> list[str]:
    """Whole or decimal numbers, days (datetime64) as ISO dates."""
    text: list[str] = np.asarray(values).astype(str).tolist()
    return text


def ids(values: npt.NDArray[np.int64]) -> list[str]:
    """Entries 0, 1, 2 ... as row ids 1, 2, 3 ...; -1 becomes NULL."""
    return [str(v + 1) if v >= 0 else NULL for v in np.asarray(values).tolist()]


def flags(values: npt.NDArray[np.bool_]) -> list[str]:
    """Booleans."""
    return ["t" if v else "f" for v in values.tolist()]


def same(value: Any, count: int) -> list[str]:
    """One value in every row."""
    return [str(value)] * count


def shapes(geometries: npt.NDArray[np.object_]) -> list[str]:
    """Geometries in degrees as hexadecimal EWKB; None becomes NULL."""
    marked = shapely.set_srid(geometries, SRID)
    coded = shapely.to_wkb(marked, hex=True, include_srid=True, output_dimension=2)
    return [NULL if c is None else c for c in np.asarray(coded, dtype=object).tolist()]


def secrets(values: Iterable[str], make: Callable[[str], bytes]) -> list[str]:
    """``make`` of each text as bytea; NULL for an empty text."""
    return ["\\\\x" + make(v).hex() if v else NULL for v in values]


def moments(epoch: npt.NDArray[np.float64]) -> list[str]:
    """Epoch seconds as UTC timestamps to the second; NaN becomes NULL."""
    known = ~np.isnan(epoch)
    text = np.datetime_as_string(np.where(known, epoch, 0).astype("datetime64[s]")).tolist()
    return [f"{t}+00" if k else NULL for t, k in zip(text, known.tolist(), strict=True)]
