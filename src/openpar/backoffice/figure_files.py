"""Tables of figures given to the command line: every bad cell is told with its row, its column and what
would be right. An empty cell means: no data; it is never 0.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from openpar.backoffice.score_files import Fault, Row
from openpar.common.errors import FileRefused, Refused
from openpar.common.formats import Ambiguity, NumberNotUnderstood
from openpar.common.sheets import SheetCaps
from openpar.common.spreadsheets import cell_decimal, read_sheet
from openpar.engine.errors import BadNumber, EngineError
from openpar.engine.numbers import ZERO, decimal_of, is_whole
from openpar.engine.wording import number
from openpar.parindex.criteria.yaml_files import UnreadableFile

BAD_INPUT = 2
_CAPS = SheetCaps(rows=1_000_000, columns=100, cells=8_000_000)


@dataclass(frozen=True)
class Table:
    """The rows with something in them; the heading is row 1. Faults are added while the cells are read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: list[Fault]


def read_table(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """A .csv or .xlsx file whose heading has the named columns, in any order, and no other.

    Raises FileRefused if it is no such table, or has no rows.
    """
    grid = read_grid(path)
    heading = [name or "" for name in grid[0]] if grid else []
    return table_of(heading, grid[1:], required=required, optional=optional)


def read_grid(path: Path) -> Sequence[Sequence[str | None]]:
    """The cells of a .csv or .xlsx file, row by row. Raises FileRefused."""
    return read_sheet(path, caps=_CAPS).rows


def table_of(
    heading: Sequence[str],
    grid: Sequence[Sequence[str | None]],
    *,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
    first: int = 2,
) -> Table:
    """The rows below a heading, the first of which is row `first` of the file. Raises FileRefused."""
    heading = [name.lower() for name in heading]
    _check_heading(heading, required, optional)
    faults: list[Fault] = []
    rows = []
    for at, cells in enumerate(grid, start=first):
        row = Row(at, {name: cell for name, cell in zip(heading, cells, strict=True) if cell}, faults)
        if "" in row.cells:
            row.fault("(không tên)", f"“{row.cells['']}” nằm ngoài các cột; kiểm tra dấu phẩy và ngoặc kép.")
        if row.cells:
            rows.append(row)
    if not rows:
        raise FileRefused.because("dòng 2", "tệp không có dòng số liệu nào", "Ghi ít nhất một dòng.")
    return Table(tuple(name for name in heading if name), tuple(rows), faults)


def _check_heading(heading: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> None:
    known = (*required, *optional)
    absent = [name for name in required if name not in heading]
    strange = [name for name in heading if name and name not in known]
    twice = [name for name in known if heading.count(name) > 1]
    gaps = [
        f"{what}: {', '.join(names)}"
        for names, what in ((absent, "thiếu cột"), (strange, "cột lạ"), (twice, "cột ghi hai lần"))
        if names
    ]
    if gaps:
        wanted = f"Dòng đầu phải có các cột {','.join(required)}. " if required else ""
        allowed = f"Các cột khác được dùng: {','.join(optional)}." if optional else ""
        remedy = f"{wanted}{allowed}".strip()
        raise FileRefused.because("dòng 1", "; ".join(gaps), remedy, code="columns")


def figure(row: Row, column: str, ambiguous: Ambiguity = "refuse") -> Decimal | None:
    """The number in a cell, 0 or above; None if the cell is empty or (noted) no such number.

    Decimal point or decimal comma. 1.234, which may be a thousand or one and a bit, is not guessed, unless
    `ambiguous` says what it must be.
    """
    text = row.text(column)
    if text is None:
        return None
    try:
        value = decimal_of(cell_decimal(text, ambiguous=ambiguous))
    except NumberNotUnderstood as refused:
        for gap in refused.gaps:
            row.fault(column, f"{gap.what}. {gap.remedy}")
        return None
    except BadNumber as bad:
        row.fault(column, str(bad))
        return None
    if value < ZERO:
        row.fault(column, f"{number(value)} là số âm. Ghi một số từ 0 trở lên.")
        return None
    return value


def count(row: Row, column: str) -> int | None:
    """A number of things: as `figure`, and whole."""
    value = figure(row, column)
    if value is not None and not is_whole(value):
        row.fault(column, f"{number(value)} không phải số nguyên. Ghi số hồ sơ, ví dụ 675.")
        return None
    return None if value is None else int(value)


def told(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The command, with status 2 for whatever it cannot read: status 1 has a meaning of its own there."""

    def runs(options: argparse.Namespace) -> int:
        try:
            return run(options)
        except (UnreadableFile, Refused, EngineError) as refused:
            tell([str(refused)])
        except OSError as fault:
            tell([f"{fault.filename or ''}: {fault.strerror}"])
        return BAD_INPUT

    return runs


def refuse(path: Path, faults: Iterable[Fault]) -> None:
    """Raises FileRefused with every fault, by row; does nothing if there are none."""
    found = sorted(faults, key=lambda fault: fault.row)
    if found:
        lines = [f"{path}: {len(found)} lỗi, không ghi tệp nào:", *(f"- {fault}" for fault in found)]
        raise FileRefused.because("", "\n".join(lines))


def tell(lines: Iterable[str]) -> None:
    """Lines to whoever runs the command, apart from its result."""
    sys.stderr.writelines(f"{line}\n" for line in lines)
