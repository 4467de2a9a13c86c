"""The code of a dossier: who received it, on which day, which of the day (TT 01/2018/TT-VPCP Art. 19)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

_NO_DAY = np.datetime64("NaT", "D").astype(np.int64)
_CENTURY = 2000


def code_days(codes: npt.NDArray[Any]) -> npt.NDArray[np.datetime64]:
    """The days that codes name (H56.12-240501-0001: 01/05/2024), NaT for codes of another form and for days
    that no calendar has.
    """
    days = _Days()
    # What follows the first sign, up to the second: lists have a million of them, a pattern takes far longer.
    found = (days[code[(at := code.find("-") + 1) : at + 7]] for code in codes.tolist())
    return np.fromiter(found, np.int64, len(codes)).astype("datetime64[D]")


class _Days(dict[str, int]):
    """The day of each part of a code, as days since 1970, reckoned once."""

    def __missing__(self, part: str) -> int:
        self[part] = found = _day(part)
        return found


def _day(part: str) -> int:
    digits = part[:6]
    if not (len(part) == 7 and part[6] == "-" and digits.isascii() and digits.isdigit()):
        return int(_NO_DAY)
    try:
        day = date(_CENTURY + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return int(_NO_DAY)
    return int(np.datetime64(day, "D").astype(np.int64))
