"""The code of a dossier: who received it, on which day, which of the day (TT 01/2018/TT-VPCP Art. 19)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.base.facts import files
from openpar.base.facts.duck import connected, fetched, register

_CENTURY = 2000
# What follows the first sign, up to the second: a million codes in an instant, which Python would not do.
_PART = "code[strpos(code, '-') + 1 : strpos(code, '-') + 7]"
_DAY = f"""
SELECT CASE WHEN length(part) = 7 AND part[7] = '-' AND translate(part[1:6], '0123456789', '') = ''
       THEN CAST(part[1:6] AS INTEGER) ELSE 0 END AS day
FROM (SELECT {_PART} AS part FROM codes)
"""  # noqa: S608  # of our own constants


def code_days(codes: npt.NDArray[Any]) -> npt.NDArray[np.datetime64]:
    """The days that codes name (H56.12-240501-0001: 01/05/2024), NaT for codes of another form and for days
    that no calendar has.
    """
    if not len(codes):
        return np.zeros(0, "datetime64[D]")
    with connected(files.folder()) as duck:
        register(duck, "codes", {"code": codes})
        numbers = np.ma.getdata(fetched(duck, _DAY)["day"])
    return _days()[numbers]


@lru_cache(maxsize=1)
def _days() -> npt.NDArray[np.datetime64]:
    """The day of every number of six digits."""
    found = np.full(1_000_000, np.datetime64("NaT", "D"))
    first = date(_CENTURY, 1, 1).toordinal()
    for ordinal in range(first, date(_CENTURY + 100, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        found[(day.year - _CENTURY) * 10_000 + day.month * 100 + day.day] = np.datetime64(day, "D")
    return found
