"""The rows of a table of tasks in a .docx or .xlsx file, by what its headings mean.

Knows no Django: it runs in a child process with little memory and time, for the files come from outside. What
the cells mean is asked afterwards (`table_understanding`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpar.common import plain
from openpar.common.errors import FileRefused
from openpar.common.grids import Grid, GridRow, read_grids
from openpar.common.text import fold
from openpar.common.wording import gettext as _

ENDINGS = (".docx", ".xlsx")
_HEADER_WITHIN = 60
# Cells that Word merges downwards mean every row: who leads and until when, never what the task is.
_INHERITED = ("lead", "cooperating", "deadline", "field")


@dataclass(frozen=True)
class RawRow:
    """A row of the table: the text of each column that has a meaning, and all its words together."""

    where: str
    cells: Mapping[str, str]
    words: str


@dataclass(frozen=True)
class RawTable:
    """The rows, and the heading over the budget (“triệu đồng”)."""

    rows: tuple[RawRow, ...]
    budget_heading: str


plain.allow(RawRow, RawTable)


def read_rows(
    path: Path, file_name: str, headings: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> RawTable:
    """All rows below the header of a table of tasks; tables that continue without one are taken along.

    `headings`: the words of each column, `needed`: the columns without which there is no table. Raises
    FileRefused.
    """
    if Path(file_name).suffix.lower() not in ENDINGS:
        what = _("không nhận loại tệp này")
        raise FileRefused.because(_("Tệp"), what, _("Dùng .docx hoặc .xlsx."), code="file-kind")
    words = {role: tuple(fold(one) for one in some) for role, some in headings.items()}
    columns: dict[str, int] | None = None
    rows: list[RawRow] = []
    budget = ""
    for grid in read_grids(path):
        first, found = _header(grid, words, needed)
        if found is not None:
            columns = found
            if "budget" in found:
                heads = (row.text(found["budget"]) for row in grid.rows[:first])
                budget = " ".join(text for text in heads if text) or budget
        if columns is not None:
            rows += _rows(grid.rows[first:], columns)
    if columns is None:
        missing = ", ".join(f"“{headings[role][0]}”" for role in needed)
        what = _("không thấy bảng nhiệm vụ có các cột %(names)s", names=missing)
        raise FileRefused.because(
            _("Tệp"), what, _("Giữ dòng tiêu đề cột của phụ lục."), code="table-columns"
        )
    return RawTable(tuple(rows), budget)


def _header(
    grid: Grid, words: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> tuple[int, dict[str, int] | None]:
    """Where the rows begin, and the columns by their roles; the header may have two rows (merged cells)."""
    for place, row in enumerate(grid.rows[:_HEADER_WITHIN]):
        columns = _roles(row, words)
        following = grid.rows[place + 1] if place + 1 < len(grid.rows) else None
        below = _roles(following, words) if following is not None else {}
        is_double = following is not None and _is_only_headings(following, words)
        if is_double:
            columns = {
                role: column for role, column in columns.items() if column not in below.values()
            } | below
        if set(needed) <= set(columns):
            return place + 1 + is_double, columns
    return 0, None


def _is_only_headings(row: GridRow, words: Mapping[str, Sequence[str]]) -> bool:
    texts = [cell for cell in row.cells if cell]
    return bool(texts) and all(_role(text, words) for text in texts)


def _roles(row: GridRow, words: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in enumerate(row.cells):
        role = _role(cell, words) if cell else None
        if role is not None:
            found.setdefault(role, column)
    return found


def _role(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    """The role whose words the heading is, or begins with: the longest words win."""
    said = fold(text)
    best: tuple[int, str] | None = None
    for role, some in words.items():
        for one in some:
            fits = said == one or (said.startswith(f"{one} ") and len(said) <= 80)
            if fits and (best is None or len(one) > best[0]):
                best = (len(one), role)
    return best[1] if best else None


def _rows(rows: Sequence[GridRow], columns: Mapping[str, int]) -> list[RawRow]:
    found = []
    for row in rows:
        cells = {}
        for role, column in columns.items():
            text = row.text(column)
            if not text and role in _INHERITED:
                text = row.inherited.get(column, "")
            if text:
                cells[role] = text
        words = " ".join(cell for cell in row.cells if cell)
        if words and not _is_numbering(row):
            found.append(RawRow(row.where, cells, words))
    return found


def _is_numbering(row: GridRow) -> bool:
    """The row (1) (2) (3) … below the titles."""
    texts = [cell.strip("() .") for cell in row.cells if cell]
    return len(texts) > 2 and texts == [str(number) for number in range(1, len(texts) + 1)]
