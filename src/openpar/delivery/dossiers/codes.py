"""The code of a dossier: who received it, on which day, which of the day (TT 01/2018/TT-VPCP Art. 19)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

_CENTURY = 2000
_HYPHEN, _ZERO = np.uint8(ord("-")), np.uint8(ord("0"))
_DIGITS = 6
# What follows the first hyphen: six digits and another hyphen.
_LENGTH = _DIGITS + 1


def code_days(codes: npt.NDArray[Any]) -> npt.NDArray[np.datetime64]:
    """The days that codes name (H56.12-240501-0001: 01/05/2024), NaT for codes of another form and for days
    that no calendar has.
    """
    texts = codes.tolist()
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    # All of them as one row of signs, one byte each; the hyphen at the end is there to be found by the last.
    signs = np.frombuffer(f"{''.join(texts)}-".encode("ascii", "replace"), np.uint8)
    hyphens = np.flatnonzero(signs == _HYPHEN)
    first = hyphens[np.searchsorted(hyphens, np.concatenate([[0], ends[:-1]]))] if texts else ends
    rows = np.flatnonzero(first + _LENGTH < ends)
    begins = first[rows] + 1
    has_form = signs[begins + _DIGITS] == _HYPHEN
    number = np.zeros(len(rows), np.int64)
    for place in range(_DIGITS):
        # What comes before “0” becomes a large number too: these have no sign.
        digit = signs[begins + place] - _ZERO
        has_form &= digit <= 9
        number = number * 10 + digit
    found = np.full(len(texts), np.datetime64("NaT", "D"))
    found[rows[has_form]] = _days()[number[has_form]]
    return found


@lru_cache(maxsize=1)
def _days() -> npt.NDArray[np.datetime64]:
    """The day of every number of six digits."""
    found = np.full(1_000_000, np.datetime64("NaT", "D"))
    first = date(_CENTURY, 1, 1).toordinal()
    for ordinal in range(first, date(_CENTURY + 100, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        found[(day.year - _CENTURY) * 10_000 + day.month * 100 + day.day] = np.datetime64(day, "D")
    return found
