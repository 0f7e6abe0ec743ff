"""Id numbers and phone numbers that can belong to nobody.

The six-digit area code of every made-up id number is ``299001``. Province codes (GB/T 2260) of the
north-east region are 21, 22 and 23; 24 to 29 have never been given to any province, so no
card was ever issued with such a number, while the check digit (GB 11643, ISO 7064 MOD 11-2) is
right. Phones start with 129: Chinese mobile numbers start with 13 to 19, and no number of eleven
digits starts with 12.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.demo.plane import Ints

AREA = "299001"
PHONE_PREFIX = "129"
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.array(list("10X98765432"))


def id_numbers(
    birth: npt.NDArray[np.datetime64], male: npt.NDArray[np.bool_]
) -> npt.NDArray[np.str_]:
    """A different number for each person: area, birth date, serial (odd for men), check digit."""
    day = np.char.replace(birth.astype("datetime64[D]").astype(str), "-", "")
    key = birth.astype("datetime64[D]").astype(np.int64) * 2 + male
    order = np.argsort(key, kind="stable")
    turn = np.empty(len(key), dtype=np.int64)
    turn[order] = np.arange(len(key)) - np.searchsorted(key[order], key[order])
    serial = 2 * turn + np.where(male, 1, 2)
    if serial.max(initial=0) > 999:
        raise ValueError("more people of one sex were born on one day than there are serials")
    base = np.char.add(np.char.add(AREA, day), np.char.zfill(serial.astype(str), 3))
    digits = base.astype("<U17").view("<U1").reshape(len(base), 17).astype(np.int64)
    return np.char.add(base, _CHECKS[digits @ _WEIGHTS % 11])


def phones(numbers: Ints) -> npt.NDArray[np.str_]:
    """Eleven digits that no network uses, one for each of ``numbers`` (below 10⁸)."""
    scattered = (
        numbers * 61_803_397 + 1_618_033
    ) % 100_000_000  # a permutation: the factor is odd and not a multiple of 5
    return np.char.add(PHONE_PREFIX, np.char.zfill(scattered.astype(str), 8))
