"""Text cells of a CSV file that no spreadsheet program may take for formulas.

CSV has no types: a text that begins like a formula is one when the file is opened. Where a computer of the
country separates columns by semicolons, a text may also be cut in the middle, and its second half begin like
a formula. An apostrophe in front stops both; at the beginning of a cell Excel does not show it. Numbers with
a sign stay as they are.
"""

from __future__ import annotations

import re

# Also the wide forms of East Asian keyboards, which some programs read as the plain ones.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_CUTS = ";\t\r\n|"
_SKIPPED = "\\s\"'\u00ad\u200b-\u200f\u2060\ufeff"
_NUMBER = r"[+-]?\d+(?:[.,]\d+)?%?"
_STARTS = re.compile(
    rf"(?P<before>(?:^|[{_CUTS}])[{_SKIPPED}]*)(?P<sign>[{_SIGNS}])(?!(?<=[+-])\d+(?:[.,]\d+)?\s*(?:$|[{_CUTS}]))"
)
_STOPPED = re.compile(rf"(?P<before>(?:^|[{_CUTS}])[{_SKIPPED}]*)'(?=[{_SIGNS}])")


def without_formula(cell: str) -> str:
    """The text with an apostrophe wherever a formula could begin."""
    if re.fullmatch(_NUMBER, cell):
        return cell
    return _STARTS.sub(r"\g<before>'\g<sign>", cell)


def with_its_signs(cell: str) -> str:
    """The text as it was before `without_formula`."""
    return _STOPPED.sub(r"\g<before>", cell)
