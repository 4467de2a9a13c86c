"""Official tables made for tests, in Excel and in Word."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import yaml

from openpar.common.sheets import parse_range

DATA = Path(__file__).parents[3] / "data"
HEADER = (
    "STT",
    "Lĩnh vực/Tiêu chí/Tiêu chí thành phần",
    "Điểm tối đa",
    "Cách tính",
    "Tài liệu kiểm chứng",
    "Ghi chú",
)

Row = Sequence[object]


class _ExactLoader(yaml.SafeLoader):
    """Numbers as decimals, from their text."""


for _tag in ("float", "int"):
    _ExactLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", lambda _loader, node: Decimal(str(node.value)))


def load_set(path: Path) -> dict[str, Any]:
    """A sample set with exact numbers."""
    found = yaml.load(path.read_text(encoding="utf-8"), _ExactLoader)  # a subclass of the safe loader
    assert isinstance(found, dict)
    return found


def save_xlsx(path: Path, *rows: Row, merge: Sequence[str] = ()) -> Path:
    """A workbook with one sheet of these rows from A1 on."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([*row])
    for reference in merge:
        sheet.merge_cells(reference)
    book.save(path)
    return path


def save_docx(path: Path, *rows: Row, merge: Sequence[str] = ()) -> Path:
    """A document with one table of these rows; ranges to merge are named as in a workbook."""
    document = docx.Document()
    add_table(document, *rows, merge=merge)
    document.save(str(path))
    return path


def add_table(document: Any, *rows: Row, merge: Sequence[str] = ()) -> None:
    """One more table at the end of a document."""
    table = document.add_table(rows=0, cols=max(len(row) for row in rows))
    for row in rows:
        cells = table.add_row().cells
        for cell, value in zip(cells, row, strict=False):
            cell.text = "" if value is None else str(value)
    for top, left, bottom, right in map(parse_range, merge):
        table.cell(top, left).merge(table.cell(bottom, right))
