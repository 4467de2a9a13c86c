"""How a form stands in a file: the row of column numbers, the rows of levels, the row of sums.

Written by `reports/figure_forms.py`, read by `files.py`.
"""

from __future__ import annotations

import re

from openpar.common.text import fold
from openpar.delivery.figures.forms import LEVELS, block_label, total_words

CODE = re.compile(r"(?:II\.)?\d{2}[a-z]?/VPCP/KSTT")
DAYS = re.compile(r"\((\d{2}/\d{2}/\d{4})–(\d{2}/\d{2}/\d{4})\)")
_NUMBERED = re.compile(r"\(?(\d{1,2})\)?")


def column_number(cell: str | None) -> int | None:
    """The number that a cell of the row of column numbers holds: “(3)” or “3”."""
    found = _NUMBERED.fullmatch((cell or "").strip())
    return int(found[1]) if found else None


def number_cell(number: int) -> str:
    """As it is printed."""
    return f"({number})"


def block_named(label: str) -> str | None:
    """The level that a row begins, by its name; None for every other row."""
    return next((name for name in LEVELS if fold(block_label(name)) == fold(label)), None)


def is_total(label: str) -> bool:
    """Is this the row of sums?"""
    return fold(label).rstrip(" :.") in total_words()
