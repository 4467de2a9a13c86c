"""The code of a dossier: who received it, on which day, which of the day (TT 01/2018/TT-VPCP Art. 19)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

# Both orders of the code of the organisation occur, and four to six digits at the end.
CODE = re.compile(
    r"((?:\d{3}\.)?(?:\d{2}\.){0,2}[A-Z]\d{2}(?:\.\d{1,3}){0,3})-(\d{2})(\d{2})(\d{2})-(\d{4,6})"
)
_DIGITS_OF_A_DAY = 6


def code_days(codes: npt.NDArray[Any]) -> npt.NDArray[np.datetime64]:
    """The days that codes name, NaT for codes of another form and for days that no calendar has."""
    made: dict[str, np.datetime64] = {}
    nothing = np.datetime64("NaT", "D")
    found = np.full(len(codes), nothing)
    for place, code in enumerate(codes.tolist()):
        # Told apart by hand: a pattern takes three times as long, and lists have a million of them.
        _office, _sign, rest = code.partition("-")
        digits, _sign, number = rest.partition("-")
        if len(digits) == _DIGITS_OF_A_DAY and number.isdecimal() and digits.isdecimal():
            if digits not in made:
                made[digits] = _day(digits)
            found[place] = made[digits]
    return found


def _day(digits: str) -> np.datetime64:
    try:
        return np.datetime64(date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])), "D")
    except ValueError:
        return np.datetime64("NaT", "D")
