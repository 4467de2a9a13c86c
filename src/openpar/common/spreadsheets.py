"""The front door for tables in files: read .xlsx and .csv safely, write .xlsx and .csv harmlessly."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from openpar.common.archives import DEFAULT_LIMITS, Source, check_archive, read_start
from openpar.common.csv_files import read_csv, write_csv
from openpar.common.errors import FileRefused
from openpar.common.formats import Ambiguity, parse_decimal
from openpar.common.sheets import (
    DEFAULT_CAPS,
    Sheet,
    SheetCaps,
    StoredNumber,
    cell_address,
    parse_address,
    parse_range,
)
from openpar.common.workbooks import CellValue, Column, SheetSpec, write_workbook
from openpar.common.xlsx_reader import read_xlsx, sheet_names

__all__ = [
    "DEFAULT_CAPS",
    "DEFAULT_LIMITS",
    "CellValue",
    "Column",
    "FileRefused",
    "Sheet",
    "SheetCaps",
    "SheetSpec",
    "StoredNumber",
    "cell_address",
    "cell_decimal",
    "check_archive",
    "parse_address",
    "parse_range",
    "read_csv",
    "read_sheet",
    "sheet_names",
    "write_csv",
    "write_workbook",
]


def read_sheet(source: Source, *, sheet: str | int | None = None, caps: SheetCaps = DEFAULT_CAPS) -> Sheet:
    """One sheet of an .xlsx file, or a .csv file, as text in a grid.

    The content decides, not the name: what begins like an archive is read as .xlsx; other files named
    .csv or .txt (and bytes without a name) as CSV. `sheet` is a name or a place counted from 0; None
    takes the first one not hidden. Raises FileRefused, saying what, where, and what would
    be right.
    """
    start, kind = read_start(source)
    named_csv = isinstance(source, bytes) or Path(source).suffix.lower() in {".csv", ".txt"}
    if named_csv and not start.startswith(b"PK") and not kind:
        return read_csv(source, caps=caps)
    return read_xlsx(source, sheet=sheet, caps=caps)


def cell_decimal(
    value: str, *, percent: bool = False, ambiguous: Ambiguity = "refuse", where: str = ""
) -> Decimal:
    """The number in a cell: exact if the file holds a number, else as `parse_decimal` reads what was
    typed.
    """
    if isinstance(value, StoredNumber):
        return Decimal(value)
    return parse_decimal(value, percent=percent, ambiguous=ambiguous, where=where)
