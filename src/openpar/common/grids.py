"""The tables in an official .xlsx or .docx file as plain grids of text, before anybody asks what they mean.

To be called in a child process with limits (`openpar.common.limited`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from openpar.common.archives import check_archive, open_archive
from openpar.common.errors import FileRefused
from openpar.common.sheets import Sheet, SheetCaps, parse_address, parse_range
from openpar.common.text import nfc
from openpar.common.wording import gettext as _
from openpar.common.xlsx_reader import read_xlsx, sheet_names

if TYPE_CHECKING:
    from docx.oxml.table import CT_Row, CT_Tc
    from docx.table import Table

# What reads documents is loaded once for the children (`Limits.loads`), and by no process that shows pages.
LOADS = "docx"
# The longest official table seen has some 140 lines; these caps leave room for other sheets.
CAPS = SheetCaps(rows=5_000, columns=60, cells=50_000)
_MOST_SHEETS = 20
_MOST_XML_BYTES = (
    16 * 1024 * 1024
)  # python-docx keeps the whole XML of a document in memory, some ten times its size


@dataclass(frozen=True)
class GridRow:
    """One row of a table. A merged cell has its text where it begins; `inherited` holds, by column, the
    text of cells that were merged from a row above; `formulas` the columns whose value was computed when
    the file was saved.
    """

    where: str
    cells: tuple[str | None, ...]
    inherited: dict[int, str] = field(default_factory=dict)
    formulas: frozenset[int] = frozenset()

    def text(self, column: int | None) -> str:
        """The row's own text in a column; "" if there is none, or no such column."""
        if column is None or column >= len(self.cells):
            return ""
        return self.cells[column] or ""


@dataclass(frozen=True)
class Grid:
    """One table (or sheet) and the lines of text that stand before it in the document."""

    rows: tuple[GridRow, ...]
    before: tuple[str, ...] = ()


def read_grids(path: Path) -> Iterator[Grid]:
    """The tables of a document, or the visible sheets of a workbook, in order. Raises FileRefused."""
    if _is_document(path):
        yield from _read_document(path)
        return
    for name in sheet_names(path)[:_MOST_SHEETS]:
        yield _grid_of_sheet(read_xlsx(path, sheet=name, caps=CAPS))


def _is_document(path: Path) -> bool:
    with open_archive(path) as archive:
        return "word/document.xml" in archive.NameToInfo


def _grid_of_sheet(sheet: Sheet) -> Grid:
    inherited: list[dict[int, str]] = [{} for _ in sheet.rows]
    for reference in sheet.merged:
        top, left, bottom, _right = parse_range(reference)
        value = sheet.value(top, left)
        for row in range(top + 1, min(bottom + 1, len(sheet.rows))):
            if value is not None:
                inherited[row][left] = value
    formulas: list[set[int]] = [set() for _ in sheet.rows]
    for address in sheet.formula_cells:
        row, column = parse_address(address)
        if row < len(formulas):
            formulas[row].add(column)
    rows = (
        GridRow(_("dòng %(n)s", n=number + 1), tuple(cells), inherited[number], frozenset(formulas[number]))
        for number, cells in enumerate(sheet.rows)
    )
    return Grid(tuple(rows))


def _read_document(path: Path) -> Iterator[Grid]:
    check_archive(path)
    with open_archive(path) as archive:
        size = sum(
            member.file_size for member in archive.infolist() if member.filename.endswith((".xml", ".rels"))
        )
        if size > _MOST_XML_BYTES:
            what = _("văn bản dài quá %(most)s MB", most=_MOST_XML_BYTES // 1024 // 1024)
            raise FileRefused.because(
                _("Tệp"), what, _("Chỉ giữ lại bảng cần nạp trong tệp."), code="file-too-big"
            )
    import docx

    try:
        contents = [*docx.Document(io.BytesIO(path.read_bytes())).iter_inner_content()]
        grids = [*_grids_of(contents)]
    except FileRefused:
        raise
    except Exception as error:  # python-docx fails in many ways on a package whose parts do not fit together
        raise FileRefused.because(
            _("Tệp"),
            _("không đọc được văn bản Word"),
            _("Mở tệp bằng Word, lưu thành bản mới rồi tải lên lại."),
            code="archive-damaged",
        ) from error
    yield from grids


def _grids_of(contents: Sequence[object]) -> Iterator[Grid]:
    from docx.table import Table

    before: list[str] = []
    number = 0
    for content in contents:
        if isinstance(content, Table):
            number += 1
            yield Grid(tuple(_rows_of(content, number)), tuple(before))
            before = []
        else:
            text = nfc(str(getattr(content, "text", ""))).strip()
            before += [text] if text else []


def _rows_of(table: Table, table_number: int) -> Iterator[GridRow]:
    """The rows by the columns of the grid. Not `table.cell`: it walks the whole table for every cell."""
    from docx.table import _Cell

    above: dict[int, str] = {}
    total = 0
    for number, row in enumerate(table._tbl.tr_lst, start=1):
        where = _("bảng %(table)s, dòng %(n)s", table=table_number, n=number)
        cells: dict[int, str] = {}
        inherited: dict[int, str] = {}
        for column, cell in _cells_of(row):
            if column >= CAPS.columns:
                what = _("bảng rộng hơn %(most)s cột", most=CAPS.columns)
                raise FileRefused.because(where, what, code="sheet-too-big")
            if cell.vMerge == "continue":
                inherited[column] = above.get(column, "")
                continue
            text = nfc(_Cell(cell, table).text).strip()
            above[column] = text
            if text:
                cells[column] = text
        total += len(cells)
        if number > CAPS.rows or total > CAPS.cells:
            what = _("bảng dài hơn %(most)s dòng", most=CAPS.rows)
            raise FileRefused.because(where, what, code="sheet-too-big")
        width = max(cells, default=-1) + 1
        values = tuple(cells.get(column) for column in range(width))
        yield GridRow(where, values, {column: text for column, text in inherited.items() if text})


def _cells_of(row: CT_Row) -> Iterator[tuple[int, CT_Tc]]:
    column = row.grid_before
    for cell in row.tc_lst:
        yield column, cell
        column += cell.grid_span
