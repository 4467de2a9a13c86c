"""A sheet as the rest of the program sees it: text in a grid, with addresses as people know them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from openpar.common import plain
from openpar.common.errors import FileRefused
from openpar.common.wording import gettext as _


@dataclass(frozen=True)
class SheetCaps:
    """How large a sheet may be; all bounds are inclusive. Whoever expects more says so by passing larger
    ones.
    """

    rows: int = 20_000
    columns: int = 200
    # Cells that are written down in the file, empty formatted ones included: they cost time.
    cells: int = 300_000
    # Characters in one cell; the same bound as in Excel.
    text: int = 32_767


DEFAULT_CAPS = SheetCaps()


class StoredNumber(str):
    """The text of a cell that the file holds as a number: "1.125" is then exactly that, whatever its dot
    means in text.
    """

    __slots__ = ()


@dataclass(frozen=True)
class Sheet:
    """One sheet, all values as text.

    `rows` is a rectangle from A1 to the last cell with a value; rows and columns count from 0; an empty
    cell is None. Numbers are their shortest exact decimal text with a point, at most 15 significant
    digits (what Excel shows; more are noise of binary floats: 0.30000000000000004 is "0.3"). Dates are
    ISO (2026-11-21 or 2026-11-21T17:30:00), booleans "yes" and "no", text is NFC without spaces at its
    ends. A cell with a formula has the value last computed by the program that saved it; `formula_cells`
    names all such cells, so that an importer can refuse them. `error_cells` are cells such as #REF!;
    their value is None. `merged` are ranges such as "A2:A5"; the value stands in the first cell.
    """

    name: str
    rows: list[list[str | None]]
    formula_cells: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    error_cells: list[str] = field(default_factory=list)

    @staticmethod
    def cell_address(row: int, column: int) -> str:
        """The address of a cell counted from 0: (2, 1) is "B3"."""
        return cell_address(row, column)

    def value(self, row: int, column: int) -> str | None:
        """The value of a cell counted from 0; None outside the grid too."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None


plain.allow(SheetCaps, StoredNumber, Sheet)


def cell_address(row: int, column: int) -> str:
    """The address of a cell counted from 0: (2, 1) is "B3"."""
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """The letters of a column counted from 0: 0 is "A", 25 "Z", 26 "AA"."""
    letters = ""
    rest = column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def parse_address(address: str) -> tuple[int, int]:
    """Row and column, counted from 0, of "B3" or "$B$3"; ValueError for anything else."""
    found = re.fullmatch(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})", address)
    if not found:
        raise ValueError(f"not a cell address: {address[:40]!r}")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def parse_range(reference: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column (all inclusive, from 0) of "A2:B5" or "A2"."""
    first, _, last = reference.partition(":")
    top, left = parse_address(first)
    bottom, right = parse_address(last or first)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def check_within_caps(row: int, column: int, caps: SheetCaps) -> None:
    """Refuse a cell outside the caps: a few bytes may claim a million columns and cost gigabytes."""
    if row < caps.rows and column < caps.columns:
        return
    if row >= caps.rows:
        what = _("bảng dài hơn %(most)s dòng", most=caps.rows)
    else:
        what = _("bảng rộng hơn %(most)s cột", most=caps.columns)
    raise FileRefused.because(
        _("ô %(cell)s", cell=cell_address(row, column)),
        what,
        _("Xóa các dòng, cột trống hoặc thừa (cả định dạng của chúng) rồi lưu lại."),
        code="sheet-too-big",
    )
